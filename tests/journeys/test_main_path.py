"""Apply → study → practise → sit → decision → certificate → verified by a stranger → the cohort moves."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys import walk
from tests.journeys.conftest import Site

Open = Callable[..., Page]


def whole_path(
    site: Site, open_page: Open, locale: str, *, javascript: bool = True, look: Any = walk.looked_at
) -> None:
    visitor = open_page(site, javascript=javascript)
    walk.read_as_visitor(visitor, locale, look)

    manager = open_page(site, javascript=javascript)
    walk.sign_in(manager, locale, "manager")
    before = walk.certified_in_cohort(manager, locale, look)

    candidate = open_page(site, javascript=javascript)
    walk.sign_in(candidate, locale, "candidate")
    walk.study(candidate, locale, look, javascript=javascript)
    walk.practise(candidate, locale, look)
    walk.apply_and_book(candidate, site, locale, look)

    proctor = open_page(site, javascript=javascript)
    walk.sign_in(proctor, locale, "proctor")
    walk.admit(proctor, locale, look)

    walk.sit(candidate, site, locale, look, javascript=javascript)
    walk.confirm_names(candidate, locale, look)

    officer = open_page(site, javascript=javascript)
    walk.sign_in(officer, locale, "officer")
    walk.grant(officer, locale, look)

    number = walk.receive(candidate, locale, look)
    stranger = open_page(site, javascript=javascript)
    walk.verify_as_stranger(stranger, number, locale, look)

    for _ in range(40):
        after = walk.certified_in_cohort(manager, locale, lambda _page: None)
        if after == before + 1:
            break
        manager.wait_for_timeout(250)
    assert after == before + 1
    walk.nothing_personal(site)


@pytest.mark.journey
@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_whole_path_in_each_language(site: Site, open_page: Open, locale: str) -> None:
    whole_path(site, open_page, locale, look=walk.looked_at_closely if locale == "kk" else walk.looked_at)


@pytest.mark.journey
def test_the_whole_path_on_postgresql(postgres_site: Site, open_page: Open) -> None:
    whole_path(postgres_site, open_page, "kk", look=lambda _page: None)


@pytest.mark.journey
def test_rule_19_the_whole_path_with_javascript_switched_off(site: Site, open_page: Open) -> None:
    """Rule 19: everything works by form posts alone (axe needs script, so pages are only walked)."""
    whole_path(site, open_page, "ru", javascript=False, look=lambda _page: None)
