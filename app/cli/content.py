"""Courses and question banks: check and import the files, mark translations as up to date."""

import re
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from app.courses.importer import report as counts
from app.courses.importer.check import Content, read_content
from app.courses.importer.load import Report, load_content
from app.courses.importer.reading import FENCE, split
from app.courses.rules.lessons import source_hash
from app.kernel.clock import Clock, SystemClock
from app.platform import installation
from app.platform.content import ContentError, Problem
from app.platform.database import make_engine, read_session, write_session
from app.platform.settings import ROOT, load

_app = typer.Typer(no_args_is_help=True, help=__doc__)

Root = Annotated[Path, typer.Argument(help="The folder that holds courses/ and question_banks/.")]


@_app.command()
def check(root: Root = ROOT) -> None:
    """Report every problem with its file and line; exit 1 when there is one.

    Items whose dated rule has ended are told as well; they are no problem of the files.
    """
    content = read_content(root.resolve(), today=SystemClock().now().date())
    for old in content.outdated:
        typer.echo(str(old))
    _say(content.problems)
    if not content.problems:
        typer.echo(_summary(content))
    raise typer.Exit(1 if content.problems else 0)


@_app.command()
def report(root: Root = ROOT, *, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Count what the content holds, by module, domain, language, cognitive level and place of the key."""
    counted = counts.report(read_content(root.resolve(), today=SystemClock().now().date()), root.resolve())
    if json:
        typer.echo(dumps(counted, ensure_ascii=False, indent=1))
        return
    for course in counted["courses"]:
        words = ", ".join(f"{locale} {number}" for locale, number in course["words"].items())
        typer.echo(
            f"{course['id']}: {course['lessons']} lessons, {course['minutes']} minutes, "
            f"{course['terms']} terms; words: {words}"
        )
        _table(
            ["module", "lessons", "minutes", "checks", "figures", "cases", "checklist", "practice_items"],
            [{"module": module["code"], **module} for module in course["modules"]],
            words=True,
        )
    for bank in counted["banks"]:
        said = {key: value for key, value in bank.items() if not isinstance(value, dict)}
        typer.echo("\n" + ", ".join(f"{key}: {value}" for key, value in said.items()))
        for name in ("domains", "cognitive", "tasks", "keys", "key_is_longest", "key_is_shortest"):
            typer.echo(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in bank[name].items()))
    review = counted["review"]
    typer.echo(f"\nread a second time: {review['reviewed']} of {review['files']} files")
    for path in review["gone"]:
        typer.echo(f"  recorded, and no longer there: {path}")
    typer.echo(f"left for a specialist or a lawyer: {review['open']} questions")
    for address in review["lost"]:
        typer.echo(f"  asked of a line that is not there: {address}")


def _table(columns: list[str], rows: list[dict[str, Any]], *, words: bool) -> None:
    heads = [*columns, *(("kk", "ru", "en") if words else ())]
    typer.echo("  " + "  ".join(f"{head:>9}" for head in heads))
    for row in rows:
        values = [row[column] for column in columns] + (list(row["words"].values()) if words else [])
        shown = [("yes" if value else "no") if isinstance(value, bool) else value for value in values]
        cells = zip(heads, shown, strict=True)
        typer.echo("  " + "  ".join(f"{value:>{max(9, len(head))}}" for head, value in cells))


@_app.command("import")
def import_(root: Root = ROOT) -> None:
    """Load the files. A file with an error stops everything and changes nothing."""
    settings, clock = load(), SystemClock()
    engine = make_engine(settings.database, pool_size=1)
    try:
        with read_session(engine) as session:
            demonstration = installation.facts(session, settings).demonstration
        content = read_content(root.resolve(), today=clock.now().date())
        with _progress() as progress:
            task = progress.add_task("Importing", total=content.size)
            report = store(
                engine, clock, content, demonstration=demonstration, step=lambda: progress.advance(task)
            )
    except ContentError as error:
        _say(error.problems)
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1) from None
    finally:
        engine.dispose()
    _tell(report)


def store(
    engine: Engine,
    clock: Clock,
    content: Content,
    *,
    demonstration: bool,
    step: Callable[[], None] = lambda: None,
) -> Report:
    """Load checked content in one transaction.

    Raises:
        ContentError: the content has problems; nothing is written.
    """
    with write_session(engine) as session:
        return load_content(session, clock, content, demonstration=demonstration, step=step)


@_app.command()
def stamp(
    lessons: Annotated[list[Path], typer.Argument(help="English lessons (.en.md), or folders of them.")],
) -> None:
    """Write into the Kazakh and Russian texts which English text they were written from.

    Do this when a translation has been brought up to date, never to silence the check.
    """
    english = sorted(
        {path for given in lessons for path in ([given] if given.suffix == ".md" else given.rglob("*.en.md"))}
    )
    wrong = [path for path in english if not path.name.endswith(".en.md") or not path.is_file()]
    for path in wrong:
        typer.echo(f"{path}:1: not an English lesson (.en.md)", err=True)
    if wrong:
        raise typer.Exit(1)
    changed = [path for source in english for path in _stamped(source)]
    for path in changed:
        typer.echo(str(path))
    typer.echo(f"{len(changed)} texts stamped, {2 * len(english) - len(changed)} left as they were")


def _stamped(source: Path) -> list[Path]:
    """The translations of an English lesson whose stamp was written anew."""
    _, body = split(source.read_text(encoding="utf-8"))
    line = f'source_hash: "{source_hash(body)}"'
    changed = []
    for locale in ("kk", "ru"):
        path = source.with_name(source.name.removesuffix("en.md") + f"{locale}.md")
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        front, rest = split(text)
        if front is None:
            typer.echo(f"{path}:1: no front matter to stamp", err=True)
            raise typer.Exit(1)
        kept = re.sub(r"^source_hash:.*\n", "", front, flags=re.MULTILINE)
        made = f"{FENCE}{kept}{line}\n{FENCE}{rest}"
        if made != text:
            path.write_text(made, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _say(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        typer.echo(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}")


def _summary(content: Content) -> str:
    lessons = sum(len(module.lessons) for course in content.courses for module in course.modules)
    items = sum(len(bank.items) for bank in content.banks)
    return (
        f"No problems: {len(content.courses)} courses with {lessons} lessons, "
        f"{len(content.banks)} banks with {items} items."
    )


def _tell(report: Report) -> None:
    for name, loaded in report.loaded.items():
        typer.echo(
            f"{name}: {loaded.new} new, {loaded.changed} changed, {loaded.retired} retired, "
            f"{loaded.unchanged} as they were"
        )
    for name in report.refused:
        typer.echo(
            f"question_banks/{name}: not loaded. It is a public specimen, and only a demonstration may "
            "examine with it."
        )
    typer.echo(f"{report.written} rows written" if report.written else "Nothing has changed: 0 rows written")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="content")
