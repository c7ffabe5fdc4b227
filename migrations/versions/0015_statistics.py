"""statistics: requests, computations, figures of items, and what the bank is told of them; append-only

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = ("statistics_request", "statistics_run", "item_statistics", "item_use")
ENDED = ("computed", "too_few", "no_numbers", "over_limit", "failed")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    op.create_table(
        "statistics_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_statistics_request_from_one")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_statistics_request_asked_by_person")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_statistics_request_form_id_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_request")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_statistics_request_form_id_number")),
    )
    op.create_table(
        "statistics_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "ended",
            sa.Enum(*ENDED, name="ended", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_on", sa.String(length=64), nullable=False),
        sa.Column("kibibytes", sa.Integer(), nullable=True),
        sa.Column("figures", JSON, nullable=True),
        sa.CheckConstraint("persons >= 0", name=op.f("ck_statistics_run_persons_not_negative")),
        sa.CheckConstraint(
            "(ended = 'computed') = (figures IS NOT NULL)", name=op.f("ck_statistics_run_figures_when_computed")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_statistics_run_form_id_form")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["statistics_request.id"],
            name=op.f("fk_statistics_run_request_id_statistics_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_run")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_statistics_run_form_id_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_statistics_run_request_id")),
    )
    op.create_table(
        "item_statistics",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("omitted", sa.Integer(), nullable=False),
        sa.Column("rapid", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.CheckConstraint(
            "language IN ('all', 'kk', 'ru', 'en')", name=op.f("ck_item_statistics_language")
        ),
        sa.CheckConstraint(
            "points BETWEEN 0 AND possible", name=op.f("ck_item_statistics_points_possible")
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_item_statistics_item_version_id_item_version")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["statistics_run.id"], name=op.f("fk_item_statistics_run_id_statistics_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "position", "language", name=op.f("pk_item_statistics")),
    )
    op.create_index(op.f("ix_item_statistics_item_version_id"), "item_statistics", ["item_version_id"])
    op.create_table(
        "item_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND possible", name=op.f("ck_item_use_points_possible")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_item_use_item_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_use")),
        sa.UniqueConstraint("item_version_id", "source", name=op.f("uq_item_use_item_version_id_source")),
    )
    for table in TABLES:
        for event in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW"
            if _postgresql():
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    for table in reversed(TABLES):
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if _postgresql() else ""))
        if table == "item_statistics":
            op.drop_index(op.f("ix_item_statistics_item_version_id"), table_name=table)
        op.drop_table(table)
