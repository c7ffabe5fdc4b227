"""Reads of the people of a cohort: its members, filtered, sorted and paged, and its instructors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.accounts.rules import search_text
from app.programmes.models import CohortInstructor, CohortMember
from app.programmes.rules import ACTIVE_WINDOW, MilestoneWord, order

PAGE = 25
"""People on a page of the list."""


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the people list shows. ``sort``: one of ``SORTS``; a dash before it turns it round."""

    state: str = ""
    q: str = ""
    sort: str = "name"
    page: int = 1

    def as_query(self, **changes: object) -> dict[str, object]:
        """The address of a variant of this list; a changed list starts at page 1."""
        values = {"state": self.state, "q": self.q, "sort": self.sort, "page": self.page} | changes
        if "page" not in changes:
            values["page"] = 1
        plain = {"sort": "name", "page": 1}
        return {key: value for key, value in values.items() if value and value != plain.get(key)}


SORTS = ("name", "state", "activity", "joined")
STALLED = "stalled"


def _people(cohort_id: UUID, wanted: PeopleFilter, now: datetime) -> Any:
    people = accounts.people()
    state_order = case(*((col(CohortMember.state) == word, order(word)) for word in MilestoneWord), else_=0)
    orders: dict[str, Any] = {
        "name": people.c.sort_key,
        "state": state_order,
        "activity": func.coalesce(col(CohortMember.last_active_at), col(CohortMember.joined_at)),
        "joined": col(CohortMember.joined_at),
    }
    key = orders[wanted.sort.removeprefix("-")]
    where = [col(CohortMember.cohort_id) == cohort_id, col(CohortMember.left_at).is_(None)]
    if wanted.state == STALLED:
        last = func.coalesce(col(CohortMember.last_active_at), col(CohortMember.joined_at))
        where += [last < now - ACTIVE_WINDOW, col(CohortMember.state) != MilestoneWord.CERTIFIED]
    elif wanted.state:
        where.append(col(CohortMember.state) == MilestoneWord(wanted.state))
    where += [people.c.search_text.contains(word, autoescape=True) for word in search_text(wanted.q).split()]
    return (
        select(
            col(CohortMember.person_id),
            people.c.name_cyrillic,
            people.c.name_latin,
            people.c.email,
            col(CohortMember.state),
            col(CohortMember.region),
            col(CohortMember.sector),
            col(CohortMember.employer),
            col(CohortMember.joined_at),
            col(CohortMember.last_active_at),
            func.count().over().label("total"),
        )
        .join(people, people.c.id == col(CohortMember.person_id))
        .where(*where)
        .order_by(key.desc() if wanted.sort.startswith("-") else key, people.c.sort_key, people.c.id)
    )


def list_people(
    session: Session, cohort_id: UUID, wanted: PeopleFilter, *, now: datetime
) -> tuple[list[Row[Any]], int]:
    """One page of a cohort's members, and how many the filter finds. One statement."""
    statement = _people(cohort_id, wanted, now)
    rows = list(session.execute(statement.limit(PAGE).offset((wanted.page - 1) * PAGE)).all())
    return rows, rows[0].total if rows else 0


def list_everybody(
    session: Session, cohort_id: UUID, wanted: PeopleFilter, *, now: datetime
) -> list[Row[Any]]:
    """All members the filter finds, for an export."""
    return list(session.execute(_people(cohort_id, wanted, now)).all())


def member_figures(session: Session, cohort_id: UUID, *, now: datetime) -> tuple[int, int]:
    """Present members of a cohort, and how many of them studied within ``ACTIVE_WINDOW``."""
    row = session.execute(
        select(
            func.count(),
            func.coalesce(
                func.sum(case((col(CohortMember.last_active_at) > now - ACTIVE_WINDOW, 1), else_=0)), 0
            ),
        ).where(col(CohortMember.cohort_id) == cohort_id, col(CohortMember.left_at).is_(None))
    ).one()
    return int(row[0]), int(row[1])


def list_instructors(session: Session, cohort_id: UUID) -> list[Row[Any]]:
    """Who teaches a cohort and who did: person_id, name_cyrillic, name_latin, since, until."""
    people = accounts.people()
    return list(
        session.execute(
            select(
                col(CohortInstructor.person_id),
                people.c.name_cyrillic,
                people.c.name_latin,
                col(CohortInstructor.since),
                col(CohortInstructor.until),
            )
            .join(people, people.c.id == col(CohortInstructor.person_id))
            .where(col(CohortInstructor.cohort_id) == cohort_id)
            .order_by(col(CohortInstructor.until).is_not(None), people.c.sort_key)
        ).all()
    )
