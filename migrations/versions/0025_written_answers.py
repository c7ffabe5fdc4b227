"""written answers: what waits for raters, who has it, and their ratings

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

GUARDED = "answer_rating"
LOCALES = ("kk", "ru", "en")


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(table: str, column: str, *, index: bool = False) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=False, index=index)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "written_answer",
        _key(),
        sa.Column("code", sa.String(length=16), nullable=False, unique=True),
        _of("attempt", "attempt_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _of("item_version", "item_version_id"),
        sa.Column(
            "locale",
            sa.Enum(*LOCALES, name="locale", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        _moment("waits_since"),
        sa.Column("raters", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        _moment("settled_at", nullable=True),
        sa.UniqueConstraint("attempt_id", "position"),
        sa.CheckConstraint("(points IS NULL) = (settled_at IS NULL)", name="settled_with_points"),
    )
    op.create_index("ix_written_answer_waiting", "written_answer", ["settled_at", "waits_since"])
    op.create_table(
        "rating_place",
        _key(),
        _of("written_answer", "answer_id"),
        _of("person", "rater_id", index=True),
        _moment("taken_at"),
        _moment("given_back_at", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.UniqueConstraint("answer_id", "rater_id"),
        sa.CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )
    levels = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "answer_rating",
        _key(),
        _of("written_answer", "answer_id"),
        _of("person", "rater_id"),
        sa.Column("levels", levels, nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        _moment("at"),
        sa.UniqueConstraint("answer_id", "rater_id"),
    )
    for verb in ("update", "delete"):
        head = f"CREATE TRIGGER {GUARDED}_no_{verb} BEFORE {verb.upper()} ON {GUARDED} FOR EACH ROW"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{GUARDED} is append-only'); END")


def downgrade() -> None:
    for table in ("answer_rating", "rating_place", "written_answer"):
        op.drop_table(table)
