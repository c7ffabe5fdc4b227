"""Routers that see at once what is not theirs, and still find everything that is."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from app.platform.routing import Router


def _router(prefix: str, *patterns: str) -> Router:
    made = Router(prefix=prefix)
    for pattern in patterns:
        made.add_api_route(pattern, lambda: None, methods=["GET"], name=prefix + pattern)
    return made


@pytest.fixture
def app() -> FastAPI:
    """Three pages in a language, one of them of a router within a router, and one without a language."""
    pages = Router(prefix="/{locale}")
    pages.include_router(_router("", "/about", "/courses/{slug}"))
    rooms = Router(prefix="/rooms")
    rooms.include_router(_router("/{room}", "/time"))
    pages.include_router(rooms)
    made = FastAPI()
    for router in (pages, _router("", "/v/{typed:path}"), _router("/{anything}", "")):
        made.include_router(router)
    return made


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/kk/about", 200),
        ("/ru/courses/one", 200),
        ("/en/rooms/7/time", 200),
        ("/v/CE-1/2", 200),
        ("/nothing", 200),
        ("/kk/abouts", 404),
        ("/kk/courses", 404),
        ("/kk/rooms/7/times", 404),
        ("/kk/kk/about", 404),
    ],
)
def test_every_address_finds_the_route_it_has(app: FastAPI, path: str, status: int) -> None:
    assert TestClient(app).get(path).status_code == status


def test_patterns_are_tried_only_where_one_begins_like_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    scan = APIRouter.matches

    def counting(self: APIRouter, scope: Any) -> Any:
        if isinstance(self, Router):
            tried.append(scope["path"])
        return scan(self, scope)

    monkeypatch.setattr(APIRouter, "matches", counting)
    made = FastAPI()
    made.include_router(_router("/courses", "/{slug}", "/{slug}/lessons"))
    client = TestClient(made)
    assert client.get("/exams/one").status_code == 404
    assert client.get("/kk/exams/one/lessons").status_code == 404
    assert tried == []
    assert client.get("/courses/one/lessons").status_code == 200
    assert set(tried) == {"/courses/one/lessons"}


def test_what_it_could_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        Router().include_router(APIRouter())
    with pytest.raises(TypeError):
        Router().include_router(Router(), prefix="/hidden")
