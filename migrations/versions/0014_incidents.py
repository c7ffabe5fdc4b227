"""incidents: what supervising people saw, the steps of a review, who looked, and what was drawn for review

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

INCIDENTS = (
    "another_person",
    "left_view",
    "talking",
    "phone",
    "notes",
    "other_device",
    "other_program",
    "document",
    "disturbance",
    "technical",
    "other",
)
STEPS = ("taken", "statement_asked", "statement_given", "cleared", "referred", "concluded")
PURPOSES = ("first_review", "second_review", "decision")
TABLES = ("incident", "review_step", "record_view", "review_sample")


def _word(name: str, words: tuple[str, ...], column: str) -> sa.Column[object]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(table: str, column: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    # the release before this one never writes it
    op.add_column("attempt", sa.Column("review_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "incident",
        _key(),
        _of("attempt", "attempt_id"),
        _of("incident", "corrects", nullable=True),
        _word("incident_kind", INCIDENTS, "kind"),
        _moment("seen_at"),
        sa.Column("seen", sa.String(length=2000), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        _of("person", "actor_id"),
        _moment("at"),
        sa.CheckConstraint("(corrects IS NULL) = (reason IS NULL)", name="correction_has_reason"),
        sa.CheckConstraint("NOT withdrawn OR corrects IS NOT NULL", name="withdrawal_is_correction"),
    )
    op.create_index("ix_incident_attempt", "incident", ["attempt_id", "id"])
    op.create_table(
        "review_step",
        _key(),
        _of("attempt", "attempt_id"),
        _word("step_kind", STEPS, "kind"),
        sa.Column("finding", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        _moment("due_at", nullable=True),
        _of("person", "actor_id"),
        _moment("at"),
        sa.CheckConstraint("(kind = 'statement_asked') = (due_at IS NOT NULL)", name="asked_has_deadline"),
        sa.CheckConstraint("(kind = 'concluded') = (finding IS NOT NULL)", name="concluded_has_finding"),
        sa.CheckConstraint("kind = 'taken' OR text IS NOT NULL", name="step_has_text"),
    )
    op.create_index("ix_review_step_attempt", "review_step", ["attempt_id", "id"])
    once = sa.text("kind <> 'taken'")
    op.create_index(
        "uq_review_step_once",
        "review_step",
        ["attempt_id", "kind"],
        unique=True,
        sqlite_where=once,
        postgresql_where=once,
    )
    op.create_table(
        "record_view",
        _key(),
        _of("attempt", "attempt_id"),
        _word("purpose", PURPOSES, "purpose"),
        _of("person", "actor_id"),
        _moment("at"),
    )
    op.create_index("ix_record_view_attempt", "record_view", ["attempt_id", "id"])
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "review_sample",
        sa.Column("sitting_id", sa.Uuid(), sa.ForeignKey("sitting.id"), primary_key=True),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("unflagged", document, nullable=False),
        sa.Column("drawn", document, nullable=False),
        _moment("at"),
    )
    for table in TABLES:
        for verb in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("attempt", "review_asked_at")
