"""Banks and the formats of others: read files into drafts, write items into files."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, inspect

from app.cli.catalogues import ensure_compiled
from app.cli.database import migrate
from app.kernel.canonical import sha256_hex
from app.kernel.clock import SystemClock
from app.kernel.locales import LOCALES
from app.platform.database import make_engine, read_session, write_session
from app.platform.settings import Settings, load
from app.question_banks.errors import BankOfFiles
from app.question_banks.formats import stored
from app.question_banks.formats.decoding import too_large
from app.question_banks.formats.limits import FILE_BYTES
from app.question_banks.formats.report import Finding, FormatError, Parsed, UnsupportedError
from app.question_banks.formats.table import READERS, WRITERS
from app.question_banks.service import drafts

_app = typer.Typer(no_args_is_help=True, help=__doc__)

Json = Annotated[bool, typer.Option("--json", help="Say it as JSON on standard output.")]
Language = Annotated[str, typer.Option(help="kk, ru or en.")]


@_app.command("import")
def import_(
    file: Path,
    form: Annotated[str, typer.Option("--format", help=", ".join(READERS))],
    language: Language = "",
    bank: Annotated[str, typer.Option(help="The set that keeps the drafts; named after the file.")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; nothing is stored.")] = False,
    as_json: Json = False,
) -> None:
    """Read a file into drafts. One item that is wrong stops everything; what is not kept is told.

    Exit 1 when an item is wrong, or none was found.
    """
    _known(form, READERS)
    _known_language(language)
    slug = _slug(bank or file.stem)
    parsed, source_hash = _parsed(file, form, language or None)
    sound = not parsed.rejected and bool(parsed.drafts)
    said: dict[str, Any] = {
        "format": form,
        "bank": slug,
        "language": parsed.language,
        "dry_run": dry_run,
        "stored": 0,
    }
    if sound and not dry_run:
        try:
            loaded = _store(load(), slug, parsed, form, source_hash)
            said |= {"stored": loaded.new + loaded.changed, "held": loaded.held}
        except BankOfFiles:
            sound = False
            parsed.reject(slug, "a bank of this name is loaded from files; name another with --bank")
    said |= {
        "items": parsed.seen,
        "accepted": len(parsed.drafts),
        "rejected": [_said(finding) for finding in parsed.rejected],
        "unsupported": [_said(finding) | {"kept": finding.kept} for finding in parsed.unsupported],
        "missing": {str(locale): sum(locale in one.missing for one in parsed.drafts) for locale in LOCALES},
    }
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        _tell(parsed, said)
    raise typer.Exit(0 if sound else 1)


def _parsed(file: Path, form: str, language: str | None) -> tuple[Parsed, str]:
    """What the file gave, and its SHA-256. A file that is too large is refused without reading it whole."""
    try:
        if file.is_file() and file.stat().st_size > FILE_BYTES:
            raise FormatError(file.name, too_large(file.stat().st_size))
        with file.open("rb") as opened:
            data = opened.read(FILE_BYTES + 1)
        if len(data) > FILE_BYTES:
            raise FormatError(file.name, too_large())
        parsed = READERS[form](data, language=language)
    except FormatError as error:
        return Parsed(rejected=[Finding(error.where, error.why)]), ""
    except OSError as error:
        return Parsed(rejected=[Finding(file.name, f"the file cannot be read: {error.strerror}")]), ""
    if not parsed.drafts and not parsed.rejected:
        parsed.reject(file.name, f"no item of the format {form} was found in the file")
    return parsed, sha256_hex(data)


def _store(settings: Settings, slug: str, parsed: Parsed, form: str, source_hash: str) -> drafts.Stored:
    """Keep the drafts; what that changed."""
    engine = _engine(settings)
    try:
        with write_session(engine) as session:
            return drafts.store_drafts(
                session, SystemClock(), slug=slug, drafts=parsed.drafts, form=form, source_hash=source_hash
            )
    finally:
        engine.dispose()


def _engine(settings: Settings) -> Engine:
    """The database, made when there is none yet; one of an older release is left as it is."""
    engine = make_engine(settings.database, pool_size=1)
    tables = inspect(engine).get_table_names()
    if not tables:
        ensure_compiled()
        migrate(settings.database)
    elif "imported_draft" not in tables:
        engine.dispose()
        typer.echo("The database is of an older release: run ceasai migrate first.", err=True)
        raise typer.Exit(1)
    return engine


@_app.command()
def export(
    out: Path,
    form: Annotated[str, typer.Option("--format", help=", ".join(WRITERS))],
    bank: Annotated[str, typer.Option("--bank", help="Name or id of a bank, or of a set of drafts.")],
    language: Language = "",
    *,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Write the rest when the format cannot hold some of the items."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the items of a bank, or its drafts, with their keys. The file is as secret as the bank.

    Exit 1 when there is no such bank, or an item that the format cannot hold; nothing is written then.
    """
    _known(form, WRITERS)
    _known_language(language)
    engine = _engine(load())
    try:
        with read_session(engine) as session:
            source = stored.find_source(session, bank)
            items = stored.items_of(session, source) if source else []
        left = []
        for item in items:
            try:
                WRITERS[form]([item], language=language or None)
            except UnsupportedError as error:
                left.append(Finding(item.id, error.why))
        written = [item for item in items if item.id not in {finding.where for finding in left}]
        good = source is not None and bool(written) and (leave_out or not left)
        if good and source is not None:
            _write(out, WRITERS[form](written, language=language or None))
            with write_session(engine) as session:
                drafts.note_export(
                    session, SystemClock(), subject=source.id, kind=source.kind, form=form, items=len(written)
                )
    finally:
        engine.dispose()
    said = {
        "format": form,
        "bank": source.slug if source else bank,
        "items": len(items),
        "written": len(written) if good else 0,
        "unsupported": [_said(finding) for finding in left],
        "error": None if good else _why(found=source is not None, items=len(items)),
    }
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        for finding in left:
            typer.echo(f"{finding.where}: {finding.why}")
        typer.echo(said["error"] or f"{len(written)} of {len(items)} items written")
    raise typer.Exit(0 if good else 1)


