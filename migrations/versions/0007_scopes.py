"""scopes: the id of a role's scope may be an employer's name, as long as a cohort's may be

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("role_grant") as table:
        table.alter_column("scope_id", type_=sa.String(length=120), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("role_grant") as table:
        table.alter_column("scope_id", type_=sa.String(length=64), existing_nullable=False)
