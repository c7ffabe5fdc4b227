"""Refusals reach the reader in one way: page, fragment or problem document, in their language."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated

import pytest
from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.kernel.errors import DomainError, Refused
from app.platform import audit
from app.platform.database import Write
from app.platform.models import AuditEntry
from app.platform.routing import Router
from app.web import errors
from app.web.headers import CSP, BrokenOff
from app.web.limits import limit
from app.web.viewer import ClockDep, Viewer, holding
from tests import factories
from tests.world import BASE, World


class TooLate(DomainError):
    """For these tests; its sentence is the code itself."""

    code = "method-not-allowed"
    status = HTTPStatus.CONFLICT


@pytest.fixture
def routes(world: World) -> World:
    router = Router()

    @router.post("/{locale:locale}/trial/returned")
    def returned(request: Request, session: Write, clock: ClockDep, locale: str) -> Response:
        audit.record(session, clock, actor_id=None, action="trial.refused", subject_kind="x", subject_id="1")
        return errors.refused(request, Refused(TooLate()))

    @router.post("/{locale:locale}/trial/raised")
    def raised(session: Write, clock: ClockDep, locale: str) -> Response:
        audit.record(session, clock, actor_id=None, action="trial.refused", subject_kind="x", subject_id="1")
        raise TooLate

    @router.get("/{locale:locale}/trial/bug")
    def bug(locale: str) -> Response:
        raise RuntimeError("Сынақов Үлгі sample1@people.example")

    @router.get("/{locale:locale}/trial/broken-off")
    def broken_off(locale: str) -> Response:
        def parts() -> Iterator[str]:
            yield "a" * 100_000
            raise RuntimeError("sample1@people.example")

        return StreamingResponse(parts(), media_type="text/plain")

    @router.get("/{locale:locale}/trial/officer")
    def officer(
        locale: str, viewer: Annotated[Viewer, Depends(holding("certification_officer"))]
    ) -> Response:
        return Response("in")

    @router.get("/{locale:locale}/trial/limited")
    def limited(request: Request, locale: str) -> Response:
        limit(request, "trial", 3)
        return Response("in")

    world.app.include_router(router)
    return world


def entries(world: World) -> int:
    from sqlalchemy import text

    with world.read() as session:
        return int(session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one())


def test_a_returned_refusal_leaves_its_trace(routes: World) -> None:
    assert routes.browser().post("/en/trial/returned").status_code == 409
    assert entries(routes) == 1


def test_a_raised_refusal_changes_nothing(routes: World) -> None:
    assert routes.browser().post("/en/trial/raised").status_code == 409
    assert entries(routes) == 0


def test_a_refusal_is_a_fragment_for_htmx_and_a_page_otherwise(routes: World) -> None:
    browser = routes.browser()
    fragment = browser.post("/ru/trial/raised", HX_Request="true")
    assert fragment.headers["hx-retarget"] == "#problem"
    assert "<html" not in fragment.text
    page = browser.post("/ru/trial/raised")
    assert '<html lang="ru">' in page.text
    assert "Этот адрес не выполняет такое действие." in page.text


def test_a_bug_gives_its_number_and_nothing_else(routes: World) -> None:
    client = TestClient(routes.app, base_url=BASE, raise_server_exceptions=False)
    with capture_logs() as logged:
        reply = client.get("/kk/trial/bug")
    assert reply.status_code == 500
    assert "RuntimeError" not in reply.text
    incident = next(entry for entry in logged if entry["event"] == "incident")
    assert incident["incident"] in reply.text
    assert incident["kind"] == "RuntimeError"
    assert "Сынақов" not in str(logged)
    assert "people.example" not in str(logged)
    assert reply.headers["content-security-policy"] == CSP
    assert reply.headers["x-request-id"]
    assert [entry["status"] for entry in logged if entry["event"] == "request"] == [500]


def test_a_bug_in_the_middle_of_a_reply_breaks_it_off_without_its_text(routes: World) -> None:
    client = TestClient(routes.app, base_url=BASE)
    with capture_logs() as logged, pytest.raises(BrokenOff) as broken:
        client.get("/kk/trial/broken-off")
    assert broken.value.__cause__ is None
    assert broken.value.__suppress_context__
    assert "incident" in {entry["event"] for entry in logged}
    assert "people.example" not in str(logged)


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(routes: World) -> None:
    reply = routes.browser().get("/en/trial/officer?x=1")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/en/sign-in?next=/en/trial/officer%3Fx%3D1"
    assert routes.browser().get("/en/trial/officer", HX_Request="true").status_code == 401


def test_a_role_opens_the_page_and_its_lack_closes_it(routes: World) -> None:
    learner = routes.browser(factories.person(routes))
    officer = routes.browser(factories.person(routes, "certification_officer"))
    assert learner.get("/en/trial/officer").status_code == 403
    assert officer.get("/en/trial/officer").text == "in"


def test_refused_access_leaves_a_row_and_a_line_that_name_the_door_by_its_pattern(world: World) -> None:
    who = factories.person(world, "proctor")
    other = factories.person(world)
    browser = world.browser(who)
    with capture_logs() as logged:
        assert browser.get(f"/en/admin/people/{other}").status_code == 403
        assert browser.post(f"/en/admin/people/{other}/roles", {"reason": "x"}).status_code == 403
    route = "/{locale}/admin/people/{person_id}"
    with world.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "access.refused")).all()
    found = {(str(row.actor_id), row.subject_id, row.facts["method"], row.facts["route"]) for row in rows}
    assert found == {(str(who), str(who), "GET", route), (str(who), str(who), "POST", f"{route}/roles")}
    lines = [entry for entry in logged if entry["event"] == "access refused"]
    assert [line["route"] for line in lines] == [route, f"{route}/roles"]
    requests = [entry["route"] for entry in logged if entry["event"] == "request"]
    assert requests == [route, f"{route}/roles"]
    assert str(other) not in str(logged)


def test_whoever_knocks_without_end_does_not_fill_the_audit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_795_420_800.0)  # the counter's minute does not end meanwhile
    browser = world.browser(factories.person(world))
    assert {browser.get("/en/admin/people").status_code for _ in range(40)} == {403}
    with world.read() as session:
        rows = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "access.refused")).all()
    assert len(rows) == 30


def test_an_address_that_knocks_too_often_is_asked_to_wait(routes: World) -> None:
    browser = routes.browser()
    assert [browser.get("/en/trial/limited").status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    reply = world.browser().post("/en/sign-in", {"email": "x" * 7_000_000})
    assert reply.status_code == 413
