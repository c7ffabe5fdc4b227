"""signals: a chain for each window of the exam page

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None

NO_UPDATE = "CREATE TRIGGER signal_no_update BEFORE UPDATE ON signal FOR EACH ROW"
CHANGES = {
    "seq INTEGER NOT NULL": "chain VARCHAR(32) DEFAULT '' NOT NULL, seq INTEGER NOT NULL",
    "PRIMARY KEY (attempt_id, seq)": "PRIMARY KEY (attempt_id, chain, seq)",
}
COLUMNS = "attempt_id, seq, kind, client_ms, facts, hash, at"


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _rebuild(changes: dict[str, str]) -> None:
    """SQLite changes no key in place: the table is written anew from its own text, checks and all."""
    wanted = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'signal'")
    told = op.get_bind().execute(wanted).scalar_one()
    for was, now in changes.items():
        if told.count(was) != 1:
            msg = f"the table signal does not say {was}"
            raise RuntimeError(msg)
        told = told.replace(was, now)
    op.execute("DROP INDEX ix_signal_at")
    op.execute("DROP TRIGGER signal_no_update")
    op.execute("ALTER TABLE signal RENAME TO signal_before")
    op.execute(told)
    op.execute(f"INSERT INTO signal ({COLUMNS}) SELECT {COLUMNS} FROM signal_before")
    op.execute("DROP TABLE signal_before")
    op.create_index("ix_signal_at", "signal", ["at"])
    op.execute(f"{NO_UPDATE} BEGIN SELECT RAISE(ABORT, 'signal is never changed'); END")


def upgrade() -> None:
    if _postgresql():
        chain = sa.Column("chain", sa.String(length=32), server_default="", nullable=False)
        op.add_column("signal", chain)
        op.drop_constraint("pk_signal", "signal")
        op.create_primary_key("pk_signal", "signal", ["attempt_id", "chain", "seq"])
    else:
        _rebuild(CHANGES)


def downgrade() -> None:
    op.execute("DELETE FROM signal WHERE chain <> ''")
    if _postgresql():
        op.drop_constraint("pk_signal", "signal")
        op.create_primary_key("pk_signal", "signal", ["attempt_id", "seq"])
        op.drop_column("signal", "chain")
    else:
        _rebuild({now: was for was, now in CHANGES.items()})
