"""Markup that somebody types stays text, whoever reads it: what candidates, staff and officers write to each other."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from app.certificates.models import Certificate
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Centre, Room, Sitting
from app.exams.rules.booking import NOTICE_VERSION
from app.kernel.ids import new_id
from tests.certificates import cases
from tests.exams import bench
from tests.factories import person
from tests.pages.reading import links
from tests.programmes.ground import programmes
from tests.world import Browser, World

EXAM = "/en/exams/ceasai-analyst"
TICKED = {"notice": "true", "rules": "true", "version": NOTICE_VERSION}


class Pens:
    """What is typed: an element with an effect, numbered, so that each field is found again; and what is read."""

    def __init__(self) -> None:
        self.fields: list[str] = []
        self.pages = ""

    def __call__(self, field: str) -> str:
        self.fields.append(field)
        return f"<img src=x onerror={len(self.fields)}>"

    def reads(self, browser: Browser, *paths: str) -> None:
        """Open pages."""
        for path in paths:
            self.pages += browser.get(f"/en/{path}").text

    def reads_all(self, browser: Browser) -> None:
        """Open every page somebody gets to by links, without what is the same for everybody."""
        queue, seen = ["/en/dashboard"], set()
        while queue:
            path = queue.pop()
            if (
                path in seen
                or path.startswith(("/en/courses", "/en/sign"))
                or path.endswith((".pdf", ".csv"))
            ):
                continue
            seen.add(path)
            page = browser.get(path).text
            self.pages += page
            queue += links("en", page)
        assert len(seen) > 8

    def check(self) -> None:
        """Nothing typed became an element, and everything typed was read somewhere."""
        assert "<img src=x" not in self.pages
        for n, field in enumerate(self.fields, 1):
            assert f"&lt;img src=x onerror={n}&gt;" in self.pages, f"{field} was read nowhere"


def send(browser: Browser, path: str, data: dict[str, object] | None = None) -> None:
    reply = browser.post(path if path.startswith("/") else f"/en/{path}", data)
    assert reply.status_code == 303, (path, reply.status_code, reply.text.split("<main")[1][:2500])


def plan(world: World, pen: Pens, manager: Browser, proctor: UUID, ahead: timedelta) -> UUID:
    """A centre with a room, and a sitting that begins so far ahead."""
    words = [f"{what}_{language}" for what in ("name", "address") for language in ("kk", "ru", "en")]
    centre = {word: pen(word) if word.endswith("en") else "Үлгі" for word in words}
    send(manager, "centres", centre | {"slug": f"c-{new_id()}", "timezone": "UTC"})
    with world.read() as session:
        centre_id = session.exec(select(Centre.id).order_by(col(Centre.id).desc())).first()
    send(manager, "centres/rooms", {"centre_id": str(centre_id), "room_name": pen("room"), "seats": "9"})
    with world.read() as session:
        room = session.exec(select(Room.id).order_by(col(Room.id).desc())).first()
        known = set(session.exec(select(Sitting.id)).all())
    opens = world.clock.now() + ahead
    typed = {"opens_at": opens, "closes_at": opens + timedelta(hours=3)}
    times = {key: at.strftime("%Y-%m-%dT%H:%M") for key, at in typed.items()}
    facts = {"exam_slug": "ceasai-analyst", "room_id": str(room), "capacity": "9", "proctors": [str(proctor)]}
    send(manager, "sittings", facts | times)
    with world.read() as session:
        (made,) = set(session.exec(select(Sitting.id)).all()) - known
    return made


def apply(world: World, pen: Pens, manager: Browser, candidate: UUID, sitting: UUID) -> UUID:
    """An application of a minor with a request, which is approved, and a place; the attempt."""
    browser = world.browser(candidate)
    names = {"name_latin": "Sample Candidate", "age": "minor"}
    texts = {key: pen(key) for key in ("guardian_name", "guardian_contact", "accommodation")}
    ticked = dict.fromkeys(("conduct", "mark", "notice"), "true")
    send(browser, f"{EXAM}/application", names | texts | ticked)
    with world.read() as session:
        asked = session.exec(select(Application.id).where(Application.person_id == candidate)).one()
    pen.reads(manager, f"accommodations/{asked}")
    decision = {"act": "approve", "percent": "10", "minutes": "0", "reason": pen("accommodation reason")}
    send(manager, f"accommodations/{asked}", decision)
    send(browser, f"{EXAM}/bookings", {"sitting_id": str(sitting)})
    with world.read() as session:
        return session.exec(select(Attempt.id).where(Attempt.candidate_id == candidate)).one()


def supervise(pen: Pens, staff: Browser, manager: Browser, door: str) -> None:
    """Every verb that asks for a reason, on a running attempt."""
    time = {"key": str(new_id()), "minutes": "5", "reason": pen("time reason")}
    send(staff, f"{door}/time", time)
    send(staff, f"{door}/pause", {"reason": pen("pause reason")})
    send(staff, f"{door}/resume")
    send(staff, f"{door}/termination", {"reason": pen("termination reason")})
    pen.reads(manager, door)
    send(staff, f"{door}/termination/withdrawal")
    send(manager, f"{door}/void", {"reason": pen("void reason")})


def test_what_people_type_about_an_exam_is_read_as_text(world: World) -> None:
    bench.exams(world)
    programmes(world)
    pen, proctor = Pens(), person(world, "proctor")
    manager, staff = world.browser(person(world, "exam_manager")), world.browser(proctor)
    sitting = plan(world, pen, manager, proctor, timedelta(minutes=20))
    people = [person(world), person(world)]
    sits, refused = (apply(world, pen, manager, one, sitting) for one in people)
    first, second = map(world.browser, people)
    for browser, attempt in ((first, sits), (second, refused)):
        send(browser, f"exams/attempts/{attempt}/check-in", TICKED)
    send(staff, f"rooms/{sitting}/attempts/{refused}/refusal", {"reason": pen("refusal reason")})
    send(staff, f"rooms/{sitting}/attempts/{sits}/admission")
    world.clock.advance(timedelta(minutes=20))
    send(first, f"exams/attempts/{sits}/start")
    supervise(pen, staff, manager, f"rooms/attempts/{sits}")
    later = plan(world, pen, manager, proctor, timedelta(days=2))
    for browser in (first, second, staff, manager):
        pen.reads_all(browser)
    for attempt, browser in ((sits, first), (refused, second)):
        pen.reads(manager, f"rooms/attempts/{attempt}")
        pen.reads(browser, f"exams/attempts/{attempt}/before")
    send(manager, f"sittings/{later}/cancellation", {"reason": pen("cancellation reason")})
    pen.reads(manager, f"sittings/{later}")
    pen.check()


def test_what_people_type_about_a_certificate_is_read_as_text(world: World) -> None:
    programmes(world)
    pen, officer = Pens(), person(world, "certification_officer")
    desk, holder, other = world.browser(officer), person(world), person(world)
    case = cases.ready_case(world, other)
    send(desk, f"decisions/{case}", cases.refusing(world, case, pen("decision reason")))
    number = cases.certificate(world, holder)
    shared = world.browser(holder).post(
        f"/en/certificates/{number}/share-links", {"label": pen("label"), "days": "30"}
    )
    assert shared.status_code == 200
    paper = f"decisions/certificates/{number}"
    for event, reason in (("suspend", "complaint"), ("reinstate", "cleared")):
        send(desk, paper, {"event": event, "reason": reason, "note": pen(f"{event} note")})
    pen.pages += shared.text
    pen.reads_all(desk)
    pen.reads(desk, paper, f"decisions/{case}")
    send(desk, f"{paper}/correction", {"latin": "Sample Corrected", "why": pen("correction")})
    world.work()
    with world.read() as session:
        numbers = session.exec(select(Certificate.number)).all()
    assert len(numbers) == 2
    pen.reads(desk, *(f"decisions/certificates/{one}" for one in numbers))
    for person_id in (holder, other):
        pen.reads(world.browser(person_id), "certificates")
    pen.pages += "".join(world.browser().get(f"/v/{one}?lang=en").text for one in numbers)
    pen.check()
