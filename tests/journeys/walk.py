"""The steps of the whole path, as the people of the demonstration take them in a browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import text

from app.accounts.queries import find_by_email
from app.cli.cast import email
from app.exams.queries.demonstration import keys_of_layout
from app.exams.service import sittings
from app.kernel.clock import SystemClock
from app.platform.database import make_engine, read_session, write_session
from tests.journeys.conftest import Site, axe_clean, no_overflow

PEOPLE = {
    "learner": "Үлгібаева Айгерім|Ulgibayeva",
    "candidate": "Сынақов Нұрлан|Synaqov Nurlan",
    "proctor": "Болжамова Сәуле|Bolzhamova",
    "officer": "Үлгіев Ерлан|Ulgiyev",
    "manager": "Сынақова Динара|Synaqova Dinara",
}


def looked_at(page: Page) -> None:
    """Axe finds nothing, and nothing sticks out, on a telephone either."""
    axe_clean(page)
    no_overflow(page)
    with at_width(page, 360):
        no_overflow(page)


def looked_at_closely(page: Page) -> None:
    """The same, and axe on a telephone and a tablet too: other parts show there, and targets move together."""
    axe_clean(page)
    no_overflow(page)
    for width in (360, 768):
        with at_width(page, width):
            axe_clean(page)
            no_overflow(page)


@contextmanager
def at_width(page: Page, width: int) -> Iterator[None]:
    """The page in a window of another width, and as it was afterwards."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": before["height"]})
    yield
    page.set_viewport_size(before)


def sign_in(page: Page, locale: str, who: str) -> None:
    """One click on the sign-in page."""
    page.goto(f"/{locale}/sign-in")
    page.locator(".people button").filter(has_text=re.compile(PEOPLE[who])).click()
    expect(page.locator(".account")).to_have_attribute("href", f"/{locale}/settings")


def read_as_visitor(page: Page, locale: str, look: Callable[[Page], None]) -> None:
    """Home → course → first lesson, without an account."""
    page.goto(f"/{locale}/")
    look(page)
    page.locator(".hero .btn").click()
    look(page)
    page.goto(f"/{locale}/courses/ceasai-analyst")
    look(page)
    page.locator(".modules details[open] .lessons a").first.click()
    expect(page.locator("article.reading")).to_be_visible()
    look(page)


def study(page: Page, locale: str, look: Callable[[Page], None], *, javascript: bool) -> None:
    """A lesson: both checks answered in place, read to the end, done once."""
    path = f"/{locale}/courses/ceasai-analyst/m03-kz-ai-law/02-roles"
    page.goto(path)
    for check in page.locator("section.quiz").all():
        name = check.get_attribute("id")
        card = page.locator(f"#{name}")
        card.locator("input[name=chosen]").first.check()
        card.locator("button[type=submit]").click()
        expect(page.locator(f"#{name} .answered").first).to_be_visible()
    if javascript:
        page.locator("#terms").scroll_into_view_if_needed()
        page.locator("#state").scroll_into_view_if_needed()
        expect(page.locator("#state .status.ok").first).to_be_visible()
    else:
        page.locator("#finish button").click()
    look(page)
    page.goto(f"/{locale}/dashboard")
    expect(page.locator("main")).to_contain_text(re.compile(r"1"))
    look(page)


def practise(page: Page, locale: str, look: Callable[[Page], None]) -> None:
    """A practice set of ten, with feedback after each."""
    page.goto(f"/{locale}/practice")
    look(page)
    page.locator('form[action$="/practice/M3"] button').click()
    for number in range(10):
        form = page.locator("#quiz form[action$='/answers']")
        form.locator("input[name=chosen]").first.check()
        form.locator("button[type=submit]").click()
        expect(page.locator("#quiz .answered").first).to_be_visible()
        if number == 0:
            look(page)
        page.locator("#quiz .actions .btn").first.click()
    expect(page.locator("h1")).to_be_visible()
    look(page)


