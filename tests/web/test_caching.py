"""What a browser may keep: nothing of an exam, of practice, of one's certificates and settings."""

import pytest

from tests import factories
from tests.exams.delivery_world import candidate, make_exam
from tests.world import World


@pytest.mark.parametrize("path", ["exams", "practice", "certificates", "settings"])
def test_pages_of_ones_own_are_kept_nowhere(world: World, path: str) -> None:
    reply = world.browser(factories.person(world)).get(f"/en/{path}")
    assert reply.status_code == 200
    assert "no-store" in reply.headers["cache-control"]


def test_the_pages_of_an_attempt_are_kept_nowhere(world: World) -> None:
    who = candidate(world, make_exam(world))
    replies = [
        who.page(),
        who.page("?view=all"),
        who.browser.get(f"{who.place}/submission"),
        who.save(1, "a"),
    ]
    replies.append(who.browser.post(f"{who.place}/answers", {"a-1": "b", "v-1": "0"}))
    assert replies[-1].status_code == 409
    who.hand_in()
    replies += [who.browser.get(f"{who.place}{tail}") for tail in ("/receipt", "/result")]
    assert {reply.headers["cache-control"] for reply in replies} == {"no-store"}


@pytest.mark.parametrize("path", ["", "/courses", "/conduct", "/sign-in"])
def test_public_pages_may_be_kept_and_asked_about(world: World, path: str) -> None:
    assert world.browser().get(f"/en{path or '/'}").headers["cache-control"] == "private, no-cache"


def test_a_page_its_fragment_and_a_refusal_are_kept_apart(world: World) -> None:
    """One address answers a browser and HTMX differently, and so may whatever stands between."""
    browser = world.browser(factories.person(world))
    for path, status in (("/en/courses", 200), ("/en/no-such-page", 404)):
        for headers in ({}, {"HX_Request": "true"}):
            reply = browser.get(path, **headers)
            assert reply.status_code == status
            assert "HX-Request" in {name.strip() for name in reply.headers["vary"].split(",")}
    refused = browser.post("/en/settings/profile", {}, HX_Request="true")
    assert refused.status_code == 422
    assert "HX-Request" in refused.headers["vary"]
