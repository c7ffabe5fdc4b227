"""A sitting in the secure browser: a candidate, a proctor, and requests that prove the settings or do not."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.exams.models.booking import Sitting
from app.exams.models.secure_browser import BrowserEntry
from app.exams.rules.secure_browser import config_key, request_hash
from app.exams.rules.states import Mode
from app.exams.service.secure_browser_file import read
from app.kernel.ids import new_id
from tests import factories
from tests.exams.delivery_world import Candidate, Made, attempt, make_attempt, make_exam, make_sitting
from tests.world import BASE, World

HEADER = "X_SafeExamBrowser_ConfigKeyHash"


@dataclass
class Sat:
    """What a test needs of one attempt."""

    who: Candidate
    proctor: UUID
    sitting_id: UUID
    key: str = ""

    @property
    def place(self) -> str:
        return self.who.place

    def header(self, path: str) -> dict[str, str]:
        """What the secure browser adds to a request by itself."""
        return {HEADER: request_hash(f"{BASE}{path}", self.key)}

    def get(self, tail: str = "") -> Any:
        return self.who.browser.get(self.place + tail, **self.header(self.place + tail))

    def post(self, tail: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        path = self.place + tail
        return self.who.browser.post(path, data, **{**self.header(path), **headers})

    def lease(self) -> str:
        match = re.search(r'name="lease" value="([^"]+)"', self.get().text)
        assert match
        return match[1]


def sat(world: World, exam: Made | None = None, *, secure: bool = True, started: bool = True) -> Sat:
    """A candidate who was admitted, has the settings, and with ``started`` has begun."""
    proctor = factories.person(world, "proctor")
    exam = exam or make_exam(world, slug=f"exam-{new_id().hex[-12:]}", mode=Mode.ON_SITE)
    sitting_id = make_sitting(world, exam, proctors=[proctor])
    with world.write() as session:
        session.get_one(Sitting, sitting_id).secure_browser = secure
    person = factories.person(world, "candidate")
    made = Sat(
        Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting_id)),
        proctor,
        sitting_id,
    )
    if secure:
        made.key = config_key(read(made.who.browser.get(f"{made.place}/settings.seb").content))
    if started:
        assert made.post("/start").status_code == 303
    return made


def entries(world: World, one: Sat) -> list[tuple[str, UUID | None, str | None]]:
    """The history of the secure browser."""
    with world.read() as session:
        rows = session.scalars(
            select(BrowserEntry)
            .where(BrowserEntry.attempt_id == one.who.attempt_id)
            .order_by(BrowserEntry.id)
        )
        return [(str(row.event), row.actor_id, row.reason) for row in rows]


def ask(one: Sat, method: str, tail: str, headers: dict[str, str], **data: str) -> Any:
    """One request of the attempt with just these headers."""
    path = one.place + tail
    return (
        one.who.browser.get(path, **headers)
        if method == "GET"
        else one.who.browser.post(path, data, **headers)
    )


def held(world: World, one: Sat) -> bool:
    """Whether the attempt is stopped until somebody looks at its browser."""
    return str(attempt(world, one.who.attempt_id).browser_check) == "held"
