"""What a certification officer sees before deciding: the queue without their own trainees, and a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select
from sqlmodel import Session, col

from app.capstone.queries.rating import rated_condition
from app.capstone.queries.work import passed_condition
from app.certificates.models import Achievement, Certificate, CertificationCase, Decision
from app.certificates.rules.deciding import CaseRecord
from app.certificates.rules.states import Requirement, Status, Verdict, source_of_case
from app.exams.queries.rating import rated_condition as rated_answer_condition
from app.exams.queries.released import ReleasedResult, released_result, stands
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition

PAGE = 50


class Tab(StrEnum):
    """The three views of the queue."""

    READY = "ready"
    MISSING = "missing"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases stand where, for one officer. ``hidden``: waiting, and not this officer's to decide."""

    ready: int
    missing: int
    decided: int
    hidden: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the queue."""

    case_id: UUID
    name_cyrillic: str | None
    name_latin: str | None
    raw_score: int
    max_points: int
    cut_score: int
    mode: str
    review: str
    lacking: tuple[Requirement, ...]
    opened_at: datetime
    verdict: Verdict | None
    decided_at: datetime | None

    @property
    def seen(self) -> str:
        """Its score, as the page sends it back."""
        return figures_of(self)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case in full."""

    case_id: UUID
    person_id: UUID
    attempt_id: UUID
    title: Trilingual
    achievement: str
    name_cyrillic: str | None
    name_latin: str | None
    names_confirmed_at: datetime | None
    raw_score: int
    max_points: int
    cut_score: int
    mode: str
    review: str
    identity_by: UUID | None
    identity_at: datetime | None
    mark_version: str | None
    opened_at: datetime
    verdict: Verdict | None
    reason: str | None
    officer_id: UUID | None
    capstone_required: bool
    decided_at: datetime | None
    certificate_number: str | None

    @property
    def seen(self) -> str:
        """Its score, as the page sends it back."""
        return figures_of(self)


def figures_of(one: CaseLine | CaseFacts | CertificationCase | ReleasedResult) -> str:
    """The score as a page names it to say which one was looked at: ``raw/max/cut``."""
    return f"{one.raw_score}/{one.max_points}/{one.cut_score}"


_CAPSTONE = or_(
    not_(col(CertificationCase.capstone_required)), passed_condition(col(CertificationCase.person_id))
)
_COMPLETE = and_(
    col(CertificationCase.identity_at).is_not(None),
    col(CertificationCase.names_confirmed_at).is_not(None),
    col(CertificationCase.mark_version).is_not(None),
    _CAPSTONE,
)
_OPEN = col(CertificationCase.decided_at).is_(None)
_LONGEST_FIRST = (col(CertificationCase.opened_at), col(CertificationCase.id))


