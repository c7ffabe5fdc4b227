"""Every job that is asked for has somebody who does it, and only one."""

import ast
import re
from types import SimpleNamespace

import pytest

from app import worker
from app.platform.settings import ROOT

KIND = re.compile(r"^[a-z_]+\.[a-z_]+$")


def _assigned(tree: ast.AST, name: str) -> list[str]:
    """Every kind a module gives to a name, alone or beside others."""
    values = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(
            isinstance(part, ast.Name) and part.id == name for to in node.targets for part in ast.walk(to)
        )
    ]
    parts = [part for value in values for part in ast.walk(value)]
    constants = [part.value for part in parts if isinstance(part, ast.Constant)]
    own = [text for text in constants if isinstance(text, str) and KIND.match(text)]
    return own + [kind for part in parts if isinstance(part, ast.Attribute) for kind in _named(part.attr)]


def _named(constant: str) -> list[str]:
    """Every kind that a constant of that name holds in some module of the application."""
    given = re.compile(rf'^{constant} = "([a-z_]+\.[a-z_]+)"$', re.MULTILINE)
    return [kind for path in sorted((ROOT / "app").rglob("*.py")) for kind in given.findall(path.read_text())]


def kinds_asked_for(source: str) -> list[str]:
    """The job kinds a module asks for; ``?`` for one that cannot be read off."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        called = (
            getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        )
        if called == "enqueue_later":
            kind = node.args[2] if len(node.args) > 2 else None
            if isinstance(kind, ast.Name):
                found += _assigned(tree, kind.id) or ["?"]
            else:
                found.append(str(kind.value) if isinstance(kind, ast.Constant) else "?")
    return found


def test_every_job_asked_for_has_a_handler_and_every_handler_is_asked() -> None:
    asked = [
        kind for path in sorted((ROOT / "app").rglob("*.py")) for kind in kinds_asked_for(path.read_text())
    ]
    assert len(asked) > 10
    assert "?" not in asked
    assert set(asked) == set(worker.handlers())


def test_the_check_reads_a_kind_off_and_says_when_it_cannot() -> None:
    source = 'enqueue_later(s, c, "a.b", {})\nKIND = "c.d"\nenqueue_later(s, c, KIND, {})\n'
    assert kinds_asked_for(source) == ["a.b", "c.d"]
    assert kinds_asked_for('who, kind = x, "e.f"\nenqueue_later(s, c, kind, {})') == ["e.f"]
    assert kinds_asked_for("enqueue_later(s, c, kind_of(x), {})") == ["?"]
    assert kinds_asked_for("kind = hand_in.RELEASED_EVENT\nenqueue_later(s, c, kind, {})") == [
        "result.released"
    ]
    assert kinds_asked_for("kind = hand_in.NO_SUCH_EVENT\nenqueue_later(s, c, kind, {})") == ["?"]


def test_a_kind_bound_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = next(iter(worker.handlers()))
    second = SimpleNamespace(HANDLERS={kind: lambda _context, _payload: None}, PERIODIC=())
    monkeypatch.setattr(worker, "_SLICES", (*worker._SLICES, second))
    with pytest.raises(ValueError, match=f"{kind}.* bound twice"):
        worker.handlers()


def test_what_happens_again_and_again_has_a_name_of_its_own() -> None:
    names = [item.name for item in worker.periodic()]
    assert len(names) == len(set(names)) > 4
