"""House rules no linter knows. Each is a function over sources, tried on the house and on a breach of its own."""

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Sources = Mapping[str, str]
"""Text by path from the root of the checkout."""


def read(*patterns: str) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
        if path.is_file()
    }


APP = read("app/**/*.py")
ALL_PYTHON = APP | read("tests/**/*.py", "migrations/**/*.py")
WRITTEN = ALL_PYTHON | read("app/*/templates/**/*", "app/web/static/js/*.js", "app/web/static/css/*.css")


def nodes(sources: Sources) -> list[tuple[str, ast.AST]]:
    return [(path, node) for path, text in sources.items() for node in ast.walk(ast.parse(text))]


def place(path: str) -> str:
    return path.removeprefix("app/").split("/")[0]


ENDS_TRANSACTIONS = {"platform", "cli", "worker.py"}
OPENS_ITS_OWN = {
    "app/web/viewer.py": "the last use of a session, written before the endpoint runs",
    "app/web/errors.py": "refused access, when the request's own transaction is rolled back",
    "app/certificates/routes/batch.py": "each case of a batch is decided for itself",
}


def transactions(sources: Sources) -> list[str]:
    """Transactions are ended by the platform, the worker and commands; jobs open sessions of their own."""
    found = []
    for path, node in nodes(sources):
        if place(path) in ENDS_TRANSACTIONS:
            continue
        name = node.attr if isinstance(node, ast.Attribute) else ""
        owner = getattr(node.value, "id", "") if isinstance(node, ast.Attribute) else ""
        if name in {"commit", "rollback"} or (
            name == "begin" and owner in {"session", "engine", "connection"}
        ):
            found.append(f"{path}: {name}")
        called = (
            getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        )
        if called == "write_session" and not path.endswith("/jobs.py") and path not in OPENS_ITS_OWN:
            found.append(f"{path}: write_session")
    return found


def prose_in_the_audit(sources: Sources) -> list[str]:
    """What somebody wrote stays on the row it belongs to; the audit holds ids and codes."""
    found = []
    for path, node in nodes(sources):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in {"record", "_audit"}:
            continue
        for given in node.keywords:
            value = getattr(given.value, "id", getattr(given.value, "attr", ""))
            words = {"reason", "note", "text", "comment", "name", "email"}
            if given.arg in words or value in words:
                found.append(f"{path}: {given.arg}={value}")
    return found


LONGER = {
    "migrations/versions/0001_initial.py": 1200,  # generated once, released, never read from top to bottom
    "app/web/static/js/exam.js": 500,  # one closed machine of states, loaded as one file
}


def long_files(sources: Sources) -> list[str]:
    return [path for path, text in sources.items() if len(text.splitlines()) > LONGER.get(path, 400)]


def decisions(sources: Sources) -> list[str]:
    """``decide_*`` lives in rules and has one caller: the service that stores the answer."""
    defined = {
        node.name: path
        for path, node in nodes(sources)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("decide_")
    }
    found = [f"{path}: {name} is no rule" for name, path in defined.items() if "/rules" not in path]
    callers: dict[str, list[str]] = {name: [] for name in defined}
    for path, node in nodes(sources):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in defined:
                callers[name].append(path)
    for name, paths in callers.items():
        if len(paths) != 1 or "/service" not in paths[0]:
            found.append(f"{name} is asked in {paths}")
    return found


NAIVE = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|utcfromtimestamp|time\.localtime")


def naive_time(sources: Sources) -> list[str]:
    """Only the clock and the name of a zone ask the machine for the time."""
    allowed = {"app/kernel/clock.py", "app/web/formats.py"}
    return [path for path, text in sources.items() if NAIVE.search(text) and path not in allowed]


def http_exceptions(sources: Sources) -> list[str]:
    """Below the edge a refusal is a ``DomainError``."""
    return [
        path
        for path, text in sources.items()
        if "HTTPException" in text
        and place(path) != "web"
        and "/routes" not in path
        and not path.endswith("/api.py")
    ]


LATE_IMPORTS = {"cli"}
"""Commands load what they need when they run: a short command starts without the web."""


def hidden_imports(sources: Sources) -> list[str]:
    """A floor that is wrong is moved, not tunnelled under."""
    found = []
    for path, function in nodes(sources):
        if place(path) in LATE_IMPORTS or not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [f"{path}:{name}" for name in names if name.split(".")[0] == "app"]
    return found


BANNED_NAMES = re.compile(r"\b(student|pupil|threshold|exam_question|answer_sheet|percentage)\b")


def foreign_words(sources: Sources) -> list[str]:
    """Exams and banks use the field's own words."""
    found = []
    for path, node in nodes(sources):
        name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)
        if place(path) in {"exams", "question_banks"} and isinstance(name, str) and BANNED_NAMES.search(name):
            found.append(f"{path}: {name}")
    return found


def dustbins(sources: Sources) -> list[str]:
    return [
        path for path in sources if Path(path).stem in {"utils", "helpers", "common", "constants", "misc"}
    ]


PROMISES = re.compile(r"#\s*(TODO|FIXME|XXX)|NotImplementedError|pytest\.(mark\.)?(skip|xfail)|importorskip")
OPT_OUTS = {"tests/postgres.py": "POSTGRES=0", "tests/journeys/conftest.py": "BROWSER=0"}
"""The only tests left out are those that whoever runs them asks to leave out, as the README says."""


