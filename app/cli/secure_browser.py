"""Safe Exam Browser: the Config Key of a file of settings."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.exams.rules.secure_browser import config_key
from app.exams.service.secure_browser_file import FileRefused, read_file

_app = typer.Typer(no_args_is_help=True, help=__doc__)


@_app.command("config-key")
def show_config_key(
    file: Annotated[Path, typer.Argument(help="A .seb file, or the bare property list.")],
    *,
    password: Annotated[
        str | None, typer.Option(envvar="CEASAI_SEB_PASSWORD", help="Of a file encrypted with one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the Config Key of a file: 64 hex digits. No database is needed."""
    try:
        key = config_key(read_file(file, password))
    except FileRefused as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps({"file": str(file), "config_key": key}) if as_json else key)


@_app.callback()
def _named() -> None:
    """A single command keeps its name."""


def register(app: typer.Typer) -> None:
    """Add ``ceasai seb``."""
    app.add_typer(_app, name="seb")
