"""Each request can be found again: by its id in the reply and in one line of the log; and /readyz is honest."""

from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.web.headers import MAX_BODY
from tests.world import World

GIVEN = "ask-2026.11_23"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/en/", {}, 200),
        ("GET", "/en/nothing-here", {}, 404),
        ("GET", "/api/v1/nothing", {}, 404),
        ("GET", "/", {}, 302),
        ("GET", "/en/", {"Host": "evil.example"}, 421),
        ("POST", "/en/sign-in", {"Content-Length": str(MAX_BODY + 1)}, 413),
        ("GET", "/en/%00", {}, 404),
        ("GET", "/static/none.css", {}, 404),
    ],
)
def test_every_reply_has_an_id_and_one_line_in_the_log(
    world: World, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    http = world.browser().http
    with capture_logs() as lines:
        reply = http.request(method, path, headers=headers | {"X-Request-ID": GIVEN})
    assert reply.status_code == status
    assert reply.headers["x-request-id"] == GIVEN
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["status"], line["method"]) == (status, method)


@pytest.mark.parametrize("given", [None, "short", "x" * 65, "with space", "линия-сұрау", 'quo"te-123'])
def test_an_id_that_is_missing_or_not_plain_is_replaced(world: World, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-ID": given.encode()}
    http = world.browser().http
    first, second = (http.get("/healthz", headers=headers).headers["x-request-id"] for _ in range(2))
    assert first != second
    assert UUID(first).version == 7


def test_the_line_of_the_log_names_the_request(world: World) -> None:
    with capture_logs(processors=[merge_contextvars]) as lines:
        world.browser().http.get("/en/", headers={"X-Request-ID": GIVEN})
    assert [line["request_id"] for line in lines if line["event"] == "request"] == [GIVEN]


def test_a_process_without_its_database_lives_and_is_not_ready(world: World) -> None:
    http = world.browser().http
    assert http.get("/readyz").status_code == 200
    assert http.get("/readyz").text.splitlines()[0] == "ready"
    with world.write() as session:
        session.execute(text("ALTER TABLE installation RENAME TO elsewhere"))
    reply = http.get("/readyz")
    assert (reply.status_code, reply.text) == (503, "database\n")
    assert http.get("/healthz").status_code == 200
    with world.write() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO installation"))
    assert http.get("/readyz").status_code == 200
