"""Every request of an attempt in the secure browser proves its settings, or a reason is given why it need not."""

import pytest

from app.exams.rules.secure_browser import request_hash
from app.exams.rules.states import Lifecycle
from tests.architecture.authorisation import MATRIX
from tests.exams.delivery_world import attempt
from tests.exams.secure_browser_world import HEADER, ask, entries, held, sat
from tests.world import BASE, World

GUARDED: dict[tuple[str, str], dict[str, str]] = {
    ("GET", ""): {},
    ("GET", "/time"): {},
    ("GET", "/submission"): {},
    ("POST", "/window"): {},
    ("POST", "/answers"): {"a-1": "a", "v-1": "0"},
    ("POST", "/submission"): {},
}
"""Every request of a running attempt, with a form it may send."""
ELSEWHERE = {
    ("POST", "/start"): "asked before anything runs; a test of its own",
    ("POST", "/browser"): "the word itself; tests of its own",
    ("GET", "/settings.seb"): "the settings, which an ordinary browser fetches",
    ("GET", "/before"): "the page before the exam, where an ordinary browser begins",
    ("POST", "/check-in"): "before the exam, in either browser",
    ("GET", "/messages"): "words of staff and no item text; read in either browser",
    ("POST", "/messages/{message_id}/reading"): "says that words of staff were read",
    ("GET", "/pictures"): "face and document before the exam, in either browser",
    ("POST", "/pictures"): "face and document before the exam, in either browser",
    ("GET", "/pictures/{picture_id}"): "the candidate's own picture and no item text",
    ("GET", "/camera"): "says whether the sitting is watched, and no item text",
    ("POST", "/snapshots"): "a picture comes in and nothing goes out",
    ("POST", "/signals"): "what the page noticed comes in and nothing goes out",
    ("GET", "/receipt"): "after the exam",
    ("GET", "/result"): "after the exam",
    ("GET", "/challenges"): "after the exam",
    ("POST", "/challenges"): "after the exam",
    ("GET", "/appeal"): "after the exam",
    ("POST", "/appeal"): "after the exam",
    ("GET", "/record"): "after the exam",
    ("GET", "/record.json"): "after the exam",
    ("POST", "/statement"): "after the exam",
}
ROOT = "/exams/attempts/{attempt_id}"


def test_every_route_of_an_attempt_is_guarded_or_says_why_not() -> None:
    routes = {(method, path.removeprefix(ROOT)) for method, path in MATRIX if path.startswith(ROOT)}
    assert routes == {*GUARDED, *ELSEWHERE}


def test_every_request_shows_nothing_without_proof_and_stops_the_attempt_with_a_wrong_one(
    world: World,
) -> None:
    for (method, tail), form in GUARDED.items():
        one = sat(world)
        data = form | {"lease": one.lease()} if method == "POST" else form
        reply = ask(one, method, tail, {}, **data)
        assert reply.status_code == 409, (method, tail)
        assert "Stem " not in reply.text
        assert held(world, one) is (method == "POST" and tail != "/window"), (method, tail)
        other = sat(world)
        wrong = {HEADER: request_hash(f"{BASE}{other.place}{tail}", one.key)}
        more = form | {"lease": other.lease()} if method == "POST" else form
        reply = ask(other, method, tail, wrong, **more)
        assert reply.status_code == 409, (method, tail)
        assert "Stem " not in reply.text
        assert held(world, other), (method, tail)
        row = attempt(world, other.who.attempt_id)
        assert row.lifecycle is Lifecycle.INTERRUPTED
        assert row.submitted_at is None
        assert [event for event, actor, _ in entries(world, other) if actor is None] == ["other_settings"]


@pytest.mark.parametrize(("method", "tail"), GUARDED)
def test_a_request_with_the_header_goes_through(world: World, method: str, tail: str) -> None:
    one = sat(world)
    data = GUARDED[method, tail] | ({"lease": one.lease()} if method == "POST" else {})
    reply = ask(one, method, tail, one.header(one.place + tail), **data)
    assert reply.status_code in {200, 303}
    assert "receipt" in reply.headers["location"] if (method, tail) == ("POST", "/submission") else True
    assert entries(world, one) == []
