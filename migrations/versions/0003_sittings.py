"""sittings: why one was called off; a published form stays as it is

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

# A form can be retired, once; everything else about it was frozen when it was published.
FROZEN = (
    "id",
    "blueprint_id",
    "slug",
    "seed",
    "specimen",
    "minutes",
    "cut_score",
    "max_points",
    "content_hash",
    "published_at",
)
CHANGED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in FROZEN)
CHANGED += " OR (OLD.retired_at IS NOT NULL AND (NEW.retired_at IS NULL OR NEW.retired_at <> OLD.retired_at))"


def upgrade() -> None:
    op.add_column("sitting", sa.Column("cancelled_reason", sa.String(length=1000), nullable=True))
    postgresql = op.get_bind().dialect.name == "postgresql"
    for event, clause in (("update", f" WHEN ({CHANGED})"), ("delete", "")):
        head = f"CREATE TRIGGER form_no_{event} BEFORE {event.upper()} ON form FOR EACH ROW{clause}"
        if postgresql:
            op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'form is append-only'); END")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER form_no_{event}" + (" ON form" if postgresql else ""))
    op.drop_column("sitting", "cancelled_reason")
