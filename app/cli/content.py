"""Courses and question banks: check and import the files."""

import typer

app = typer.Typer(no_args_is_help=True, help=__doc__)
