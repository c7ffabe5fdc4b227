"""Each check is proved by one broken file: the problem is told with its file and its line."""

import re
from datetime import date
from pathlib import Path

import pytest

from app.courses.importer.check import read_content
from app.courses.importer.report import report
from app.exams.service.forms import BLUEPRINT
from app.platform.content import LARGEST, Problem
from app.platform.settings import ROOT
from tests.courses.broken_files import BROKEN, CHECKS, ITEM, KK, MODULE, SVG, Broken
from tests.courses.broken_items import BROKEN_ITEMS
from tests.courses.content_tree import ENGLISH, KAZAKH, RUSSIAN, grow

TODAY = date(2026, 11, 23)


def problems_of(root: Path) -> list[Problem]:
    return read_content(root, today=TODAY).problems


def line_of(root: Path, path: str, at: str) -> int:
    lines = (root / path).read_bytes().decode().split("\n")
    return next(number for number, line in enumerate(lines, 1) if at in line)


def test_the_sample_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(grow(tmp_path)) == []


@pytest.mark.parametrize("broken", [*BROKEN.values(), *BROKEN_ITEMS.values()], ids=[*BROKEN, *BROKEN_ITEMS])
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, broken: Broken) -> None:
    root = grow(tmp_path)
    path = root / broken.path
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = before.replace(broken.old, broken.new, 1) if broken.old else broken.new
    if broken.old and broken.old in {ENGLISH, KAZAKH, RUSSIAN}:
        after = before.replace(broken.old, broken.new)
    assert after != before, "the test breaks nothing"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8", newline="")
    found = problems_of(root)
    where = broken.where or broken.path
    told = [problem for problem in found if problem.path == where and broken.says in problem.message]
    assert told, [str(problem) for problem in found]
    assert len(set(map(str, found))) == len(found)
    if broken.at:
        assert line_of(root, where, broken.at) in {problem.line for problem in told}, [str(p) for p in told]


def test_a_lesson_without_a_knowledge_check_is_told(tmp_path: Path) -> None:
    root = grow(tmp_path)
    (root / CHECKS).unlink()
    told = [problem for problem in problems_of(root) if "has no knowledge check" in problem.message]
    assert [(problem.path, problem.message) for problem in told] == [
        (f"{MODULE}/module.yaml", "the lesson “01-owner” has no knowledge check")
    ]


def test_an_item_whose_rule_has_ended_is_told_and_hinders_nothing(tmp_path: Path) -> None:
    """Time goes by and no file is wrong: an installation still starts, and new forms leave the item out."""
    root = grow(tmp_path)
    text = (root / ITEM).read_text(encoding="utf-8")
    for day, told in ((23, []), (22, ["the rule behind the key of m01-001 was valid until 2026-11-22"])):
        dated = text.replace("enemies:", f"valid_until: 2026-11-{day}\nenemies:")
        (root / ITEM).write_text(dated, encoding="utf-8")
        content = read_content(root, today=TODAY)
        assert content.problems == []
        assert [problem.message for problem in content.outdated] == told
        assert {problem.line for problem in content.outdated} <= {line_of(root, ITEM, "valid_until")}


def test_every_problem_is_told_not_only_the_first(tmp_path: Path) -> None:
    root = grow(tmp_path)
    for path, old, new in (
        (ITEM, "key: [b]", "key: [e]"),
        (KK, "| 1 |", "| <b>1</b> |"),
        (SVG, "{owner}", "x"),
    ):
        text = (root / path).read_text(encoding="utf-8")
        (root / path).write_text(text.replace(old, new), encoding="utf-8")
    assert {problem.path for problem in problems_of(root)} >= {ITEM, KK, SVG}


