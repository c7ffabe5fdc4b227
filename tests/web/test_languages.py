"""The address decides the language; without one the cookie, then Accept-Language, then Kazakh."""

import re

import pytest

from app.web.assets import assets
from tests.world import World


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        (None, None, "kk"),
        (None, "ru-RU,ru;q=0.9,en;q=0.5", "ru"),
        (None, "de-DE,de;q=0.9", "kk"),
        (None, "de;q=0.9,en;q=0.8,ru;q=0.1", "en"),
        (None, "ru;q=nonsense,en", "en"),
        ("en", "ru", "en"),
        ("xx", "ru", "ru"),
    ],
)
def test_an_address_without_a_language_leads_to_the_readers(
    world: World, cookie: str | None, accept: str | None, expected: str
) -> None:
    browser = world.browser()
    if cookie:
        browser.http.cookies.set("ceasai_locale", cookie)
    headers = {"Accept_Language": accept} if accept else {}
    for path, target in (("/", f"/{expected}/"), ("/courses?x=1", f"/{expected}/courses?x=1")):
        reply = browser.get(path, **headers)
        assert reply.status_code == 302
        assert reply.headers["location"] == target
        assert "Accept-Language" in reply.headers["vary"]


def test_a_prefixed_address_is_never_led_to_another_language(world: World) -> None:
    browser = world.browser()
    browser.http.cookies.set("ceasai_locale", "en")
    for locale in ("kk", "ru", "en"):
        reply = browser.get(f"/{locale}/courses", Accept_Language="en")
        assert reply.status_code == 200
        assert f'<html lang="{locale}">' in reply.text


def test_the_switch_names_the_same_page_in_each_language(world: World) -> None:
    text = world.browser().get("/ru/courses?page=2").text
    for locale in ("kk", "ru", "en"):
        assert f'href="/{locale}/courses?page=2"' in text
        assert f'hreflang="{locale}" href="http://127.0.0.1:8000/{locale}/courses"' in text
    assert 'rel="canonical" href="http://127.0.0.1:8000/ru/courses"' in text
    assert 'hreflang="x-default"' in text


def test_unknown_unprefixed_addresses_are_not_redirected(world: World) -> None:
    assert world.browser().get("/no-such-page").status_code == 404
    assert (
        world.browser().get("/api/v1/nothing").headers["content-type"].startswith("application/problem+json")
    )


def test_static_files_are_immutable_compressed_and_hashed(world: World) -> None:
    browser = world.browser()
    for name in ("css/site.css", "img/icons.svg", "vendor/htmx/htmx.min.js"):
        url = assets().url(name)
        for encoding in ("br", "gzip", "identity"):
            reply = browser.http.get(url, headers={"Accept-Encoding": encoding})
            assert reply.status_code == 200
            assert reply.headers.get("content-encoding", "identity") == encoding
            assert "immutable" in reply.headers["cache-control"]
            assert reply.headers["x-content-type-options"] == "nosniff"
    style = browser.http.get(assets().url("css/site.css")).text
    asked = re.findall(r'url\("?(/static/[^")]+)"?\)', style)
    assert asked, "the fonts"
    assert {address.rpartition(".")[2] for address in asked} == {"woff2"}, "drawings stand in the stylesheet"
    assert browser.get("/static/css/site.css").status_code == 404
    assert browser.get("/static/../settings.py").status_code == 404
