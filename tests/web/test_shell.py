"""What wraps every page."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.kernel.clock import FixedClock
from app.platform.settings import Settings
from app.web import csrf
from app.web.assets import assets
from app.web.headers import CSP
from tests import factories
from tests.conftest import NOON
from tests.world import BASE, World


def test_the_server_is_alive_and_ready(world: World) -> None:
    browser = world.browser()
    assert browser.get("/healthz").text == "ok\n"
    assert browser.get("/readyz").text == "ready\nsweep_delay_seconds 0\n"


def test_an_unknown_host_gets_421(world: World) -> None:
    assert world.browser().get("/en/nothing", Host="evil.example").status_code == 421


def test_an_unknown_address_is_a_404_page_in_the_readers_language(world: World) -> None:
    for locale in ("kk", "ru", "en"):
        reply = world.browser().get(f"/{locale}/nothing-here")
        assert reply.status_code == 404
        assert f'<html lang="{locale}">' in reply.text
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_page_of_a_demonstration_says_so(world: World) -> None:
    assert 'class="demo-strip"' in world.browser().get("/en/nothing-here").text


@pytest.mark.parametrize("path", ["dashboard", "courses", "certificates", "settings", "search"])
def test_whoever_is_signed_in_signs_out_from_the_header_of_any_page(world: World, path: str) -> None:
    browser = world.browser(factories.person(world))
    header = browser.get(f"/en/{path}").text.split("</header>")[0]
    assert '<form class="sign-out" method="post" action="/en/sign-out">' in header
    token = header.split(f'name="{csrf.FIELD}" value="')[1].split('"')[0]
    reply = browser.post("/en/sign-out", {csrf.FIELD: token})
    assert reply.headers["location"] == "/en/sign-in?done=out"
    assert browser.get("/en/settings").status_code == 303
    assert "sign-out" not in world.browser().get("/en/courses").text


def test_the_menu_leads_everybody_to_what_they_are_here_to_do(world: World) -> None:
    leads = {
        "proctor": "rooms",
        "certification_officer": "decisions",
        "programme_manager": "cohorts",
        "exam_manager": "sittings",
        "administrator": "admin/people",
        "auditor": "admin/keys",
        "item_reviewer": "challenges",
        "appeals_panel": "challenges",
    }
    for role, page in leads.items():
        browser = world.browser(factories.person(world, role))
        menu = browser.get("/en/dashboard").text.split('class="site-nav"')[1].split("</nav>")[0]
        own = f'href="/en/{page}"'
        assert own in menu, role
        assert menu.index(own) < menu.index('href="/en/courses"'), "before what everybody has"
        assert browser.get(f"/en/{page}").status_code == 200
        assert all(
            f'href="/en/{other}"' not in menu
            for other in leads.values()
            if other != page and role != "administrator"
        )


HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_the_security_headers_stand_on_every_kind_of_reply(settings: Settings, secure: bool) -> None:
    base = "https://lms.example.org" if secure else BASE
    hosts = ("lms.example.org",) if secure else settings.allowed_hosts
    world = World(
        settings.model_copy(update={"public_base": base, "allowed_hosts": hosts, "ip_limit_per_minute": 1}),
        FixedClock(NOON),
    )
    client = TestClient(world.app, base_url=base, follow_redirects=False, raise_server_exceptions=False)
    here = {"Origin": base}
    kinds = {
        "page": (200, client.get("/en/courses")),
        "static file": (200, client.get(assets().url("css/site.css"))),
        "not modified or redirect": (302, client.get("/courses")),
        "sign-in needed": (303, client.get("/en/settings")),
        "other language": (200, client.get("/kk/courses")),
        "bad form": (422, client.post("/en/sign-in", data={}, headers=here)),
        "too often": (429, client.post("/en/sign-in", data={}, headers=here)),
        "not found": (404, client.get("/en/nothing")),
        "control character": (404, client.get("/en/courses/%00")),
        "method": (405, client.put("/en/courses")),
        "cross-site": (403, client.post("/en/register", data={}, headers={"Origin": "https://evil.example"})),
        "gone": (410, client.get("/en/confirm/none")),
        "api": (422, client.get("/api/v1/verify/CEASAI-AAAA")),
        "health": (200, client.get("/healthz")),
        "fragment": (401, client.get("/en/settings", headers={"HX-Request": "true"})),
        "too large": (413, client.post("/en/sign-in", content=b"x" * 7_000_000, headers=here)),
        "unknown host": (421, client.get("/en/courses", headers={"Host": "evil.example"})),
    }
    world.app.state.installation = None
    kinds["bug"] = (500, client.get("/en/sign-in"))
    for kind, (status, reply) in kinds.items():
        assert reply.status_code == status, (kind, reply.status_code)
        for name, value in HEADERS.items():
            assert reply.headers.get(name) == value, (kind, name)
        for name in ("referrer-policy", "permissions-policy", "cross-origin-resource-policy", "x-request-id"):
            assert reply.headers.get(name), (kind, name)
        strict = reply.headers.get("strict-transport-security", "")
        assert ("max-age=63072000" in strict) == secure, kind
    assert "frame-ancestors 'none'" in CSP
    assert CSP.startswith("default-src 'none'")
    assert "unsafe" not in CSP
    world.close()


def test_a_line_that_is_cut_while_a_form_is_read_is_no_incident(world: World) -> None:
    """Half a body, then nobody: nothing is answered, nothing is stored, and no bug is written down."""
    sent: list[dict[str, Any]] = []
    arriving = iter(
        [
            {"type": "http.request", "body": b"email=a%40people.example&pass", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> dict[str, Any]:
        return next(arriving)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/en/sign-in",
        "raw_path": b"/en/sign-in",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"sec-fetch-site", b"same-origin"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    # in a thread of its own: this one may already run a browser's loop
    with capture_logs() as logged, ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, world.app, scope, receive, send).result()
    assert sent == []
    assert {entry["event"] for entry in logged} == {"client gone", "request"}