def _allowed(officer_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The officer is neither the candidate nor somebody who trained them or rated their work."""
    person: Any = col(CertificationCase.person_id)
    return and_(
        person != officer_id,
        not_(trained_condition(officer_id, person, at=at)),
        not_(rated_condition(officer_id, person)),
        not_(rated_answer_condition(officer_id, col(CertificationCase.attempt_id))),
    )


def decided_condition(officer_id: UUID, attempt: Any) -> ColumnElement[bool]:
    """A condition: the officer decided about certification on the attempt in the column."""
    return exists(
        select(1)
        .select_from(Decision)
        .join(CertificationCase, col(CertificationCase.id) == col(Decision.case_id))
        .where(
            col(CertificationCase.attempt_id) == attempt,
            col(Decision.officer_id) == officer_id,
        )
    )


def _month_start(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0)


def count_cases(session: Session, officer_id: UUID, *, at: datetime) -> Counts:
    """The figures over the queue, in one statement. "Decided" counts from the month's first day (UTC)."""
    allowed = _allowed(officer_id, at)

    def number(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = session.execute(
        select(
            number(and_(allowed, _OPEN, _COMPLETE)),
            number(and_(allowed, _OPEN, not_(_COMPLETE))),
            number(and_(allowed, col(CertificationCase.decided_at) >= _month_start(at))),
            number(and_(not_(allowed), _OPEN)),
            func.min(case((and_(allowed, _OPEN), col(CertificationCase.opened_at)))),
        ).select_from(CertificationCase)
    ).one()
    return Counts(*row)


def list_cases(
    session: Session, officer_id: UUID, tab: Tab, *, at: datetime, offset: int = 0
) -> list[CaseLine]:
    """A page of the queue, the longest waiting first; decided cases of this month, the newest first."""
    wanted = {
        Tab.READY: and_(_OPEN, _COMPLETE),
        Tab.MISSING: and_(_OPEN, not_(_COMPLETE)),
        Tab.DECIDED: col(CertificationCase.decided_at) >= _month_start(at),
    }[tab]
    order = (
        (col(CertificationCase.decided_at).desc(), col(CertificationCase.id).desc())
        if tab is Tab.DECIDED
        else _LONGEST_FIRST
    )
    return _lines(session, officer_id, wanted, order, at=at, offset=offset)


def list_chosen(
    session: Session, officer_id: UUID, case_ids: Iterable[UUID], *, at: datetime
) -> list[CaseLine]:
    """The cases an officer ticked, as they stand now; without the officer's own and trainees."""
    return _lines(session, officer_id, col(CertificationCase.id).in_(set(case_ids)), _LONGEST_FIRST, at=at)


def _lines(
    session: Session,
    officer_id: UUID,
    wanted: ColumnElement[bool],
    order: tuple[Any, ...],
    *,
    at: datetime,
    offset: int = 0,
) -> list[CaseLine]:
    columns: tuple[Any, ...] = (
        CertificationCase.id,
        CertificationCase.name_cyrillic,
        CertificationCase.name_latin,
        CertificationCase.raw_score,
        CertificationCase.max_points,
        CertificationCase.cut_score,
        CertificationCase.mode,
        CertificationCase.review,
        CertificationCase.identity_at,
        CertificationCase.mark_version,
        CertificationCase.names_confirmed_at,
        CertificationCase.opened_at,
        CertificationCase.decided_at,
        _CAPSTONE.label("capstone_met"),
        Decision.verdict,
    )
    rows = session.execute(
        select(*columns)
        .outerjoin(Decision, col(Decision.case_id) == col(CertificationCase.id))
        .where(wanted, _allowed(officer_id, at))
        .order_by(*order)
        .offset(offset)
        .limit(PAGE)
    ).all()
    return [
        CaseLine(
            case_id=row.id,
            name_cyrillic=row.name_cyrillic,
            name_latin=row.name_latin,
            raw_score=row.raw_score,
            max_points=row.max_points,
            cut_score=row.cut_score,
            mode=row.mode,
            review=row.review,
            lacking=_lacking(row),
            opened_at=row.opened_at,
            verdict=row.verdict,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def _lacking(row: Any) -> tuple[Requirement, ...]:
    held = (
        (Requirement.IDENTITY, row.identity_at),
        (Requirement.AGREEMENT, row.mark_version),
        (Requirement.NAMES, row.names_confirmed_at),
        (Requirement.CAPSTONE, row.capstone_met or None),
    )
    return tuple(requirement for requirement, value in held if value is None)


_CASE: tuple[Any, ...] = (
    CertificationCase.id,
    CertificationCase.person_id,
    CertificationCase.attempt_id,
    Achievement.title,
    CertificationCase.achievement,
    CertificationCase.name_cyrillic,
    CertificationCase.name_latin,
    CertificationCase.names_confirmed_at,
    CertificationCase.raw_score,
    CertificationCase.max_points,
    CertificationCase.cut_score,
    CertificationCase.mode,
    CertificationCase.review,
    CertificationCase.identity_by,
    CertificationCase.identity_at,
    CertificationCase.mark_version,
    CertificationCase.opened_at,
    Decision.verdict,
    Decision.reason,
    Decision.officer_id,
    CertificationCase.capstone_required,
    CertificationCase.decided_at,
    Certificate.number,
)


def get_case(session: Session, officer_id: UUID, case_id: UUID, *, at: datetime) -> CaseFacts:
    """A case for an officer who may decide it.

    Raises:
        NotFound: no such case, or it is the officer's own or a trainee's.
    """
    row = session.execute(
        select(*_CASE)
        .join(
            Achievement,
            and_(
                col(Achievement.slug) == col(CertificationCase.achievement),
                col(Achievement.version) == col(CertificationCase.achievement_version),
            ),
        )
        .outerjoin(Decision, col(Decision.case_id) == col(CertificationCase.id))
        .outerjoin(
            Certificate,  # the one the decision led to; a correction of it names the same case
            and_(
                col(Certificate.source) == source_of_case(case_id),
                col(Certificate.status) != Status.RESERVED,
            ),
        )
        .where(col(CertificationCase.id) == case_id, _allowed(officer_id, at))
    ).one_or_none()
    if row is None:
        raise NotFound
    return CaseFacts(*row)


def record_of(session: Session, case_id: UUID) -> CaseRecord:
    """What is known of a case now: the result is read again, since it may have been invalidated meanwhile.

    Raises:
        NotFound: no such case.
    """
    earlier = exists(
        select(1).where(
            col(Certificate.person_id) == col(CertificationCase.person_id),
            col(Certificate.achievement) == col(CertificationCase.achievement),
            col(Certificate.status) == Status.SUSPENDED,
        )
    )
    row = session.execute(
        select(
            col(CertificationCase.attempt_id),
            col(CertificationCase.identity_at),
            col(CertificationCase.mark_version),
            col(CertificationCase.names_confirmed_at),
            col(CertificationCase.capstone_required),
            passed_condition(col(CertificationCase.person_id)).label("capstone_passed"),
            earlier.label("suspended"),
        ).where(col(CertificationCase.id) == case_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    result = released_result(session, row.attempt_id) if stands(session, row.attempt_id) else None
    return CaseRecord(
        released=result is not None,
        passed=result is not None and result.passed,
        certification=result is not None and result.certification,
        supervised=result is not None and result.supervised,
        identity_checked=row.identity_at is not None,
        mark_agreed=row.mark_version is not None,
        names_confirmed=row.names_confirmed_at is not None,
        capstone_required=row.capstone_required,
        capstone_passed=bool(row.capstone_passed),
        suspended=bool(row.suspended),
    )