def apply_and_book(page: Page, site: Site, locale: str, look: Callable[[Page], None]) -> None:
    """Application, and a place in a sitting whose check-in is open."""
    page.goto(f"/{locale}/exams")
    look(page)
    page.goto(f"/{locale}/exams/ceasai-analyst/application")
    page.locator("input[name=name_latin]").fill("Synaqov Nurlan")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("input[name=name_latin]")).to_have_value("Synaqov Nurlan")
    look(page)
    page.locator("input[name=name_cyrillic]").fill("Сынақов Нұрлан")
    page.locator("input[name=age][value=adult]").check()
    for name in ("conduct", "mark", "notice"):
        page.locator(f"input[name={name}]").check()
    page.locator("main form button[type=submit]").last.click()
    sitting = announce(site)
    page.goto(f"/{locale}/exams/ceasai-analyst/sittings")
    look(page)
    page.locator(f'form:has(input[name=sitting_id][value="{sitting}"]) button').click()
    page.goto(f"/{locale}/exams")
    page.locator('a[href*="/before"]').first.click()
    look(page)
    page.locator("input[name=notice]").check()
    page.locator("input[name=rules]").check()
    page.locator('form[action$="/check-in"] button').click()
    expect(page.locator(".note.info").first).to_be_visible()


def announce(site: Site) -> UUID:
    """An exam manager announces a sitting that begins in a moment; check-in is open at once."""
    engine, clock = make_engine(site.settings.database), SystemClock()
    opens = clock.now() + timedelta(seconds=25)
    with write_session(engine) as session:
        manager, proctor = (find_by_email(session, email(key)) for key in ("gulnara", "saule"))
        assert manager is not None
        assert proctor is not None
        centre = session.execute(text("SELECT id FROM centre")).scalar_one()
        room = sittings.create_room(
            session,
            clock,
            actor_id=manager.person_id,
            centre_id=UUID(str(centre)),
            name="Journey",
            capacity=5,
        )
        sitting = sittings.create_sitting(
            session,
            clock,
            actor_id=manager.person_id,
            exam_slug="ceasai-analyst",
            room_id=room,
            opens_at=opens,
            closes_at=opens + timedelta(hours=1),
            capacity=5,
            proctor_ids=[proctor.person_id],
        )
    engine.dispose()
    return sitting


def admit(page: Page, locale: str, look: Callable[[Page], None]) -> None:
    """The proctor compares the document with the person and admits."""
    page.goto(f"/{locale}/rooms")
    look(page)
    # the latest of the rooms announced above: sittings of the demonstration may have begun meanwhile
    page.locator("main table tr", has_text="Journey").last.locator("a").click()
    look(page)
    page.locator('form[action$="/admission"] button').first.click()
    expect(page.locator('form[action$="/admission"]')).to_have_count(0)


def attempt_of(site: Site) -> UUID:
    """The attempt that is running (or about to)."""
    engine = make_engine(site.settings.database)
    with read_session(engine) as session:
        row = session.execute(
            text(
                "SELECT a.id FROM attempt a JOIN exam e ON e.id = a.exam_id WHERE e.slug = 'ceasai-analyst' "
                "AND a.lifecycle IN ('scheduled', 'checkin', 'ready', 'in_progress', 'interrupted')"
            )
        ).scalar_one()
    engine.dispose()
    return UUID(str(row)) if isinstance(row, str) else row


def right_answers(site: Site, attempt_id: UUID) -> dict[int, frozenset[str]]:
    """What a perfect candidate chooses, read from the database: no page holds it."""
    engine = make_engine(site.settings.database)
    with read_session(engine) as session:
        keys = dict(keys_of_layout(session, attempt_id))
    engine.dispose()
    return keys


def begin(page: Page, site: Site, locale: str) -> UUID:
    """From the page before the exam into the exam."""
    attempt_id = attempt_of(site)
    for _ in range(40):
        page.goto(f"/{locale}/exams/attempts/{attempt_id}/before")
        page.locator('form[action$="/start"] button').click()
        page.wait_for_load_state()
        if page.locator("#item .stem").count():
            break
        page.wait_for_timeout(1000)  # the hour has not come yet
    expect(page.locator("#item .stem").first).to_be_visible()
    return attempt_id


def choose(page: Page, position: int, chosen: frozenset[str]) -> None:
    """Mark the choices of one place."""
    for choice in sorted(chosen):
        page.locator(f'input[name="a-{position}"][value="{choice}"]').check()


