"""Forms out of a bank, as alike as can be: proposed and compared, never stored."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from app.cli.statistics import Json, psychometrics, stop
from app.kernel.clock import SystemClock
from app.platform.content import Reader
from app.platform.database import make_engine, read_session
from app.platform.settings import load
from app.psychometrics.apart import printing_aside
from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.gates import Assembled
from app.question_banks import queries
from app.question_banks.importer.reading import read_bank

_app = typer.Typer(no_args_is_help=True, help=__doc__)

LARGEST_REPORT = 16 * 1024 * 1024
_SENTENCES = {
    Assembled.IMPOSSIBLE: "the bank does not give these forms",
    Assembled.TIME_OVER: "no forms were found in the time given",
}

Bank = Annotated[str, typer.Option(help="A bank of this installation by name, or a bank's folder.")]
Forms = Annotated[int, typer.Option(min=1, max=20, help="How many forms.")]
Items = Annotated[
    int | None, typer.Option(min=1, max=500, help="Items of a form, shared out as the bank has them.")
]
Domain = Annotated[
    list[str] | None, typer.Option(help="D1=10: exactly so many items of a domain; again for others.")
]
Limit = Annotated[
    list[str] | None, typer.Option(help="multiple=0..8: of a type or level, the least and the most.")
]
Cases = Annotated[int, typer.Option(min=0, help="Items in case sets at least; with 0 no case set is taken.")]
MostForms = Annotated[int, typer.Option(min=1, help="In how many forms an item may be.")]
Overlap = Annotated[
    int, typer.Option(min=0, help="How many items two forms may share, with --most-forms 2 or more.")
]
Statistics = Annotated[
    Path | None, typer.Option(help="What `ceasai statistics --json` printed; its ids are items.")
]
TimeLimit = Annotated[float, typer.Option(min=1, max=3600, help="Seconds of search.")]
Seed = Annotated[int, typer.Option(help="Decides between equally good forms.")]


@_app.callback()
def _group() -> None:
    """A single command keeps its name."""


@_app.command()
def assemble(
    bank: Bank,
    forms: Forms = 2,
    items: Items = None,
    *,
    domain: Domain = None,
    limit: Limit = None,
    cases: Cases = 0,
    most_forms: MostForms = 1,
    overlap: Overlap = 0,
    statistics: Statistics = None,
    time_limit: TimeLimit = 60,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Put parallel forms together and compare them; exit 1 when there are none."""
    rules, parallel = psychometrics("assembly"), psychometrics("parallel")
    try:
        wanted = {name: _whole(told) for name, told in _pairs(domain)}
        limits = {name: _range(told) for name, told in _pairs(limit)}
        known = parallel.parameters(_report(statistics)) if statistics else {}
        rows, blueprint = _rows(bank, SystemClock().now().date())
        found = [rules.Candidate(**row) for row in rows]
        if not wanted:
            fits = items in {None, sum(blueprint.values())}
            wanted = blueprint if fits and blueprint else parallel.proportional(found, items or 0)
        if not wanted or items not in {None, sum(wanted.values())}:
            stop("say --items, or --domain for every domain so that they add up to it")
        found, unknown = parallel.measured(found, known)
        demand = rules.Demand(
            wanted,
            forms,
            cases=cases,
            limits=limits,
            targets=parallel.targets(found, wanted),
            most_forms=most_forms,
            overlap=overlap,
        )
        with printing_aside():
            result = rules.assemble(found, demand, seed=seed, seconds=time_limit)
    except NotComputed as error:
        stop(str(error))
    made = {
        "status": str(result.status),
        "gap": result.gap,
        "deviation": result.deviation,
        "bound": result.bound,
        "seed": seed,
        "shortages": [str(one) for one in result.shortages],
        "without_statistics": len(unknown),
        **parallel.compared(found, result.forms, demand),
    }
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False))
    elif result.forms:
        _show(made)
    if not result.forms:
        stop("; ".join(map(str, result.shortages)) or _SENTENCES[result.status])


def _rows(bank: str, today: date) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The items of a bank as assembly takes them, and the domains of its blueprint, if it says so."""
    folder = Path(bank)
    if (folder / "bank.yaml").is_file():
        return _from_folder(folder, today)
    engine = make_engine(load().database, pool_size=1)
    try:
        with read_session(engine) as session:
            if queries.find_bank(session, bank) is None:
                raise NotComputed(f"{bank}: neither a bank of this installation nor a bank's folder")
            items = queries.active_items(session, bank, on=today)
    except SQLAlchemyError:
        raise NotComputed(
            "the database cannot be read: run `ceasai init`, then `ceasai content import`"
        ) from None
    finally:
        engine.dispose()
    rows = [
        _row(it.slug, it.domain, it.stimulus, it.enemies, str(it.type), str(it.cognitive)) for it in items
    ]
    return rows, {}


def _from_folder(folder: Path, today: date) -> tuple[list[dict[str, Any]], dict[str, int]]:
    folder = folder.resolve()
    reader = Reader(folder.parent)
    bank = read_bank(reader, folder)
    wrong = sorted(reader.problems)
    if bank is None or wrong:
        raise NotComputed(f"the bank has problems; the first: {wrong[0]}")
    rows = [
        _row(
            item.file.id,
            item.file.domain,
            item.stimulus.slug if item.stimulus else None,
            item.file.enemies,
            str(item.file.type),
            str(item.file.cognitive),
        )
        for item in bank.items
        if item.file.valid_until is None or item.file.valid_until >= today
    ]
    return rows, dict(bank.file.blueprint.domains) if bank.file.blueprint else {}


def _row(slug: str, domain: str, case: str | None, enemies: list[str], *traits: str) -> dict[str, Any]:
    return {
        "id": slug,
        "domain": domain,
        "case": case,
        "enemies": frozenset(enemies),
        "traits": frozenset(traits),
    }


def _pairs(told: list[str] | None) -> list[tuple[str, str]]:
    pairs = [part.partition("=")[::2] for part in told or ()]
    if not all(name and value for name, value in pairs):
        raise NotComputed("write --domain D1=10 and --limit multiple=0..8")
    return pairs


def _whole(told: str) -> int:
    if not told.isdecimal():
        raise NotComputed(f"{told!r} is not a whole number")
    return int(told)


def _range(told: str) -> tuple[int, int]:
    least, dots, most = told.partition("..")
    if not dots:
        raise NotComputed(f"{told!r} is no range as 0..8")
    return _whole(least), _whole(most)


def _report(path: Path) -> object:
    try:
        with path.open("rb") as file:
            return json.loads(file.read(LARGEST_REPORT))
    except OSError as error:
        raise NotComputed(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise NotComputed(f"{path}: this is no JSON") from None


def _show(made: dict[str, Any]) -> None:
    typer.echo(
        f"{made['status']}; deviation {made['deviation']:.3f} of what is tolerated, gap {made['gap']:.1%}"
    )
    if made["without_statistics"]:
        typer.echo(
            f"{made['without_statistics']} items are without statistics and count as their domain's mean"
        )
    for number, form in enumerate(made["forms"], start=1):
        counts = {**form["domains"], "in cases": form["in_cases"], **form["traits"]}
        typer.echo(f"\nform {number}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
        for name, value in form["measures"].items():
            typer.echo(f"  {name} {value:.3f} (wanted {made['targets'][name]:.3f})")
        typer.echo("  " + " ".join(form["items"]))
    for pair in made["overlap"]:
        typer.echo(f"forms {pair['forms'][0]} and {pair['forms'][1]} share {pair['items']} items")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="forms")
