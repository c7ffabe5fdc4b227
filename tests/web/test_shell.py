"""What wraps every page."""

from tests.world import World


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
