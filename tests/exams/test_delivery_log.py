"""Rule 8 as a property: whatever is saved, cleared and sent again, the log alone gives the same score.

And the history of an attempt as a chain.
"""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from app.exams.errors import MoveNotAllowed
from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.rules import scoring
from app.exams.rules.states import Axis, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import answers as service
from app.exams.service import history
from app.exams.service.batch import Given, Order
from app.platform import audit
from app.platform.models import AuditEntry
from tests import factories
from tests.exams.delivery_world import ITEMS, MULTIPLE, answers, attempt, candidate, events, make_exam
from tests.world import World

act = st.tuples(
    st.integers(1, ITEMS),
    st.sampled_from(["a", "b", "c", "ab", ""]),
    st.sampled_from(["right", "stale"]),
    st.booleans(),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(act, max_size=25))
def test_rule_08_the_score_can_be_recomputed_from_the_events_alone(world: World, acts) -> None:
    exam = made.get(id(world)) or made.setdefault(id(world), make_exam(world))
    who = candidate(world, exam)
    lease = who.lease()
    key = 0
    for place, chosen, base, again in acts:
        held = answers(world, who.attempt_id)[place][1]
        words = tuple(chosen) if place == MULTIPLE else tuple(chosen[:1])
        version = held if base == "right" else max(0, held - 1)
        key += 1
        for _ in range(2 if again else 1):
            with world.write() as session:
                service.save(
                    session,
                    world.clock,
                    candidate_id=who.person_id,
                    attempt_id=who.attempt_id,
                    order=Order((Given(place, words, version, clear=not words),), lease=lease, key=str(key)),
                    locale="en",
                )
    stored = {place: tuple(words) for place, (words, _) in answers(world, who.attempt_id).items() if words}
    with world.read() as session:
        recomputed = service.recompute(session, session.get_one(Attempt, who.attempt_id))
    assert recomputed.answers == stored
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert row.raw_score == recomputed.raw_score
    assert row.outcome == scoring.decide_outcome(raw_score=recomputed.raw_score, cut_score=row.cut_score)
    keys = [event.idempotency_key for event in events(world, who.attempt_id) if event.idempotency_key]
    assert len(keys) == len(set(keys))


made: dict = {}


def test_the_history_of_an_attempt_is_a_chain_and_a_changed_entry_shows(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.hand_in()
    with world.read() as session:
        assert history.first_broken(session, who.attempt_id) is None
    with world.write() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        if sqlite:
            for (name,) in session.execute(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='attempt_transition'")
            ).all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("ALTER TABLE attempt_transition DISABLE TRIGGER USER"))
        session.execute(
            update(AttemptTransition)
            .where(AttemptTransition.attempt_id == who.attempt_id, AttemptTransition.seq == 3)
            .values(reason="forged")
        )
    with world.read() as session:
        assert history.first_broken(session, who.attempt_id) == 3


def test_what_is_consequential_is_audited(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.hand_in()
    world.work()
    with world.read() as session:
        found = set(
            session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(who.attempt_id)))
        )
        assert {"attempt.started", "attempt.closed"} <= found
        assert audit.first_broken(session) is None


@pytest.mark.parametrize("review", list(Review))
def test_a_result_is_invalidated_only_after_an_irregularity_was_found(world: World, review: Review) -> None:
    officer = factories.person(world, "certification_officer")
    for result in (ResultState.WITHHELD, ResultState.RELEASED, ResultState.REISSUED):
        who = candidate(world, make_exam(world, slug=f"exam-{result}"))
        who.hand_in()
        with world.write() as session:
            session.execute(
                update(Attempt).where(Attempt.id == who.attempt_id).values(review=review, result=result)
            )

        def invalidate(attempt_id: UUID | None = who.attempt_id) -> None:
            with world.write() as session:
                history.move(
                    session,
                    world.clock,
                    session.get_one(Attempt, attempt_id),
                    Axis.RESULT,
                    ResultState.INVALIDATED,
                    actor_id=officer,
                    roles=(Who.CERTIFICATION_OFFICER,),
                    reason="somebody else sat the exam",
                )

        if review is Review.IRREGULARITY:
            invalidate()
            assert attempt(world, who.attempt_id).result is ResultState.INVALIDATED
            continue
        with pytest.raises(MoveNotAllowed):
            invalidate()
        assert attempt(world, who.attempt_id).result is result
