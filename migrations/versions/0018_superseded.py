"""re-scores: a word for an attempt that has other figures than the plan knew

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

NAME = "ck_rescore_step_treatment"
FEW = ("applied", "protected", "left")
ALL = (*FEW, "superseded")


def _check(words: tuple[str, ...]) -> str:
    return "CHECK (treatment IN (" + ", ".join(f"'{word}'" for word in words) + "))"


def _allow(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(NAME), "rescore_step", type_="check")
        op.create_check_constraint(op.f(NAME), "rescore_step", sa.column("treatment").in_(after))
        return
    # SQLite changes no constraint; https://sqlite.org/lang_altertable.html (section 7) names this way,
    # which keeps the table and its guards.
    statement = bind.execute(
        sa.text("SELECT sql FROM sqlite_schema WHERE name = 'rescore_step'")
    ).scalar_one()
    if statement.count(_check(before)) != 1:
        msg = f"the table rescore_step does not say {_check(before)}"
        raise RuntimeError(msg)
    version = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :statement WHERE type = 'table' AND name = 'rescore_step'"),
        {"statement": statement.replace(_check(before), _check(after))},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")
    if bind.execute(sa.text("PRAGMA integrity_check")).scalar_one() != "ok":
        msg = "the database does not fit the new words"
        raise RuntimeError(msg)


def upgrade() -> None:
    _allow(FEW, ALL)


def downgrade() -> None:
    _allow(ALL, FEW)
