"""The command that equates two forms out of two files."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import commands
from tests.rules.published import simulated


def run(*words: object) -> Result:
    return CliRunner().invoke(commands("equate"), ["equate", *map(str, words)])


def write(path: Path, heads: list[str], *, persons: int, seed: int) -> Path:
    rows = simulated(persons, [0.1 * place for place in range(len(heads))], seed=seed).astype(int)
    path.write_text("\n".join([",".join(heads), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_two_files_give_a_table(tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", ["a", "b", "c", "d", "e", "f"], persons=150, seed=1)
    old = write(tmp_path / "old.csv", ["a", "b", "x", "y"], persons=150, seed=2)
    made = json.loads(run("--new", new, "--old", old, "--json").stdout)
    assert (made["method"], made["common"], made["notes"]) == ("tucker", ["a", "b"], [])
    assert made["persons"] == {"new": 150, "old": 150}
    assert [row["score"] for row in made["table"]] == [0, 1, 2, 3, 4, 5, 6]
    assert all(0 <= row["worth"] <= 4 for row in made["table"])
    shown = run("--new", new, "--old", old, "--method", "identity").stdout
    assert shown.startswith("identity, by 2 common items\n")
    assert "    6      4.00" in shown, "no score of the old form is above its items"


@pytest.mark.parametrize("heads", [["x", "y"], ["a", "y", "z", "u", "v", "w"]])
def test_what_is_wrong_is_said(tmp_path: Path, heads: list[str]) -> None:
    new = write(tmp_path / "new.csv", ["a", "b", "c", "d", "e", "f"], persons=120, seed=1)
    old = write(tmp_path / "old.csv", heads, persons=120, seed=2)
    result = run("--new", new, "--old", old)
    if "a" in heads:
        assert "! fewer than a fifth" in result.stdout
        return
    assert (result.exit_code, result.stderr) == (1, "the forms have no item in common\n")
    old.write_text("a;b\n")
    refused = run("--new", new, "--old", old)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{old}: line 1: ")
