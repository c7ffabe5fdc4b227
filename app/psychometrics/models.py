"""What the database keeps of statistics: who asked, what was computed, and each item in each language.

All of it is append-only: later figures are later rows, and what an act rested on stays readable.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word
from app.psychometrics.rules.gates import Ended


class StatisticsRequest(SQLModel, table=True):
    """Somebody asked for the figures of a form; nobody: the night did.

    Who asks while a request waits asks under its ``number``, so that a form is asked for once at a time.
    """

    __tablename__ = "statistics_request"
    __table_args__ = (UniqueConstraint("form_id", "number"), CheckConstraint("number >= 1", name="from_one"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), nullable=False))
    number: int
    asked_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class StatisticsRun(SQLModel, table=True):
    """What came of a request.

    ``persons``: first attempts on the form at that time. ``rests_on``: SHA-256 over their ids, the checksums
    of their answers and the keys that items were given later; with ``from_at`` and ``until_at``, when they
    were handed in, it says what was looked at.
    ``figures``: see ``rules.snapshot``, without items; None unless it was computed.
    """

    __tablename__ = "statistics_run"
    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        CheckConstraint("persons >= 0", name="persons_not_negative"),
        CheckConstraint("(ended = 'computed') = (figures IS NOT NULL)", name="figures_when_computed"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("statistics_request.id"), nullable=False, unique=True)
    )
    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), nullable=False))
    number: int
    ended: Ended = Field(sa_column=Column(word(Ended), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    persons: int
    from_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    until_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    rests_on: str = Field(max_length=64)
    kibibytes: int | None = None
    """What the computing process held in memory at most."""
    figures: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))


class ItemStatistics(SQLModel, table=True):
    """One item version on one form in one language. Counts are whole; ``figures`` have six decimal places.

    ``language``: ``all``, or one in which enough persons took the form. ``met``: attempts of the exam that
    were shown the item by then, retakes too, of ``delivered`` attempts in all.
    """

    __tablename__ = "item_statistics"
    __table_args__ = (
        CheckConstraint("language IN ('all', 'kk', 'ru', 'en')", name="language"),
        CheckConstraint("points BETWEEN 0 AND possible", name="points_possible"),
    )

    run_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("statistics_run.id"), primary_key=True))
    position: int = Field(primary_key=True)
    language: str = Field(max_length=3, primary_key=True)
    item_version_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False, index=True)
    )
    persons: int
    points: int
    possible: int
    right: int
    omitted: int
    rapid: int
    met: int
    delivered: int
    figures: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))


ALL = "all"
"""The language of figures over everybody."""
