"""unsent answers: the files that staff load, append-only

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    op.create_table(
        "unsent_load",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_unsent_load_actor_id_person")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_unsent_load_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent_load")),
        sa.UniqueConstraint("attempt_id", "sha256", name=op.f("uq_unsent_load_attempt_id_sha256")),
    )
    for event in ("update", "delete"):
        head = (
            f"CREATE TRIGGER unsent_load_no_{event} BEFORE {event.upper()} ON unsent_load FOR EACH ROW"
        )
        if _postgresql():
            op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'unsent_load is append-only'); END")


def downgrade() -> None:
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER unsent_load_no_{event}" + (" ON unsent_load" if _postgresql() else ""))
    op.drop_table("unsent_load")
