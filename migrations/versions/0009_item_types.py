"""item types: every type and scoring rule of the specification, and what a type needs besides its choices

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

WORDS = {
    "type": (
        ("item_type", ("single", "multiple")),
        ("true_false", "matching", "ordering", "numeric", "short_text", "hotspot", "written"),
    ),
    "scoring": (("scoring_rule", ("all_or_nothing",)), ("plus_minus", "per_pair", "order_adjacent")),
}
FROZEN = (
    "id", "item_id", "number", "type", "scoring", "cognitive", "domain", "module", "tasks", "points", "key",
    "stem", "choices", "sources", "enemies", "roles", "stimulus_id", "valid_until", "content_hash",
    "imported_at",
)  # fmt: skip
BACK = "(OLD.status IN ('approved', 'active', 'retired') AND NEW.status IN ('draft', 'in_review'))"


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _guard(columns: tuple[str, ...]) -> None:
    differs = "IS DISTINCT FROM" if _postgresql() else "IS NOT"
    op.execute("DROP TRIGGER item_version_no_update" + (" ON item_version" if _postgresql() else ""))
    condition = " OR ".join([*(f"NEW.{column} {differs} OLD.{column}" for column in columns), BACK])
    head = f"CREATE TRIGGER item_version_no_update BEFORE UPDATE ON item_version FOR EACH ROW WHEN ({condition})"
    if _postgresql():
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'item_version is append-only'); END")


def _listed(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


def _allow(*, more: bool) -> None:
    """Say which words the columns take: those of before, or ``more``."""
    said = {}
    for column, ((name, few), added) in WORDS.items():
        before, after = (few, (*few, *added)) if more else ((*few, *added), few)
        said[column] = (f"ck_item_version_{name}", before, after)
    if _postgresql():
        for column, (name, _, after) in said.items():
            op.drop_constraint(op.f(name), "item_version", type_="check")
            op.create_check_constraint(op.f(name), "item_version", sa.column(column).in_(after))
        return
    # SQLite changes no constraint, and a table that others refer to cannot be dropped and made anew with the
    # references kept; https://sqlite.org/lang_altertable.html (section 7) names this way for a CHECK.
    bind = op.get_bind()
    statement = bind.execute(sa.text("SELECT sql FROM sqlite_schema WHERE name = 'item_version'")).scalar_one()
    for column, (_, before, after) in said.items():
        was, now = (f"CHECK ({column} IN {_listed(words)})" for words in (before, after))
        if statement.count(was) != 1:
            msg = f"the table item_version does not say {was}"
            raise RuntimeError(msg)
        statement = statement.replace(was, now)
    version = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :statement WHERE type = 'table' AND name = 'item_version'"),
        {"statement": statement},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")
    if bind.execute(sa.text("PRAGMA integrity_check")).scalar_one() != "ok":
        msg = "the database does not fit the new words"
        raise RuntimeError(msg)


def upgrade() -> None:
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("item_version", sa.Column("interaction", document, nullable=True))
    _allow(more=True)
    _guard((*FROZEN, "interaction"))


def downgrade() -> None:
    _guard(FROZEN)
    _allow(more=False)
    op.drop_column("item_version", "interaction")
