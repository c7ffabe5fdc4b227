"""What a person at the command line reads, and the exit code a pipeline sees."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import commands
from app.platform.settings import Settings
from tests.courses.content_tree import ENGLISH, grow

RUN = CliRunner()
KK = "courses/sample/m01-roles/01-owner.kk.md"
EN = "courses/sample/m01-roles/01-owner.en.md"
ITEM = "question_banks/sample-practice/items/m01-001.yaml"


@pytest.fixture
def surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEASAI_DATABASE_URL", settings.database_url.replace("+psycopg", ""))
    monkeypatch.setenv("CEASAI_VAR_DIR", str(settings.var_dir))


def test_check_prints_every_problem_and_their_number(tmp_path: Path) -> None:
    root = grow(tmp_path)
    good = RUN.invoke(commands(), ["content", "check", str(root)])
    assert good.exit_code == 0
    assert good.stdout == "No problems: 1 courses with 1 lessons, 2 banks with 5 items.\n"
    (root / ITEM).write_text(
        (root / ITEM).read_text(encoding="utf-8").replace("key: [b]", "key: [e]"), encoding="utf-8"
    )
    (root / KK).write_text(
        (root / KK).read_text(encoding="utf-8").replace("minutes: 20", "minutes: 21"), encoding="utf-8"
    )
    bad = RUN.invoke(commands(), ["content", "check", str(root)])
    assert bad.exit_code == 1
    assert bad.stdout.splitlines() == [
        f"{KK}:3: English says 20 minutes",
        f"{ITEM}:9: the key “e” is no choice of this item",
        "2 problems",
    ]


@pytest.mark.usefixtures("surroundings")
def test_import_tells_what_it_did_and_a_second_run_that_nothing_changed(tmp_path: Path) -> None:
    root = grow(tmp_path / "content")
    first = RUN.invoke(commands(), ["content", "import", str(root)])
    assert first.exit_code == 0, first.output
    assert "question_banks/sample-live: 3 new, 0 changed, 0 retired, 0 as they were" in first.stdout
    assert "6/6" in first.stderr
    second = RUN.invoke(commands(), ["content", "import", str(root)])
    assert second.exit_code == 0
    assert "courses/sample: 0 new, 0 changed, 0 retired, 1 as they were" in second.stdout
    assert "Nothing has changed: 0 rows written" in second.stdout


@pytest.mark.usefixtures("surroundings")
def test_import_of_a_broken_folder_tells_file_and_line_and_changes_nothing(tmp_path: Path) -> None:
    root = grow(tmp_path / "content")
    whole = (root / ITEM).read_text(encoding="utf-8")
    (root / ITEM).write_text(whole.replace("System m01", "<script>x</script> m01"), encoding="utf-8")
    result = RUN.invoke(commands(), ["content", "import", str(root)])
    assert result.exit_code == 1
    assert f"{ITEM}:13: “stem.en”: HTML is not allowed in a text" in result.stdout
    assert "Nothing was changed." in result.stderr
    (root / ITEM).write_text(whole, encoding="utf-8")
    assert "sample-live: 3 new" in RUN.invoke(commands(), ["content", "import", str(root)]).stdout


def test_report_counts_what_the_files_hold(tmp_path: Path) -> None:
    root = grow(tmp_path)
    counted = json.loads(RUN.invoke(commands(), ["content", "report", str(root), "--json"]).stdout)
    course, live = counted["courses"][0], next(b for b in counted["banks"] if b["id"] == "sample-live")
    assert (course["lessons"], course["terms"], course["minutes"]) == (1, 1, 20)
    module = course["modules"][0]
    assert module["code"] == "M1"
    assert (module["checks"], module["figures"], module["cases"], module["practice_items"]) == (1, 1, 1, 2)
    assert module["checklist"] is True
    assert module["words"] == course["words"]
    assert module["words"]["en"] >= module["words"]["ru"] > 500
    assert (live["items"], live["in_case_sets"], live["multiple"]) == (3, 2, 0)
    assert live["keys"] == {"a": 0, "b": 3, "c": 0, "d": 0}
    assert live["domains"] == {"D1": 3}
    assert counted["review"] == {
        "files": 17,
        "reviewed": 0,
        "without": counted["review"]["without"],
        "gone": [],
        "open": 0,
        "lost": [],
    }
    assert module["lessons_without_terms"] == []
    (root / "courses/REVIEW.md").write_text(
        f"| file | date | what |\n|---|---|---|\n| `{EN}` | 2026-11-23 | nothing |\n| `courses/gone.md` | 2026-11-23 | x |\n"
        f"\n- `{EN}:1` — is this so?\n- `{EN}:9999` — and this?\n",
        encoding="utf-8",
    )
    assert RUN.invoke(commands(), ["content", "check", str(root)]).exit_code == 0
    again = json.loads(RUN.invoke(commands(), ["content", "report", str(root), "--json"]).stdout)["review"]
    assert (again["reviewed"], again["gone"]) == (1, ["courses/gone.md"])
    assert (again["open"], again["lost"]) == (2, [f"{EN}:9999"])
    assert EN in counted["review"]["without"]
    assert EN not in again["without"]
    said = RUN.invoke(commands(), ["content", "report", str(root)]).stdout
    assert "sample: 1 lessons, 20 minutes, 1 terms" in said
    assert re.search(r"^ +M1 +1 +20 +1 +1 +1 +yes +2 ", said, re.MULTILINE)
    assert "keys: a 0, b 3, c 0, d 0" in said
    assert "left for a specialist or a lawyer: 2 questions" in said
    assert f"asked of a line that is not there: {EN}:9999" in said


def test_stamp_marks_translations_as_written_from_the_english_that_stands(tmp_path: Path) -> None:
    root = grow(tmp_path)
    english = (root / EN).read_text(encoding="utf-8")
    (root / EN).write_text(english.replace("A case", "One case"), encoding="utf-8")
    assert RUN.invoke(commands(), ["content", "check", str(root)]).exit_code == 1
    result = RUN.invoke(commands(), ["content", "stamp", str(root / "courses")])
    assert result.exit_code == 0
    assert "2 texts stamped, 2 left as they were" in result.stdout
    assert RUN.invoke(commands(), ["content", "check", str(root)]).exit_code == 0
    again = RUN.invoke(commands(), ["content", "stamp", str(root / EN)])
    assert again.stdout == "0 texts stamped, 2 left as they were\n"
    assert (root / EN).read_text(encoding="utf-8").count(ENGLISH) == english.count(ENGLISH)


def test_stamp_refuses_what_is_no_english_lesson(tmp_path: Path) -> None:
    root = grow(tmp_path)
    assert RUN.invoke(commands(), ["content", "stamp", str(root / KK)]).exit_code == 1
    (root / KK).write_text("no front matter", encoding="utf-8")
    result = RUN.invoke(commands(), ["content", "stamp", str(root / EN)])
    assert result.exit_code == 1
    assert "no front matter to stamp" in result.stderr
