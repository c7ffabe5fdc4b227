"""What is in the files is in the database: all of it, once, or nothing of it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from app.cli.content import store
from app.courses.importer.check import read_content
from app.courses.importer.load import Report
from app.courses.models import Course, Lesson, LessonText, Module
from app.courses.rules.lessons import source_hash
from app.courses.rules.search import normalise
from app.kernel.locales import LOCALES
from app.platform.content import ContentError
from app.platform.models import AuditEntry
from app.platform.settings import ROOT
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from tests.courses.content_tree import grow, item, lesson
from tests.world import World

TODAY = date(2026, 11, 23)
TABLES = (Course, Module, Lesson, LessonText, Bank, Item, ItemVersion, Stimulus, AuditEntry)
MODULE = "courses/sample/m01-roles"


def bring_in(world: World, root: Path, *, demonstration: bool = True) -> Report:
    content = read_content(root, today=TODAY)
    return store(world.engine, world.clock, content, demonstration=demonstration)


def counts(world: World) -> dict[str, int]:
    with world.read() as session:
        return {
            table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES
        }


def rows(world: World, table: type[SQLModel], *columns: str) -> list[Any]:
    with world.read() as session:
        return list(session.execute(select(*(getattr(table, name) for name in columns))))


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def test_the_content_we_ship_is_loaded_and_a_second_run_writes_nothing(world: World) -> None:
    report = bring_in(world, ROOT)
    assert report.refused == []
    found = counts(world)
    lessons = [path for path in ROOT.glob("courses/*/*/*.en.md") if path.name != "checklist.en.md"]
    items = sum(
        len(re.findall(r"^  - id: c\d-\d+-\d+$", path.read_text(encoding="utf-8"), re.MULTILINE)) or 1
        for path in ROOT.glob("question_banks/*/items/*.yaml")
    )
    assert found["Bank"] == 2
    assert found["Item"] == found["ItemVersion"] == items >= 106
    assert found["Course"] == 1
    assert found["Lesson"] == len(lessons) >= 8
    assert found["LessonText"] == 3 * len(lessons)
    world.clock.advance(timedelta(days=1))
    again = bring_in(world, ROOT)
    assert again.written == 0
    assert counts(world) == found
    assert sum(loaded.unchanged for loaded in again.loaded.values()) == items + len(lessons)


def test_a_lesson_page_needs_only_what_is_stored(world: World) -> None:
    bring_in(world, ROOT)
    texts = rows(world, LessonText, "locale", "parts", "toc", "glossary", "references", "lesson_id")
    by_lesson: dict[Any, list[Any]] = {}
    for locale, parts, toc, glossary, references, lesson_id in texts:
        html = "".join(part.get("html", "") for part in parts)
        assert not re.search(r"<script|<style|\son\w+=|javascript:|style=", html)
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert {entry["id"] for entry in toc} <= set(ids)
        assert {f"#g-{entry['id']}" for entry in glossary} == set(re.findall(r'href="(#g-[^"]+)"', html))
        assert {f"#ref-{id_}" for id_ in references} == set(re.findall(r'href="(#ref-[^"]+)"', html))
        assert html.count("<svg") == html.count('role="img"') == html.count("<figcaption>")
        assert "{" not in html
        assert html.count("<div") == html.count("</div>")
        assert locale in LOCALES
        by_lesson.setdefault(lesson_id, []).append(([entry["id"] for entry in toc], [*map(set, parts)]))
    assert len(by_lesson) >= 8
    for languages in by_lesson.values():
        assert len(languages) == 3
        assert languages[0] == languages[1] == languages[2]


def test_a_lesson_is_found_by_words_typed_without_kazakh_letters(world: World) -> None:
    bring_in(world, ROOT)
    (kazakh,) = [
        text
        for title, locale, text in rows(world, LessonText, "title", "locale", "search_text")
        if locale == "kk" and title.startswith("Рөлдер")
    ]
    assert set(normalise("меншик иеси тауекелдер", "kk")) <= set(kazakh.split())


def test_the_small_markup_of_a_lesson(world: World, tmp_path: Path) -> None:
    bring_in(world, grow(tmp_path))
    ((parts,),) = [(parts,) for locale, parts in rows(world, LessonText, "locale", "parts") if locale == "ru"]
    assert [next(iter(part)) for part in parts] == ["html", "check", "html"]
    html = parts[0]["html"]
    assert '<a class="term" href="#g-owner">собственник</a>' in html
    assert '<sup><a class="ref" href="#ref-law" aria-label="' in html
    assert '<h2 id="s-one-role">Одна роль</h2>' in html
    assert '<svg class="figure-svg" viewBox="0 0 400 100" role="img"' in html
    assert '<title id="fig-roles-t">Одна роль</title>' in html
    assert '<text x="18" y="32">Собственник</text>' in html
    assert "<figcaption>Рисунок 1</figcaption>" in html
    assert '<div class="table" role="region" tabindex="0" aria-label="Одна роль"><table>' in html
    assert '<th scope="col" class="num">№</th>' in html
    assert '<div class="case flow">' in parts[2]["html"]


def test_words_of_a_drawing_are_escaped(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    change(root, f"{MODULE}/figures/roles.yaml", 'en: "Owner"', 'en: "a < b & \\"c\\""')
    bring_in(world, root)
    html = "".join(
        part.get("html", "")
        for locale, parts in rows(world, LessonText, "locale", "parts")
        if locale == "en"
        for part in parts
    )
    assert "a &lt; b &amp; &quot;c&quot;</text>" in html


BREAKS: dict[str, Callable[[Path], object]] = {
    "a script in a stem": lambda root: change(
        root, "question_banks/sample-live/items/d1-001.yaml", "System d1", "<script>x</script> d1"
    ),
    "laughs in a drawing": lambda root: (root / MODULE / "figures/roles.svg").write_text(
        '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'
    ),
    "a huge file": lambda root: (root / MODULE / "01-owner.checks.yaml").write_bytes(b"#" * 2_000_000),
    "a way out of the folder": lambda root: change(
        root, f"{MODULE}/01-owner.kk.md", "figures/roles.svg", "figures/../../../course.yaml"
    ),
    "another encoding": lambda root: (root / "courses/sample/course.yaml").write_bytes(
        "id: курс".encode("cp1251")
    ),
    "a stale translation": lambda root: change(root, f"{MODULE}/01-owner.en.md", "A case", "Cases"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_one_bad_file_stops_the_import_and_changes_nothing(world: World, tmp_path: Path, name: str) -> None:
    root = grow(tmp_path)
    BREAKS[name](root)
    with pytest.raises(ContentError) as caught:
        bring_in(world, root)
    assert caught.value.problems
    assert all(problem.path and problem.line >= 1 and problem.message for problem in caught.value.problems)
    assert set(counts(world).values()) == {0}


def test_a_bad_file_leaves_what_was_loaded_before(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    before = counts(world)
    change(root, "question_banks/sample-practice/items/m01-001.yaml", "Just the nurse", "Only the nurse")
    change(root, "question_banks/sample-practice/items/m01-002.yaml", "key: [b]", "key: [e]")
    with pytest.raises(ContentError):
        bring_in(world, root)
    assert counts(world) == before


def test_a_failure_in_the_middle_undoes_the_whole_import(world: World, tmp_path: Path) -> None:
    content = read_content(grow(tmp_path), today=TODAY)
    steps = iter(range(3))
    with pytest.raises(StopIteration):
        store(world.engine, world.clock, content, demonstration=True, step=lambda: void(next(steps)))
    assert set(counts(world).values()) == {0}


def void(_: object) -> None:
    """Take a step's number and give nothing back."""


