"""item guards: of an item's version only the status moves, and never back to a draft; of a case nothing

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

# what never changes once a version is written; its status says whether new forms may take it
FROZEN = (
    "id", "item_id", "number", "type", "scoring", "cognitive", "domain", "module", "tasks", "points", "key",
    "stem", "choices", "sources", "enemies", "roles", "stimulus_id", "valid_until", "content_hash",
    "imported_at",
)  # fmt: skip
BACK = "(OLD.status IN ('approved', 'active', 'retired') AND NEW.status IN ('draft', 'in_review'))"
# what 0002 refused
BEFORE = (
    "NEW.content_hash <> OLD.content_hash OR NEW.stem <> OLD.stem "
    "OR NEW.choices <> OLD.choices OR NEW.key <> OLD.key OR NEW.points <> OLD.points"
)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _drop(table: str, event: str) -> None:
    op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if _postgresql() else ""))


def _guard(table: str, event: str, condition: str = "") -> None:
    when = f" WHEN ({condition})" if condition else ""
    head = f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW{when}"
    if _postgresql():
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def upgrade() -> None:
    differs = "IS DISTINCT FROM" if _postgresql() else "IS NOT"
    changed = [f"NEW.{column} {differs} OLD.{column}" for column in FROZEN]
    _drop("item_version", "update")
    _guard("item_version", "update", " OR ".join([*changed, BACK]))
    # A case is known by the hash of its words: other words are another row, and the versions that show these
    # go on showing them.
    _guard("stimulus", "update")
    _guard("stimulus", "delete")


def downgrade() -> None:
    _drop("stimulus", "delete")
    _drop("stimulus", "update")
    _drop("item_version", "update")
    _guard("item_version", "update", BEFORE)
