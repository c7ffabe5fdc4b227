"""forms: searches for parallel forms, what they found, and who made it a form; append-only

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = (
    "assembly_request",
    "assembly_try",
    "assembly_result",
    "proposed_form",
    "proposed_item",
    "proposal_acceptance",
)
SEARCH = (
    "queued",
    "running",
    "given_up",
    "found",
    "time_over",
    "impossible",
    "no_numbers",
    "over_limit",
    "failed",
)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _to(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.{key}"], name=op.f(f"fk_{table}_{column}_{target}")
    )


def upgrade() -> None:
    op.create_table(
        "assembly_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blueprint_id", sa.Uuid(), nullable=False),
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("limits", JSON, nullable=False),
        sa.Column("most_forms", sa.Integer(), nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("exposure_cap", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_assembly_request_from_one")),
        sa.CheckConstraint(
            "forms BETWEEN 1 AND 10 AND seconds BETWEEN 1 AND 150",
            name=op.f("ck_assembly_request_within_bounds"),
        ),
        sa.CheckConstraint(
            "exposure_cap BETWEEN 1 AND 100", name=op.f("ck_assembly_request_cap_is_a_share")
        ),
        _to("assembly_request", "blueprint_id", "blueprint"),
        _to("assembly_request", "bank_id", "bank"),
        _to("assembly_request", "asked_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assembly_request")),
        sa.UniqueConstraint("blueprint_id", "number", name=op.f("uq_assembly_request_blueprint_id_number")),
    )
    op.create_table(
        "assembly_try",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        _to("assembly_try", "request_id", "assembly_request"),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_assembly_try")),
    )
    op.create_table(
        "assembly_result",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ended",
            sa.Enum(*SEARCH, name="search", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("kibibytes", sa.Integer(), nullable=True),
        sa.Column("rests_on", sa.String(length=64), nullable=False),
        sa.Column("forms_hash", sa.String(length=64), nullable=False),
        sa.Column("figures", JSON, nullable=True),
        _to("assembly_result", "request_id", "assembly_request"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_assembly_result")),
    )
    op.create_table(
        "proposed_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        _to("proposed_form", "request_id", "assembly_result", "request_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_form")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_proposed_form_request_id_number")),
    )
    op.create_table(
        "proposed_item",
        sa.Column("proposed_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        _to("proposed_item", "proposed_id", "proposed_form"),
        _to("proposed_item", "item_version_id", "item_version"),
        sa.PrimaryKeyConstraint("proposed_id", "position", name=op.f("pk_proposed_item")),
    )
    op.create_table(
        "proposal_acceptance",
        sa.Column("proposed_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        _to("proposal_acceptance", "proposed_id", "proposed_form"),
        _to("proposal_acceptance", "form_id", "form"),
        _to("proposal_acceptance", "person_id", "person"),
        sa.PrimaryKeyConstraint("proposed_id", name=op.f("pk_proposal_acceptance")),
        sa.UniqueConstraint("form_id", name=op.f("uq_proposal_acceptance_form_id")),
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
        op.drop_table(table)
