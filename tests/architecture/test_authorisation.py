"""Every route × every role: the door opens for those in the matrix and for nobody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from app.accounts.rules import Role
from app.kernel.ids import new_id
from tests import factories
from tests.architecture.authorisation import MATRIX, PUBLIC, SIGNED_IN
from tests.world import Browser, World

FILLED = {
    "number": "0" * 20,
    "version": "1",
    "purpose": "revocation",
    "exam_slug": "ceasai-analyst",
    "locale": "en",
}
UNKNOWN = {
    "/settings/address/{token}": 410,
    "/v/{typed}": 422,
    "/credentials/{number}": 303,
    "/api/v1/receipts/{code}/{digest}": 200,
}
"""What says otherwise than 404 that nothing is there: a used link, a mistyped number, the way to the signed form,
a receipt that does not match."""


def routes_of(router: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route with its whole path, through the routers that were included."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router, prefix + route.include_context.prefix)
        elif hasattr(route, "methods"):
            yield prefix + route.path, route


def table(app: FastAPI) -> list[tuple[str, str, str]]:
    """(method, the matrix's path, an address to ask for)."""
    found = []
    for whole, route in routes_of(app.router):
        path = re.sub(r":(?:int|uuid|path)\}", "}", whole)
        prefixed = path.startswith("/{locale:locale}")
        plain = path.removeprefix("/{locale:locale}") or "/"
        address = re.sub(
            r"\{(\w+)\}",
            lambda m: FILLED.get(m[1], str(new_id()) if m[1].endswith("_id") else "x"),
            ("/en" if prefixed else "") + plain,
        )
        found += [(method, plain, address) for method in sorted(route.methods - {"HEAD"})]
    return found


def ask(browser: Browser, method: str, address: str) -> Any:
    return browser.get(address) if method == "GET" else browser.post(address, {})


def led_to_sign_in(reply: Any) -> bool:
    return reply.status_code == 401 or (
        reply.status_code == 303 and reply.headers["location"].split("?")[0] == "/en/sign-in"
    )


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    asked = {(method, plain) for method, plain, _ in table(world.app)}
    assert len(asked) > 100
    assert asked - set(MATRIX) == set(), "these routes have no row in tests/architecture/authorisation.py"
    assert set(MATRIX) - asked == set(), "these rows have no route"


def test_a_visitor_reaches_what_is_public_and_nothing_else(world: World) -> None:
    browser = world.browser()
    for method, plain, address in table(world.app):
        if plain in {"/sign-in/demonstration", "/sign-out"}:
            continue
        reply = ask(browser, method, address)
        if MATRIX[method, plain] == PUBLIC:
            assert not (led_to_sign_in(reply) or reply.status_code == 403), (method, plain, reply.status_code)
        else:
            assert led_to_sign_in(reply), (method, plain, reply.status_code)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: str(role or "no_role"))
def test_each_role_reaches_its_own_pages(world: World, role: Role | None) -> None:
    person = factories.person(world, *([role] if role else []))
    browser = world.browser(person)
    for method, plain, address in table(world.app):
        if plain.startswith(("/sign-", "/settings/sessions", "/confirm", "/reset", "/register")):
            continue
        access = MATRIX[method, plain]
        reply = ask(browser, method, address)
        assert reply.status_code < 500, (method, plain, reply.status_code)
        if access in {PUBLIC, SIGNED_IN} or role in access:  # type: ignore[operator]
            assert reply.status_code != 403, (method, plain)
            assert not led_to_sign_in(reply), (method, plain)
            if "{" in plain:
                assert reply.status_code == UNKNOWN.get(plain, 404), (method, plain, reply.status_code)
        else:
            assert reply.status_code == 403, (role, method, plain, reply.status_code)


def test_a_form_without_the_cross_site_field_is_refused_everywhere(world: World) -> None:
    """Every unsafe page route checks where the request came from."""
    person = factories.person(world, *Role)
    browser = world.browser(person)
    posts = [(plain, address) for method, plain, address in table(world.app) if method == "POST"]
    assert len(posts) > 40
    for plain, address in posts:
        if plain.startswith("/api/"):
            continue
        missing = browser.http.post(address, data={}, headers={"Origin": "http://127.0.0.1:8000"})
        assert missing.status_code == 403, (plain, missing.status_code)
        foreign = browser.post(address, {}, Sec_Fetch_Site="cross-site")
        assert foreign.status_code == 403, (plain, foreign.status_code)