def test_a_changed_item_gets_a_new_version_and_the_old_one_stays_as_it_was(
    world: World, tmp_path: Path
) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    path = "question_banks/sample-practice/items/m01-001.yaml"
    change(root, path, "Just the nurse", "Only the nurse")
    report = bring_in(world, root)
    loaded = report.loaded["question_banks/sample-practice"]
    assert (loaded.new, loaded.changed, loaded.unchanged, loaded.retired) == (0, 1, 1, 0)
    with world.read() as session:
        found = session.execute(
            select(
                ItemVersion.number,
                ItemVersion.status,
                ItemVersion.choices,
                ItemVersion.id == Item.current_version_id,
            )
            .join(Item, Item.id == ItemVersion.item_id)
            .where(Item.slug == "m01-001")
            .order_by(ItemVersion.number)
        ).all()
    said = [(number, status, choices[3]["text"]["en"], current) for number, status, choices, current in found]
    assert said == [(1, "retired", "Just the nurse", False), (2, "active", "Only the nurse", True)]

    change(root, path, "Only the nurse", "Just the nurse")
    bring_in(world, root)
    with world.read() as session:
        found = session.execute(
            select(ItemVersion.number, ItemVersion.status)
            .join(Item, Item.current_version_id == ItemVersion.id)
            .where(Item.slug == "m01-001")
        ).all()
    assert [tuple(row) for row in found] == [(1, "active")]
    assert counts(world)["ItemVersion"] == 6


