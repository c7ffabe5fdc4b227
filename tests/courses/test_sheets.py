"""What stands beside the lessons: a checklist to print, a glossary in the reader's alphabet."""

import re
from pathlib import Path

import pytest

from tests.courses.content_tree import CHECKLISTS, grow
from tests.courses.test_import import bring_in
from tests.world import World

SHEET = "courses/sample/m01-roles/checklist"


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_checklist_is_read_and_linked_in_each_language(world: World, tmp_path: Path, locale: str) -> None:
    bring_in(world, grow(tmp_path))
    visitor = world.browser()
    assert f'href="/{locale}/{SHEET}"' in visitor.get(f"/{locale}/courses/sample").text
    page = visitor.get(f"/{locale}/{SHEET}")
    assert page.status_code == 200
    title, when, act = CHECKLISTS[locale]
    assert f"<h1>{title}</h1>" in page.text
    assert page.text.count(f"<li>{act}") == 24
    assert f">{when}</h2>" in page.text


def test_a_module_without_a_checklist_shows_no_link(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    for path in root.rglob("checklist.*.md"):
        path.unlink()
    bring_in(world, root)
    visitor = world.browser()
    assert "checklist" not in visitor.get("/en/courses/sample").text
    assert visitor.get(f"/en/{SHEET}").status_code == 404
    assert visitor.get("/en/courses/nothing/m01-roles/checklist").status_code == 404


def test_a_checklist_that_changes_is_brought_up_to_date(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    bring_in(world, root)
    path = root / f"{SHEET}.kk.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("жазыңыз, 3.", "көрсетіңіз, 3."), encoding="utf-8")
    assert bring_in(world, root).written
    assert "көрсетіңіз, 3." in world.browser().get(f"/kk/{SHEET}").text


def test_a_glossary_stands_in_the_order_of_the_reader_s_alphabet(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    entries = [
        ("shape", "Үлгі", "Образец", "Specimen"),
        ("alpha", "Ақпарат", "Сведения", "Information"),
        ("gauge", "Ғылым", "Наука", "Science"),
    ]
    more = "".join(
        f'- id: {id_}\n  kk: {{term: "{kk}", text: "Мәтін."}}\n  ru: {{term: "{ru}", text: "Текст."}}\n'
        f'  en: {{term: "{en}", text: "Text."}}\n'
        for id_, kk, ru, en in entries
    )
    path = root / "courses/sample/glossary/m01.yaml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    bring_in(world, root)
    visitor = world.browser()
    page = visitor.get("/kk/courses/sample/glossary").text
    assert re.findall(r'<dt id="([a-z]+)">', page) == ["alpha", "gauge", "owner", "shape"]
    assert '<span lang="ru">Наука</span>; <span lang="en">Science</span>' in page
    english = visitor.get("/en/courses/sample/glossary").text
    assert re.findall(r'<dt id="([a-z]+)">', english) == ["alpha", "owner", "gauge", "shape"]
    assert visitor.get("/en/courses/nothing/glossary").status_code == 404
