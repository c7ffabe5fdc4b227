"""The command line: ``ceasai <command>``. Commands open sessions; what they do is in the slices.

Only the module of the command that is asked for is loaded: a worker needs none of the web, and a server none
of the checkers.
"""

import sys
from importlib import import_module

import typer

from app.platform.settings import SettingsError

_MODULE_OF = {
    "attempt": "attempts",
    "backup": "backup",
    "bank": "banks",
    "restore": "backup",
    "content": "content",
    "equate": "equate",
    "forms": "forms",
    "health": "health",
    "init": "database",
    "migrate": "database",
    "demo": "demo",
    "keys": "keys",
    "messages": "messages",
    "seb": "secure_browser",
    "serve": "serve",
    "statistics": "statistics",
    "worker": "work",
}


def commands(asked: str = "") -> typer.Typer:
    """The command that is asked for, or every one when there is none of that name."""
    made = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=__doc__.split("\n")[0],
    )
    known = dict.fromkeys(_MODULE_OF.values())
    for name in [_MODULE_OF[asked]] if asked in _MODULE_OF else known:
        import_module(f"app.cli.{name}").register(made)
    made.callback()(lambda: None)  # a single command keeps its name
    return made


def main() -> None:
    """Run a command; a setting that is wrong is said by name, without a traceback."""
    try:
        commands(*sys.argv[1:2])()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