def test_a_changed_stimulus_makes_new_versions_of_its_items(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    change(root, "question_banks/sample-live/items/c1-001.yaml", "A bank lends money.", "A bank lends less.")
    loaded = bring_in(world, root).loaded["question_banks/sample-live"]
    assert (loaded.changed, loaded.unchanged) == (2, 1)
    assert counts(world)["Stimulus"] == 2


def test_spaces_and_comments_of_a_file_do_not_make_a_new_version(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    change(root, "question_banks/sample-live/items/d1-001.yaml", "points: 1", "points:   1  # one point")
    assert bring_in(world, root).written == 0


def test_removed_items_and_lessons_are_retired_and_come_back(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    module = (root / MODULE / "module.yaml").read_text(encoding="utf-8")
    for locale in ("kk", "ru", "en"):
        (root / MODULE / f"02-user.{locale}.md").write_text(
            lesson(locale).replace("owner-1", "user-1"), encoding="utf-8"
        )
    checks = (root / MODULE / "01-owner.checks.yaml").read_text(encoding="utf-8")
    (root / MODULE / "02-user.checks.yaml").write_text(checks.replace("owner-1", "user-1"), encoding="utf-8")
    change(root, f"{MODULE}/module.yaml", "[01-owner]", "[01-owner, 02-user]")
    for locale in ("kk", "ru"):
        english = (root / MODULE / "02-user.en.md").read_text(encoding="utf-8")
        stamp_of(root / MODULE / f"02-user.{locale}.md", english)
    bring_in(world, root)
    assert counts(world)["Lesson"] == 2

    kept = {path: path.read_bytes() for path in (root / MODULE).glob("02-user*")}
    for path in kept:
        path.unlink()
    (root / MODULE / "module.yaml").write_text(module, encoding="utf-8")
    item_path = root / "question_banks/sample-live/items/d1-001.yaml"
    kept[item_path] = item_path.read_bytes()
    item_path.unlink()
    report = bring_in(world, root)
    assert report.loaded["courses/sample"].retired == 1
    assert report.loaded["question_banks/sample-live"].retired == 1
    retired = {slug: at for slug, at in rows(world, Lesson, "slug", "retired_at")}
    assert retired["02-user"] == world.clock.now()
    assert retired["01-owner"] is None
    assert bring_in(world, root).written == 0

    for path, data in kept.items():
        path.write_bytes(data)
    change(root, f"{MODULE}/module.yaml", "[01-owner]", "[01-owner, 02-user]")
    bring_in(world, root)
    assert {at for _, at in rows(world, Lesson, "slug", "retired_at")} == {None}
    assert counts(world)["Lesson"] == 2
    assert {status for (status,) in rows(world, ItemVersion, "status")} == {"active"}


def stamp_of(path: Path, english: str) -> None:
    """Write the source hash of ``english`` into a translation."""
    from_body = source_hash(english.split("---\n", 2)[2])
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'source_hash: ".*"', f'source_hash: "{from_body}"', text), encoding="utf-8")


def test_a_specimen_is_loaded_by_a_demonstration_only(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    report = bring_in(world, root, demonstration=False)
    assert report.refused == ["sample-live"]
    assert {slug for (slug,) in rows(world, Bank, "slug")} == {"sample-practice"}
    change(root, "question_banks/sample-live/bank.yaml", "specimen: true", "specimen: false")
    assert bring_in(world, root, demonstration=False).refused == []


def test_a_live_item_loaded_from_elsewhere_is_not_practised_with(world: World, tmp_path: Path) -> None:
    bring_in(world, grow(tmp_path / "one"))
    other = tmp_path / "two/question_banks/other-practice"
    (other / "items").mkdir(parents=True)
    bank = (tmp_path / "one/question_banks/sample-practice/bank.yaml").read_text(encoding="utf-8")
    (other / "bank.yaml").write_text(bank.replace("sample-practice", "other-practice"), encoding="utf-8")
    text = item("x-001", module="M1").replace("System x-001", "System d1-001")
    (other / "items/x-001.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        bring_in(world, tmp_path / "two")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("question_banks/other-practice/items/x-001.yaml", 13)
    assert counts(world)["Bank"] == 2


def test_a_bank_never_changes_its_purpose(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    for path in (root / "question_banks/sample-live/items").glob("*"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("domain: D1", "module: M1\ndomain: D1"), encoding="utf-8")
    (root / "question_banks/sample-live/items/c1-001.yaml").unlink()
    change(root, "question_banks/sample-live/bank.yaml", "purpose: certification", "purpose: practice")
    with pytest.raises(ContentError) as caught:
        bring_in(world, root)
    assert str(caught.value.problems[0]).startswith(
        "question_banks/sample-live/bank.yaml:2: the bank was loaded"
    )


def test_a_new_title_is_taken_over_without_new_versions(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    before = counts(world)
    change(root, "question_banks/sample-live/bank.yaml", "Sample bank", "Specimen bank")
    change(root, "courses/sample/course.yaml", "Sample course", "Specimen course")
    change(root, f"{MODULE}/module.yaml", 'en: "Roles"', 'en: "The roles"')
    for locale, title in (("kk", "Меншік иесі"), ("ru", "Собственник"), ("en", "The owner")):
        change(root, f"{MODULE}/01-owner.{locale}.md", f'title: "{title}"', 'title: "230"')
    world.clock.advance(timedelta(days=1))
    report = bring_in(world, root)
    assert report.written == 1 + 1 + 1 + 3
    assert counts(world) == before | {"AuditEntry": before["AuditEntry"] + 2}
    assert [title["en"] for (title,) in rows(world, Module, "title")] == ["The roles"]
    assert {title for (title,) in rows(world, LessonText, "title")} == {"230"}
    assert {at for (at,) in rows(world, Course, "imported_at")} == {world.clock.now()}


def test_the_second_table_under_a_heading_has_a_name_of_its_own(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    more = "| 1 |\n\n| a | b |\n| --- | --- |\n| [1](https://example.org/a) | 2 |\n"
    for locale in ("en", "kk", "ru"):
        change(root, f"{MODULE}/01-owner.{locale}.md", "| 1 |", more)
    english = (root / MODULE / "01-owner.en.md").read_text(encoding="utf-8")
    for locale in ("kk", "ru"):
        stamp_of(root / MODULE / f"01-owner.{locale}.md", english)
    bring_in(world, root)
    for _, parts in rows(world, LessonText, "locale", "parts"):
        html = parts[0]["html"]
        labels = re.findall(r'role="region" tabindex="0" aria-label="([^"]+)"', html)
        assert labels[1] == f"{labels[0]} (2)"
        assert '<a href="https://example.org/a" rel="noopener noreferrer">1</a>' in html


def test_courses_and_banks_that_are_not_in_the_folder_are_left_alone(world: World, tmp_path: Path) -> None:
    bring_in(world, grow(tmp_path))
    before = counts(world)
    (tmp_path / "other/courses").mkdir(parents=True)
    assert bring_in(world, tmp_path / "other").written == 0
    assert counts(world) == before
