"""Search finds other forms of a word, and Kazakh words typed without Kazakh letters, alike on both databases."""

import re
from urllib.parse import quote

import pytest

from tests.courses.content import course
from tests.world import World

CASES = [
    ("kk", "қауіпсіздік", ["01-laws"]),
    ("kk", "қауіпсіздікке", ["01-laws"]),
    ("kk", "кауипсиздик", ["01-laws"]),
    ("kk", "заңдар", ["01-laws"]),
    ("kk", "зан", ["01-laws"]),
    ("kk", "иегерлер", ["02-roles"]),
    ("kk", "ролдер", ["02-roles"]),
    ("kk", "пайдаланушы ескерту", ["02-roles"]),
    ("kk", "тұжырымды", ["03-last"]),
    ("ru", "закону", ["01-laws"]),
    ("ru", "безопасностью", ["01-laws"]),
    ("ru", "БЕЗОПАСНОСТЬ", ["01-laws"]),
    ("ru", "пользователям", ["02-roles"]),
    ("ru", "всё", ["01-laws"]),
    ("ru", "все", ["01-laws"]),
    ("ru", "система собственник", []),
    ("en", "laws", ["01-laws"]),
    ("en", "finding", ["03-last"]),
    ("en", "findings", ["03-last"]),
    ("en", "2026", ["01-laws"]),
    ("en", "zebra", []),
    ("en", "%", []),
    ("en", "_", []),
    ("en", "law'); DROP TABLE lesson; --", []),
    ("en", "the", ["01-laws", "02-roles"]),
]


@pytest.mark.parametrize(("locale", "query", "expected"), CASES)
def test_a_search_finds(world: World, locale: str, query: str, expected: list[str]) -> None:
    course(world)
    answer = world.browser().get(f"/{locale}/search?q={quote(query)}")
    assert answer.status_code == 200
    assert re.findall(rf'<h2><a href="/{locale}/courses/analyst/m0\d/([\w-]+)"', answer.text) == expected


def test_the_words_found_are_marked_with_what_stands_around_them(world: World) -> None:
    course(world)
    text = world.browser().get(f"/kk/search?q={quote('кауипсиздик')}").text
    assert "Жасанды интеллект <mark>қауіпсіздігі</mark> туралы заң" in text
    assert "Module M1 (kk)" in text


def test_a_hit_in_the_title_comes_first(world: World) -> None:
    course(world)
    text = world.browser().get("/en/search?q=in").text
    assert re.findall(r"m0\d/([\w-]+)\"", text)[0] == "03-last"


def test_nothing_typed_and_nothing_found_say_what_to_do(world: World) -> None:
    course(world)
    browser = world.browser()
    assert "Type a word or several" in browser.get("/en/search").text
    assert "No lesson has all these words" in browser.get("/en/search?q=zebra").text


def test_what_was_typed_is_kept_and_harmless(world: World) -> None:
    course(world)
    text = world.browser().get(f"/en/search?q={quote('<script>alert(1)</script>')}").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert world.browser().get("/en/search?q=" + "a" * 3000).status_code == 200
