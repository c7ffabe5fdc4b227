"""certificate guards: of a certificate only the status moves, of a milestone only the mark of its counting

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

# table -> the columns that never change once the row is there
FROZEN = {
    "certificate": (
        "id", "number", "source", "kind", "person_id", "case_id", "achievement", "achievement_version",
        "title", "body", "scheme", "scheme_version", "level", "languages", "name_cyrillic", "name_latin",
        "issued_at", "valid_from", "expires_at", "subject_uuid", "list_number", "status_index", "payload",
        "brand_id", "specimen", "verify_url",
    ),
    "milestone": (
        "id", "person_id", "person_key", "cohort_id", "cohort_key", "programme_id", "region", "word", "at",
        "source",
    ),
}  # fmt: skip
# table -> the columns that are written once, and never again
WRITTEN_ONCE = {"certificate": ("jwt", "key_thumbprint"), "milestone": ()}
# what 0002 refused
BEFORE = {
    "certificate": "NEW.number <> OLD.number OR NEW.payload <> OLD.payload OR NEW.jwt <> OLD.jwt "
    "OR (OLD.jwt IS NOT NULL AND NEW.jwt IS NULL)",
    "milestone": "NEW.person_key <> OLD.person_key OR NEW.cohort_key <> OLD.cohort_key "
    "OR NEW.word <> OLD.word OR NEW.at <> OLD.at OR NEW.source <> OLD.source",
}


def _guard(table: str, condition: str) -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {table}_no_update" + (f" ON {table}" if postgresql else ""))
    head = f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition})"
    if postgresql:
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def upgrade() -> None:
    differs = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    for table, columns in FROZEN.items():
        refused = [f"NEW.{column} {differs} OLD.{column}" for column in columns]
        refused += [
            f"(OLD.{column} IS NOT NULL AND NEW.{column} {differs} OLD.{column})"
            for column in WRITTEN_ONCE[table]
        ]
        _guard(table, " OR ".join(refused))


def downgrade() -> None:
    for table, condition in BEFORE.items():
        _guard(table, condition)
