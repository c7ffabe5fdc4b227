"""What a stranger is told about a number, in each state and language."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.certificates.routes import verify as verify_routes
from app.certificates.routes import words
from app.certificates.rules import number as numbers
from app.certificates.rules.states import Kind, Reason, Status
from app.certificates.service import sharing
from app.kernel.ids import token_hash
from app.web.translations import say
from tests.certificates import cases
from tests.certificates.papers import Statements, paper
from tests.factories import person
from tests.world import World

LOCALES = ("kk", "ru", "en")
UNKNOWN = numbers.make(0x123456789ABCDEF01234)


def heading(reply: Any) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", reply.text, re.S)
    return unescape(found)


def states(world: World) -> dict[str, str]:
    """A number for every answer."""
    now = world.clock.now()
    long_ago = now - timedelta(days=800)
    return {
        "active": paper(world),
        "suspended": paper(world, status=Status.SUSPENDED, reason=Reason.IDENTITY_DOUBT, status_since=now),
        "revoked": paper(world, status=Status.REVOKED, reason=Reason.CONDUCT, status_since=now),
        "expired": paper(
            world, issued_at=long_ago, valid_from=long_ago, expires_at=long_ago + timedelta(days=730)
        ),
        "superseded": paper(world, status=Status.SUPERSEDED, reason=Reason.RENEWED, status_since=now),
        "unknown": UNKNOWN,
        "mistyped": UNKNOWN[:-1] + ("2" if UNKNOWN[-1] != "2" else "3"),
    }


def said(state: str, locale: str) -> words.Answer:
    fixed = {"unknown": words.UNKNOWN, "mistyped": words.MISTYPED}
    answer = fixed[state] if state in fixed else words.answer(state, "certification")
    return words.Answer(answer.colour, answer.icon, say(locale, answer.heading), say(locale, answer.text))


@pytest.mark.parametrize("locale", LOCALES)
def test_each_state_is_a_different_answer_by_shape_word_and_colour(world: World, locale: str) -> None:
    seen = set()
    for state, number in states(world).items():
        reply = world.browser().get(f"/v/{number}?lang={locale}")
        expected = said(state, locale)
        assert reply.status_code == {"unknown": 404, "mistyped": 422}.get(state, 200)
        assert heading(reply) == expected.heading
        assert expected.text in unescape(reply.text)
        assert f'class="verdict {expected.colour}"' in reply.text
        assert re.search(rf'icons[.\w]*svg#{expected.icon}"', reply.text)
        assert f'<html lang="{locale}">' in reply.text
        assert '<meta name="robots" content="noindex">' in reply.text
        assert "noindex" in reply.headers["x-robots-tag"]
        assert "@" not in reply.text
        seen.add((expected.heading, expected.icon))
    assert len(seen) == 7


@pytest.mark.parametrize("locale", LOCALES)
def test_reason_and_date_of_a_change_are_told(world: World, locale: str) -> None:
    numbers_by_state = states(world)
    for state, reason in (("suspended", Reason.IDENTITY_DOUBT), ("revoked", Reason.CONDUCT)):
        text = unescape(world.browser().get(f"/v/{numbers_by_state[state]}?lang={locale}").text)
        assert say(locale, words.REASON_SAYS[reason]) in text
        assert say(locale, words.SINCE[state]) in text
    valid = unescape(world.browser().get(f"/v/{numbers_by_state['active']}?lang={locale}").text)
    assert not any(say(locale, label) in valid for label in words.SINCE.values())


def test_every_reason_an_officer_may_choose_has_words() -> None:
    assert set(words.REASON_SAYS) == {str(reason) for reason in Reason}


def test_the_answer_says_what_the_paper_claims(world: World) -> None:
    number = paper(world)
    text = unescape(world.browser().get(f"/v/{number}?lang=en").text)
    for part in (
        "Sample title",
        "Sample body",
        numbers.shown(number),
        "23 November 2026",
        "22 November 2028",
        "SAMPLE, version 1.0",
        f'href="/api/v1/verify/{number}"',
        "#check-signature",
    ):
        assert part in text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_completion_says_plainly_that_it_is_no_certification(world: World, locale: str) -> None:
    number = paper(world, kind=Kind.COMPLETION, level=None, expires_at=None)
    reply = world.browser().get(f"/v/{number}?lang={locale}")
    text = unescape(reply.text)
    assert heading(reply) == say(locale, "This certificate of completion is genuine")
    assert 'class="verdict ok"' not in reply.text
    assert (
        say(
            locale,
            "It confirms training. It is not a certification: no supervised examination stands behind it.",
        )
        in text
    )
    assert say(locale, "No end date") in text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_specimen_says_so_on_its_page(world: World, locale: str) -> None:
    text = world.browser().get(f"/v/{paper(world, specimen=True)}?lang={locale}").text
    word = say(locale, "SPECIMEN")
    assert f"<title>{word}:" in text
    assert f"<strong>{word}</strong>" in text
    assert word not in world.browser().get(f"/v/{paper(world)}?lang={locale}").text


def test_what_a_demonstration_issues_is_a_specimen_all_the_way(world: World) -> None:
    number = cases.certificate(world)
    assert "<strong>SPECIMEN</strong>" in world.browser().get(f"/v/{number}?lang=en").text


def test_a_stranger_sees_first_letters_only(world: World) -> None:
    text = unescape(world.browser().get(f"/v/{paper(world)}").text)
    assert "Ulgibekuly" not in text
    assert "Үлгібекұлы" not in text
    assert "S••• U•••" in text
    assert "Ү••• С•••" in text


def test_the_full_name_is_there_when_the_holder_shows_it(world: World) -> None:
    text = world.browser().get(f"/v/{paper(world, name_public=True)}").text
    assert "Sample Ulgibekuly" in text
    assert "Үлгібекұлы Сынақ" in text


def test_markup_in_names_and_titles_is_inert(world: World) -> None:
    evil = "<script>alert(1)</script>"
    number = paper(
        world, name_latin=evil, name_public=True, title={"kk": evil, "ru": evil, "en": evil}, scheme=evil
    )
    for locale in LOCALES:
        text = world.browser().get(f"/v/{number}?lang={locale}").text
        assert evil not in text
        assert "&lt;script&gt;" in text
    reply = world.browser().get(f"/v/{evil}")
    assert reply.status_code == 422
    assert evil not in reply.text


@pytest.mark.parametrize(
    "typed", ["", "/", "a/b/c", "x" * 5000, "..%2F..%2Fetc%2Fpasswd", "%E2%80%AE", "'--"]
)
def test_anything_typed_as_a_number_is_answered(world: World, typed: str) -> None:
    assert world.browser().get(f"/v/{typed}").status_code == 422
    assert world.browser().get("/v/%00").status_code == 404  # no address holds control characters


def test_case_spaces_dashes_and_look_alikes_lead_to_the_same_answer(world: World) -> None:
    number = paper(world)
    shown = numbers.shown(number).lower()
    spaced = shown.replace("-", " ")
    alike = shown.replace("1", "l").replace("0", "o")
    for typed in (number, shown, spaced, alike, alike.upper().replace("L", "I")):
        assert heading(world.browser().get(f"/v/{typed}?lang=en")) == "This certificate is valid"


def test_a_mistyped_number_is_answered_without_the_database(world: World) -> None:
    browser = world.browser(person(world))
    with Statements(world) as statements:
        reply = browser.get(f"/v/{UNKNOWN[:-1]}")
    assert reply.status_code == 422
    assert statements.said == []


def test_an_answer_takes_one_statement_and_a_share_link_one_more(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    with Statements(world) as statements:
        world.browser().get(f"/v/{number}")
    assert len(statements.said) == 1
    visitor = world.browser()
    visitor.get(f"/share/{_share(world, holder, number)}")
    with Statements(world) as statements:
        assert "Sample Ulgibekuly" in visitor.get(f"/v/{number}").text
    assert len(statements.said) == 2


def _share(world: World, holder: Any, number: str, days: int = 30) -> str:
    with world.write() as session:
        return sharing.create_share(
            session, world.clock, person_id=holder, number=number, label="HR", life=timedelta(days=days)
        )


def test_a_share_link_is_exchanged_for_a_cookie_and_leaves_the_address(world: World) -> None:
    holder = person(world)
    number, other = paper(world, holder), paper(world, holder)
    token = _share(world, holder, number)
    visitor = world.browser()
    reply = visitor.get(f"/share/{token}")
    assert reply.status_code == 303
    assert reply.headers["location"] == f"/v/{number}"
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    text = visitor.get(f"/v/{number}").text
    assert "Sample Ulgibekuly" in text
    assert token not in text
    assert "Sample Ulgibekuly" not in visitor.get(f"/v/{other}").text
    assert "Sample Ulgibekuly" not in world.browser().get(f"/v/{number}").text


def test_the_token_of_a_share_link_is_in_no_line_of_the_log(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    token, wrong = _share(world, holder, number), "A" * 43
    visitor = world.browser()
    with capture_logs(processors=[merge_contextvars]) as lines:
        opened = visitor.get(f"/share/{token}")
        assert "Sample Ulgibekuly" in visitor.get(opened.headers["location"]).text
        assert world.browser().get(f"/share/{wrong}").status_code == 404
        world.clock.advance(timedelta(days=31))
        assert world.browser().get(f"/share/{token}").status_code == 404
    assert [line["route"] for line in lines if line["event"] == "request"].count("/share/{token}") == 3
    for secret in (token, wrong, token_hash(token)):
        assert secret not in str(lines)


def test_a_share_link_ends_with_its_date_at_once(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    token = _share(world, holder, number, days=7)
    visitor = world.browser()
    visitor.get(f"/share/{token}")
    world.clock.advance(timedelta(days=7))
    assert "Sample Ulgibekuly" not in visitor.get(f"/v/{number}").text
    assert world.browser().get(f"/share/{token}").status_code == 404


def test_a_share_link_nobody_made_opens_nothing(world: World) -> None:
    reply = world.browser().get("/share/" + "A" * 43)
    assert reply.status_code == 404
    assert "set-cookie" not in reply.headers


def test_the_form_leads_to_the_answer_in_the_same_language(world: World) -> None:
    reply = world.browser().get("/ru/verify?number=7kq4 m2zt+x%2Fy")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/v/7KQ4M2ZTX%2FY?lang=ru"
    assert "В номере опечатка" in world.browser().get(reply.headers["location"]).text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_form_explains_itself_and_asks_again_when_left_empty(world: World, locale: str) -> None:
    page = world.browser().get(f"/{locale}/verify")
    assert page.status_code == 200
    assert "/.well-known/jwks.json" in page.text
    empty = world.browser().get(f"/{locale}/verify?number=+-")
    assert empty.status_code == 422
    assert 'aria-invalid="true"' in empty.text


def test_the_language_comes_from_the_address_then_cookie_then_browser(world: World) -> None:
    number = paper(world)
    assert '<html lang="ru">' in world.browser().get(f"/v/{number}", accept_language="ru").text
    browser = world.browser()
    browser.http.cookies.set("ceasai_locale", "en")
    assert '<html lang="en">' in browser.get(f"/v/{number}", accept_language="ru").text
    assert '<html lang="kk">' in browser.get(f"/v/{number}?lang=kk", accept_language="ru").text


def test_one_address_cannot_try_numbers_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_routes, "LOOK_UPS_PER_MINUTE", 10)
    browser = world.browser()
    replies = [browser.get(f"/v/{UNKNOWN}").status_code for _ in range(25)]  # a minute may end meanwhile
    assert replies[:10] == [404] * 10
    assert replies[-1] == 429
