"""Every refused form says what is wrong, and each link of its summary leads to a place on the page."""

import re
from typing import Any

import pytest

from tests.certificates import cases
from tests.certificates.papers import paper
from tests.factories import person
from tests.programmes import ground
from tests.world import World

SUMMARY = re.compile(r'<div class="note bad errors".*?</ul></div>', re.DOTALL)


def broken_links(text: str) -> list[str]:
    """The links of the summary of errors that lead nowhere; one that is missing or empty is broken too."""
    summary = SUMMARY.search(text)
    links = re.findall(r'href="#([^"]+)"', summary.group(0)) if summary else []
    return [link for link in links if f'id="{link}"' not in text] if links else ["no summary"]


def test_a_broken_link_is_found() -> None:
    page = '<div class="note bad errors"><ul><li><a href="#a">A</a></li></ul></div>'
    assert broken_links(page) == ["a"]
    assert broken_links(page + '<input id="a">') == []
    assert broken_links("<p>Nothing</p>") == ["no summary"]


def officer_forms(world: World) -> list[tuple[Any, str, dict[str, Any]]]:
    officer = world.browser(person(world, "certification_officer"))
    case_id = cases.ready_case(world, person(world))
    number = paper(world)
    revoked = paper(world, status="revoked")
    found: list[tuple[Any, str, dict[str, Any]]] = [
        (officer, f"decisions/{case_id}", {}),
        (officer, f"decisions/{case_id}", {"verdict": "perhaps"}),
        (officer, f"decisions/{case_id}", {"verdict": "refused"}),
        (officer, f"decisions/{case_id}", {"verdict": "refused", "reason": "x" * 1001}),
        (officer, f"decisions/certificates/{number}", {}),
        (officer, f"decisions/certificates/{revoked}", {}),
        (officer, f"decisions/certificates/{number}", {"event": "reinstate"}),
        (officer, f"decisions/certificates/{number}", {"event": "suspend", "reason": "fraud", "note": "x"}),
    ]
    for event in ("suspend", "revoke"):
        found.append((officer, f"decisions/certificates/{number}", {"event": event}))
    return found


def holder_forms(world: World) -> list[tuple[Any, str, dict[str, Any]]]:
    holder = person(world)
    number, _other = paper(world, holder), paper(world, holder)
    browser = world.browser(holder)
    return [
        (browser, f"certificates/{number}/share-links", {}),
        (browser, f"certificates/{number}/share-links", {"label": "x", "days": "many"}),
        (browser, f"certificates/{number}/name", {}),
        (browser, f"certificates/{number}/name", {"public": "perhaps"}),
    ]


def manager_forms(world: World) -> list[tuple[Any, str, dict[str, Any]]]:
    boss = person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    browser = world.browser(boss)
    return [
        (browser, "cohorts", {}),
        (
            browser,
            "cohorts",
            {"starts_on": "soon", "ends_on": "2020-01-01", "target": "0", "region": "KZ-00"},
        ),
        (browser, f"cohorts/{cohort_id}/invitations", {}),
        (browser, f"cohorts/{cohort_id}/instructors", {}),
        (browser, f"cohorts/{cohort_id}/instructors", {"email": "nobody@people.example"}),
    ]


@pytest.mark.parametrize("forms", [officer_forms, holder_forms, manager_forms])
def test_each_link_of_a_summary_of_errors_leads_to_its_field(world: World, forms: Any) -> None:
    for browser, path, data in forms(world):
        reply = browser.post(f"/en/{path}", data)
        assert reply.status_code == 422, (path, data)
        assert broken_links(reply.text) == [], (path, data)


def test_the_look_up_of_a_certificate_links_to_its_field(world: World) -> None:
    officer = world.browser(person(world, "certification_officer"))
    reply = officer.get("/en/decisions/certificates?number=XYZ")
    assert reply.status_code == 422
    assert broken_links(reply.text) == []
    reply = world.browser().get("/en/verify?number=")
    assert reply.status_code == 422
    assert broken_links(reply.text) == []


def test_a_field_with_an_error_is_marked_for_whoever_cannot_see_it(world: World) -> None:
    for browser, path, data in [officer_forms(world)[-1], *holder_forms(world)[:2]]:
        assert 'aria-invalid="true"' in browser.post(f"/en/{path}", data).text
