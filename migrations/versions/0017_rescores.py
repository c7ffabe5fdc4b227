"""re-scores: objections to items, plans with their dry runs, decisions, corrected keys, and what was done

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
GUARDED = (
    "scoring_override",
    "attempt_scoring",
    "challenge_step",
    "rescore_line",
    "rescore_decision",
    "rescore_step",
)
TABLES = (
    "challenge_step",
    "rescore_step",
    "rescore_line",
    "rescore_decision",
    "certificate_review",
    "item_challenge",
    "attempt_scoring",
    "scoring_override",
    "rescore_plan",
)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "rescore_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _word("override_kind", "new_key", "everybody", "withdrawn"),
            nullable=False,
        ),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            _word(
                "plan_state",
                "computing",
                "ready",
                "approved",
                "executing",
                "executed",
                "rejected",
                "outdated",
            ),
            nullable=False,
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("world_hash", sa.String(length=64), nullable=True),
        sa.Column("plan_hash", sa.String(length=64), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(plan_hash IS NULL) = (world_hash IS NULL)", name=op.f("ck_rescore_plan_hashes_together")
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_rescore_plan_item_version_id_item_version"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_rescore_plan_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescore_plan")),
    )
    op.create_index("ix_rescore_plan_proposed_at", "rescore_plan", ["proposed_at"], unique=False)
    op.create_index(
        "uq_rescore_plan_open",
        "rescore_plan",
        ["item_version_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('computing', 'ready', 'approved', 'executing')"),
        postgresql_where=sa.text("state IN ('computing', 'ready', 'approved', 'executing')"),
    )

    op.create_table(
        "scoring_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _word("override_kind", "new_key", "everybody", "withdrawn"),
            nullable=False,
        ),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_scoring_override_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_scoring_override_item_version_id_item_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoring_override")),
        sa.UniqueConstraint("source_id", name=op.f("uq_scoring_override_source_id")),
    )
    op.create_index(
        "ix_scoring_override_item_version_id", "scoring_override", ["item_version_id"], unique=False
    )

    op.create_table(
        "attempt_scoring",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("overrides", JSON, nullable=False),
        sa.Column("pinned_cut", sa.Integer(), nullable=False),
        sa.Column("pinned_max", sa.Integer(), nullable=False),
        sa.Column("raw_before", sa.Integer(), nullable=True),
        sa.Column("max_before", sa.Integer(), nullable=True),
        sa.Column("cut_before", sa.Integer(), nullable=True),
        sa.Column("passed_before", sa.Boolean(), nullable=True),
        sa.Column("raw_after", sa.Integer(), nullable=False),
        sa.Column("max_after", sa.Integer(), nullable=False),
        sa.Column("cut_after", sa.Integer(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(raw_before IS NULL) = (passed_before IS NULL)", name=op.f("ck_attempt_scoring_before_together")
        ),
        sa.CheckConstraint(
            "(source_id IS NULL) = (officer_id IS NULL)",
            name=op.f("ck_attempt_scoring_a_rescore_names_its_officer"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_scoring_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["person.id"], name=op.f("fk_attempt_scoring_officer_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_scoring")),
        sa.UniqueConstraint("attempt_id", "source_id", name=op.f("uq_attempt_scoring_attempt_id_source_id")),
    )
    op.create_table(
        "certificate_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("certificate", sa.String(length=20), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_certificate_review_closed_together")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_certificate_review_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["person.id"], name=op.f("fk_certificate_review_candidate_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_certificate_review_closed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["rescore_plan.id"], name=op.f("fk_certificate_review_plan_id_rescore_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_review")),
        sa.UniqueConstraint("plan_id", "attempt_id", name=op.f("uq_certificate_review_plan_id_attempt_id")),
    )
    op.create_table(
        "item_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column(
            "locale",
            _word("locale", "kk", "ru", "en"),
            nullable=False,
        ),
        sa.Column(
            "state",
            _word("challenge_state", "filed", "in_review", "upheld", "dismissed"),
            nullable=False,
        ),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'filed') = (reader_id IS NULL)", name=op.f("ck_item_challenge_read_unless_filed")
        ),
        sa.CheckConstraint(
            "(position = 0) = (item_version_id IS NULL)", name=op.f("ck_item_challenge_a_place_has_an_item")
        ),
        sa.CheckConstraint("position >= 0", name=op.f("ck_item_challenge_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_item_challenge_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["person.id"], name=op.f("fk_item_challenge_candidate_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_item_challenge_item_version_id_item_version"),
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["person.id"], name=op.f("fk_item_challenge_reader_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_challenge")),
    )
    op.create_index("ix_item_challenge_item_version_id", "item_challenge", ["item_version_id"], unique=False)
    op.create_index("ix_item_challenge_state", "item_challenge", ["state", "filed_at"], unique=False)
    op.create_index(
        "uq_item_challenge_open",
        "item_challenge",
        ["attempt_id", "position"],
        unique=True,
        sqlite_where=sa.text("state IN ('filed', 'in_review')"),
        postgresql_where=sa.text("state IN ('filed', 'in_review')"),
    )

    op.create_table(
        "rescore_decision",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column(
            "policy",
            _word("policy", "protect", "apply"),
            nullable=True,
        ),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["person.id"], name=op.f("fk_rescore_decision_officer_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["rescore_plan.id"], name=op.f("fk_rescore_decision_plan_id_rescore_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_rescore_decision")),
    )
    op.create_table(
        "rescore_line",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column(
            "change",
            _word(
                "change",
                "gains_pass",
                "loses_pass",
                "better",
                "worse",
                "moved",
                "unchanged",
                "inconsistent",
                "later",
            ),
            nullable=False,
        ),
        sa.Column(
            "effect",
            _word("effect", "none", "enters_queue", "certificate_stays", "case_lapses", "at_risk"),
            nullable=False,
        ),
        sa.Column("certificate", sa.String(length=20), nullable=True),
        sa.Column("raw_before", sa.Integer(), nullable=True),
        sa.Column("max_before", sa.Integer(), nullable=True),
        sa.Column("cut_before", sa.Integer(), nullable=True),
        sa.Column("passed_before", sa.Boolean(), nullable=True),
        sa.Column("raw_after", sa.Integer(), nullable=True),
        sa.Column("max_after", sa.Integer(), nullable=True),
        sa.Column("cut_after", sa.Integer(), nullable=True),
        sa.Column("passed_after", sa.Boolean(), nullable=True),
        sa.Column("domains_after", JSON, nullable=True),
        sa.Column("pinned_cut", sa.Integer(), nullable=True),
        sa.Column("pinned_max", sa.Integer(), nullable=True),
        sa.Column("overrides", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_rescore_line_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["person.id"], name=op.f("fk_rescore_line_candidate_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["rescore_plan.id"], name=op.f("fk_rescore_line_plan_id_rescore_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", "attempt_id", name=op.f("pk_rescore_line")),
    )
    op.create_table(
        "rescore_step",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column(
            "treatment",
            _word("treatment", "applied", "protected", "left"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_rescore_step_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["rescore_plan.id"], name=op.f("fk_rescore_step_plan_id_rescore_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", "attempt_id", name=op.f("pk_rescore_step")),
    )
    op.create_table(
        "challenge_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            _word("challenge_state", "filed", "in_review", "upheld", "dismissed"),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            _word("verdict", "uphold", "dismiss"),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_challenge_step_actor_id_person")),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["item_challenge.id"],
            name=op.f("fk_challenge_step_challenge_id_item_challenge"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_step")),
        sa.UniqueConstraint("challenge_id", "state", name=op.f("uq_challenge_step_challenge_id_state")),
    )

    for table in GUARDED:
        for event in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} FOR EACH ROW"
            if _postgresql():
                op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    for table in GUARDED:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if _postgresql() else ""))
    for table in TABLES:
        op.drop_table(table)
