"""What the database keeps of statistics, of searches for forms and of panels: who asked, and what came of it.

All of it is append-only, but for where a study and its judges stand: later figures are later rows, and what
an act rested on stays readable.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word
from app.psychometrics.rules.gates import Ended, Search
from app.psychometrics.rules.panel import Leaving, PanelStage


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


class AssemblyRequest(SQLModel, table=True):
    """An exam manager asked for parallel forms of a blueprint out of a bank.

    Who asks while a search waits asks under its ``number``, so that a blueprint is searched for once at a
    time. ``seconds``: of search; ``cases``: items in case sets at least; ``limits``: the least and the most
    items of a type or level; ``most_forms``: how many of these forms an item may be in; ``overlap``: items
    that two of them may share; ``exposure_cap``: per cent of candidates that may have met an item, 100 for no
    cap; ``fresh``: no item of a form that is published.
    """

    __tablename__ = "assembly_request"
    __table_args__ = (
        UniqueConstraint("blueprint_id", "number"),
        CheckConstraint("number >= 1", name="from_one"),
        CheckConstraint("forms BETWEEN 1 AND 10 AND seconds BETWEEN 1 AND 150", name="within_bounds"),
        CheckConstraint("exposure_cap BETWEEN 1 AND 100", name="cap_is_a_share"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    blueprint_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("blueprint.id"), nullable=False))
    bank_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("bank.id"), nullable=False))
    number: int
    forms: int
    seconds: int
    seed: int
    cases: int
    limits: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    most_forms: int
    overlap: int
    exposure_cap: int
    fresh: bool
    asked_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AssemblyTry(SQLModel, table=True):
    """A worker began to search. A second one: the first worker was gone before it answered."""

    __tablename__ = "assembly_try"

    request_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("assembly_request.id"), primary_key=True))
    number: int = Field(primary_key=True)
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AssemblyResult(SQLModel, table=True):
    """What came of a request; one at most.

    ``rests_on``: SHA-256 over all that the search was told; ``forms_hash``: over the forms it found. With the
    seed they say whether another run gives the same. ``figures``: see ``rules.proposing`` but for its forms.
    """

    __tablename__ = "assembly_result"

    request_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("assembly_request.id"), primary_key=True))
    ended: Search = Field(sa_column=Column(word(Search), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    milliseconds: int | None = None
    kibibytes: int | None = None
    rests_on: str = Field(max_length=64)
    forms_hash: str = Field(max_length=64)
    figures: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))


class ProposedForm(SQLModel, table=True):
    """A form that was found. ``figures``: see ``rules.proposing``, without its items."""

    __tablename__ = "proposed_form"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("assembly_result.request_id"), nullable=False))
    number: int
    figures: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))


class ProposedItem(SQLModel, table=True):
    """One place of a proposed form. ``position`` counts from 1."""

    __tablename__ = "proposed_item"

    proposed_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("proposed_form.id"), primary_key=True))
    position: int = Field(primary_key=True)
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))


class ProposalAcceptance(SQLModel, table=True):
    """Somebody made a proposed form a form of the exam, and said why."""

    __tablename__ = "proposal_acceptance"

    proposed_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("proposed_form.id"), primary_key=True))
    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), nullable=False, unique=True))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    reason: str = Field(max_length=1000)


_RUNS = text("stage IN ('round_one', 'round_two')")


class PanelStudy(SQLModel, table=True):
    """Judges set the cut score of a form. ``description``: in three languages, who knows just enough.

    One at a time works on a form.
    """

    __tablename__ = "panel_study"
    __table_args__ = (
        Index("uq_panel_study_runs", "form_id", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        CheckConstraint("(stage = 'called_off') = (reason IS NOT NULL)", name="called_off_with_reason"),
        CheckConstraint("(stage IN ('closed', 'called_off')) = (ended_at IS NOT NULL)", name="ended"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), nullable=False))
    stage: PanelStage = Field(sa_column=Column(word(PanelStage), nullable=False))
    description: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    opened_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    round_two_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    reason: str | None = Field(default=None, max_length=1000)
    """Why it was called off."""


class PanelJudge(SQLModel, table=True):
    """Somebody who was named a judge. ``round_*_at``: when they handed that round in."""

    __tablename__ = "panel_judge"
    __table_args__ = (
        UniqueConstraint("study_id", "person_id"),
        CheckConstraint("(leaving IS NULL) = (left_at IS NULL)", name="left_with_word"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    study_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("panel_study.id"), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    named_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    named_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    round_one_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    round_two_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    leaving: Leaving | None = Field(default=None, sa_column=Column(word(Leaving)))


class PanelRating(SQLModel, table=True):
    """What a judge said of an item, in per cent; of several the last ``number`` holds. Append-only."""

    __tablename__ = "panel_rating"
    __table_args__ = (
        CheckConstraint("round IN (1, 2)", name="round"),
        CheckConstraint("value BETWEEN 0 AND 100", name="per_cent"),
    )

    judge_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("panel_judge.id"), primary_key=True))
    round: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    value: int
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PanelResult(SQLModel, table=True):
    """What a study came to, of the judges who handed both rounds in; in hundredths of a point. Append-only.

    ``sums``: by judge, theirs after round 1 and after round 2.
    """

    __tablename__ = "panel_result"

    study_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("panel_study.id"), primary_key=True))
    judges: int
    mean: int
    error: int
    first_mean: int
    first_error: int
    sums: dict[str, list[int]] = Field(sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
