"""The command that tells statistics of a file: what it prints, and how it refuses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import commands
from app.psychometrics.rules import table
from tests.rules.published import lsat6


def run(*words: object) -> Result:
    return CliRunner().invoke(commands("statistics"), ["statistics", *map(str, words)])


def csv(path: Path, *, group: bool = False) -> Path:
    lines = ["person,group,i1,i2,i3,i4,i5"] if group else ["i1,i2,i3,i4,i5"]
    for place, row in enumerate(lsat6()):
        cells = [str(int(mark)) for mark in row]
        lines.append(",".join([str(place), ("kk", "ru")[place % 2], *cells] if group else cells))
    path.write_text("\n".join(lines) + "\n")
    return path


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_each_model_answers_as_one_object(tmp_path: Path) -> None:
    file = csv(tmp_path / "lsat.csv")
    plain = told(run("--responses", file, "--model", "classical", "--json"))
    assert [item["id"] for item in plain["items"]] == ["i1", "i2", "i3", "i4", "i5"]
    assert {"facility", "discrimination"} <= plain["items"][0].keys()
    assert {"alpha", "sem"} <= plain["test"].keys()
    for model, height in (("rasch", -2466.938), ("2pl", -2466.653)):
        made = told(run("--responses", file, "--model", model, "--json"))
        assert {"difficulty", "slope"} <= made["items"][0].keys()
        assert made["test"]["log_likelihood"] == pytest.approx(height, abs=1e-3)


def test_groups_are_compared_when_asked(tmp_path: Path) -> None:
    file = csv(tmp_path / "lsat.csv", group=True)
    made = told(run("--responses", file, "--dif", "--group", "group", "--json"))
    assert made["groups"] == {"kk": 500, "ru": 500}
    assert {item["dif"]["class"] for item in made["items"]} == {"A"}
    assert "groups" not in told(run("--responses", file, "--json"))


def test_it_is_read_by_people_too(tmp_path: Path) -> None:
    file = csv(tmp_path / "lsat.csv", group=True)
    shown = run("--responses", file, "--model", "2pl", "--dif", "--group", "group", "--cut", 4).stdout
    assert "alpha                       0.295" in shown
    assert "consistency agreement" in shown
    (line,) = [line for line in shown.splitlines() if line.split()[:1] == ["i3"]]
    assert line.split() == [
        "i3",
        "0.553",
        "0.000",
        "0.173",
        "0.217",
        "-0.280",
        "0.100",
        "0.891",
        "0.233",
        "A",
    ]
    assert "kk: 500 persons, mean 3." in shown
    (tmp_path / "few.csv").write_text("a,b\n1,0\n1,1\n")
    shown = run("--responses", tmp_path / "few.csv").stdout
    assert "! fewer than 30 persons" in shown


@pytest.mark.parametrize(
    ("data", "words", "why"),
    [
        (b"a;b\n1;0\n", (), "line 1: the columns are separated"),
        (b"a,b\n1,0\n1\n", (), "line 3: 1 cells"),
        (b"a,b\n1,7\n", (), "line 2: '7' in the column 'b'"),
        (b"\xff\xfea", (), "line 1: the text is not UTF-8"),
        (b"a,b\n1,0\n", (), "at least two persons"),
        (b"a,b\n" + b"1,0\n" * 199, ("--model", "rasch"), "at least 200 persons; there are 199"),
        (b"a,b\n1,0\n0,1\n", ("--cut", "3"), "a cut of 3 points"),
        (b"a,b\n1,0\n0,1\n", ("--group", "c"), "no column is headed 'c'"),
        (b"a,b\n1,0\n0,1\n", ("--dif",), "--dif needs --group COLUMN"),
    ],
)
def test_a_refusal_is_one_line_and_no_output(
    tmp_path: Path, data: bytes, words: tuple[str, ...], why: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(data)
    result = run("--responses", file, "--json", *words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        result = run("--responses", path)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{path}: ")
    monkeypatch.setattr(table, "LARGEST", 10)
    result = run("--responses", csv(tmp_path / "long.csv"))
    assert result.exit_code == 1
    assert "longer than 10 bytes" in result.stderr


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", ["numpy", "scipy"])
def test_without_its_extra_the_command_says_which_is_missing(tmp_path: Path, missing: str) -> None:
    file = csv(tmp_path / "lsat.csv")
    code = f"import sys; sys.modules[{missing!r}] = None; from app.cli import commands; "
    run_it = f"commands('statistics')(['statistics', '--responses', {str(file)!r}])"
    result = python(code + run_it)
    assert result.returncode == 1
    assert "psychometrics" in result.stderr
    assert result.stderr.count("\n") == 1
    assert python(code + "commands()(['--help'])").returncode == 0


def test_neither_web_nor_worker_nor_other_commands_load_the_numbers() -> None:
    code = (
        "import sys, app.main, app.worker; from app.cli import commands; commands(); "
        "sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr
