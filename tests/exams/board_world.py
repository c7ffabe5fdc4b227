"""A room to watch: candidates who sit, a proctor, an exam manager, and their board."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.kernel.ids import new_id
from tests.exams.delivery_world import Candidate
from tests.exams.test_rooms import MINUTE, Hall
from tests.factories import person
from tests.world import Browser, World


class Watch(Hall):
    """A hall whose first ``sit`` candidates have started; the manager watches."""

    def __init__(self, world: World, candidates: int = 3, sit: int | None = None) -> None:
        super().__init__(world, candidates)
        self.manager = person(world, "exam_manager")
        self.staff: Browser = world.browser(self.manager)
        self.who = [Candidate(world, *pair) for pair in zip(self.candidates, self.attempts, strict=True)]
        starting = range(candidates if sit is None else sit)
        for number in starting:
            self.check_in(number)
            self.act("admission", number)
        world.clock.advance(20 * MINUTE)
        for number in starting:
            assert self.who[number].start().status_code == 303

    @property
    def board(self) -> str:
        return f"{self.room}/board"

    def ids(self, *numbers: int) -> list[str]:
        return [str(self.attempts[number]) for number in numbers]

    def for_some(self, act: str, *numbers: int, by: Browser | None = None, **data: str) -> Any:
        """Do something for some of the room."""
        form: dict[str, Any] = {"who": "chosen", "attempt": self.ids(*numbers), **data}
        return (by or self.staff).post(f"{self.room}/{act}", form)

    def for_all(self, act: str, *, by: Browser | None = None, **data: str) -> Any:
        """Do something for everybody of the room."""
        return (by or self.staff).post(f"{self.room}/{act}", {"who": "all", **data})

    def say(self, *numbers: int, body: str = "Please look up", **more: str) -> Any:
        """Send an own text in English."""
        words = {"what": "own", "body": body, "language": "en", "key": new_id().hex} | more
        return self.for_some("messages", *numbers, **words) if numbers else self.for_all("messages", **words)

    def poll(self, address: str, *, by: Browser | None = None, after: int = 5) -> Any:
        """What the page asks some seconds later."""
        self.world.clock.advance(timedelta(seconds=after))
        return (by or self.staff).get(address, HX_Request="true")


def pulse(text: str) -> str:
    """Where a page, or a part of it, asks next."""
    match = re.search(r'id="pulse" hidden hx-get="([^"]+)"', text)
    assert match
    return match.group(1).replace("&amp;", "&")


def rows(text: str) -> list[UUID]:
    """The attempts of the rows, in order."""
    return [UUID(found) for found in re.findall(r'<tr id="r-([^"]+)"', text)]


def row(text: str, attempt_id: UUID) -> str:
    """One row in words."""
    match = re.search(rf'<tr id="r-{attempt_id}">(.*?)</tr>', text, re.S)
    assert match
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", match.group(1)))


def read_button(text: str) -> str:
    """Where the first message of a page is said to be read."""
    match = re.search(r'data-read="([^"]+)"', text)
    assert match
    return match.group(1)
