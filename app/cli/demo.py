"""The demonstration: invented people and a cohort, over the real content, through the real services.

On SQLite the file gets its name when everything is in it, so that a start that was interrupted leaves nothing
behind and the next one begins anew. On PostgreSQL a half-built demonstration is said by name.
"""

from collections.abc import Callable
from logging import WARNING
from pathlib import Path
from uuid import UUID

import typer
from pwdlib.hashers.argon2 import Argon2Hasher
from rich.console import Console
from sqlalchemy import select
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.certificates.queries.mine import list_own
from app.certificates.rules.states import Kind
from app.cli import appeal_scenes, capstone_scenes, drawn, panel_scenes, review_scenes, scenes, specimens
from app.cli.cast import CAST, PASSWORD, email
from app.cli.content import store
from app.cli.database import initialise
from app.cli.serve import run_server
from app.courses.importer.check import read_content
from app.exams.queries import demonstration as made_before
from app.exams.service import forms
from app.kernel.canonical import sha256_hex
from app.kernel.clock import Clock, SystemClock
from app.platform import audit
from app.platform import logging as logs
from app.platform.database import make_engine, read_session, write_session
from app.platform.models import AuditEntry
from app.platform.settings import ROOT, Settings, SettingsError, load, private_folder

Say = Callable[[str], None]
_BUILT = "demonstration.built"
_STAMP = "content.stamp"


def _content_stamp(settings: Settings) -> str:
    """What the content files look like from outside: a start with the same files need not read them again."""
    seen = [settings.database]
    for folder in ("courses", "question_banks"):
        for path in sorted((ROOT / folder).rglob("*")):
            facts = path.stat()
            seen.append(f"{path}:{facts.st_size}:{facts.st_mtime_ns}")
    return sha256_hex("\n".join(seen).encode())


def prepare(settings: Settings, clock: Clock, say: Say = lambda _: None) -> None:
    """Build the demonstration, or bring an older one up to date. Safe to repeat.

    Raises:
        SettingsError: the database is not a demonstration, or one whose building was interrupted.
    """
    file = _sqlite_file(settings)
    if file is None or file.exists():
        _bring_up(settings, _content_stamp(settings), clock, say)
        return
    unfinished = file.with_name(f"{file.name}.unfinished")
    for left in file.parent.glob(f"{unfinished.name}*"):
        left.unlink()
    (settings.var_dir / _STAMP).unlink(missing_ok=True)
    elsewhere = settings.model_copy(update={"database_url": f"sqlite:///{unfinished}"})
    _bring_up(elsewhere, _content_stamp(settings), clock, say)
    unfinished.replace(file)


def _sqlite_file(settings: Settings) -> Path | None:
    start = "sqlite:///"
    return Path(settings.database.removeprefix(start)) if settings.database.startswith(start) else None


def _bring_up(settings: Settings, stamp: str, clock: Clock, say: Say) -> None:
    initialise(settings, demonstration=True)
    engine = make_engine(settings.database)
    try:
        stamped = settings.var_dir / _STAMP
        if not stamped.exists() or stamped.read_text() != stamp:
            say("content")
            store(engine, clock, read_content(ROOT, today=clock.now().date()), demonstration=True)
            private_folder(stamped.parent)
            stamped.write_text(stamp)
        stage = scenes.Stage(engine, settings, clock.now())
        with write_session(engine) as session:
            forms.ensure_demonstration_exams(session, stage.ago(days=70), demonstration=True)
            forms.ensure_full_exam(session, stage.ago(days=70), demonstration=True)
            forms.ensure_practice_run(session, stage.ago(days=70))
        with read_session(engine) as session:
            built = _everybody_is_there(session, stage)
            session_rooms = made_before.rooms(session)
        if not built:
            session_rooms = _build(stage, say)
        elif len(stage.cast) < len(CAST):
            scenes.make_people(stage, _password_hash())
        specimens.make_drafts(stage)
        scenes.top_up(stage, session_rooms)
    finally:
        engine.dispose()


def _everybody_is_there(session: Session, stage: scenes.Stage) -> bool:
    """Whether the demonstration was built before; the cast is put on the stage then.

    Raises:
        SettingsError: it was begun and not finished.
    """
    for part in CAST:
        known = accounts.find_by_email(session, email(part.key))
        if known is not None:
            stage.cast[part.key] = known.person_id
    built = session.scalars(select(col(AuditEntry.id)).where(col(AuditEntry.action) == _BUILT)).first()
    if stage.cast and built is None:
        msg = (
            "CEASAI_DATABASE_URL: building the demonstration in this database was interrupted; "
            "remove the database (SQLite: the folder var/) and start again"
        )
        raise SettingsError(msg)
    return built is not None


def _password_hash() -> str:
    return Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


def _build(stage: scenes.Stage, say: Say) -> list[UUID]:
    """Play every scene; the rooms of the exam centre."""
    password_hash = _password_hash()
    say("people")
    scenes.make_people(stage, password_hash)
    members = scenes.make_cohort(stage, password_hash)
    say("study")
    scenes.study(stage, members)
    say("exams and certificates")
    made = scenes.make_centre(stage)
    capstone_scenes.capstones(stage, members, password_hash)
    scenes.graduate(stage, members, made[2], drawn.read)
    review_scenes.review(stage, members, made[2], password_hash)
    appeal_scenes.appeal(stage, password_hash)
    panel_scenes.panels(stage)
    with write_session(stage.engine) as session:
        audit.record(
            session,
            stage.ago(),
            actor_id=None,
            action=_BUILT,
            subject_kind="installation",
            subject_id="demonstration",
        )
    return made


def numbers(settings: Settings) -> list[str]:
    """The number of the certificate a stranger may try: that of the cast's holder."""
    engine = make_engine(settings.database)
    try:
        with read_session(engine) as session:
            holder = accounts.find_by_email(session, email("dana"))
            if holder is None:
                return []
            own = list_own(session, holder.person_id, at=SystemClock().now())
            return [one.number for one in own if one.kind == Kind.CERTIFICATION]
    finally:
        engine.dispose()


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("demo")
    def demo_command() -> None:
        """Build the demonstration if it is not there, and serve it."""
        settings, console = load(), Console()
        logs.configure(json=False, least=WARNING)  # until it is served, its own words are the log
        with console.status("Building the demonstration") as status:
            prepare(
                settings, SystemClock(), lambda what: status.update(f"Building the demonstration: {what}")
            )
        console.print(f"\n[bold]{settings.public_base}[/bold]  (stop with Ctrl+C)\n")
        console.print("One click signs in as any of these on the sign-in page:")
        for part in CAST:
            console.print(f"  {part.latin:24} {part.role.replace('_', ' '):24} {email(part.key)}")
        console.print(f"  password of all of them: {PASSWORD}")
        for number in numbers(settings):
            console.print(f"\nA certificate to verify: {settings.public_base}/v/{number}")
        run_server(settings)
