"""Attempts: is a score what the append-only log of answers gives?"""

import json
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlmodel import Session

from app.exams.queries import results
from app.exams.service import answers
from app.kernel.errors import NotFound
from app.platform.database import make_engine, read_session
from app.platform.settings import load

_app = typer.Typer(no_args_is_help=True, help=__doc__)


def compare(session: Session, wanted: str) -> dict[str, Any]:
    """The stored score beside the one made anew from the log of answers; ``wanted`` is an id or a code.

    ``stored`` is None while the attempt is not scored. ``places`` are those whose stored answer is not the
    log's. ``same``: nothing differs, neither score, answers nor checksum.

    Raises:
        NotFound: no such attempt, or it has not started.
    """
    attempt = results.get_started(session, wanted)
    recomputed = answers.recompute(session, attempt)
    held = results.held_answers(session, attempt.id)
    places = sorted(
        place
        for place in {*held, *recomputed.answers}
        if held.get(place, ()) != recomputed.answers.get(place, ())
    )
    checksum = attempt.answers_hash in {None, results.stored_hash(session, attempt.id)}
    return {
        "attempt": attempt.code,
        "stored": attempt.raw_score,
        "recomputed": recomputed.raw_score,
        "places": places,
        "checksum": checksum,
        "same": not places and checksum and attempt.raw_score in {None, recomputed.raw_score},
    }


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text.strip().upper()


@_app.command()
def recompute(
    attempt: Annotated[str, typer.Argument(help="The id of an attempt, or the code on its receipt.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make the score anew from the log of answers alone; fails when anything differs from what is stored."""
    engine = make_engine(load().database)
    try:
        with read_session(engine) as session:
            found = compare(session, _key(attempt))
    except NotFound:
        typer.echo(f"{attempt}: no attempt of this id or code has started", err=True)
        raise typer.Exit(2) from None
    finally:
        engine.dispose()
    if as_json:
        typer.echo(json.dumps(found))
    else:
        stored = "not scored yet" if found["stored"] is None else found["stored"]
        typer.echo(f"{found['attempt']}: stored {stored}, from the log {found['recomputed']}")
        if found["places"]:
            typer.echo(f"answers differ at {', '.join(str(place) for place in found['places'])}")
        if not found["checksum"]:
            typer.echo("the checksum of the receipt does not fit the stored answers")
    if not found["same"]:
        raise typer.Exit(1)


@_app.callback()
def _named() -> None:
    """A single command keeps its name."""


def register(app: typer.Typer) -> None:
    """Add ``ceasai attempt``."""
    app.add_typer(_app, name="attempt")