def _why(*, found: bool, items: int) -> str:
    if not found:
        return "There is no such bank, and no such set of drafts."
    return (
        "The format cannot hold some of the items. Nothing was written." if items else "There are no items."
    )


def _write(out: Path, data: bytes) -> None:
    """Put the file there whole, readable by its owner only."""
    fresh = out.with_name(f".{out.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(data)
    fresh.replace(out)


def _slug(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", name.lower())
    return "-".join(words)[:64].strip("-") or f"drafts-{sha256_hex(name.encode())[:12]}"


def _said(finding: Finding) -> dict[str, Any]:
    return {"where": finding.where, "why": finding.why}


def _known(form: str, table: dict[str, Any]) -> None:
    if form not in table:
        raise typer.BadParameter(f"one of {', '.join(table)}", param_hint="--format")


def _known_language(language: str) -> None:
    if language not in {"", *LOCALES}:
        raise typer.BadParameter(f"one of {', '.join(LOCALES)}", param_hint="--language")


def _tell(parsed: Parsed, said: dict[str, Any]) -> None:
    for finding in parsed.rejected:
        typer.echo(f"{finding.where}: {finding.why}")
    for finding in parsed.unsupported:
        typer.echo(f"{finding.where}: {finding.why}{'' if finding.kept else ' (left out)'}")
    taken = f", texts without a language taken as {parsed.language}" if parsed.language else ""
    typer.echo(f"{parsed.seen} items, {len(parsed.drafts)} sound, {len(parsed.rejected)} wrong{taken}")
    if parsed.rejected or not parsed.drafts:
        typer.echo("Nothing was stored.")
    elif said["dry_run"]:
        typer.echo("A dry run: nothing was stored.")
    else:
        typer.echo(f"{said['stored']} drafts stored in {said['bank']}")
        if said["held"]:
            typer.echo(f"Changed here before, and left as they are: {', '.join(said['held'])}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="bank")
