"""A list one page at a time: what a page shows, and how many there are in all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func
from sqlmodel import Session

T = TypeVar("T")

PAGE = 50
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list. ``number`` and ``pages`` count from 1, ``total`` counts rows."""

    rows: list[T]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """Which row of the list is the first on this page, from 1."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """Which row of the list is the last on this page."""
        return self.first + len(self.rows) - 1


def paged(session: Session, wanted: Select[Any], make: Callable[..., T], *, page: int) -> Paged[T]:
    """The rows of a page; one that lies behind the end is the last one. Two statements."""
    counted = wanted.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = int(session.execute(counted).scalar_one())
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    rows = session.execute(wanted.limit(PAGE).offset((number - 1) * PAGE))
    return Paged([make(*row) for row in rows], number, pages, total)
