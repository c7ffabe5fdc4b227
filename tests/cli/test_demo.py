"""The demonstration is whole or not there, its figures are earned, and a second start is quick."""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import Engine, event, text
from typer.testing import CliRunner

from app.accounts.queries import find_by_email
from app.certificates.queries.mine import list_own
from app.certificates.rules.states import Kind
from app.cli import commands, demo, scenes
from app.cli.cast import CAST, Part, email
from app.courses.queries import outline, practice
from app.kernel.clock import SystemClock
from app.kernel.locales import Locale
from app.platform.settings import ROOT, Settings, SettingsError
from tests.architecture.authorisation import MATRIX
from tests.postgres import Server
from tests.world import World


class PulledPlug(Exception):
    """What stands for Ctrl+C, or for the end of the current."""


def stop_at(step: str) -> Any:
    def say(now: str) -> None:
        if now == step:
            raise PulledPlug

    return say


def person(world: World, key: str) -> UUID:
    with world.read() as session:
        found = find_by_email(session, email(key))
    assert found is not None
    return found.person_id


@pytest.fixture
def fresh_postgres(tmp_path: Path) -> Any:
    server, name = Server.running(), f"d_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    yield Settings(database_url=server.database(name), var_dir=tmp_path / "var")
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_interrupted_start_leaves_nothing_and_the_next_one_builds_anew_and_says_who_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(var_dir=tmp_path / "var")
    with pytest.raises(PulledPlug):
        demo.prepare(settings, SystemClock(), stop_at("exams and certificates"))
    assert not (settings.var_dir / "ceasai.db").exists()
    served: list[Settings] = []
    monkeypatch.setattr(demo, "run_server", served.append)
    monkeypatch.setenv("CEASAI_VAR_DIR", str(settings.var_dir))
    kept = structlog.get_config()
    capfd.readouterr()
    said = CliRunner().invoke(commands(), ["demo"])
    structlog.configure(**kept)
    assert said.exit_code == 0, said.output
    assert "".join(capfd.readouterr()) == "", "no word of the log"
    (number,) = demo.numbers(settings)
    lines = [line.strip() for line in said.output.splitlines() if line.strip()]
    assert lines[0] == f"{served[0].public_base}  (stop with Ctrl+C)", "nothing stands before it"
    assert len(lines) == len(CAST) + 4
    for part, line in zip(CAST, lines[2:], strict=False):
        assert line.split() == [*part.latin.split(), *part.role.split("_"), email(part.key)]
    assert lines[-1] == f"A certificate to verify: {served[0].public_base}/v/{number}"
    assert [path.name for path in settings.var_dir.glob("ceasai.db*")] == ["ceasai.db"]


def test_an_interrupted_start_on_postgresql_is_said_in_one_line(fresh_postgres: Settings) -> None:
    with pytest.raises(PulledPlug):
        demo.prepare(fresh_postgres, SystemClock(), stop_at("study"))
    with pytest.raises(SettingsError, match="^CEASAI_DATABASE_URL: .*interrupted.*start again$"):
        demo.prepare(fresh_postgres, SystemClock())


def test_who_completed_the_course_has_read_it_and_holds_the_paper(shown: World) -> None:
    with shown.read() as session:
        rows = session.execute(
            text("SELECT person_key FROM milestone WHERE word = 'completed' AND cohort_key <> ''")
        ).scalars()
        completed = [UUID(key) for key in rows]
        assert len(completed) >= 6
        for each in completed:
            course = outline.get_course(session, "ceasai-analyst", "kk", each)
            assert course.completed_at is not None
            assert course.done == len(course.lessons)
            own = [one.kind for one in list_own(session, each, at=shown.clock.now())]
            assert own.count(str(Kind.COMPLETION)) == 1


def test_every_step_of_the_funnel_rests_on_an_act(shown: World) -> None:
    acts = {
        "active": "SELECT person_id FROM lesson_progress",
        "scheduled": "SELECT candidate_id FROM attempt WHERE sitting_id IS NOT NULL",
        "sat": "SELECT candidate_id FROM attempt WHERE submitted_at IS NOT NULL",
        "passed": "SELECT candidate_id FROM attempt WHERE outcome = 'passed'",
        "certified": "SELECT person_id FROM certificate WHERE kind = 'certification' AND status = 'active'",
    }
    with shown.read() as session:
        for word, statement in acts.items():
            claimed = session.execute(
                text(f"SELECT person_id FROM milestone WHERE word = '{word}'")
            ).scalars()
            done = set(session.execute(text(statement)).scalars())
            people = set(claimed)
            assert len(people) >= 3, word
            assert people <= done, word


