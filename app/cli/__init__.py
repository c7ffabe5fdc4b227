"""The command line: ``ceasai <command>``. Commands open sessions; what they do is in the slices."""

import sys

import typer

from app.cli import backup, content, database, demo, keys, messages, serve
from app.platform.settings import SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(messages.app, name="messages")
app.add_typer(content.app, name="content")
app.add_typer(keys.app, name="keys")
backup.register(app)
database.register(app)
demo.register(app)
serve.register(app)


def main() -> None:
    """Run a command; a setting that is wrong is said by name, without a traceback."""
    try:
        app()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