def test_text_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    root = grow(tmp_path)
    data = (root / ITEM).read_bytes()
    (root / ITEM).write_bytes(data.replace("Система".encode(), "Система".encode("cp1251")))
    (told,) = [problem for problem in problems_of(root) if problem.path == ITEM]
    assert told.message == "the text is not UTF-8"
    assert told.line == data[: data.index("Система".encode())].count(b"\n") + 1


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    root = grow(tmp_path)
    (root / ITEM).write_bytes(b"#" * (LARGEST + 1))
    assert f"{ITEM}:1: the file is longer than {LARGEST} bytes" in map(str, problems_of(root))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    root = grow(tmp_path / "content")
    outside = tmp_path / "outside.yaml"
    outside.write_text((root / ITEM).read_text(encoding="utf-8"), encoding="utf-8")
    (root / ITEM).unlink()
    (root / ITEM).symlink_to(outside)
    assert f"{ITEM}:1: the file lies outside the content folder" in map(str, problems_of(root))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (SVG, f"<!DOCTYPE svg [{LAUGHS}]><svg>&l9;</svg>", "declares no document type and no entities"),
        (
            SVG,
            '<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg/>',
            "declares no document type and no entities",
        ),
        (SVG, '<?xml-stylesheet href="x.css"?><svg/>', "is not allowed in a drawing"),
        (SVG, "<g>" * 9_000, "XML"),
        (SVG, "<g>" * 20_000, "longer than"),
        (ITEM, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "anchors and aliases are not allowed"),
        (ITEM, "[" * 100_000, "levels deep"),
        (ITEM, "- " * 100_000, "levels deep"),
        (ITEM, "a: !!python/object/apply:os.system [ls]", "the tag"),
        (ITEM, "- a list", "should be"),
        (ITEM, "", "the file is empty"),
        (KK, "---\ntitle: x\n", "begins with its front matter"),
    ],
)
def test_a_hostile_file_is_refused_by_name(tmp_path: Path, path: str, text: str, says: str) -> None:
    root = grow(tmp_path)
    (root / path).write_text(text, encoding="utf-8")
    assert any(p.path == path and says in p.message for p in problems_of(root)), problems_of(root)


def test_an_uneven_bank_is_told_at_its_own_file(tmp_path: Path) -> None:
    root = grow(tmp_path)
    folder = root / "question_banks/sample-live/items"
    template = (folder / "d1-001.yaml").read_text(encoding="utf-8")
    for number in range(2, 22):
        text = template.replace("d1-001", f"d1-{number:03}").replace("The owner", "The owner of the system")
        if number <= 6:
            text = text.replace("type: single", "type: multiple").replace("key: [b]", "key: [b, c]")
        (folder / f"d1-{number:03}.yaml").write_text(text, encoding="utf-8")
    bank = "question_banks/sample-live/bank.yaml"
    told = [problem.message for problem in problems_of(root) if problem.path == bank]
    assert "5 of 23 items have several keys; at most 10 % is right" in told
    for number in range(2, 7):
        text = template.replace("d1-001", f"d1-{number:03}").replace("The owner", "The owner of the system")
        (folder / f"d1-{number:03}.yaml").write_text(text, encoding="utf-8")
    told = [problem.message for problem in problems_of(root) if problem.path == bank]
    assert "“b” is the key of 23 of 23 items; 20 to 30 % is right" in told
    assert "“a” is the key of 0 of 23 items; 20 to 30 % is right" in told
    assert "the key is the longest choice in 20 of 23 items (en); 15 to 35 % is right" in told
    assert "the key is the shortest choice in 0 of 23 items (en); 15 to 35 % is right" in told


def test_a_root_without_content_is_told(tmp_path: Path) -> None:
    assert [str(problem) for problem in problems_of(tmp_path)] == [
        ".:1: neither courses/ nor question_banks/ stands here"
    ]


def test_the_content_we_ship_has_no_problem() -> None:
    content = read_content(ROOT, today=TODAY)
    assert [str(problem) for problem in content.problems] == []
    counted = report(content, ROOT)
    course = counted["courses"][0]
    assert [module["code"] for module in course["modules"]] == [f"M{number}" for number in range(1, 11)]
    assert course["lessons"] >= 44
    assert course["terms"] >= 150
    for module in course["modules"]:
        assert 4 <= module["lessons"] <= 6
        assert module["lessons_without_terms"] == []
        assert module["figures"] >= 2
        assert module["cases"] >= 1
        assert module["references"] >= 1
        assert module["practice_items"] >= 12
        assert module["checklist"] is True, module["code"]
    live = next(bank for bank in counted["banks"] if bank["id"] == "ceasai-analyst")
    assert live["specimen"] is True
    assert live["items"] >= 240
    assert live["domains"] == {name: 3 * count for name, count in BLUEPRINT.domains.items()}
    bank = next(bank for bank in content.banks if bank.file.id == "ceasai-analyst")
    assert bank.file.blueprint is not None, "the check holds the bank to its blueprint"
    assert (bank.file.blueprint.forms, bank.file.blueprint.domains) == (3, BLUEPRINT.domains)
    review = counted["review"]
    assert (review["without"], review["gone"], review["lost"]) == ([], [], [])


def test_no_number_of_ours_breaks_at_the_end_of_a_line() -> None:
    """Thousands are parted by a space that does not break, in content, programmes and sentences alike."""
    broken = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)")
    files = [
        *(path for folder in ("courses", "question_banks") for path in (ROOT / folder).glob("*/**/*.yaml")),
        *(ROOT / "courses").glob("*/**/*.md"),
        *(ROOT / "app/programmes/data").glob("*.yaml"),
        *(ROOT / "locales").glob("*/LC_MESSAGES/messages.po"),
    ]
    assert len(files) > 600
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if broken.search(line)
    ]
    assert found == []
