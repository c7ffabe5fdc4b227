"""How people come into a cohort: by a mailed invitation, by a join link, or when they register."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id, new_token, token_hash
from app.platform import audit
from app.platform.database import insert_once, is_sqlite
from app.platform.outbox import enqueue_later
from app.programmes.errors import CohortClosed, InvitationUsed
from app.programmes.models import CohortInstructor, CohortMember, Invitation, Milestone
from app.programmes.queries import cohorts as queries
from app.programmes.rules import MilestoneWord, TrainingBasis, order
from app.programmes.service import record_milestone, relate

_CHUNK = 500


def invite(
    session: Session, clock: Clock, *, actor_id: UUID, cohort: queries.CohortFacts, emails: Sequence[str]
) -> int:
    """Ask addresses (normalised) into a cohort; how many were new. One mail for each new one, by the worker.

    Asking the same addresses again changes nothing, and members are not asked.
    """
    now, fresh = clock.now(), 0
    _, members = queries.known_addresses(session, cohort.id)
    asked = [email for email in emails if email not in members]
    for start in range(0, len(asked), _CHUNK):
        ids = _insert_invitations(session, cohort, asked[start : start + _CHUNK], actor_id, now)
        fresh += len(ids)
        for invitation_id in ids:
            enqueue_later(
                session,
                clock,
                "programmes.invitation_mail",
                {"invitation_id": invitation_id},
                dedupe_key=f"invitation:{invitation_id}",
            )
        if ids:
            rows = [
                _milestone(cohort, each, MilestoneWord.INVITED, at=now, source=f"invitation:{each}")
                for each in ids
            ]
            session.execute(_insert(session, Milestone).values(rows).on_conflict_do_nothing())
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="cohort.invited",
        subject_kind="cohort",
        subject_id=cohort.id,
        asked=len(emails),
        fresh=fresh,
    )
    return fresh


def _insert(session: Session, model: Any) -> Any:
    return (sqlite.insert if is_sqlite(session) else postgresql.insert)(model)


def _insert_invitations(
    session: Session, cohort: queries.CohortFacts, emails: Sequence[str], actor_id: UUID, now: datetime
) -> list[UUID]:
    rows = [
        {
            "id": new_id(),
            "cohort_id": cohort.id,
            "email": email,
            "locale": cohort.locale,
            "invited_by": actor_id,
            "invited_at": now,
        }
        for email in emails
    ]
    statement = _insert(session, Invitation).values(rows).on_conflict_do_nothing()
    return list(session.scalars(statement.returning(col(Invitation.id))).all())


def _milestone(
    cohort: queries.CohortFacts, who: UUID, word: MilestoneWord, *, at: datetime, source: str
) -> dict[str, Any]:
    """``who``: the person; of somebody only invited, the invitation."""
    return {
        "id": new_id(),
        "person_id": None if source == f"invitation:{who}" else who,
        "person_key": str(who),
        "cohort_id": cohort.id,
        "cohort_key": str(cohort.id),
        "programme_id": cohort.programme_id,
        "region": cohort.region or "",
        "word": word,
        "at": at,
        "source": source,
        "folded": False,
    }


def mint_invitation_token(session: Session, invitation_id: UUID) -> str | None:
    """A fresh token for the mail about to be sent, stored hashed; None when the mail is no longer wanted."""
    token = new_token()
    changed: Any = session.execute(
        update(Invitation)
        .where(
            col(Invitation.id) == invitation_id,
            col(Invitation.sent_at).is_(None),
            col(Invitation.accepted_at).is_(None),
        )
        .values(token_hash=token_hash(token))
        .execution_options(synchronize_session=False)
    )
    return token if changed.rowcount == 1 else None


def note_sent(session: Session, clock: Clock, invitation_id: UUID) -> None:
    """Write down that the mail has left."""
    session.execute(
        update(Invitation)
        .where(col(Invitation.id) == invitation_id)
        .values(sent_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def accept_invitation(session: Session, clock: Clock, *, token: str, person_id: UUID) -> None:
    """Join by the link of a mail. Its holder may use it once; the same person again changes nothing.

    The account may have another address than the one that was asked: who reads the mail decides.

    Raises:
        NotFound: no such invitation.
        InvitationUsed: somebody else has accepted it.
        CohortClosed: nobody joins this cohort any more.
    """
    invitation = queries.find_invitation(session, token)
    if invitation is None:
        raise NotFound
    if invitation.accepted_at is not None and invitation.person_id == person_id:
        return
    cohort = queries.get_cohort_by_id(session, invitation.cohort_id)
    if not _take(session, clock, invitation.id, person_id):
        raise InvitationUsed
    _join(session, clock, person_id, cohort, source=f"invitation:{invitation.id}", invited=True)


def _take(session: Session, clock: Clock, invitation_id: UUID, person_id: UUID) -> bool:
    taken: Any = session.execute(
        update(Invitation)
        .where(col(Invitation.id) == invitation_id, col(Invitation.accepted_at).is_(None))
        .values(accepted_at=clock.now(), person_id=person_id)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)


def join_by_link(session: Session, clock: Clock, *, token: str, person_id: UUID) -> None:
    """Join by a cohort's link. Somebody whose confirmed address was invited accepts that invitation.

    Raises:
        NotFound: no cohort has this link (any more).
        CohortClosed: nobody joins this cohort any more.
    """
    cohort = queries.get_cohort_of_link(session, token)
    waiting = _waiting(session, person_id, cohort.id)
    taken = [_take(session, clock, invitation_id, person_id) for invitation_id, _ in waiting]
    _join(session, clock, person_id, cohort, source="join_link", invited=any(taken))


def welcome(session: Session, clock: Clock, *, person_id: UUID) -> None:
    """After somebody registered: the milestone, and each invitation waiting for their confirmed address."""
    for invitation_id, cohort_id in _waiting(session, person_id):
        cohort = queries.get_cohort_by_id(session, cohort_id)
        if cohort.closed_at is None and _take(session, clock, invitation_id, person_id):
            _join(session, clock, person_id, cohort, source=f"invitation:{invitation_id}", invited=True)
    record_milestone(
        session,
        person_id=person_id,
        word=MilestoneWord.REGISTERED,
        at=clock.now(),
        source=f"person:{person_id}",
    )


def _waiting(session: Session, person_id: UUID, cohort_id: UUID | None = None) -> list[tuple[UUID, UUID]]:
    """Open invitations of the person's confirmed address: nobody joins by merely typing an address."""
    contact = accounts.find_contact(session, person_id)
    if contact is None or not contact.confirmed:
        return []
    statement = select(col(Invitation.id), col(Invitation.cohort_id)).where(
        col(Invitation.email) == contact.email, col(Invitation.accepted_at).is_(None)
    )
    if cohort_id is not None:
        statement = statement.where(col(Invitation.cohort_id) == cohort_id)
    return [(row.id, row.cohort_id) for row in session.execute(statement)]


