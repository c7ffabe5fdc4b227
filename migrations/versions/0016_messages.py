"""messages of staff to candidates in an exam, append-only; and the few events that a live board counts

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

READY = ("start_later", "quiet", "remain_seated", "technical", "time_added", "proctor_comes")
LANGUAGES = ("kk", "ru", "en")
TABLES = ("message", "message_recipient", "message_reading")
COUNTED = sa.text(
    "kind IN ('language', 'takeover', 'refused_stale', 'refused_late', 'refused_closed', 'refused_window')"
)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("ready", _word("ready", READY), nullable=True),
        sa.Column("body", sa.String(length=500), nullable=True),
        sa.Column("language", _word("locale", LANGUAGES), nullable=True),
        sa.Column("send_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(ready IS NULL) <> (body IS NULL)", name=op.f("ck_message_ready_or_own")),
        sa.CheckConstraint(
            "(body IS NULL) = (language IS NULL)", name=op.f("ck_message_own_text_has_a_language")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_message_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("sitting_id", "send_key", name=op.f("uq_message_sitting_id_send_key")),
    )
    for name, more in (
        ("message_recipient", ()),
        ("message_reading", (sa.Column("at", sa.DateTime(timezone=True), nullable=False),)),
    ):
        op.create_table(
            name,
            sa.Column("message_id", sa.Uuid(), nullable=False),
            sa.Column("attempt_id", sa.Uuid(), nullable=False),
            *more,
            sa.ForeignKeyConstraint(
                ["message_id"], ["message.id"], name=op.f(f"fk_{name}_message_id_message")
            ),
            sa.ForeignKeyConstraint(
                ["attempt_id"], ["attempt.id"], name=op.f(f"fk_{name}_attempt_id_attempt")
            ),
            sa.PrimaryKeyConstraint("message_id", "attempt_id", name=op.f(f"pk_{name}")),
        )
    op.create_index("ix_message_recipient_attempt", "message_recipient", ["attempt_id"])
    op.create_index(
        "ix_response_event_counted",
        "response_event",
        ["attempt_id", "kind"],
        sqlite_where=COUNTED,
        postgresql_where=COUNTED,
    )
    for table in TABLES:
        for event in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW"
            if _postgresql():
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    for table in TABLES:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if _postgresql() else ""))
    op.drop_index("ix_response_event_counted", table_name="response_event")
    for table in reversed(TABLES):
        op.drop_table(table)
