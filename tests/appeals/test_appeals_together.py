"""Members of a panel who act at the same moment, and what is kept while an appeal is heard."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

from sqlmodel import select

from app.appeals.errors import AppealHasPanel
from app.appeals.models.panel import Appeal, AppealSeat, AppealVote
from app.appeals.rules.challenges import Verdict
from app.appeals.service import panel as service
from app.exams.rules.states import AppealState, Axis
from app.kernel.errors import DomainError
from app.platform.models import Job
from app.proctoring.rules.keeping import Keeping, due_at
from app.proctoring.service.keeping import fate_of
from tests.appeals.test_appeals import REASONS, files, invalidated, member, sits, the_appeal, votes
from tests.appeals.world import chain
from tests.exams.delivery_world import attempt, count
from tests.proctoring.ground import Ground
from tests.world import World


def at_once(world: World, people: list[UUID], act: Any) -> list[Any]:
    """Let everybody act at the same moment; what each got."""
    barrier, ended = Barrier(len(people)), []

    def run(person: UUID) -> None:
        barrier.wait()
        try:
            with world.write() as session:
                ended.append(act(session, person))
        except DomainError as error:
            ended.append(type(error))

    threads = [Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_of_five_members_who_ask_at_once_two_get_a_seat(world: World) -> None:
    ground = Ground(world)
    files(invalidated(ground))
    appeal = the_appeal(world)
    people = [member(world) for _ in range(5)]
    ended = at_once(
        world,
        people,
        lambda session, person: service.take(session, world.clock, appeal_id=appeal, member_id=person),
    )
    assert sorted(map(str, ended)) == sorted(map(str, [None, None, *[AppealHasPanel] * 3]))
    assert count(world, AppealSeat) == 2


def test_two_last_votes_at_once_are_one_outcome_one_letter_and_one_chain(world: World) -> None:
    ground = Ground(world)
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    people = [member(world), member(world)]
    for person in people:
        sits(world, person, appeal)

    def vote(session: Any, person: UUID) -> Any:
        return service.vote(
            session, world.clock, appeal_id=appeal, member_id=person, verdict=Verdict.UPHOLD, reasons=REASONS
        )

    assert at_once(world, people, vote) == [None, None]
    assert count(world, AppealVote) == 2
    ends = [step.to_state for step in chain(world, who.attempt_id) if step.axis is Axis.APPEAL]
    assert ends == ["filed", "panel", "upheld"]
    with world.read() as session:
        keys = session.exec(select(Job.dedupe_key).where(Job.kind == service.LETTER)).all()
    assert sorted(keys) == [f"{service.LETTER}:{appeal}:{word}" for word in ("decided", "filed")]


def test_one_candidate_who_sends_the_form_twice_at_once_has_one_appeal(world: World) -> None:
    ground = Ground(world)
    who = invalidated(ground)
    replies: list[int] = []
    threads = [Thread(target=lambda: replies.append(files(who).status_code)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [303, 303]
    assert count(world, Appeal) == 1


def test_rule_6_nothing_but_identity_pictures_goes_while_an_appeal_is_heard(world: World) -> None:
    ground = Ground(world)
    who = invalidated(ground)

    def due(keeping: Keeping) -> Any:
        with world.read() as session:
            assert who.attempt_id is not None
            return due_at(keeping, fate_of(session, who.attempt_id))

    before = due(Keeping.SNAPSHOTS)
    files(who)
    assert (due(Keeping.SNAPSHOTS), due(Keeping.SIGNALS)) == (None, None)
    assert due(Keeping.IDENTITY) is not None
    appeal = the_appeal(world)
    world.clock.advance(timedelta(days=3))
    for _ in range(2):
        assert votes(sits(world, member(world), appeal), appeal, "dismiss").status_code == 303
    assert attempt(world, who.attempt_id).appeal is AppealState.DISMISSED
    after = due(Keeping.SNAPSHOTS)
    assert after >= before + timedelta(days=3), "counted from the decision of the panel"
