"""panels of judges: studies, their judges, every rating, what they came to; decided cut scores

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

GUARDED = ("form_cut", "form_reader", "panel_rating", "panel_result")
STAGES = ("round_one", "round_two", "closed", "called_off")
LEAVINGS = ("withdrawn", "late_round_one", "late_round_two")
RUNS = sa.text("stage IN ('round_one', 'round_two')")


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(
    table: str, column: str, *, nullable: bool = False, index: bool = False, key: bool = False
) -> sa.Column[object]:
    reference = sa.ForeignKey(f"{table}.id")
    return sa.Column(column, sa.Uuid(), reference, nullable=nullable, index=index, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _whole(*names: str, key: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=False, primary_key=key) for name in names]


def _word(name: str, kind: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[object]:
    held = sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, held, nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    held = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    return sa.Column(name, held, nullable=False)


def upgrade() -> None:
    op.create_table(
        "form_cut",
        _key(),
        _of("form", "form_id"),
        *_whole("number", "cut_score", "cut_before"),
        sa.Column("source_id", sa.Uuid(), nullable=False, unique=True),
        _of("person", "decided_by"),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        _moment("at"),
        sa.UniqueConstraint("form_id", "number"),
        sa.CheckConstraint("number >= 1 AND cut_score >= 1", name="from_one"),
    )
    op.create_table(
        "form_reader",
        _of("form", "form_id", key=True),
        _of("person", "person_id", key=True),
        _moment("at"),
    )
    op.create_table(
        "panel_study",
        _key(),
        _of("form", "form_id"),
        _word("stage", "panel_stage", STAGES),
        _json("description"),
        _of("person", "opened_by"),
        _moment("opened_at"),
        _moment("round_two_at", nullable=True),
        _moment("ended_at", nullable=True),
        _of("person", "ended_by", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.CheckConstraint("(stage = 'called_off') = (reason IS NOT NULL)", name="called_off_with_reason"),
        sa.CheckConstraint("(stage IN ('closed', 'called_off')) = (ended_at IS NOT NULL)", name="ended"),
    )
    op.create_index(
        "uq_panel_study_runs",
        "panel_study",
        ["form_id"],
        unique=True,
        sqlite_where=RUNS,
        postgresql_where=RUNS,
    )
    op.create_table(
        "panel_judge",
        _key(),
        _of("panel_study", "study_id"),
        _of("person", "person_id", index=True),
        _of("person", "named_by"),
        _moment("named_at"),
        _moment("round_one_at", nullable=True),
        _moment("round_two_at", nullable=True),
        _moment("left_at", nullable=True),
        _word("leaving", "leaving", LEAVINGS, nullable=True),
        sa.UniqueConstraint("study_id", "person_id"),
        sa.CheckConstraint("(leaving IS NULL) = (left_at IS NULL)", name="left_with_word"),
    )
    op.create_table(
        "panel_rating",
        _of("panel_judge", "judge_id", key=True),
        *_whole("round", "position", "number", key=True),
        *_whole("value"),
        _moment("at"),
        sa.CheckConstraint("round IN (1, 2)", name="round"),
        sa.CheckConstraint("value BETWEEN 0 AND 100", name="per_cent"),
    )
    op.create_table(
        "panel_result",
        _of("panel_study", "study_id", key=True),
        *_whole("judges", "mean", "error", "first_mean", "first_error"),
        _json("sums"),
        _moment("at"),
    )
    for table in GUARDED:
        for verb in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    for table in ("panel_result", "panel_rating", "panel_judge", "panel_study", "form_reader", "form_cut"):
        op.drop_table(table)
