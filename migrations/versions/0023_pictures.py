"""pictures: keys for a time, pictures, who compared and who looked, signals of the page, holds and receipts

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

KEEPINGS = ("identity", "snapshots", "signals")
KINDS = ("face", "document", "snapshot")
FORMATS = ("image/webp", "image/jpeg", "image/png")
VERDICTS = ("matched", "again")
LOOKS = ("identity", "supervision", "first_review", "second_review", "decision")
SIGNALS = (
    "hidden",
    "shown",
    "blurred",
    "focused",
    "fullscreen_entered",
    "fullscreen_left",
    "copied",
    "cut",
    "pasted",
    "menu",
    "resized",
    "screens",
    "offline",
    "online",
    "camera_on",
    "camera_ended",
    "camera_muted",
    "camera_unmuted",
    "camera_failed",
    "devices_changed",
    "other_tab",
)
APPEND_ONLY = (
    "picture",
    "identity_check",
    "picture_view",
    "monitoring_switch",
    "legal_hold",
    "deletion_receipt",
)
TABLES = ("kept_key", *APPEND_ONLY[:4], "signal", *APPEND_ONLY[4:])


def _word(name: str, words: tuple[str, ...], column: str, *, key: bool = False) -> sa.Column[object]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False, primary_key=key)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(table: str, column: str, *, nullable: bool = False, key: bool = False) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _guard(table: str, verb: str, words: str) -> None:
    head = f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} {words}'); END")


def upgrade() -> None:
    open_ = sa.text("emptied_at IS NULL")
    op.create_table(
        "kept_key",
        _of("attempt", "attempt_id", key=True),
        _word("keeping", KEEPINGS, "keeping", key=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        _moment("made_at"),
        _moment("destroyed_at", nullable=True),
        _moment("emptied_at", nullable=True),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_is_gone"),
        sa.CheckConstraint("emptied_at IS NULL OR destroyed_at IS NOT NULL", name="key_goes_first"),
    )
    op.create_index(
        "ix_kept_key_open", "kept_key", ["attempt_id"], sqlite_where=open_, postgresql_where=open_
    )
    op.create_table(
        "picture",
        _key(),
        _of("attempt", "attempt_id"),
        _word("picture_kind", KINDS, "kind"),
        sa.Column("seq", sa.Integer(), nullable=False),
        _word("format", FORMATS, "format"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        _moment("at"),
        sa.UniqueConstraint("attempt_id", "kind", "seq"),
        sa.CheckConstraint("seq > 0 AND size > 0", name="counted"),
    )
    op.create_table(
        "identity_check",
        _key(),
        _of("attempt", "attempt_id"),
        _word("verdict", VERDICTS, "verdict"),
        _of("picture", "face_id", nullable=True),
        _of("picture", "document_id", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        _of("person", "actor_id"),
        _moment("at"),
        sa.CheckConstraint("verdict <> 'again' OR reason IS NOT NULL", name="again_has_reason"),
        sa.CheckConstraint("(face_id IS NULL) = (document_id IS NULL)", name="both_pictures"),
        sa.CheckConstraint("face_id IS NOT NULL OR reason IS NOT NULL", name="without_has_reason"),
    )
    op.create_index("ix_identity_check_attempt", "identity_check", ["attempt_id", "id"])
    op.create_table(
        "picture_view",
        _key(),
        _of("attempt", "attempt_id"),
        _of("picture", "picture_id"),
        _word("look", LOOKS, "look"),
        _of("person", "actor_id"),
        _moment("at"),
    )
    op.create_index("ix_picture_view_attempt", "picture_view", ["attempt_id", "id"])
    op.create_table(
        "monitoring_switch",
        _key(),
        _of("sitting", "sitting_id"),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        _of("person", "actor_id"),
        _moment("at"),
    )
    op.create_index("ix_monitoring_switch_sitting", "monitoring_switch", ["sitting_id", "id"])
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "signal",
        _of("attempt", "attempt_id", key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        _word("signal_kind", SIGNALS, "kind"),
        sa.Column("client_ms", sa.BigInteger(), nullable=False),
        sa.Column("facts", document, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        _moment("at"),
    )
    op.create_index("ix_signal_at", "signal", ["at"])
    op.create_table(
        "legal_hold",
        _key(),
        _of("attempt", "attempt_id"),
        _of("legal_hold", "lifts", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        _of("person", "actor_id"),
        _moment("at"),
        sa.UniqueConstraint("lifts"),
    )
    op.create_index("ix_legal_hold_attempt", "legal_hold", ["attempt_id", "id"])
    op.create_table(
        "deletion_receipt",
        _key(),
        _of("attempt", "attempt_id"),
        _word("keeping", KEEPINGS, "keeping"),
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("due_at"),
        _moment("at"),
        sa.UniqueConstraint("attempt_id", "keeping"),
    )
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            _guard(table, verb, "is append-only")
    _guard("signal", "update", "is never changed")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