def sit(page: Page, site: Site, locale: str, look: Callable[[Page], None], *, javascript: bool) -> UUID:
    """Answer 20 of 24 right, switch the language in the middle, hand in, read the receipt and the result."""
    attempt_id = begin(page, site, locale)
    look(page)
    keys = right_answers(site, attempt_id)
    assert len(keys) == 24
    other = {"kk": "ru", "ru": "en", "en": "kk"}[locale]
    for position, key in keys.items():
        if position == 12:
            page.locator(f'nav.lang a[lang="{other}"]').click()
            expect(page.locator("html")).to_have_attribute("lang", other)
            page.goto(f"/{locale}/exams/attempts/{attempt_id}?n=12")
        if position <= 20:
            choose(page, position, key)
            if javascript and position == 1:
                expect(page.locator(".exam-bar .saved .ok")).to_be_visible()
        if position == 3:
            page.locator(".exam-foot [name=flag]").click()
            if not javascript:
                page.goto(f"/{locale}/exams/attempts/{attempt_id}?n=3")
        if position < 24:
            page.locator(".exam-foot [value=next]").click()
            expect(page.locator(f'input[name="v-{position + 1}"]')).to_have_count(1)
    page.locator(".exam-foot [value=submission]").click()
    expect(page.locator('form[action$="/submission"]')).to_be_visible()
    look(page)
    page.locator('form[action$="/submission"] button').click()
    expect(page.locator(".document .code").last).to_be_visible()
    look(page)
    page.goto(f"/{locale}/exams/attempts/{attempt_id}/result")
    expect(page.locator(".verdict.ok")).to_be_visible()
    expect(page.locator("main")).to_contain_text("20")
    look(page)
    return attempt_id


def confirm_names(page: Page, locale: str, look: Callable[[Page], None]) -> None:
    """The holder confirms both names; the case is opened by the worker, so it may take a moment."""
    for _ in range(40):
        page.goto(f"/{locale}/certificates")
        link = page.locator('a[href*="/certificates/names/"]')
        if link.count():
            break
        page.wait_for_timeout(250)
    look(page)
    link.first.click()
    look(page)
    page.locator('form[action*="/certificates/names/"] button').click()


def grant(page: Page, locale: str, look: Callable[[Page], None]) -> None:
    """The officer, who did not train the candidate, grants certification."""
    page.goto(f"/{locale}/decisions")
    look(page)
    page.locator("main table a[href*='/decisions/']").filter(
        has_text=re.compile("Сынақов Нұрлан|Synaqov Nurlan")
    ).or_(
        page.locator("main table tr", has_text=re.compile("Сынақов Нұрлан|Synaqov Nurlan")).locator("a")
    ).first.click()
    look(page)
    page.locator("section form", has=page.locator('input[value="granted"]')).locator("button").click()
    expect(page.locator("main")).to_be_visible()


def receive(page: Page, locale: str, look: Callable[[Page], None]) -> str:
    """The certificate arrives; its number, and the PDF is a PDF."""
    for _ in range(60):
        page.goto(f"/{locale}/certificates")
        link = page.locator('a[href^="/credentials/"][href$=".pdf"]')
        if link.count():
            break
        page.wait_for_timeout(250)
    look(page)
    address = str(link.first.get_attribute("href"))
    reply = page.request.get(address)
    assert reply.status == 200
    assert reply.body()[:5] == b"%PDF-"
    return address.removeprefix("/credentials/").removesuffix(".pdf")


def verify_as_stranger(page: Page, number: str, locale: str, look: Callable[[Page], None]) -> None:
    """Type the number, read the verdict; the name is masked."""
    page.goto(f"/{locale}/verify")
    look(page)
    page.locator("input[name=number]").fill(number.lower())
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".verdict.ok")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", locale)
    text_ = page.locator("main").inner_text()
    assert "Нұрлан" not in text_
    assert "Nurlan" not in text_
    look(page)


def certified_in_cohort(page: Page, locale: str, look: Callable[[Page], None]) -> int:
    """How many the manager's cohort page counts as certified."""
    page.goto(f"/{locale}/cohorts")
    look(page)
    page.locator('main a[href*="/cohorts/"]').filter(has_text=re.compile("Астана")).first.click()
    look(page)
    row = page.locator("table.funnel tbody tr, .funnel tbody tr").last
    return int(re.findall(r"\d+", row.locator("td.num").first.inner_text())[0])


def nothing_personal(site: Site) -> None:
    """Outbox, audit log and server log hold no name and no address of anybody who took part."""
    engine = make_engine(site.settings.database)
    with read_session(engine) as session:
        kept = {
            "outbox": session.execute(text("SELECT payload, dedupe_key, error FROM job")).all(),
            "audit": session.execute(text("SELECT facts, reason, subject_id FROM audit_entry")).all(),
        }
        people = session.execute(text("SELECT email, name_cyrillic, name_latin FROM person")).all()
    engine.dispose()
    assert site.log is not None
    written = {place: str(rows) for place, rows in kept.items()} | {"log": site.log.read_text()}
    assert len(people) > 30
    assert all(len(body) > 100 for body in written.values())
    for place, body in written.items():
        found = [word for person in people for word in person if word and word in body]
        assert found == [], place
