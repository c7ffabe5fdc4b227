"""item workflow: drafts that people work on, their steps, and banks that are written on pages

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STATUSES = ("draft", "in_review", "approved", "active", "retired")
STEPS = (
    "imported", "saved", "submitted", "taken_back", "content_confirmed", "languages_confirmed", "returned",
    "approved", "activated", "retired", "reopened",
)  # fmt: skip
COLUMNS = (
    ("bank", "origin", "bank_origin", ("database", "files")),
    ("draft_set", "purpose", "bank_purpose", ("practice", "certification")),
)
"""The last word is the default: every bank so far was loaded from files; what is not known is kept hidden."""
LOCALES = ("kk", "ru", "en")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    # the release before this one writes neither column
    for table, column, name, words in COLUMNS:
        listed = ", ".join(f"'{word}'" for word in words)
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32) NOT NULL DEFAULT '{words[-1]}' "
            f"CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({listed}))"
        )
    drafts = op.create_table(
        "item_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_set_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", _word("item_status", *STATUSES), nullable=False),
        sa.Column("source_locale", sa.String(length=2), nullable=False),
        sa.Column("missing", sa.String(length=8), nullable=False),
        sa.Column("stale", sa.String(length=8), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content_by", sa.Uuid(), nullable=True),
        sa.Column("languages_by", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_item_draft_version_positive")),
        sa.ForeignKeyConstraint(
            ["draft_set_id"], ["draft_set.id"], name=op.f("fk_item_draft_draft_set_id_draft_set")
        ),
        sa.ForeignKeyConstraint(["content_by"], ["person.id"], name=op.f("fk_item_draft_content_by_person")),
        sa.ForeignKeyConstraint(
            ["languages_by"], ["person.id"], name=op.f("fk_item_draft_languages_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["item_version.id"], name=op.f("fk_item_draft_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_draft")),
        sa.UniqueConstraint("draft_set_id", "slug", name=op.f("uq_item_draft_draft_set_id_slug")),
    )
    op.create_index(op.f("ix_item_draft_status"), "item_draft", ["status"])
    op.create_table(
        "item_draft_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("step", _word("step", *STEPS), nullable=False),
        sa.Column("status", _word("item_status", *STATUSES), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["item_draft.id"], name=op.f("fk_item_draft_step_draft_id_item_draft")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_item_draft_step_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_draft_step")),
    )
    op.create_index(op.f("ix_item_draft_step_draft_id"), "item_draft_step", ["draft_id"])
    _take_over(drafts)
    for event in ("update", "delete"):
        head = (
            f"CREATE TRIGGER item_draft_step_no_{event} BEFORE {event.upper()} ON item_draft_step FOR EACH ROW"
        )
        if _postgresql():
            op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'item_draft_step is append-only'); END")


def _take_over(drafts: sa.Table) -> None:
    """What each imported draft said last becomes the draft that people work on, under the same id."""
    imported = sa.table(
        "imported_draft",
        sa.column("id", sa.Uuid()),
        sa.column("draft_set_id", sa.Uuid()),
        sa.column("slug", sa.String()),
        sa.column("number", sa.Integer()),
        sa.column("missing", DOCUMENT),
        sa.column("document", DOCUMENT),
        sa.column("content_hash", sa.String()),
        sa.column("imported_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    newest = {}
    for row in connection.execute(sa.select(imported).order_by(imported.c.number)).mappings():
        newest[row["draft_set_id"], row["slug"]] = row
    for row in newest.values():
        said = [locale for locale in LOCALES if locale not in row["missing"]]
        connection.execute(
            sa.insert(drafts).values(
                id=row["id"],
                draft_set_id=row["draft_set_id"],
                slug=row["slug"],
                version=1,
                status="draft",
                source_locale=(said or sorted(row["document"]["stem"]) or ["kk"])[0],
                missing=" ".join(row["missing"]),
                stale="",
                document=row["document"],
                content_hash=row["content_hash"],
                updated_at=row["imported_at"],
            )
        )


def downgrade() -> None:
    for event in ("update", "delete"):
        op.execute(
            f"DROP TRIGGER item_draft_step_no_{event}" + (" ON item_draft_step" if _postgresql() else "")
        )
    op.drop_table("item_draft_step")
    op.drop_table("item_draft")
    for table, column, _, _ in COLUMNS:
        op.drop_column(table, column)
