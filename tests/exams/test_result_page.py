"""What somebody reads after passing: sentences that stay true, and no invitation to start over."""

import re

import pytest

from tests.certificates import cases
from tests.factories import person
from tests.world import World

GLUED = re.compile(r"[a-zа-яәіңғүұқөһ0-9][.!?][A-ZА-ЯӘІҢҒҮҰҚӨҺ]")


def _text(page: str) -> str:
    """The words of a page's main part; what stands in different elements is parted."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " · ", main))


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_sentences_of_a_result_are_parted(world: World, locale: str) -> None:
    candidate = person(world)
    attempt_id = cases.attempt(world, candidate)
    page = _text(world.browser(candidate).get(f"/{locale}/exams/attempts/{attempt_id}/result").text)
    assert GLUED.findall(page) == []
    assert GLUED.search("Проходной балл: 17.Теперь")


def test_a_result_says_the_same_before_and_after_the_decision(world: World) -> None:
    candidate = person(world)
    attempt_id = cases.attempt(world, candidate)
    browser = world.browser(candidate)
    before = browser.get(f"/en/exams/attempts/{attempt_id}/result").text
    assert "After a passed exam, an officer who did not train you decides about the certificate." in before
    assert "Now an officer" not in before


def test_whoever_passed_is_led_to_the_certificate_and_not_to_a_new_place(world: World) -> None:
    candidate = person(world)
    browser = world.browser(candidate)
    failed = cases.attempt(world, candidate, raw_score=10)
    page = browser.get("/en/exams").text
    assert str(failed) in page
    assert "You have not chosen a time yet" in page
    cases.attempt(world, candidate)
    page = browser.get("/en/exams").text
    assert "You have passed this exam" in page
    assert "You have not chosen a time yet" not in page
    assert 'class="btn" href="/en/certificates"' in page
    assert "Sit the exam again to renew the certificate" in page


def test_a_result_that_is_withheld_tells_nothing_on_the_list(world: World) -> None:
    candidate = person(world)
    cases.attempt(world, candidate, result=cases.ResultState.WITHHELD)
    assert "You have passed this exam" not in world.browser(candidate).get("/en/exams").text
