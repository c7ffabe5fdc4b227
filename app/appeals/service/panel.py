"""Appeals: a candidate files one, members of the panel take seats and vote blind, most of them decide.

Every act holds the attempt's row first, so that of two members who act at the same moment the later one sees
what the earlier one left.
"""

from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.accounts.queries import people_with_role
from app.appeals.errors import (
    AppealDecided,
    AppealHasPanel,
    AppealOpen,
    AppealTooLate,
    NothingToAppeal,
    PartInAttempt,
    SeatGivenBack,
    VotedBefore,
)
from app.appeals.models.panel import Appeal, AppealSeat, AppealVote
from app.appeals.queries import panel as queries
from app.appeals.rules.challenges import Verdict
from app.appeals.rules.panel import SEAT_TIME, call_number, decide_appeal, seats_needed
from app.exams.queries.appealing import appealed_of
from app.exams.queries.attempts import attempt_of
from app.exams.rules.appealing import Filing, against, filing
from app.exams.rules.rating import Taking, taking
from app.exams.service import appealing as exams
from app.exams.service import reviewing
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later

LETTER = "appeals.letter"
"""The job kind that tells a candidate that an appeal was filed, or decided; payload ``{"appeal_id": …}``."""

CALL = "appeals.call"
"""The job kind that writes to everybody who could take a free seat; payload ``{"appeal_id": …}``."""

CALL_LETTER = "appeals.call_letter"
"""The job kind of one such letter; payload ``{"appeal_id": …, "person_id": …}``."""

_FILING: dict[Filing, type[DomainError]] = {
    Filing.NOTHING: NothingToAppeal,
    Filing.IN_REVIEW: NothingToAppeal,
    Filing.HEARD: AppealOpen,
    Filing.DECIDED: AppealDecided,
    Filing.TOO_LATE: AppealTooLate,
}
_SEATS: dict[Taking, type[DomainError]] = {
    Taking.TAKEN: AppealHasPanel,
    Taking.FREE: AppealHasPanel,
    Taking.GIVEN_BACK: SeatGivenBack,
    Taking.RATED: VotedBefore,
}


def file_appeal(
    session: Session,
    clock: Clock,
    *,
    candidate_id: UUID,
    attempt_id: UUID,
    body: str,
    locale: str,
    zone: tzinfo,
) -> UUID:
    """A candidate appeals against what was decided about their attempt; they get a letter with the day.

    ``zone`` is the candidate's: the last day counts whole. The same text sent twice is one appeal.

    Raises:
        NotFound: no such attempt, or another candidate's.
        NothingToAppeal, AppealTooLate, AppealOpen, AppealDecided: see ``rules.appealing.filing``.
    """
    attempt_of(session, candidate_id, attempt_id, for_update=True)
    earlier = queries.appeals_of(session, attempt_id)
    if earlier and earlier[0].outcome is None and earlier[0].body == body:
        return earlier[0].id
    one = appealed_of(session, attempt_id).decided(earlier[0].filed_at if earlier else None)
    now = clock.now()
    answer, found = filing(one, at=now, zone=zone), against(one)
    if answer is not Filing.OPEN or found is None:
        raise _FILING[answer]
    appeal = Appeal(attempt_id=attempt_id, against=found, body=body, locale=Locale(locale), filed_at=now)
    session.add(appeal)
    session.flush()
    exams.file(session, clock, attempt_id=attempt_id, candidate_id=candidate_id)
    _note(session, clock, candidate_id, "appeal.filed", appeal.id, against=str(found))
    _write_later(session, clock, appeal.id, "filed")
    call(session, clock, appeal_id=appeal.id, filed_at=now)
    return appeal.id


def take(session: Session, clock: Clock, *, appeal_id: UUID, member_id: UUID) -> Refused | None:
    """Take a seat for the time a seat is kept. Taken twice by the same member is once.

    Raises:
        NotFound: no such appeal.
        AppealHasPanel: all seats are taken, or it is decided.
        SeatGivenBack, VotedBefore: this member is done with it.
    """
    one = _door(session, appeal_id)
    refusal = _conflict(session, clock, one, member_id, "take")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, one, member_id)
    if found is Taking.MINE:
        return None
    if found is not Taking.FREE:
        raise _SEATS[found]
    _seat(session, clock, one, member_id)
    return None


def _seat(session: Session, clock: Clock, one: queries.Own, member_id: UUID) -> None:
    now = clock.now()
    fresh = insert_once(session, AppealSeat, id=new_id(), appeal_id=one.id, member_id=member_id, taken_at=now)
    if not fresh:  # the time of an earlier taking was over
        mine = col(AppealSeat.appeal_id) == one.id, col(AppealSeat.member_id) == member_id
        session.execute(update(AppealSeat).where(*mine).values(taken_at=now))
    exams.open_panel(session, clock, attempt_id=one.attempt_id, member_id=member_id)
    _note(session, clock, member_id, "appeal.taken", one.id)


def give_back(session: Session, clock: Clock, *, appeal_id: UUID, member_id: UUID, reason: str) -> None:
    """Give a seat back, because the member knows whose it is or cannot hear it; a colleague takes it.

    Raises:
        NotFound: no such appeal.
        AppealHasPanel, SeatGivenBack, VotedBefore: the member does not have it.
    """
    one = _door(session, appeal_id)
    found = _taking(session, clock, one, member_id)
    if found is not Taking.MINE:
        raise _SEATS[found]
    session.execute(
        update(AppealSeat)
        .where(col(AppealSeat.appeal_id) == appeal_id, col(AppealSeat.member_id) == member_id)
        .values(given_back_at=clock.now(), reason=reason)
    )
    _note(session, clock, member_id, "appeal.given_back", appeal_id)


