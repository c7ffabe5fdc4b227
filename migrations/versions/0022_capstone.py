"""capstone: briefs, submissions with texts and files, raters and their ratings, outcomes; a case may need one

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

GUARDED = ("capstone_brief", "capstone_rating", "capstone_outcome", "capstone_telling")
OUTCOMES = ("passed", "failed")
KINDS = ("pdf", "docx", "png", "text")


def _word(name: str, words: tuple[str, ...], column: str) -> sa.Column[object]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(table: str, column: str, *, index: bool = False) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=False, index=index)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _document(name: str) -> sa.Column[object]:
    kind = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "capstone_brief",
        _key(),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _document("content"),
        _moment("written_at"),
        sa.UniqueConstraint("slug", "version"),
    )
    op.create_table(
        "capstone_submission",
        _key(),
        sa.Column("code", sa.String(length=16), nullable=False, unique=True),
        _of("person", "person_id"),
        _of("capstone_brief", "brief_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("begun_at"),
        _moment("changed_at"),
        _moment("handed_in_at", nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("raters", sa.Integer(), nullable=False),
        _moment("settled_at", nullable=True),
        _moment("told_at", nullable=True),
        sa.UniqueConstraint("person_id", "number"),
        sa.CheckConstraint("(handed_in_at IS NULL) = (digest IS NULL)", name="receipt_has_digest"),
        sa.CheckConstraint("settled_at IS NULL OR handed_in_at IS NOT NULL", name="settled_after_hand_in"),
        sa.CheckConstraint("told_at IS NULL OR settled_at IS NOT NULL", name="told_after_settled"),
        sa.CheckConstraint("number BETWEEN 1 AND 2", name="one_resubmission"),
    )
    is_open = sa.text("told_at IS NULL")
    op.create_index(
        "uq_capstone_submission_open",
        "capstone_submission",
        ["person_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_capstone_submission_waiting", "capstone_submission", ["told_at", "settled_at", "handed_in_at"])
    op.create_table(
        "capstone_text",
        _key(),
        _of("capstone_submission", "submission_id"),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _moment("saved_at"),
        sa.UniqueConstraint("submission_id", "part"),
    )
    op.create_table(
        "capstone_file",
        _key(),
        _of("capstone_submission", "submission_id"),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        _word("kind", KINDS, "kind"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _moment("stored_at"),
        sa.UniqueConstraint("submission_id", "part", "sha256"),
        sa.CheckConstraint("size > 0", name="not_empty"),
    )
    op.create_table(
        "capstone_place",
        _key(),
        _of("capstone_submission", "submission_id"),
        _of("person", "rater_id", index=True),
        _moment("taken_at"),
        _moment("given_back_at", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.UniqueConstraint("submission_id", "rater_id"),
        sa.CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )
    op.create_table(
        "capstone_rating",
        _key(),
        _of("capstone_submission", "submission_id"),
        _of("person", "rater_id"),
        _document("levels"),
        _document("comments"),
        sa.Column("points", sa.Integer(), nullable=False),
        _word("outcome", OUTCOMES, "outcome"),
        _moment("at"),
        sa.UniqueConstraint("submission_id", "rater_id"),
    )
    op.create_table(
        "capstone_outcome",
        sa.Column("submission_id", sa.Uuid(), sa.ForeignKey("capstone_submission.id"), primary_key=True),
        _word("outcome", OUTCOMES, "outcome"),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        _document("counted"),
        _moment("at"),
    )
    op.create_table(
        "capstone_telling",
        sa.Column("submission_id", sa.Uuid(), sa.ForeignKey("capstone_submission.id"), primary_key=True),
        _of("person", "officer_id"),
        sa.Column("words", sa.String(length=1000), nullable=True),
        _moment("at"),
    )
    # the release before this one never writes it, and a case it opens needs none
    op.add_column(
        "certification_case",
        sa.Column("capstone_required", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for table in GUARDED:
        for verb in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    op.drop_column("certification_case", "capstone_required")
    for table in (
        "capstone_telling",
        "capstone_outcome",
        "capstone_rating",
        "capstone_place",
        "capstone_file",
        "capstone_text",
        "capstone_submission",
        "capstone_brief",
    ):
        op.drop_table(table)
