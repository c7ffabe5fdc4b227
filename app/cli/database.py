"""The database: create, migrate, mark."""

import typer
from alembic import command
from alembic.config import Config

from app.cli.catalogues import ensure_compiled
from app.kernel.clock import SystemClock
from app.platform import installation
from app.platform.database import make_engine, write_session
from app.platform.settings import ROOT, Settings, load
from app.programmes import service as programmes


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to ``revision`` (up or, with a lower one named, down)."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    if revision == "head":
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)


def initialise(settings: Settings, *, demonstration: bool) -> None:
    """Migrate and mark the database. Safe to repeat."""
    ensure_compiled()
    migrate(settings.database)
    engine = make_engine(settings.database)
    with write_session(engine) as session:
        installation.mark(
            session, SystemClock(), demonstration=demonstration, data_region=settings.data_region
        )
        programmes.ensure_programmes(session)
    engine.dispose()


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def init(*, demonstration: bool = False) -> None:
        """Create or migrate the database. --demonstration marks it so, for life."""
        initialise(load(), demonstration=demonstration)

    @app.command("migrate")
    def migrate_command() -> None:
        """Bring the database to the newest schema."""
        ensure_compiled()
        migrate(load().database)
