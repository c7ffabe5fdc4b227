"""a certificate is looked at also when its result was invalidated, without a re-score

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

NAME = "uq_certificate_review_invalidated"
NO_PLAN = sa.text("plan_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("certificate_review") as table:
        table.alter_column("plan_id", existing_type=sa.Uuid(), nullable=True)
    op.create_index(
        NAME,
        "certificate_review",
        ["attempt_id"],
        unique=True,
        sqlite_where=NO_PLAN,
        postgresql_where=NO_PLAN,
    )


def downgrade() -> None:
    op.drop_index(NAME, "certificate_review")
    op.execute("DELETE FROM certificate_review WHERE plan_id IS NULL")
    with op.batch_alter_table("certificate_review") as table:
        table.alter_column("plan_id", existing_type=sa.Uuid(), nullable=False)
