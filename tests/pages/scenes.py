"""What no link of a demonstration leads to: letters, an exam from the application to the release, a quiz, a list.

Each scene is played over HTTP by the people of the demonstration, as their pages let them; every reply is handed
to whoever reads it. The clock of the world is moved to the hour of the exam.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text

from app.exams.rules.booking import NOTICE_VERSION
from app.exams.rules.secure_browser import config_key, request_hash
from app.exams.rules.unsent import KIND
from app.exams.service.secure_browser_file import read
from app.kernel.canonical import canonical_json, sha256_hex
from app.worker import make_context, run_due
from tests.pages import appeals, capstones, distance, forms, panels, rescores, written
from tests.psychometrics.ground import fill
from tests.world import World

EXAM = "ceasai-analyst"
Look = Callable[[str, Any], None]
"""Takes who looked where, and the reply."""


class Player:
    """Somebody at a browser in one language, whose every page is read."""

    def __init__(self, world: World, locale: str, name: str, person: UUID | None, look: Look) -> None:
        self.browser = world.browser(person)
        self.locale, self.name, self.look = locale, name, look

    def _shown(self, where: str, reply: Any, status: int) -> str:
        if reply.status_code == 303:
            return self.opens(reply.headers["location"])
        assert reply.status_code == status, (self.name, where, reply.status_code)
        self.look(f"{self.name} {where}", reply)
        return str(reply.text)

    def opens(self, path: str, status: int = 200) -> str:
        """Go to a page, given without its language or as a link says it."""
        path = path if path.startswith("/") else f"/{self.locale}/{path}"
        return self._shown(path, self.browser.get(path), status)

    def sends(self, path: str, status: int = 200, /, **data: Any) -> str:
        """Send a form; the page that follows is read."""
        path = path if path.startswith("/") else f"/{self.locale}/{path}"
        return self._shown(path, self.browser.post(path, data), status)


def found(pattern: str, page: str) -> str:
    """What the one group of ``pattern`` holds where it first stands on the page."""
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


class Scenes:
    """The scenes, one after the other; later ones build on what earlier ones did."""

    def __init__(self, world: World, locale: str, look: Look) -> None:
        self.world, self.locale, self.look = world, locale, look

    def player(self, name: str) -> Player:
        """Somebody of the demonstration, by the first part of the e-mail; "" is a visitor."""
        person = (
            self.one("SELECT id FROM person WHERE email = :key", key=f"{name}@demo.example") if name else None
        )
        return Player(self.world, self.locale, name or "visitor", person, self.look)

    def one(self, statement: str, **values: Any) -> UUID:
        """The one id a statement finds."""
        with self.world.read() as session:
            return UUID(str(session.execute(text(statement), values).scalars().one()))

    def play(self) -> None:
        """All of them."""
        own = (self.cohort, self.letters, self.study, self.items, self.exam, self.certificates)
        others = (
            self.statistics,
            lambda: forms.play(self.player("gulnara"), self.one),
            lambda: capstones.play(self.player),
            lambda: written.play(self.world, self.player),
            lambda: panels.play(self.player),
            lambda: rescores.play(self.player, self.one),
        )
        for scene in (*own, *others, self.refusals):
            scene()

    def letters(self) -> None:
        """Register, forget the password, ask for another address; then open every letter and its link."""
        visitor, learner = self.player(""), self.player("aigerim")
        visitor.sends(
            "register",
            name_latin="Sample Testperson",
            email="new@people.example",
            password="a password that is long",
            locale=self.locale,
            residence_country="kz",
        )
        visitor.sends("reset", email="aigerim@demo.example")
        learner.sends("settings/address", email="other@people.example", present="demonstration only")
        run_due(make_context(self.world.engine, self.world.clock, self.world.settings))
        led = []
        for address in re.findall(r'href="([^"]*/dev/mail/[^"]+)"', visitor.opens("dev/mail")):
            letter = visitor.opens(address)
            led += re.findall(r'href="/\w\w/((?:confirm|reset|settings/address|invitations)/[^"]+)"', letter)
        for link in led:
            (learner if link.startswith("settings") else visitor).opens(link)
        assert {link.split("/")[0] for link in led} == {"confirm", "reset", "settings", "invitations"}

    def cohort(self) -> None:
        """A list of addresses is looked through and sent; a join link is made and opened."""
        manager = self.player("dinara")
        cohort = self.one("SELECT id FROM cohort")
        wrong = "fresh@people.example\nnobody\naigerim@demo.example\nfresh@people.example"
        manager.sends(f"cohorts/{cohort}/invitations", addresses=wrong)
        manager.sends(f"cohorts/{cohort}/invitations", addresses="fresh@people.example", step="send")
        made = manager.sends(f"cohorts/{cohort}/join-link", 201)
        self.player("").opens("join/" + found(r"/join/([\w-]+)", made))

    def study(self) -> None:
        """A search, a check in a lesson, a quiz to its result."""
        learner = self.player("aigerim")
        for words in ("ceasai", "qqqqq"):
            learner.opens("search?" + urlencode({"q": words}))
        lesson = found(r'<a[^>]*href="([^"]*/courses/[^"/]+/[^"/]+/[^"/]+)"', learner.opens("dashboard"))
        check = found(r'action="([^"]+/checks/[^"]+)"', learner.opens(lesson))
        for chosen in ({}, {"chosen": ["a"]}):
            self.look(f"aigerim {check}", learner.browser.post(check, chosen, HX_Request="true"))
        quiz = learner.sends("practice/mixed")
        place = found(r'action="([^"]+/answers)"', quiz)
        learner.sends(place, 422, item=found(r'name="item" value="([^"]+)"', quiz))
        while 'name="item"' in quiz:
            chosen = found(r'name="chosen" value="([^"]+)"', quiz)
            learner.sends(place, item=found(r'name="item" value="([^"]+)"', quiz), chosen=[chosen])
            quiz = learner.opens(place.removesuffix("/answers"))

    def items(self) -> None:
        """A file is looked at, refused and imported; a draft is written, saved by two at once, exported."""
        manager, trainer = self.player("gulnara"), self.player("marat")
        gift = "::p-1::Үлгі сұрақ: Алматы қай елде? {=Қазақстанда ~Өзбекстанда}\n".encode()
        said = {"format": "gift", "language": "kk", "name": "look-here", "purpose": "certification"}

        def file(who: Player, body: bytes, status: int, **more: str) -> None:
            reply = who.browser.post(
                f"/{self.locale}/items/import", said | more, files={"file": ("a.txt", body, "text/plain")}
            )
            who._shown("items/import", reply, status)

        file(manager, gift, 200)
        file(manager, gift + b"\n::p-2::Broken {~a ~b}\n[html]<p><b>Bold</b> {=a ~b}\n", 422)
        file(manager, gift, 422, step="import", sha256="0" * 64)
        file(manager, b"", 422)
        file(trainer, gift, 422)
        file(manager, gift, 200, step="import", sha256=sha256_hex(gift))
        draft = found(r'href="([^"]+/items/drafts/[^"]+)"', manager.opens("items?bank=look-here"))
        manager.sends(f"{draft}/text", 422, version="1")
        sheet = {"version": "1", "stem-kk": "Өзге мәтін", "key": "0", "points": "1"}
        sheet |= {"id-0": "a", "text-0-kk": "Иә", "id-1": "b", "text-1-kk": "Жоқ"}
        manager.sends(f"{draft}/text", **sheet)
        manager.sends(f"{draft}/text", 409, **sheet)
        manager.sends(f"{draft}/steps", 422, version="2")
        manager.sends(f"{draft}/steps", 409, version="2", step="submitted")
        self.player("aliya").opens("items?view=queue")
        source = found(r'<option value="([^"]+)">look-here', manager.opens("items/export"))
        reply = manager.browser.post(f"/{self.locale}/items/export", {"source": source, "format": "csv"})
        assert reply.headers["content-type"] == "application/octet-stream"
        live = found(
            r'<option value="([^"]+)">specimen-live \([^)]*(?:drafts|черновики|қаралама)',
            manager.opens("items/export"),
        )
        manager.sends("items/export", 422, source=live, format="gift")
        manager.sends("items/export", 422)

    def exam(self) -> None:
        """Apply with a request, be heard, book, check in, be admitted, begin, be stopped; then the release."""
        candidate, manager, proctor = map(self.player, ("nurlan", "gulnara", "saule"))
        candidate.sends(
            f"exams/{EXAM}/application",
            name_latin="Synaqov Nurlan",
            name_cyrillic="Сынақов Нұрлан",
            age="adult",
            accommodation="Үлкен әріп",
            conduct="true",
            mark="true",
            notice="true",
        )
        candidate.opens(f"exams/{EXAM}/application/withdrawal")
        request = found(r'href="([^"]+/accommodations/[^"?]+)"', manager.opens("accommodations"))
        manager.opens(request)
        manager.sends(request, act="approve", percent="25", minutes="0", reason="Дәрігер анықтамасы")
        offered = re.findall(r'name="sitting_id" value="([^"]+)"', candidate.opens(f"exams/{EXAM}/sittings"))
        later = candidate.sends(f"exams/{EXAM}/bookings", sitting_id=offered[-1])
        asked = found(r'href="([^"]+/exams/bookings/[^"]+/cancellation)"', later)
        candidate.opens(asked)
        candidate.sends(asked)
        booked = candidate.sends(f"exams/{EXAM}/bookings", sitting_id=offered[0])
        place = found(r'href="([^"]+/exams/attempts/[^"]+)/before', booked)
        candidate.opens(f"{place}/before")
        candidate.opens(place)
        candidate.sends(f"{place}/check-in", 422)
        candidate.sends(f"{place}/check-in", notice="true", rules="true", version=NOTICE_VERSION)
        door = f"rooms/{offered[0]}/attempts/{place.rsplit('/', 1)[1]}"
        proctor.opens(f"{door}/refusal")
        distance.play(self.world, (candidate, manager, proctor), offered[0], place)
        candidate.opens(place)
        self.world.clock.advance(timedelta(minutes=15))
        self._in_secure_browser(candidate, manager, proctor, (offered[0], place))
        self._stopped(candidate, manager, proctor, place)

    def _in_secure_browser(
        self, candidate: Player, manager: Player, proctor: Player, where: tuple[str, str]
    ) -> None:
        """The sitting asks for the secure browser; other settings stop the exam, a proctor lets it go on."""
        sitting, place = where
        for tail in ("", "/end"):
            self.player("").opens(f"exams/secure-browser{tail}")
        manager.sends(f"sittings/{sitting}/browser", secure_browser="true")
        candidate.opens(f"exams/{EXAM}/sittings")
        candidate.opens(f"{place}/before")
        candidate.sends(f"{place}/start", 409)
        key = config_key(read(candidate.browser.get(f"{place}/settings.seb").content))
        start = f"{place}/start"
        proof = request_hash(self.world.settings.public_base + start, key)
        assert candidate.browser.post(start, X_SafeExamBrowser_ConfigKeyHash=proof).status_code == 303
        candidate.opens(place, 409)
        candidate.browser.get(place, X_SafeExamBrowser_ConfigKeyHash="0" * 64)
        candidate.opens(place, 409)
        watched = f"rooms/attempts/{place.rsplit('/', 1)[1]}"
        proctor.opens(f"rooms/{sitting}")
        proctor.opens(watched)
        proctor.sends(f"{watched}/browser", 422, scope="once", reason="")
        proctor.sends(f"{watched}/browser", scope="rest", reason="Ескі нұсқа")
        candidate.opens(f"{place}/before")

    def _stopped(self, candidate: Player, manager: Player, proctor: Player, place: str) -> None:
        """Paused and resumed; ended by two people, and released by an officer."""
        for tail in ("?n=2", "?view=all", "/time", "/submission"):
            candidate.opens(f"{place}{tail}")
        watched = f"rooms/attempts/{place.rsplit('/', 1)[1]}"
        proctor.opens(watched)
        proctor.sends(f"{watched}/pause", reason="Жарық өшті")
        candidate.opens(place)
        proctor.sends(f"{watched}/resume")
        self._unsent(proctor, watched)
        self._seen(proctor, watched)
        self._board(manager, proctor, candidate, place)
        proctor.sends(f"{watched}/termination", reason="Үлгі себеп")
        manager.opens(watched)
        manager.sends(f"{watched}/termination/confirmation")
        candidate.opens(place)
        candidate.opens(f"{place}/result")
        self._reviewed(candidate, place)

    def _seen(self, proctor: Player, watched: str) -> None:
        """An incident: refused, written down, corrected, withdrawn; and another one that stands."""
        here = f"{watched}/incidents"
        page = proctor.opens(here)
        at = found(r'name="seen_at" type="datetime-local" required[^>]* value="([^"]+)"', page)
        proctor.sends(here, 422, kind="phone", seen_at="2020-01-01T10:00", seen="Телефон үстелде")
        seen = {"kind": "phone", "seen_at": at, "seen": "Телефон үстелде"}
        page = proctor.sends(here, **seen)
        made = found(r'action="([^"]+/correction)"', page)
        proctor.sends(made, 422, act="correct", **seen)
        proctor.sends(made, act="correct", **(seen | {"kind": "other_device"}), reason="Бұл сағат еді")
        proctor.sends(made, act="withdraw", reason="Сағат өшірулі болды")
        proctor.sends(here, **seen)

    def _reviewed(self, candidate: Player, place: str) -> None:
        """The record is taken, the candidate answers, a second reviewer finds something, an officer decides."""
        zarina, record = self.player("zarina"), f"reviews/{place.rsplit('/', 1)[1]}"
        candidate.opens(f"{place}/record")
        zarina.opens("reviews")
        zarina.opens(record)
        zarina.sends(f"{record}/taking")
        zarina.sends(f"{record}/clearance", 422, words="")
        words = "Телефонның не үшін үстелде жатқанын айтыңызшы"
        zarina.sends(f"{record}/statement-request", words=words)
        zarina.sends(f"{record}/referral", 409, words=words)
        candidate.sends(f"{place}/statement", 422)
        candidate.sends(f"{place}/statement", statement="Бұл дәрігер берген құрылғы")
        zarina.opens("reviews")
        zarina.sends(f"{record}/referral", words=words)
        reviewer = self.player("reviewer")
        reviewer.sends(f"{record}/finding", 422, words=words)
        reviewer.sends(f"{record}/finding", words=words, finding="irregularity")
        candidate.opens(f"{place}/record")
        officer = self.player("yerlan")
        officer.opens(found(r'href="([^"]+/results/[^"?]+)"', officer.opens("results")))
        decided = f"results/{place.rsplit('/', 1)[1]}"
        officer.opens(f"{decided}/record")
        officer.sends(f"{decided}/invalidation", 422)
        officer.sends(f"{decided}/invalidation", invalid_reason=words)
        appeals.play(self.player, candidate, place)
        candidate.opens(f"{place}/record")
        candidate.opens(f"{place}/result")
        run_due(make_context(self.world.engine, self.world.clock, self.world.settings))
        self.player("").opens("supervision")

    def _unsent(self, proctor: Player, watched: str) -> None:
        """A file with an answer that a page could not send: refused, shown, loaded, shown as loaded."""
        page = proctor.opens(f"{watched}/unsent")
        held: dict[str, Any] = {
            "answers": [{"at": "-", "chosen": [], "key": "k", "place": 1, "seq": 1, "version": 0}],
            "attempt": found(r'<p class="lead">\S+ ([^,]+),', page),
            "kind": KIND,
            "made_at": "2026-11-26T05:00:00Z",
            "version": 1,
        }
        proctor.sends(f"{watched}/unsent", 422, content=json.dumps(held | {"sha256": "0" * 64}))
        whole = {"content": json.dumps(held | {"sha256": sha256_hex(canonical_json(held))})}
        proctor.sends(f"{watched}/unsent", **whole)
        loaded = whole | {"step": "load", "confirmed": "1:stored"}
        proctor.sends(f"{watched}/unsent", 422, **loaded)
        proctor.sends(f"{watched}/unsent", **loaded, reason="Үлгі себеп")
        proctor.sends(f"{watched}/unsent", **whole)

    def _board(self, manager: Player, proctor: Player, candidate: Player, place: str) -> None:
        """Everybody of the sitting; each act asks, is corrected, is done; a message is read."""
        attempt = place.rsplit("/", 1)[1]
        room = f"rooms/{self.one('SELECT sitting_id FROM attempt WHERE id = :id', id=UUID(attempt).hex)}"
        for query in ("", "?filter=attention", "?filter=done&sort=name"):
            manager.opens(f"{room}/board{query}")
        proctor.opens(f"{room}/board")
        manager.sends(f"{room}/board", 422, act="pause", who="chosen")
        manager.opens(f"{room}/messages")
        some = {"who": "chosen", "attempt": [attempt], "key": "key-0001", "language": "kk"}
        for act in ("message", "time", "pause", "resume"):
            manager.sends(f"{room}/board", act=act, **some)
        manager.sends(f"{room}/board", act="time", who="all")
        manager.sends(f"{room}/messages", 422, what="own", **some)
        manager.sends(f"{room}/messages", what="technical", **some)
        manager.sends(f"{room}/messages", what="own", body="Үлгі хабарлама", **some | {"key": "key-0002"})
        manager.sends(f"{room}/pause", 422, **some)
        manager.sends(f"{room}/time", minutes="5", reason="Үлгі себеп", **some)
        manager.sends(f"{room}/time", minutes="5", reason="Үлгі себеп", **some)
        manager.sends(f"{room}/pause", reason="Үлгі себеп", **some)
        candidate.opens(place)
        manager.sends(f"{room}/resume", **some)
        manager.sends(f"{room}/resume", **some)
        for tail in ("", "/submission", "/messages", "/before"):
            candidate.opens(f"{place}{tail}")
        candidate.sends(found(r'data-read="([^"]+)"', candidate.opens(place)))
        candidate.opens(f"{place}/messages")
        manager.opens(f"{room}/messages")
        manager.opens(f"{room}/board")

    def certificates(self) -> None:
        """Names are confirmed by their holder; the case is reviewed and granted with others."""
        case = self.one("SELECT id FROM certification_case WHERE names_confirmed_at IS NULL")
        holder = self.one(
            "SELECT a.candidate_id FROM certification_case c JOIN attempt a ON a.id = c.attempt_id WHERE c.id = :id",
            id=case.hex,
        )
        member = Player(self.world, self.locale, "member", holder, self.look)
        officer = self.player("yerlan")
        officer.opens(f"decisions/review?case={case}")
        member.opens(f"certificates/names/{case}")
        member.sends(f"certificates/names/{case}")
        officer.opens(f"decisions/review?case={case}")
        officer.sends("decisions/review", case=[str(case)])

    def statistics(self) -> None:
        """A form that many took is asked for, computed, and read: its table, good and bad items, an instructor."""
        form = self.one("SELECT id FROM form WHERE slug = 'full-a'")
        strange = {(7, "kk"): -4.0, (9, "ru"): 4.0, (9, "kk"): 4.0}
        fill(
            self.world,
            form,
            140,
            languages=("ru", "kk"),
            moved=lambda place, language: strange.get((place, language), 0.0),
            seconds=lambda place: 2 if place == 20 else 45,
        )
        manager, place = self.player("gulnara"), f"statistics/{form}"
        manager.opens(place)
        manager.sends(f"{place}/computation")
        manager.opens("statistics")
        run_due(make_context(self.world.engine, self.world.clock, self.world.settings))
        table = manager.opens(place)
        manager.opens(f"{place}?view=attention")
        items = re.findall(r'href="([^"]+/items/[^"]+)"', table)
        for item in (items[6], items[8], items[19], items[79]):
            manager.opens(item)
        fill(self.world, form, 2, seed=8)
        manager.opens(place)
        manager.sends(f"{place}/computation", 409)
        for tail in (items[6], "statistics", place):
            self.player("marat").opens(tail)

    def refusals(self) -> None:
        """A page that is not there."""
        self.player("").opens("no-such-page", 404)
