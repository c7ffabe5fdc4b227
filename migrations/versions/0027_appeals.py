"""appeals of candidates: what they are against, the seats and votes of their panels, and words for it

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

GUARDED = "appeal_vote"
LOCALES = ("kk", "ru", "en")
VERDICTS = ("uphold", "dismiss")
REVIEWS = ("none", "queued", "in_review", "second_review", "cleared", "irregularity", "inconclusive")
PURPOSES = ("first_review", "second_review", "decision")
LOOKS = ("identity", "supervision", *PURPOSES)
MORE = (
    ("attempt", "review", REVIEWS, "reversed"),
    ("record_view", "purpose", PURPOSES, "appeal"),
    ("picture_view", "look", LOOKS, "appeal"),
)
"""Table, column, the words it had, and the one it gets."""


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _of(table: str, column: str, *, index: bool = False) -> sa.Column[object]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=False, index=index)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(column: str, name: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[object]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=nullable)


def _check(column: str, words: tuple[str, ...]) -> str:
    return f"CHECK ({column} IN (" + ", ".join(f"'{word}'" for word in words) + "))"


def _allow(table: str, column: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        name = op.f(f"ck_{table}_{column}")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, sa.column(column).in_(after))
        return
    # SQLite changes no constraint; https://sqlite.org/lang_altertable.html (section 7) names this way,
    # which keeps the table and its guards.
    wanted = {"name": table}
    read = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
    statement = bind.execute(read, wanted).scalar_one()
    if statement.count(_check(column, before)) != 1:
        msg = f"the table {table} does not say {_check(column, before)}"
        raise RuntimeError(msg)
    version = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :statement WHERE type = 'table' AND name = :name"),
        wanted | {"statement": statement.replace(_check(column, before), _check(column, after))},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")
    if bind.execute(sa.text("PRAGMA integrity_check")).scalar_one() != "ok":
        msg = "the database does not fit the new words"
        raise RuntimeError(msg)


def upgrade() -> None:
    for table, column, words, word in MORE:
        _allow(table, column, words, (*words, word))
    op.create_table(
        "appeal",
        _key(),
        _of("attempt", "attempt_id", index=True),
        _word("against", "against", ("finding", "result")),
        sa.Column("body", sa.String(length=5000), nullable=False),
        _word("locale", "locale", LOCALES),
        _moment("filed_at"),
        sa.Column("seats", sa.Integer(), nullable=False),
        _word("outcome", "verdict", VERDICTS, nullable=True),
        _moment("decided_at", nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_with_outcome"),
    )
    one_open = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_appeal_open",
        "appeal",
        ["attempt_id"],
        unique=True,
        sqlite_where=one_open,
        postgresql_where=one_open,
    )
    op.create_index("ix_appeal_decided_at", "appeal", ["decided_at", "filed_at"])
    op.create_table(
        "appeal_seat",
        _key(),
        _of("appeal", "appeal_id"),
        _of("person", "member_id", index=True),
        _moment("taken_at"),
        _moment("given_back_at", nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.UniqueConstraint("appeal_id", "member_id"),
        sa.CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )
    op.create_table(
        GUARDED,
        _key(),
        _of("appeal", "appeal_id"),
        _of("person", "member_id"),
        _word("verdict", "verdict", VERDICTS),
        sa.Column("reasons", sa.String(length=4000), nullable=False),
        _moment("at"),
        sa.UniqueConstraint("appeal_id", "member_id"),
    )
    for verb in ("update", "delete"):
        head = f"CREATE TRIGGER {GUARDED}_no_{verb} BEFORE {verb.upper()} ON {GUARDED} FOR EACH ROW"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{GUARDED} is append-only'); END")


def downgrade() -> None:
    for table in (GUARDED, "appeal_seat", "appeal"):
        op.drop_table(table)
    for table, column, words, word in reversed(MORE):
        _allow(table, column, (*words, word), words)
