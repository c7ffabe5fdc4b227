"""Alembic's entrance: one linear history that runs on SQLite and PostgreSQL."""

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import app.accounts.models
import app.appeals.models.challenges
import app.appeals.models.panel
import app.appeals.models.rescoring
import app.capstone.models
import app.certificates.models
import app.courses.models
import app.exams.models.attempts
import app.exams.models.booking
import app.exams.models.forms
import app.exams.models.messages
import app.exams.models.rating
import app.exams.models.rescoring
import app.exams.models.unsent
import app.platform.models
import app.proctoring.models
import app.programmes.models
import app.psychometrics.models
import app.question_banks.models  # noqa: F401  # every table of the product
from app.kernel.types import Json, UtcDateTime
from app.platform.database import make_engine
from app.platform.settings import load


def render_item(kind: str, item: Any, autogen: Any) -> Any:
    """Write our column types so that a migration needs nothing from ``app``."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    return False


def run() -> None:
    """Bring the database to the revision asked for, in one transaction."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = make_engine(context.config.attributes.get("url") or load().database)
    try:
        with engine.connect() as connection:
            _migrate(connection)
            connection.commit()
    finally:  # a migration may refuse the data it finds
        engine.dispose()


def _migrate(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        user_module_prefix=None,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