def promises(sources: Sources) -> list[str]:
    own = "tests/architecture/test_conventions.py"
    asked = {
        path: re.sub(rf'pytest\.skip\("{word} ', "", sources.get(path, "")) for path, word in OPT_OUTS.items()
    }
    return [path for path, text in sources.items() if PROMISES.search(asked.get(path, text)) and path != own]


def silent_modules(sources: Sources) -> list[str]:
    """Every module says what it decides."""
    return [path for path, text in sources.items() if not ast.get_docstring(ast.parse(text))]


Rule = Callable[[Sources], list[str]]
RULES: list[tuple[Rule, dict[str, str], int]] = [
    (transactions, APP, 150),
    (prose_in_the_audit, APP, 150),
    (long_files, WRITTEN, 300),
    (decisions, APP, 150),
    (naive_time, APP, 150),
    (http_exceptions, APP, 150),
    (hidden_imports, APP, 150),
    (
        foreign_words,
        {path: text for path, text in APP.items() if place(path) in {"exams", "question_banks"}},
        40,
    ),
    (dustbins, APP, 150),
    (promises, ALL_PYTHON, 250),
    (silent_modules, APP, 150),
]
RULE = "app/exams/rules/scoring.py"
ASKED = {RULE: "def decide_x(): ...", "app/exams/service/a.py": "decide_x()"}
BREACHES: list[tuple[Rule, dict[str, str]]] = [
    (transactions, {"app/exams/service/a.py": "session.commit()"}),
    (transactions, {"app/exams/routes/a.py": "session.rollback()"}),
    (transactions, {"app/exams/service/a.py": "with session.begin(): pass"}),
    (transactions, {"app/exams/service/a.py": "with write_session(engine) as s: pass"}),
    (transactions, {"app/exams/routes/a.py": "with database.write_session(engine) as s: pass"}),
    (prose_in_the_audit, {"app/exams/service/a.py": "audit.record(session, clock, reason=reason)"}),
    (prose_in_the_audit, {"app/exams/service/a.py": "audit.record(session, clock, why=given.reason)"}),
    (long_files, {"app/exams/service/a.py": "x = 1\n" * 401}),
    (long_files, {"migrations/versions/0009_x.py": "x = 1\n" * 401}),
    (long_files, {"app/web/static/js/a.js": "let x;\n" * 401}),
    (decisions, ASKED | {"app/exams/service/b.py": "scoring.decide_x()"}),
    (decisions, {RULE: "def decide_x(): ..."}),
    (decisions, {RULE: "def decide_x(): ...", "app/exams/routes/a.py": "decide_x()"}),
    (decisions, {"app/exams/service/a.py": "def decide_x(): ...\ndecide_x()"}),
    (naive_time, {"app/exams/service/a.py": "datetime.now()"}),
    (http_exceptions, {"app/exams/service/a.py": "raise HTTPException(404)"}),
    (hidden_imports, {"app/exams/service/a.py": "def f():\n    from app.certificates import x"}),
    (hidden_imports, {"app/exams/service/a.py": "def f():\n    import app.certificates"}),
    (hidden_imports, {"app/exams/service/a.py": "async def f():\n    import sys, app.certificates as c"}),
    (foreign_words, {"app/exams/service/a.py": "student = 1"}),
    (dustbins, {"app/exams/utils.py": ""}),
    (promises, {"app/exams/service/a.py": "x = 1  # TODO: more"}),
    (promises, {"tests/exams/test_a.py": "@pytest.mark.skip\ndef f(): ..."}),
    (promises, {"tests/exams/test_a.py": 'pytest.skip("not on this database")'}),
    (promises, {"tests/postgres.py": 'pytest.skip("not today")'}),
    (silent_modules, {"app/exams/service/a.py": "x = 1"}),
]


@pytest.mark.parametrize(
    ("rule", "sources", "at_least"), RULES, ids=lambda value: getattr(value, "__name__", "")
)
def test_the_house_keeps_the_rule(rule: Rule, sources: dict[str, str], at_least: int) -> None:
    assert len(sources) >= at_least, "a rule that looks at nothing proves nothing"
    assert rule(sources) == []


@pytest.mark.parametrize(("rule", "sources"), BREACHES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_breach_of_the_rule_is_seen(rule: Rule, sources: dict[str, str]) -> None:
    assert rule(sources) != []


def test_every_rule_has_its_breach() -> None:
    assert {rule for rule, _, _ in RULES} == {rule for rule, _ in BREACHES}


def test_what_is_allowed_is_not_taken_for_a_breach() -> None:
    assert decisions(ASKED) == []
    assert transactions({"app/exams/jobs.py": "with write_session(engine) as s: pass"}) == []
    assert transactions({"app/platform/a.py": "session.commit()"}) == []
    assert hidden_imports({"app/exams/service/a.py": "import app.kernel\ndef f():\n    import json"}) == []
    assert all(path in APP for path in OPENS_ITS_OWN), "an exception without its file"
    assert all(path in WRITTEN for path in LONGER)


def test_there_are_decisions_to_look_at() -> None:
    named = [node.name for _, node in nodes(APP) if isinstance(node, ast.FunctionDef)]
    assert {"decide_outcome", "decide_course_completed"} <= set(named)
