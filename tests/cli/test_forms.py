"""The command that puts forms together: from a bank's folder and from the database, told as one object or as text."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import commands
from app.cli.content import store
from app.courses.importer.check import read_content
from app.platform.settings import ROOT
from app.psychometrics.rules import assembly
from tests.courses.content_tree import grow
from tests.world import World

FOLDER = ROOT / "question_banks" / "ceasai-analyst"


def run(*words: object) -> Result:
    return CliRunner().invoke(commands("forms"), ["forms", "assemble", *map(str, words)])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_folder_gives_the_forms_of_its_blueprint() -> None:
    made = told(run("--bank", FOLDER, "--forms", 2, "--cases", 24, "--limit", "multiple=0..8", "--json"))
    assert made["status"] == "within_tolerance"
    assert (made["gap"], made["seed"]) == (0, 1)
    for form in made["forms"]:
        assert len(form["items"]) == 80
        assert form["domains"] == {
            "D1": 10,
            "D2": 12,
            "D3": 12,
            "D4": 12,
            "D5": 10,
            "D6": 10,
            "D7": 6,
            "D8": 8,
        }
        assert form["in_cases"] >= 24
        assert form["traits"].get("multiple", 0) <= 8
    assert made["overlap"] == [{"forms": [1, 2], "items": 0}]


def test_what_the_solver_prints_is_no_part_of_the_object(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*args: Any, **named: Any) -> Any:
        os.write(1, b"a line of the solver\n")
        return milp(*args, **named)

    milp = assembly.milp
    monkeypatch.setattr(assembly, "milp", search)
    told(run("--bank", FOLDER, "--forms", 1, "--items", 8, "--json"))
    printed = capfd.readouterr()
    assert (printed.out, "a line of the solver" in printed.err) == ("", True)


def test_statistics_make_the_forms_alike(tmp_path: Path) -> None:
    first = told(run("--bank", FOLDER, "--forms", 2, "--items", 20, "--json"))
    items = [name for form in first["forms"] for name in form["items"]]
    known = [
        {"id": name, "facility": 0.5, "difficulty": place % 7 - 3, "slope": 1 + place % 3 / 3}
        for place, name in enumerate(sorted(items))
    ]
    (tmp_path / "known.json").write_text(json.dumps({"items": known}))
    words = ("--bank", FOLDER, "--items", 20, "--statistics", tmp_path / "known.json")
    made = told(run(*words, "--json"))
    assert made["without_statistics"] > 0
    for form in made["forms"]:
        for name, value in form["measures"].items():
            near = 0.02 if name == "difficulty" else 0.02 * made["targets"][name]
            assert value == pytest.approx(made["targets"][name], abs=near + 1e-4)
    shown = run(*words).stdout
    assert "form 2: D1 " in shown
    assert "items are without statistics" in shown
    assert "information at 0" in shown
    assert "forms 1 and 2 share 0 items" in shown


def test_a_bank_of_the_installation_is_found_by_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.forms.load", lambda: world.settings)
    content = read_content(grow(tmp_path), today=world.clock.now().date())
    store(world.engine, world.clock, content, demonstration=True)
    made = told(run("--bank", "sample-live", "--forms", 1, "--items", 2, "--cases", 2, "--json"))
    assert made["forms"][0]["in_cases"] == 2
    refused = run("--bank", "no-such-bank", "--items", 30)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("no-such-bank: neither a bank")


def test_a_database_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEASAI_VAR_DIR", str(tmp_path / "none"))
    refused = run("--bank", "ceasai-analyst", "--items", 30)
    assert refused.exit_code == 1
    assert refused.stderr == "the database cannot be read: run `ceasai init`, then `ceasai content import`\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--domain", "D1=9999"), "fit, and 2 forms need 19998"),
        (
            ("--domain", "D1=10", "--limit", "single=0..3", "--limit", "multiple=0..0"),
            "does not give these forms",
        ),
        (("--domain", "D1=10", "--items", "11"), "so that they add up"),
        (("--domain", "D1"), "write --domain D1=10"),
        (("--domain", "D1=ten"), "'ten' is not a whole number"),
        (("--limit", "single=3"), "'3' is no range"),
        (("--statistics", "none.json"), "none.json: No such file"),
        (("--statistics", "README.md"), "README.md: this is no JSON"),
    ],
)
def test_a_refusal_is_one_line(words: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run("--bank", FOLDER, *words)
    assert result.exit_code == 1
    assert why in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_bank_with_problems_is_refused(tmp_path: Path) -> None:
    bank = tmp_path / "broken"
    bank.mkdir()
    (bank / "bank.yaml").write_text("id: broken\n")
    result = run("--bank", bank, "--items", 10)
    assert result.exit_code == 1
    assert result.stderr.startswith("the bank has problems; the first: broken/bank.yaml:1: ")