def test_the_trainee_goes_on_where_she_left_off(shown: World) -> None:
    trainee = person(shown, "aigerim")
    with shown.read() as session:
        course = outline.get_course(session, "ceasai-analyst", "kk", trainee)
        best = practice.bests(session, trainee)
    assert course.next_lesson is not None
    assert course.done == len(course.lessons) // 2
    assert course.next_lesson.step.opened
    assert [(result.correct, result.size) for result in best.values()] == [(8, 10)]
    page = shown.browser(trainee).get("/kk/dashboard").text
    assert course.next_lesson.title in page


def test_one_on_the_sign_in_page_has_the_whole_way_behind_her(shown: World) -> None:
    (number,) = demo.numbers(shown.settings)
    browser = shown.browser(person(shown, "dana"))
    exams = browser.get("/en/exams").text
    result = re.search(r'href="(/en/exams/attempts/[^"]+/result)"', exams)
    assert result is not None
    assert "passed" in browser.get(result[1]).text.lower()
    paper = re.search(rf'href="([^"]*{number}[^"]*pdf)"', browser.get("/en/certificates").text)
    assert paper is not None
    assert browser.get(paper[1]).content.startswith(b"%PDF")
    assert shown.browser().get(f"/v/{number}").status_code == 200


def test_the_sign_in_page_shows_the_cast_and_what_each_is(shown: World) -> None:
    page = shown.browser().get("/ru/sign-in").text
    assert page.count('name="person"') == len(CAST)
    assert not re.search(r"<small></small>", page)


def test_whoever_has_pages_of_their_own_plays_in_the_demonstration(shown: World) -> None:
    named = {role for access in MATRIX.values() if isinstance(access, tuple) for role in access}
    assert len(named) >= 6
    assert named <= {part.role for part in CAST}
    auditor = shown.browser(person(shown, next(part.key for part in CAST if part.role == "auditor")))
    assert 'href="/kk/admin/keys"' in auditor.get("/kk/dashboard").text
    assert auditor.get("/kk/admin/keys").status_code == 200


def test_who_joins_the_cast_comes_into_an_older_demonstration(
    shown: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = Part("newcomer", "Үлгілі Сынақ", "Ulgili Synaq", Locale.KK, "rater")
    for module in (demo, scenes):
        monkeypatch.setattr(module, "CAST", (*CAST, newcomer))
    for _ in range(2):
        demo.prepare(shown.settings, SystemClock())
        assert shown.browser().get("/kk/sign-in").text.count('name="person"') == len(CAST) + 1
    assert shown.browser(person(shown, "newcomer")).get("/kk/dashboard").status_code == 200


class Counted:
    """What a start asks of the database and reads of the content, counted."""

    def __init__(self) -> None:
        self.statements: Counter[str] = Counter()
        self.content: list[str] = []
        self.on = False
        event.listen(Engine, "before_cursor_execute", self._statement)
        sys.addaudithook(self._opened)  # cannot be taken back, so it has a switch

    def _statement(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if self.on:
            self.statements[" ".join(statement.split()[:3])] += 1

    def _opened(self, name: str, arguments: tuple[Any, ...]) -> None:
        if (
            self.on
            and name == "open"
            and str(arguments[0]).startswith((f"{ROOT}/courses", f"{ROOT}/question_b"))
        ):
            self.content.append(str(arguments[0]))

    def __enter__(self) -> Self:
        self.on = True
        return self

    def __exit__(self, *_: object) -> None:
        self.on = False
        event.remove(Engine, "before_cursor_execute", self._statement)


def test_a_second_start_reads_no_file_and_builds_nothing(shown: World) -> None:
    demo.prepare(shown.settings, SystemClock())  # the copy stands in another folder than what was built
    with Counted() as second:
        demo.prepare(shown.settings, SystemClock())
    assert second.content == []
    written = {start.split()[2] for start in second.statements if start.startswith("INSERT")}
    assert written <= {"sitting", "sitting_proctor", "audit_entry", "programme", "seat", "job"}
    assert sum(second.statements.values()) < 400
    with Counted() as other_files:
        (shown.settings.var_dir / "content.stamp").write_text("of other files")
        demo.prepare(shown.settings, SystemClock())
    assert len(other_files.content) > 50
