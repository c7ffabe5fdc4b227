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
