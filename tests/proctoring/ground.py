"""A supervised sitting with candidates, its proctor, reviewers, and an officer."""

from typing import Any
from uuid import UUID

from app.exams.rules.states import Mode, ReleasePolicy, Review
from app.exams.rules.transitions import Who
from app.kernel.errors import Refused
from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.service import incidents, reviewing
from tests import factories
from tests.exams.delivery_world import Candidate, Made, attempt, make_attempt, make_exam, make_sitting
from tests.world import Browser, World

WORDS = "A second voice was heard twice"
WHY = "The recording of the room explains it"


class Ground:
    """One sitting of one exam."""

    def __init__(self, world: World, *, release: ReleasePolicy = ReleasePolicy.AT_ONCE) -> None:
        self.world = world
        self.exam: Made = make_exam(world, certification=True, release=release, mode=Mode.ON_SITE)
        self.proctor = factories.person(world, "proctor")
        self.sitting = make_sitting(world, self.exam, proctors=[self.proctor])
        self.first, self.second = (factories.person(world, "incident_reviewer") for _ in range(2))
        self.officer = factories.person(world, "certification_officer")

    def candidate(self, *, ends: bool = True, passes: bool = True, **facts: Any) -> Candidate:
        """Somebody who sits the exam, and hands in."""
        person = factories.person(self.world, "candidate", **facts)
        who = Candidate(
            self.world, person, make_attempt(self.world, self.exam, person, sitting_id=self.sitting)
        )
        who.start()
        for place in range(1, 5 if passes else 2):
            who.save(place, "a")
        if ends:
            who.hand_in()
        return who

    def incident(self, who: Candidate, actor: UUID | None = None, words: str = WORDS) -> Any:
        """The proctor writes down what they heard."""
        assert who.attempt_id is not None
        with self.world.write() as session:
            return incidents.record(
                session,
                self.world.clock,
                attempt_id=who.attempt_id,
                actor_id=actor or self.proctor,
                roles={Who.PROCTOR},
                seen=incidents.Seen(IncidentKind.TALKING, self.world.clock.now(), words),
            )

    def flagged(self, **facts: Any) -> Candidate:
        """Somebody about whom an incident was written down before they handed in."""
        who = self.candidate(ends=False, **facts)
        assert isinstance(self.incident(who), UUID)
        who.hand_in()
        return who

    def does(self, act: Any, who: Candidate, reviewer: UUID, **more: Any) -> Any:
        """A step of a review by its service."""
        with self.world.write() as session:
            return act(session, self.world.clock, attempt_id=who.attempt_id, reviewer_id=reviewer, **more)

    def answers(self, who: Candidate, words: str = "I read the question aloud") -> None:
        """The candidate's statement."""
        assert who.attempt_id is not None
        with self.world.write() as session:
            reviewing.give_statement(
                session,
                self.world.clock,
                attempt_id=who.attempt_id,
                candidate_id=who.person_id,
                words=words,
            )

    def referred(self) -> Candidate:
        """Somebody whose record waits for a second reviewer."""
        who = self.flagged()
        self.does(reviewing.take, who, self.first)
        self.does(reviewing.ask_statement, who, self.first, words="What did you say aloud?")
        self.answers(who)
        self.does(reviewing.refer, who, self.first, words="A second voice is on the record")
        return who

    def found(self, finding: Review) -> Candidate:
        """Somebody whose second review has ended."""
        who = self.referred()
        done = self.does(reviewing.conclude, who, self.second, finding=finding, words=WHY)
        assert done is None
        return who

    def desk(self, person: UUID) -> Browser:
        """A browser of somebody."""
        return self.world.browser(person)

    def review(self, who: Candidate) -> Review:
        """Where the review stands."""
        return attempt(self.world, who.attempt_id).review


def refusal(result: Any) -> type[Exception]:
    """Which refusal a verb returned."""
    assert isinstance(result, Refused)
    return type(result.error)
