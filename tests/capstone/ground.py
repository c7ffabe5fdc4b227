"""Somebody who works on the capstone, raters, and an officer."""

import re
from typing import Any
from uuid import UUID

from app.accounts import service as people
from app.accounts.rules import Role
from app.capstone.queries import work as reads
from app.capstone.queries.briefs import shipped
from app.capstone.rules.uploads import read_upload
from app.capstone.service import outcomes, rating, submissions
from app.kernel.errors import Refused
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.world import Browser, World

PARTS = [one.id for one in shipped().deliverables]
CRITERIA = [one.id for one in shipped().criteria]
PDF = b"%PDF-1.7\nthe work\n%%EOF\n"
COMMENT = "It says so in the second part"


class Ground:
    """People around one capstone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.person = factories.person(world, Role.CANDIDATE)
        self.raters = [factories.person(world, Role.RATER) for _ in range(4)]
        self.officer = factories.person(world, Role.CERTIFICATION_OFFICER)

    def does(self, act: Any, **values: Any) -> Any:
        """An act in its own transaction."""
        with self.world.write() as session:
            return act(session, self.world.clock, **values)

    def begun(self) -> UUID:
        """A submission of the person, empty or copied."""
        made: UUID = self.does(submissions.begin, person_id=self.person)
        return made

    def writes(self, work: UUID, part: str, body: str = "What I found") -> None:
        """A text of the person."""
        stored = self.work(work).texts
        self.does(
            submissions.save_text,
            person_id=self.person,
            submission_id=work,
            part=part,
            body=body,
            based_on=reads.version(stored[part].body if part in stored else ""),
        )

    def stores(self, work: UUID, content: bytes = PDF, part: str = "plan", name: str = "a.pdf") -> None:
        """A file of the person."""
        self.does(
            submissions.store_file,
            person_id=self.person,
            submission_id=work,
            part=part,
            sound=read_upload(name, content),
            content=content,
        )

    def sends(self, work: UUID, part: str, *, desk: Browser | None = None, **sent: Any) -> Any:
        """The page of a part is opened and sent; ``file`` is a name with bytes, the rest are fields."""
        desk = desk or self.desk()
        address = f"/en/capstone/{work}/parts/{part}"
        held = re.search(r'name="based_on" value="([0-9a-f]{16})"', desk.get(address).text)
        file = sent.pop("file", ("", b""))
        fields = {"based_on": held[1] if held else ""} | sent
        return desk.post(address, fields, files={"file": (*file, "application/pdf")})

    def work(self, work: UUID) -> reads.Work:
        """What is stored."""
        with self.world.read() as session:
            return reads.work_of(session, work)

    def hands_in(self, work: UUID) -> None:
        """The hand-in of what is stored now."""
        self.does(
            submissions.hand_in,
            person_id=self.person,
            submission_id=work,
            confirmed=self.work(work).state,
        )

    def handed_in(self) -> UUID:
        """A submission with all its parts, handed in."""
        work = self.begun()
        for part in PARTS:
            self.writes(work, part)
        self.stores(work)
        self.hands_in(work)
        return work

    def takes(self, work: UUID, rater: int | UUID) -> Any:
        """A rater takes it."""
        who = rater if isinstance(rater, UUID) else self.raters[rater]
        return self.does(rating.take, submission_id=work, rater_id=who)

    def rates(self, work: UUID, rater: int, level: int = 3, **levels: int) -> Any:
        """A rater takes it and rates it: one level for all criteria but those that are named."""
        assert not isinstance(self.takes(work, rater), Refused)
        return self.does(
            rating.rate,
            submission_id=work,
            rater_id=self.raters[rater],
            levels=dict.fromkeys(CRITERIA, level) | levels,
            comments=dict.fromkeys(CRITERIA, COMMENT),
        )

    def tells(self, work: UUID, officer: UUID | None = None) -> Any:
        """An officer tells the outcome."""
        return self.does(outcomes.tell, submission_id=work, officer_id=officer or self.officer, words=None)

    def told(self, level: int) -> UUID:
        """A capstone from the first word to the told outcome."""
        work = self.handed_in()
        self.rates(work, 0, level)
        self.rates(work, 1, level)
        assert self.tells(work) is None
        return work

    def trains(self, trainer: UUID) -> None:
        """Somebody has trained the person."""
        with self.world.write() as session:
            session.add(
                TrainingRelation(
                    trainer_id=trainer,
                    learner_id=self.person,
                    basis=TrainingBasis.MENTOR,
                    since=self.world.clock.now(),
                )
            )

    def grants(self, person: UUID, role: Role) -> None:
        """Somebody gets one more role."""
        self.does(people.grant, person_id=person, role=role, by=None, reason="a second duty")

    def desk(self, person: UUID | None = None) -> Browser:
        """A browser of somebody, of the person without one."""
        return self.world.browser(person or self.person)


def refusal(result: Any) -> type[Exception]:
    """Which refusal a verb returned."""
    assert isinstance(result, Refused)
    return type(result.error)


def confirmed_on(page: str) -> str:
    """What the confirmation page would send."""
    found = re.search(r'name="confirmed" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]