def _join(
    session: Session,
    clock: Clock,
    person_id: UUID,
    cohort: queries.CohortFacts,
    *,
    source: str,
    invited: bool,
) -> None:
    if cohort.closed_at is not None:
        raise CohortClosed
    now = clock.now()
    reached = _reached(session, person_id)
    active = reached.get(MilestoneWord.ACTIVE)
    new = insert_once(
        session,
        CohortMember,
        id=new_id(),
        cohort_id=cohort.id,
        person_id=person_id,
        region=cohort.region,
        sector=cohort.sector,
        employer=cohort.employer,
        joined_at=now,
        last_active_at=max(active[0], _last_active(session, person_id) or active[0]) if active else None,
        state=max([MilestoneWord.REGISTERED, *reached], key=order),
    )
    if not new:
        return
    steps = {MilestoneWord.REGISTERED: (now, source)}
    if not invited:
        steps[MilestoneWord.INVITED] = (now, source)
    steps |= {word: step for word, step in reached.items() if order(word) > order(MilestoneWord.REGISTERED)}
    rows = [_milestone(cohort, person_id, word, at=at, source=why) for word, (at, why) in steps.items()]
    session.execute(_insert(session, Milestone).values(rows).on_conflict_do_nothing())
    for trainer_id in session.scalars(
        select(col(CohortInstructor.person_id)).where(
            col(CohortInstructor.cohort_id) == cohort.id,
            col(CohortInstructor.until).is_(None),
            col(CohortInstructor.person_id) != person_id,
        )
    ).all():
        relate(
            session,
            trainer_id=trainer_id,
            learner_id=person_id,
            basis=TrainingBasis.COHORT_INSTRUCTOR,
            since=now,
            source=str(cohort.id),
        )
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="cohort.joined",
        subject_kind="cohort",
        subject_id=cohort.id,
        source=source,
    )


def _reached(session: Session, person_id: UUID) -> dict[MilestoneWord, tuple[datetime, str]]:
    """What the person has reached anywhere: the first time of each word, with its source."""
    rows = session.execute(
        select(col(Milestone.word), col(Milestone.at), col(Milestone.source))
        .where(col(Milestone.person_id) == person_id)
        .order_by(col(Milestone.at).desc(), col(Milestone.id).desc())
    )
    return {row.word: (row.at, row.source) for row in rows}


def _last_active(session: Session, person_id: UUID) -> datetime | None:
    seen = session.scalars(
        select(col(CohortMember.last_active_at)).where(col(CohortMember.person_id) == person_id)
    ).all()
    return max((at for at in seen if at is not None), default=None)
