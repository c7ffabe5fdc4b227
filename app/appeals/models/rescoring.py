"""Re-scores: the plan, what it would do to whom, the decision, and what was done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.appeals.rules.rescoring import Change, Effect, PlanState, Policy, Treatment
from app.exams.rules.overriding import OverrideKind
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word

_NO_PLAN = text("plan_id IS NULL")
_OPEN = text("state IN ('computing', 'ready', 'approved', 'executing')")


class RescorePlan(SQLModel, table=True):
    """A proposed correction of one item version and its dry run. What it proposes never changes.

    ``world_hash``: of the attempts and certificates as the dry run found them; ``plan_hash``: of the proposal
    and every line, which the decision names.
    """

    __tablename__ = "rescore_plan"
    __table_args__ = (
        Index(
            "uq_rescore_plan_open",
            "item_version_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_rescore_plan_proposed_at", "proposed_at"),
        CheckConstraint("(plan_hash IS NULL) = (world_hash IS NULL)", name="hashes_together"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    kind: OverrideKind = Field(sa_column=Column(word(OverrideKind), nullable=False))
    keys: list[list[str]] = Field(sa_column=Column(Json, nullable=False))
    reason: str = Field(max_length=1000)
    proposed_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    proposed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: PlanState = Field(sa_column=Column(word(PlanState), nullable=False))
    computed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    scored: int = Field(default=0)
    """Scored attempts that hold the item."""
    unchanged: int = Field(default=0)
    """Of these, those for which nothing changes; they have no line."""
    world_hash: str | None = Field(default=None, max_length=64)
    plan_hash: str | None = Field(default=None, max_length=64)
    executed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class RescoreLine(SQLModel, table=True):
    """What a plan would do to one attempt. Append-only, and no part of it is computed again."""

    __tablename__ = "rescore_line"

    plan_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("rescore_plan.id"), primary_key=True))
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    code: str = Field(max_length=20)
    candidate_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    told: bool
    """Whether the candidate knows the result."""
    change: Change = Field(sa_column=Column(word(Change), nullable=False))
    effect: Effect = Field(sa_column=Column(word(Effect), nullable=False))
    certificate: str | None = Field(default=None, max_length=20)
    raw_before: int | None = None
    max_before: int | None = None
    cut_before: int | None = None
    passed_before: bool | None = None
    raw_after: int | None = None
    max_after: int | None = None
    cut_after: int | None = None
    passed_after: bool | None = None
    domains_after: dict[str, list[int]] | None = Field(default=None, sa_column=Column(Json))
    pinned_cut: int | None = None
    pinned_max: int | None = None
    overrides: list[str] = Field(sa_column=Column(Json, nullable=False))
    """The corrections that the new score rests on; the last is the plan's own id."""


class RescoreDecision(SQLModel, table=True):
    """The recorded act of a certification officer on a plan. Append-only, one a plan."""

    __tablename__ = "rescore_decision"

    plan_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("rescore_plan.id"), primary_key=True))
    approved: bool
    policy: Policy | None = Field(default=None, sa_column=Column(word(Policy)))
    officer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    reason: str = Field(max_length=1000)
    plan_hash: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class RescoreStep(SQLModel, table=True):
    """What the execution did with one attempt. Append-only, one an attempt: so it can be taken up again."""

    __tablename__ = "rescore_step"

    plan_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("rescore_plan.id"), primary_key=True))
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    treatment: Treatment = Field(sa_column=Column(word(Treatment), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CertificateReview(SQLModel, table=True):
    """A certificate whose result fell: an officer looks, and writes down what they decided.

    Nothing here changes the certificate; suspending and revoking have their own page and their own record.
    """

    __tablename__ = "certificate_review"
    __table_args__ = (
        UniqueConstraint("plan_id", "attempt_id"),
        Index(
            "uq_certificate_review_invalidated",
            "attempt_id",
            unique=True,
            sqlite_where=_NO_PLAN,
            postgresql_where=_NO_PLAN,
        ),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_together"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    plan_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("rescore_plan.id")))
    """None: no re-score, the result was invalidated."""
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    candidate_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    certificate: str | None = Field(default=None, max_length=20)
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    closed_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    note: str | None = Field(default=None, max_length=1000)
