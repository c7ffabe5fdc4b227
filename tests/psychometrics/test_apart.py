"""Figures come from a process of their own, which is bounded and never drags numpy along."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.psychometrics import apart
from app.psychometrics.rules.gates import Ended
from tests.rules.published import lsat6
from tests.rules.test_psychometrics_snapshot import places, taken


def question(**more: Any) -> dict[str, Any]:
    return {"places": places(5), "taken": taken(lsat6()[::5]), "cut_score": 4} | more


def test_figures_come_back_with_what_they_cost() -> None:
    answer = apart.ask(question())
    assert answer.ended is Ended.COMPUTED
    assert answer.figures is not None
    assert answer.figures["test"]["persons"] == 200
    assert answer.kibibytes is not None
    assert 20_000 < answer.kibibytes < 1_000_000


def test_what_takes_too_long_is_stopped() -> None:
    assert apart.ask(question(), seconds=0.05).ended is Ended.OVER_LIMIT


def test_what_needs_too_much_memory_is_stopped() -> None:
    some = places(5) * 400
    rows = [
        one | {name: one[name] * 400 for name in ("points", "chosen", "seconds")} for one in taken(lsat6())
    ]  # type: ignore[literal-required,operator]
    answer = apart.ask({"places": some, "taken": rows, "cut_score": 4}, size=400 * 1024**2)
    assert answer.ended in {Ended.OVER_LIMIT, Ended.FAILED}
    assert answer.figures is None


def test_a_bug_is_a_failure_and_no_figure() -> None:
    assert apart.ask({"nothing": 1}).ended is Ended.FAILED


@pytest.mark.parametrize("missing", ["numpy", "scipy"])
def test_a_missing_extra_is_said(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError('gone', name='{missing}')\n")
    root = str(Path(apart.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), root]))
    assert apart.ask(question()).ended is Ended.NO_NUMBERS


def at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """Python runs these lines in the other process before anything else."""
    (tmp_path / "sitecustomize.py").write_text(lines)
    root = str(Path(apart.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), root]))


def test_what_a_library_prints_past_python_is_no_part_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = """
import ctypes, os, sys, types

def snapshot(**told):
    print("from Python")
    ctypes.CDLL(None).puts(b"from C, still in its buffer")
    os.write(1, b"HighsMipSolverData: a line of the solver\\n")
    return told

sys.modules["app.psychometrics.rules.snapshot"] = made = types.ModuleType("snapshot")
made.snapshot = snapshot
"""
    at_start(tmp_path, monkeypatch, lines)
    answer = apart.ask({"cut_score": 4})
    assert (answer.ended, answer.figures) == (Ended.COMPUTED, {"cut_score": 4})


def test_an_answer_that_cannot_be_read_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_start(tmp_path, monkeypatch, "print('something else')")
    assert apart.ask(question()).ended is Ended.FAILED


def test_neither_the_web_nor_the_worker_loads_numpy() -> None:
    lines = "import sys, app.main, app.worker; sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0
