"""A lesson on paper: what is read and where it comes from, without what is only pressed."""

import re
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Site

pytestmark = pytest.mark.journey

LESSON = "courses/ceasai-analyst/m03-kz-ai-law/02-roles"
GONE = (".site-head", ".site-foot", ".crumbs", ".prevnext", ".toc", ".skip", "form button")


def letters_of(font: Any) -> dict[int, str]:
    """What each code of a font stands for."""
    cmap = font.ToUnicode.read_bytes().decode()
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, letter in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int(letter, 16)
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(start + offset)
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, letter in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(letter).decode("utf-16-be")
    return found


def written(pdf: bytes) -> str:
    """Every letter of a document, without the spaces between them."""
    said: list[str] = []
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            fonts = {name: letters_of(font) for name, font in page.Resources.get("/Font", {}).items()}
            letters: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    letters = fonts[str(operands[0])]
                if str(operator) in {"Tj", "TJ"}:
                    parts = operands[0] if str(operator) == "TJ" else operands
                    for part in parts:
                        if isinstance(part, pikepdf.String):
                            raw = bytes(part)
                            said += [
                                letters.get(int.from_bytes(raw[n : n + 2]), "") for n in range(0, len(raw), 2)
                            ]
    return "".join("".join(said).split())


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_lesson_prints_with_its_terms_and_sources_and_without_its_menu(
    reading_site: Site, chromium: Browser, locale: str
) -> None:
    context = chromium.new_context(base_url=reading_site.base)
    page = context.new_page()
    page.goto(f"/{locale}/{LESSON}")
    page.emulate_media(media="print")
    for selector in GONE:
        for found in page.locator(selector).all():
            assert not found.is_visible(), selector
    seen = {name: page.locator(name).inner_text() for name in ("h1", "#terms", "#sources")}
    sources = page.locator("#sources + ol li").all_inner_texts()
    terms = page.locator(".glossary dt").all_inner_texts()
    menu = page.locator(".site-nav a").all_text_contents()
    assert len(sources) >= 2
    assert len(terms) >= 2
    paper = written(page.pdf(format="A4"))
    for words in (*seen.values(), *sources, *terms):
        assert "".join(words.split())[:40] in paper, words
    assert len(menu) >= 4
    whole_menu = "".join("".join(menu).split())
    assert whole_menu not in paper
    page.emulate_media(media="screen")
    assert page.locator(".site-nav").is_visible(), "what is gone on paper is there on the screen"
    context.close()
