"""The table from a new form's scores to an older form's, out of two files of responses."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.statistics import Json, Skip, psychometrics, read_bytes, stop
from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.gates import Method

New = Annotated[Path, typer.Option(help="Responses to the new form, as for `ceasai statistics`.")]
Old = Annotated[Path, typer.Option(help="Responses to the older form; common items have the same heading.")]
Asked = Annotated[
    Method | None, typer.Option(help="Otherwise by size: identity below 100 persons, tucker below 400.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def equate(new: New, old: Old, *, method: Asked = None, skip: Skip = None, as_json: Json = False) -> None:
        """Tell what each score of a new form is worth on an older one, by the items they share."""
        table, rules = psychometrics("table"), psychometrics("equating")
        tables = []
        for path in (new, old):
            try:
                tables.append(table.read(read_bytes(path, table.LARGEST), not_items=skip or ()))
            except NotComputed as error:
                stop(f"{path}: {error}")
        try:
            found = rules.equate(*tables, method)
        except NotComputed as error:
            stop(str(error))
        made = {
            "method": str(found.method),
            "persons": {"new": found.persons[0], "old": found.persons[1]},
            "common": list(found.common),
            "table": [{"score": at, "worth": round(worth, 4)} for at, worth in enumerate(found.scores)],
            "notes": ["fewer than a fifth of the items are common: mind that"] if found.few_common else [],
        }
        if as_json:
            typer.echo(json.dumps(made, ensure_ascii=False, indent=1))
            return
        typer.echo(f"{found.method}, by {len(found.common)} common items")
        for at, worth in enumerate(found.scores):
            typer.echo(f"{at:>5}{worth:>10.2f}")
        for note in made["notes"]:
            typer.echo(f"! {note}")
