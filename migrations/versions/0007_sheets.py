"""sheets: a module's checklist and a course's glossary

Revision ID: 0007
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from app.kernel.types import Json

revision: str = "0007"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("course", sa.Column("glossary", Json, nullable=False, server_default="[]"))
    op.add_column("module", sa.Column("checklist", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("module", "checklist")
    op.drop_column("course", "glossary")
