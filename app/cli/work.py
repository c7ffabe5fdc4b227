"""The worker as a process of its own."""

import signal

import typer

from app.cli.catalogues import ensure_compiled
from app.kernel.clock import SystemClock
from app.platform import logging
from app.platform.database import make_engine
from app.platform.settings import load
from app.worker import Worker, make_context


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def worker() -> None:
        """Do jobs in a process of their own."""
        settings = load()
        ensure_compiled()
        logging.configure(json=settings.log_json)
        engine = make_engine(settings.database, pool_size=2)
        loop = Worker(make_context(engine, SystemClock(), settings))
        signal.signal(signal.SIGTERM, lambda *_: loop.stop())
        signal.signal(signal.SIGINT, lambda *_: loop.stop())
        loop.run()
        engine.dispose()
