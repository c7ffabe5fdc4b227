"""Signing keys: make the first, rotate, report one that others may hold."""

from datetime import timedelta
from typing import Annotated

import typer

from app.certificates import keys
from app.certificates.queries.keys import find_active, list_keys
from app.certificates.rules.states import KeyState
from app.certificates.service import keys as service
from app.kernel.clock import Clock, SystemClock
from app.kernel.errors import NotFound
from app.platform.database import make_engine, read_session, write_session
from app.platform.settings import Settings, load

_app = typer.Typer(no_args_is_help=True, help=__doc__)


def initialise(settings: Settings, clock: Clock, alg: str = "RS256") -> str:
    """Make the first key and let it sign at once; the thumbprint of the key that signs. Safe to repeat."""
    engine = make_engine(settings.database)
    try:
        with read_session(engine) as session:
            known = find_active(session)
        if known is not None:
            return known.thumbprint
        made = keys.make(settings, alg)
        with write_session(engine) as session:
            service.add(session, clock, made)
            service.activate(session, clock, made.thumbprint)
        return made.thumbprint
    finally:
        engine.dispose()


def turn(settings: Settings, clock: Clock, *, at_once: bool, alg: str = "RS256") -> tuple[str, KeyState]:
    """The next step of a rotation: activate the key published long enough, else publish a new one.

    ``at_once``: do not wait the 24 hours. Returns the key touched and its state now.
    """
    engine = make_engine(settings.database)
    try:
        with read_session(engine) as session:
            pending = [key for key in list_keys(session) if key.state is KeyState.PENDING]
        waited = timedelta() if at_once else service.PUBLISHED_FOR
        ready = [key for key in pending if clock.now() - key.created_at >= waited]
        if ready:
            with write_session(engine) as session:
                service.activate(session, clock, ready[0].thumbprint)
            return ready[0].thumbprint, KeyState.ACTIVE
        if pending:
            return pending[0].thumbprint, KeyState.PENDING
        made = keys.make(settings, alg)
        with write_session(engine) as session:
            service.add(session, clock, made)
            if at_once:
                service.activate(session, clock, made.thumbprint)
        return made.thumbprint, KeyState.ACTIVE if at_once else KeyState.PENDING
    finally:
        engine.dispose()


@_app.command()
def init(alg: str = "RS256") -> None:
    """Make the first signing key, if none signs yet."""
    print(f"signs now: {initialise(load(), SystemClock(), alg)}")


@_app.command()
def rotate(*, now: Annotated[bool, typer.Option("--now")] = False, alg: str = "RS256") -> None:
    """Publish a new key; run again a day later to let it sign. --now does not wait."""
    thumbprint, state = turn(load(), SystemClock(), at_once=now, alg=alg)
    if state is KeyState.ACTIVE:
        print(f"signs now: {thumbprint}")
    else:
        print(f"published: {thumbprint}\nRun this again in 24 hours to let it sign.")


@_app.command()
def compromise(thumbprint: str) -> None:
    """Stop publishing a key that others may hold."""
    engine = make_engine(load().database)
    try:
        with write_session(engine) as session:
            service.compromise(session, SystemClock(), thumbprint)
    except NotFound:
        print("no such key, or it was reported before")
        raise typer.Exit(1) from None
    finally:
        engine.dispose()
    print(f"no longer published: {thumbprint}\nRun `ceasai keys rotate --now` if it was the key that signs.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="keys")
