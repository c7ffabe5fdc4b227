"""guards: what is append-only stays so, whoever writes

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

# table -> the condition under which an UPDATE is refused ("" = always). A DELETE is always refused.
GUARDED = {
    "installation": "",
    "audit_entry": "OLD.hash IS NOT NULL",
    "response_event": "",
    "attempt_transition": "",
    "time_grant": "",
    "milestone": "NEW.person_key <> OLD.person_key OR NEW.cohort_key <> OLD.cohort_key "
    "OR NEW.word <> OLD.word OR NEW.at <> OLD.at OR NEW.source <> OLD.source",
    "item_version": "NEW.content_hash <> OLD.content_hash OR NEW.stem <> OLD.stem "
    "OR NEW.choices <> OLD.choices OR NEW.key <> OLD.key OR NEW.points <> OLD.points",
    "form_item": "",
    "achievement": "",
    "certification_decision": "",
    "certificate": "NEW.number <> OLD.number OR NEW.payload <> OLD.payload OR NEW.jwt <> OLD.jwt "
    "OR (OLD.jwt IS NOT NULL AND NEW.jwt IS NULL)",
    "certificate_event": "",
}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
        )
    for table, condition in GUARDED.items():
        for event, when in (("update", condition), ("delete", "")):
            clause = f" WHEN ({when})" if when else ""
            head = f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW{clause}"
            if postgresql:
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in GUARDED:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
