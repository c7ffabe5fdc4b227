"""sheets: a module's checklist and a course's glossary

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("course", sa.Column("glossary", DOCUMENT, nullable=False, server_default="[]"))
    op.add_column("module", sa.Column("checklist", DOCUMENT, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("module", "checklist")
    op.drop_column("course", "glossary")
