"""drafts: items from the files of others stand apart from the banks

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "draft_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_set")),
        sa.UniqueConstraint("slug", name=op.f("uq_draft_set_slug")),
    )
    op.create_table(
        "imported_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_set_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("missing", DOCUMENT, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_imported_draft_number_positive")),
        sa.ForeignKeyConstraint(
            ["draft_set_id"], ["draft_set.id"], name=op.f("fk_imported_draft_draft_set_id_draft_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_draft")),
        sa.UniqueConstraint(
            "draft_set_id", "slug", "number", name=op.f("uq_imported_draft_draft_set_id_slug_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("imported_draft")
    op.drop_table("draft_set")
