"""Objections: a candidate files one, a first person proposes an answer, a second one decides."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.appeals.errors import (
    ChallengeMoved,
    ChallengeOpen,
    ChallengeTooLate,
    OwnTraineeTouched,
    PlaceUnknown,
    ResultNotReleased,
    TooManyChallenges,
    TrainsPeople,
)
from app.appeals.models.challenges import ChallengeStep, ItemChallenge
from app.appeals.queries import challenges as queries
from app.appeals.rules import challenges as rules
from app.appeals.rules.challenges import ChallengeState, Filing, Verdict
from app.exams.queries.attempts import attempt_of
from app.exams.rules.states import Lifecycle, ResultState
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later

ANSWER_MAIL = "appeals.answer_mail"
"""The job kind that tells a candidate that an objection is answered."""

_REFUSALS = {
    Filing.NOT_RELEASED: ResultNotReleased,
    Filing.TOO_LATE: ChallengeTooLate,
    Filing.TOO_MANY: TooManyChallenges,
}


def file_challenge(
    session: Session,
    clock: Clock,
    *,
    candidate_id: UUID,
    attempt_id: UUID,
    position: int,
    body: str,
    locale: str,
) -> UUID:
    """A candidate objects to a place of their own attempt, or to the whole exam (place 0).

    The same text sent twice is one objection.

    Raises:
        NotFound: no such attempt, or another candidate's.
        ResultNotReleased, ChallengeTooLate, TooManyChallenges: see ``rules.filing``.
        PlaceUnknown: the exam has no such place.
        ChallengeOpen: another objection to this place waits.
    """
    attempt = attempt_of(session, candidate_id, attempt_id, for_update=True)
    known = session.execute(
        select(col(ItemChallenge.id), col(ItemChallenge.body)).where(
            col(ItemChallenge.attempt_id) == attempt_id,
            col(ItemChallenge.position) == position,
            col(ItemChallenge.state).in_(rules.OPEN_STATES),
        )
    ).first()
    if known is not None and known.body == body:
        return UUID(str(known.id))
    if known is not None:
        raise ChallengeOpen
    waiting, filed = session.execute(
        select(
            func.count().filter(col(ItemChallenge.state).in_(rules.OPEN_STATES)),
            func.count(),
        ).where(col(ItemChallenge.attempt_id) == attempt_id)
    ).one()
    told = attempt.lifecycle is Lifecycle.SCORED and attempt.result in {
        ResultState.RELEASED,
        ResultState.REISSUED,
    }
    answer = rules.filing(
        released_at=attempt.released_at if told else None, at=clock.now(), open_now=waiting, filed=filed
    )
    if answer is not Filing.OPEN:
        raise _REFUSALS[answer]
    layout = attempt.layout or []
    if not rules.is_place(position, len(layout)):
        raise PlaceUnknown(places=len(layout))
    challenge_id = new_id()
    insert_once(
        session,
        ItemChallenge,
        id=challenge_id,
        attempt_id=attempt_id,
        candidate_id=candidate_id,
        position=position,
        item_version_id=UUID(layout[position - 1]["item"]) if position else None,
        body=body,
        locale=Locale(locale),
        state=ChallengeState.FILED,
        filed_at=clock.now(),
    )
    audit.record(
        session,
        clock,
        actor_id=candidate_id,
        action="challenge.filed",
        subject_kind="item_challenge",
        subject_id=challenge_id,
        attempt=attempt_id,
        position=position,
    )
    return challenge_id


def _keep_out(
    session: Session, clock: Clock, person_id: UUID, ids: Sequence[UUID], *, act: str
) -> Refused | None:
    """The refusal for somebody who trains others now, or is no stranger to one of these candidates; noted."""
    error: TrainsPeople | OwnTraineeTouched
    if queries.trains(session, person_id, at=clock.now()):
        error = TrainsPeople()
    elif queries.conflicted(session, person_id, ids, at=clock.now()):
        error = OwnTraineeTouched()
    else:
        return None
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="conflict.refused",
        subject_kind="item_challenge",
        subject_id=ids[0],
        act=act,
        why=error.code,
    )
    return Refused(error)


def propose_answer(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    challenge_ids: Sequence[UUID],
    verdict: Verdict,
    note: str,
) -> Refused | None:
    """A first person has read these objections and proposes what to answer; ``note`` is for colleagues.

    Raises:
        ChallengeMoved: one of them was read or decided meanwhile, or none is given.
    """
    if not challenge_ids:
        raise ChallengeMoved
    refused = _keep_out(session, clock, person_id, challenge_ids, act="propose")
    if refused is not None:
        return refused
    for challenge_id in sorted(challenge_ids):
        _move(
            session,
            challenge_id,
            (ChallengeState.FILED,),
            {"state": ChallengeState.IN_REVIEW, "reader_id": person_id},
        )
        _step(
            session,
            clock,
            challenge_id,
            state=ChallengeState.IN_REVIEW,
            verdict=verdict,
            actor_id=person_id,
            note=note,
        )
    return None


def decide(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    challenge_ids: Sequence[UUID],
    wish: Verdict,
    answer: Mapping[str, str],
    note: str | None,
) -> Refused | None:
    """A second person decides about these objections; each candidate gets a letter.

    ``answer``: what the candidates read, by language; it holds at least each language they filed in.

    Raises:
        ChallengeMoved: one of them was not read yet or is decided, or none is given.
        SecondPersonNeeded: the person has read one of them first.
    """
    if not challenge_ids:
        raise ChallengeMoved
    refused = _keep_out(session, clock, person_id, challenge_ids, act="decide")
    if refused is not None:
        return refused
    readers = session.execute(
        select(col(ItemChallenge.id), col(ItemChallenge.reader_id))
        .where(col(ItemChallenge.id).in_(challenge_ids), col(ItemChallenge.reader_id).is_not(None))
        .order_by(col(ItemChallenge.id))
    ).all()
    if len(readers) != len(set(challenge_ids)):
        raise ChallengeMoved
    for challenge_id, reader_id in readers:
        state = rules.decide_challenge(wish=wish, reader=reader_id, decider=person_id)
        _move(session, challenge_id, (ChallengeState.IN_REVIEW,), {"state": state})
        _step(
            session,
            clock,
            challenge_id,
            state=state,
            verdict=wish,
            actor_id=person_id,
            note=note,
            answer=dict(answer),
        )
        enqueue_later(
            session,
            clock,
            ANSWER_MAIL,
            {"challenge_id": challenge_id},
            dedupe_key=f"{ANSWER_MAIL}:{challenge_id}",
        )
    return None


def _move(
    session: Session, challenge_id: UUID, before: tuple[ChallengeState, ...], values: dict[str, Any]
) -> None:
    moved = session.execute(
        update(ItemChallenge)
        .where(col(ItemChallenge.id) == challenge_id, col(ItemChallenge.state).in_(before))
        .values(**values)
        .returning(col(ItemChallenge.id))
        .execution_options(synchronize_session=False)
    ).all()
    if not moved:
        raise ChallengeMoved


def _step(session: Session, clock: Clock, challenge_id: UUID, **facts: Any) -> None:
    step = ChallengeStep(challenge_id=challenge_id, at=clock.now(), **facts)
    session.add(step)
    audit.record(
        session,
        clock,
        actor_id=step.actor_id,
        action=f"challenge.{step.state}",
        subject_kind="item_challenge",
        subject_id=challenge_id,
        verdict=str(step.verdict),
        step=step.id,  # what was written is on its row
    )
