"""Reads of cohorts through the doors of their managers, and of invitations."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.kernel.errors import NotFound
from app.kernel.ids import token_hash
from app.kernel.locales import Trilingual
from app.programmes.models import Cohort, CohortMember, Invitation, Programme
from app.programmes.rules import MilestoneWord

PAGE = 25
"""Cohorts on a page of the list."""
Scopes = frozenset[tuple[str, str]]


def in_scope(scopes: Scopes) -> ColumnElement[bool]:
    """A WHERE condition on cohort joined with programme: a scope reaches it. See ``rules.covers``."""
    found: list[ColumnElement[bool]] = []
    for kind, scope_id in scopes:
        if kind == "all":
            found.append(col(Cohort.id).is_not(None))
        elif kind == "programme":
            found.append(col(Programme.slug) == scope_id)
        elif kind == "region":
            found.append(col(Cohort.region) == scope_id)
        elif kind == "employer":
            found.append(col(Cohort.employer) == scope_id)
        elif kind == "cohort" and (cohort_id := _uuid(scope_id)):
            found.append(col(Cohort.id) == cohort_id)
    return or_(*found) if found else col(Cohort.id).is_(None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort as pages need it."""

    id: UUID
    programme_id: UUID
    name: str
    programme: Trilingual
    programme_slug: str
    region: str | None
    sector: str | None
    employer: str | None
    locale: str
    course_slug: str
    brand_id: str
    starts_on: date
    ends_on: date
    target: int
    has_join_link: bool
    closed_at: datetime | None


_COHORT: tuple[Any, ...] = (
    col(Cohort.id),
    col(Cohort.programme_id),
    col(Cohort.name),
    col(Programme.title).label("programme"),
    col(Programme.slug).label("programme_slug"),
    col(Cohort.region),
    col(Cohort.sector),
    col(Cohort.employer),
    col(Cohort.locale),
    col(Cohort.course_slug),
    col(Cohort.brand_id),
    col(Cohort.starts_on),
    col(Cohort.ends_on),
    col(Cohort.target),
    col(Cohort.join_token_hash).is_not(None).label("has_join_link"),
    col(Cohort.closed_at),
)


def _cohort_where(session: Session, *where: ColumnElement[bool]) -> CohortFacts:
    row = session.execute(
        select(*_COHORT).join(Programme, col(Programme.id) == col(Cohort.programme_id)).where(*where)
    ).one_or_none()
    if row is None:
        raise NotFound
    return CohortFacts(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for a row as a mapping


def get_cohort(session: Session, scopes: Scopes, cohort_id: UUID) -> CohortFacts:
    """A cohort through its manager's door.

    Raises:
        NotFound: no such cohort, or no scope reaches it.
    """
    return _cohort_where(session, col(Cohort.id) == cohort_id, in_scope(scopes))


def get_cohort_of_link(session: Session, token: str) -> CohortFacts:
    """The cohort whose present join link this is.

    Raises:
        NotFound: no cohort has this link (any more).
    """
    return _cohort_where(session, col(Cohort.join_token_hash) == token_hash(token))


def get_cohort_by_id(session: Session, cohort_id: UUID) -> CohortFacts:
    """A cohort for the product itself; never a door for a person.

    Raises:
        NotFound: no such cohort.
    """
    return _cohort_where(session, col(Cohort.id) == cohort_id)


def list_cohorts(session: Session, scopes: Scopes, *, page: int) -> tuple[list[Row[Any]], int]:
    """The cohorts in scope, newest first, ``PAGE`` a page, and how many there are.

    Columns: id, name, programme, region, employer, starts_on, ends_on, target, members, certified.
    """
    members = (
        select(func.count())
        .where(col(CohortMember.cohort_id) == col(Cohort.id), col(CohortMember.left_at).is_(None))
        .scalar_subquery()
    )
    certified = (
        select(func.coalesce(func.count(), 0))
        .where(
            col(CohortMember.cohort_id) == col(Cohort.id),
            col(CohortMember.left_at).is_(None),
            col(CohortMember.state) == MilestoneWord.CERTIFIED,
        )
        .scalar_subquery()
    )
    base = (
        select(
            col(Cohort.id),
            col(Cohort.name),
            col(Programme.title).label("programme"),
            col(Cohort.region),
            col(Cohort.employer),
            col(Cohort.starts_on),
            col(Cohort.ends_on),
            col(Cohort.target),
            members.label("members"),
            certified.label("certified"),
            func.count().over().label("total"),
        )
        .join(Programme, col(Programme.id) == col(Cohort.programme_id))
        .where(in_scope(scopes))
        .order_by(col(Cohort.starts_on).desc(), col(Cohort.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = list(session.execute(base).all())
    return rows, rows[0].total if rows else 0


def find_invitation(session: Session, token: str) -> Row[Any] | None:
    """The invitation a mailed token belongs to: id, cohort_id, email, accepted_at, person_id."""
    return session.execute(
        select(
            col(Invitation.id),
            col(Invitation.cohort_id),
            col(Invitation.email),
            col(Invitation.accepted_at),
            col(Invitation.person_id),
        ).where(col(Invitation.token_hash) == token_hash(token))
    ).one_or_none()


def get_letter(session: Session, invitation_id: UUID) -> Row[Any]:
    """What the mail of an invitation needs: cohort_id, email, locale."""
    return session.execute(
        select(col(Invitation.cohort_id), col(Invitation.email), col(Invitation.locale)).where(
            col(Invitation.id) == invitation_id
        )
    ).one()


def known_addresses(session: Session, cohort_id: UUID) -> tuple[frozenset[str], frozenset[str]]:
    """The addresses already invited to a cohort, and those of its members."""
    people = accounts.people()
    invited = session.scalars(select(col(Invitation.email)).where(col(Invitation.cohort_id) == cohort_id))
    members = session.scalars(
        select(people.c.email)
        .join(CohortMember, col(CohortMember.person_id) == people.c.id)
        .where(col(CohortMember.cohort_id) == cohort_id)
    )
    return frozenset(invited), frozenset(members)


def invitation_figures(session: Session, cohort_id: UUID) -> Row[Any]:
    """How many addresses were invited, mails have left, people accepted: invited, sent, accepted."""
    return session.execute(
        select(
            func.count().label("invited"),
            func.count(col(Invitation.sent_at)).label("sent"),
            func.count(col(Invitation.accepted_at)).label("accepted"),
        ).where(col(Invitation.cohort_id) == cohort_id)
    ).one()
