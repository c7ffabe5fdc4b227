"""secure browser: which sittings ask for it, the settings of an attempt, how an attempt stands to them

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

CHECKS = ("none", "required", "held", "exempt")
EVENTS = ("other_settings", "no_proof", "outside", "restarted", "released", "exempted")
TABLES = ("browser_file", "browser_entry")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    # the release before this one writes neither column
    op.add_column(
        "sitting", sa.Column("secure_browser", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    words = ", ".join(f"'{word}'" for word in CHECKS)
    op.execute(
        "ALTER TABLE attempt ADD COLUMN browser_check VARCHAR(32) NOT NULL DEFAULT 'none' "
        f"CONSTRAINT ck_attempt_browser_check CHECK (browser_check IN ({words}))"
    )
    op.add_column("attempt", sa.Column("browser_key", sa.String(length=64), nullable=True))
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "browser_file",
        sa.Column("attempt_id", sa.Uuid(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("settings", document, nullable=False),
        sa.Column("config_key", sa.String(length=64), nullable=False),
        _moment("made_at"),
    )
    event = sa.Enum(*EVENTS, name="browser_event", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "browser_entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("attempt_id", sa.Uuid(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("event", event, nullable=False),
        _moment("at"),
        sa.Column("actor_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
    )
    op.create_index("ix_browser_entry_attempt", "browser_entry", ["attempt_id", "id"])
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
    op.drop_column("attempt", "browser_key")
    op.drop_column("attempt", "browser_check")
    op.drop_column("sitting", "secure_browser")
