"""Level and scope stand wherever a certificate says what it certifies, in three languages.

Source: specification of certificates, section 1; docs/decisions/0015-the-scope-belongs-to-the-scheme.md.
"""

from html import unescape

import pytest

from app.brands.packs import all_brands
from app.certificates.pdf.render import render
from app.certificates.queries.verify import certificate_facts
from app.certificates.rules.achievements import CERTIFICATIONS, SCOPES, completion_of, scope_of
from app.certificates.rules.states import Kind
from tests.certificates import cases
from tests.certificates.papers import Page, paper
from tests.world import World

SAID = {
    "kk": (
        "Деңгейі",
        "Қолданылу саласы",
        "ЖИ жүйелерін қауіпсіздік, заңдылық және әділдік тұрғысынан бағалау",
    ),
    "ru": ("Уровень", "Область действия", "Оценка безопасности, законности и справедливости систем ИИ"),
    "en": ("Level", "Scope", "Assessing AI systems for safety, lawfulness and fairness"),
}


def rows(drawn: Page) -> set[str]:
    """What the tagged elements of the paper read, each as one text."""
    read: dict[int | None, list[str]] = {}
    for one in drawn.texts:
        read.setdefault(one.mark, []).append(one.text)
    return {" ".join(parts) for parts in read.values()}


def test_the_paper_says_level_and_scope_in_each_language(world: World) -> None:
    number = cases.certificate(world)
    with world.read() as session:
        facts = certificate_facts(session, number, at=world.clock.now())
    found = rows(Page(render(facts, all_brands()["ceasai"], "Asia/Almaty")))
    for level, label, scope in SAID.values():
        assert f"{level} 1" in found
        assert f"{label} {scope}" in found


@pytest.mark.parametrize("locale", list(SAID))
def test_the_page_says_level_and_scope(world: World, locale: str) -> None:
    page = unescape(world.browser().get(f"/v/{cases.certificate(world)}?lang={locale}").text)
    level, label, scope = SAID[locale]
    assert f"<dt>{level}</dt><dd>1</dd>" in page
    assert f"<dt>{label}</dt><dd>{scope}</dd>" in page


def test_programs_are_told_level_and_scope(world: World) -> None:
    answer = world.browser().get(f"/api/v1/verify/{cases.certificate(world)}").json()
    assert answer["achievement"]["level"] == "1"
    assert answer["scheme"] == {
        "name": "CEASAI-AISA",
        "version": "1.0",
        "scope": {locale: scope for locale, (_, _, scope) in SAID.items()},
    }


def test_a_completion_has_neither(world: World) -> None:
    course = {"kk": "Курс", "ru": "Курс", "en": "Course"}
    achieved = completion_of("ceasai-analyst", course, "1.0")
    assert achieved.level is None
    assert scope_of(achieved.scheme, achieved.scheme_version) is None
    number = paper(world, kind=Kind.COMPLETION, level=None, scheme=achieved.scheme, expires_at=None)
    answer = world.browser().get(f"/api/v1/verify/{number}").json()
    assert (answer["achievement"]["level"], answer["scheme"]["scope"]) == (None, None)
    page = world.browser().get(f"/v/{number}?lang=en").text
    assert "<dt>Level</dt>" not in page
    assert "<dt>Scope</dt>" not in page


def test_every_certification_has_a_scope_and_none_is_reworded() -> None:
    """The words a version of the scheme was issued with; other words are another version."""
    assert {(one.scheme, one.scheme_version) for one in CERTIFICATIONS.values()} <= set(SCOPES)
    assert SCOPES["CEASAI-AISA", "1.0"] == {locale: scope for locale, (_, _, scope) in SAID.items()}
    assert all("ccredit" not in text for scope in SCOPES.values() for text in scope.values())
