"""Whether what runs in this container does its work: for the image's health check."""

import urllib.request
from datetime import timedelta
from pathlib import Path

import typer

from app.kernel.clock import Clock, SystemClock
from app.platform import outbox
from app.platform.database import make_engine, read_session
from app.platform.outbox import Lane
from app.platform.settings import Settings, load
from app.worker import SLOW

LATE = timedelta(minutes=5)
"""A due job is taken within a second, and a failed one falls due later: five minutes are a standstill."""
SLOWLY = timedelta(hours=2)
"""Slow jobs wait for each other, three minutes each at most: a night of thirty is nothing odd."""
_FIRST = Path("/proc/1/cmdline")


def is_worker(command_line: bytes) -> bool:
    """Whether this is the command line of ``ceasai worker``; its words end in zero bytes, as in /proc."""
    return b"worker" in command_line.split(b"\0")


def trouble(settings: Settings, clock: Clock, *, worker: bool) -> str:
    """What is wrong, in a few words; empty when nothing is.

    A web process answers that it is ready; a worker leaves no job waiting.
    """
    if not worker:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{settings.bind_port}/readyz", timeout=2):
                return ""
        except OSError as error:  # refused, too slow, or 503
            return f"the server is not ready: {type(error).__name__}"
    engine = make_engine(settings.database, pool_size=1)
    try:
        with read_session(engine) as session:
            for lane, by in ((Lane(SLOW), LATE), (Lane(SLOW, others=False), SLOWLY)):
                if waiting := outbox.overdue(session, clock, by=by, lane=lane):
                    return f"{waiting} jobs wait for longer than {by}"
    finally:
        engine.dispose()
    return ""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def health() -> None:
        """Exit 1 when the first process of this container, `serve` or `worker`, does not do its work."""
        wrong = trouble(load(), SystemClock(), worker=is_worker(_FIRST.read_bytes()))
        if wrong:
            typer.echo(wrong)
            raise typer.Exit(1)
