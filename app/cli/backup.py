"""Backup and restore: one archive that either database can read, with the keys that signed its certificates.

Every table is read in one snapshot and written as JSON lines with its checksum. The archive holds personal
data and signing keys: keep it as safe as the installation itself.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import typer
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, func, insert, select, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from app.cli.database import migrate
from app.kernel.clock import Clock, SystemClock
from app.kernel.types import UtcDateTime
from app.platform.database import make_engine, reading
from app.platform.settings import ROOT, Settings, SettingsError, load, private_folder

BATCH = 500
FILES = ("secret", "keys")
"""What stands beside the database under ``var_dir`` and is needed to go on: secret and signing keys."""


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value


def _native(value: Any, kind: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(value, dict) and set(value) == {"base64"} and kind.python_type is bytes:
        return base64.b64decode(value["base64"])
    if isinstance(value, str):
        python = datetime if isinstance(kind, UtcDateTime) else kind.python_type
        if python is UUID:
            return UUID(value)
        if python is datetime:
            return datetime.fromisoformat(value)
        if python is date:
            return date.fromisoformat(value)
    return value


def _tables() -> list[Table]:
    return list(SQLModel.metadata.sorted_tables)


def _head() -> str:
    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    return str(script.get_current_head())


def _rows(connection: Connection, table: Table) -> Iterator[bytes]:
    order = list(table.primary_key.columns)
    result = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*order))
    for row in result.mappings():
        plain = {key: _plain(value) for key, value in row.items()}
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def backup(engine: Engine, settings: Settings, clock: Clock, target: Path) -> dict[str, int]:
    """Write the archive; how many rows of each table it holds.

    The archive appears under its name only when it is complete. Nobody who writes has to wait meanwhile.
    """
    counts: dict[str, int] = {}
    made_at = clock.now().isoformat()
    manifest: dict[str, Any] = {"format": 1, "revision": _head(), "made_at": made_at, "tables": {}}
    part = target.with_name(target.name + ".part")
    part.touch(mode=0o600)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive, reading(engine).connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        for table in _tables():
            digest, count = hashlib.sha256(), 0
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
                for line in _rows(connection, table):
                    out.write(line)
                    digest.update(line)
                    count += 1
            counts[table.name] = count
            manifest["tables"][table.name] = {"rows": count, "sha256": digest.hexdigest()}
        for name in FILES:
            path = settings.var_dir / name
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.is_file():
                    archive.write(file, f"files/{file.relative_to(settings.var_dir).as_posix()}")
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    part.replace(target)
    return counts


def restore(settings: Settings, source: Path) -> dict[str, int]:
    """Load an archive into an empty database, of either kind; how many rows of each table were written.

    Raises:
        SettingsError: the database is not empty, the archive is of another schema, or it is damaged. Nothing
            has been written then.
    """
    migrate(settings.database)
    engine = make_engine(settings.database)
    counts: dict[str, int] = {}
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["revision"] != _head():
                msg = f"the archive is of schema {manifest['revision']}, this program of {_head()}"
                raise SettingsError(msg)
            with engine.begin() as connection:
                for table in _tables():
                    if connection.execute(select(func.count()).select_from(table)).scalar_one():
                        msg = "the database is not empty: restore into a new one"
                        raise SettingsError(msg)
                for table in _tables():
                    if table.name in manifest["tables"]:
                        counts[table.name] = _load(connection, table, archive, manifest["tables"][table.name])
            _put_files(settings, archive)
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        msg = f"{source.name} is not a whole backup archive"
        raise SettingsError(msg) from error
    finally:
        engine.dispose()
    return counts


def _load(connection: Connection, table: Table, archive: zipfile.ZipFile, facts: dict[str, Any]) -> int:
    digest, count, batch = hashlib.sha256(), 0, []
    kinds = {column.name: column.type for column in table.columns}
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            digest.update(line)
            batch.append({key: _native(value, kinds[key]) for key, value in json.loads(line).items()})
            count += 1
            if len(batch) == BATCH:
                connection.execute(insert(table), batch)
                batch = []
    if batch:
        connection.execute(insert(table), batch)
    if digest.hexdigest() != facts["sha256"] or count != facts["rows"]:
        msg = f"the archive is damaged at table {table.name}"
        raise SettingsError(msg)
    return count


def _put_files(settings: Settings, archive: zipfile.ZipFile) -> None:
    base = settings.var_dir.resolve()
    for name in archive.namelist():
        if not name.startswith("files/"):
            continue
        target = (base / name.removeprefix("files/")).resolve()
        if not target.is_relative_to(base):
            msg = "the archive names a file outside the data folder"
            raise SettingsError(msg)
        private_folder(target.parent)
        target.write_bytes(archive.read(name))
        target.chmod(0o600)


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command("backup")
    def backup_command(target: Path) -> None:
        """Write everything into one archive (a .zip), on either database, while the product runs."""
        settings = load()
        engine = make_engine(settings.database)
        counts = backup(engine, settings, SystemClock(), target)
        engine.dispose()
        rows, size = sum(counts.values()), target.stat().st_size
        typer.echo(f"{target}: {rows} rows of {len(counts)} tables, {size} bytes")

    @app.command("restore")
    def restore_command(source: Path) -> None:
        """Load an archive into an empty database, SQLite or PostgreSQL."""
        counts = restore(load(), source)
        typer.echo(f"{sum(counts.values())} rows of {len(counts)} tables")
