"""Statistics of a file of responses, without server or database."""

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.gates import Model

NEEDS = "this command needs the extra “psychometrics” (numpy and scipy): run `make psychometrics`"

Responses = Annotated[
    Path, typer.Option(help="CSV in UTF-8: a line a person, a column an item; 1, 0 or empty.")
]
Asked = Annotated[Model, typer.Option(help="Rasch needs 200 persons, 2pl 500.")]
Dif = Annotated[bool, typer.Option("--dif", help="Compare the groups on every item.")]
Group = Annotated[str | None, typer.Option(help="The column that names each person's group.")]
Skip = Annotated[
    list[str] | None, typer.Option(help="A column that is no item; “id”, “person”, “group” never are.")
]
Cut = Annotated[int | None, typer.Option(help="The cut score in points: adds what holds at the cut.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def statistics(
        responses: Responses,
        model: Asked = Model.CLASSICAL,
        *,
        dif: Dif = False,
        group: Group = None,
        skip: Skip = None,
        cut: Cut = None,
        as_json: Json = False,
    ) -> None:
        """Tell how the items and the test work; what was left empty counts as wrong, as in the exam."""
        table, rules = psychometrics("table"), psychometrics("report")
        if dif and group is None:
            stop("--dif needs --group COLUMN")
        try:
            read = table.read(read_bytes(responses, table.LARGEST), group=group, not_items=skip or ())
            made = rules.report(read, model, cut_score=cut, compare=dif)
        except NotComputed as error:
            stop(f"{responses}: {error}")
        if as_json:
            typer.echo(json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False))
        else:
            _show(made)


def psychometrics(module: str) -> Any:
    """A module of the numbers; without numpy and scipy the command ends with one sentence."""
    try:
        return import_module(f"app.psychometrics.rules.{module}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in {"numpy", "scipy"}:
            raise
        return stop(NEEDS)


def stop(sentence: str) -> Any:
    """End with one line on standard error."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def read_bytes(path: Path, largest: int) -> bytes:
    """What is in the file, or of a file that is too long a little more than is allowed."""
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise NotComputed(error.strerror or "cannot be read") from None


_COLUMNS = {
    "id": "item",
    "facility": "facility",
    "omit_rate": "omitted",
    "discrimination": "discrimination",
    "alpha_if_deleted": "alpha without",
    "difficulty": "difficulty",
    "difficulty_se": "± se",
    "slope": "slope",
    "slope_se": "± se",
}


def _show(made: dict[str, Any]) -> None:
    for name, value in made["test"].items():
        inner = value if isinstance(value, dict) else {"": value}
        for part, figure in inner.items():
            typer.echo(f"{f'{name} {part}'.strip().replace('_', ' '):28}{_written(figure)}")
    columns = {key: head for key, head in _COLUMNS.items() if key in made["items"][0]}
    typer.echo(
        "\n" + "  ".join(f"{head:>14}" for head in columns.values()) + ("   DIF" if "groups" in made else "")
    )
    for item in made["items"]:
        line = "  ".join(f"{_written(item.get(key)):>14}" for key in columns)
        typer.echo(line + (f"   {item['dif']['class'] or '-'}" if "dif" in item else ""))
    for name, group in made.get("by_group", {}).items():
        persons = "a few" if group["persons"] is None else group["persons"]
        figures = (
            {key: _written(group["test"][key]) for key in ("mean", "alpha", "sem")} if "test" in group else {}
        )
        typer.echo(
            f"{name}: {persons} persons" + "".join(f", {key} {value}" for key, value in figures.items())
        )
    for note in made["notes"]:
        typer.echo(f"! {note}")


def _written(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