def vote(
    session: Session, clock: Clock, *, appeal_id: UUID, member_id: UUID, verdict: Verdict, reasons: str
) -> Refused | None:
    """Vote, without knowing how others did. The vote that makes a majority decides the appeal.

    A member whose time ended meanwhile takes the seat once more by it, where one is free.

    Raises:
        NotFound: no such appeal.
        AppealHasPanel, SeatGivenBack, VotedBefore: the member does not have it.
    """
    one = _door(session, appeal_id)
    refusal = _conflict(session, clock, one, member_id, "vote")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, one, member_id)
    if found is Taking.FREE and any(
        place.rater_id == member_id for place in queries.places_of(session, one.id)
    ):
        _seat(session, clock, one, member_id)
    elif found is not Taking.MINE:
        raise _SEATS[found]
    made = AppealVote(
        appeal_id=one.id, member_id=member_id, verdict=verdict, reasons=reasons.strip(), at=clock.now()
    )
    session.add(made)
    session.flush()
    _note(session, clock, member_id, "appeal.voted", one.id, vote=made.id)
    _settle(session, clock, one, member_id)
    return None


def _settle(session: Session, clock: Clock, one: queries.Own, member_id: UUID) -> None:
    votes = queries.votes_of(session, [one.id])[one.id]
    verdicts = [vote.verdict for vote in votes]
    outcome = decide_appeal(verdicts)
    session.execute(
        update(Appeal)
        .where(col(Appeal.id) == one.id)
        .values(
            seats=seats_needed(verdicts),
            outcome=outcome,
            decided_at=None if outcome is None else clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    if outcome is None:
        if seats_needed(verdicts) > one.seats:
            _call_later(session, clock, one.id, "third")
        return
    exams.end(
        session,
        clock,
        attempt_id=one.attempt_id,
        member_id=member_id,
        against=one.against,
        upheld=outcome is Verdict.UPHOLD,
        reason=next(vote.reasons for vote in reversed(votes) if vote.verdict is outcome),
    )
    _note(session, clock, None, "appeal.decided", one.id, outcome=str(outcome), votes=len(votes))
    _write_later(session, clock, one.id, "decided")


def call(session: Session, clock: Clock, *, appeal_id: UUID, filed_at: datetime) -> bool:
    """Have everybody who could take a free seat written to; once for each time seats become free again."""
    return _call_later(session, clock, appeal_id, str(call_number(filed_at, clock.now())))


def _call_later(session: Session, clock: Clock, appeal_id: UUID, which: str) -> bool:
    key = f"{CALL}:{appeal_id}:{which}"
    return enqueue_later(session, clock, CALL, {"appeal_id": appeal_id, "which": which}, dedupe_key=key)


def write_to_members(session: Session, clock: Clock, *, appeal_id: UUID, which: str) -> int:
    """Ask for a letter to each member of the panel who could take a seat now; how many."""
    asked = 0
    for person_id in people_with_role(session, "appeals_panel"):
        if queries.could_take(session, person_id, appeal_id, at=clock.now()):
            asked += enqueue_later(
                session,
                clock,
                CALL_LETTER,
                {"appeal_id": appeal_id, "person_id": person_id},
                dedupe_key=f"{CALL_LETTER}:{appeal_id}:{which}:{person_id}",
            )
    return asked


def _door(session: Session, appeal_id: UUID) -> queries.Own:
    """An appeal, with its attempt's row held."""
    attempt_id = session.scalar(select(col(Appeal.attempt_id)).where(col(Appeal.id) == appeal_id))
    if attempt_id is None:
        raise NotFound
    reviewing.hold(session, attempt_id)
    return queries.get_appeal(session, appeal_id)


def _conflict(session: Session, clock: Clock, one: queries.Own, member_id: UUID, act: str) -> Refused | None:
    """The refusal of the candidate, their trainers, and whoever had a part; noted."""
    wanted = select(queries.may_hear(member_id, at=clock.now())).where(col(Appeal.id) == one.id)
    if session.scalar(wanted):
        return None
    _note(session, clock, member_id, "conflict.refused", one.id, act=act)
    return Refused(PartInAttempt())


def _taking(session: Session, clock: Clock, one: queries.Own, member_id: UUID) -> Taking:
    places = queries.places_of(session, one.id)
    found = taking(places, member_id, needed=one.seats, at=clock.now(), time=SEAT_TIME)
    decided = one.outcome is not None and found in {Taking.FREE, Taking.MINE}
    return Taking.TAKEN if decided else found


def _write_later(session: Session, clock: Clock, appeal_id: UUID, word: str) -> None:
    payload = {"appeal_id": appeal_id, "word": word}
    enqueue_later(session, clock, LETTER, payload, dedupe_key=f"{LETTER}:{appeal_id}:{word}")


def _note(
    session: Session, clock: Clock, person_id: UUID | None, action: str, appeal_id: UUID, **facts: object
) -> None:
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action=action,
        subject_kind="appeal",
        subject_id=appeal_id,
        **facts,
    )
