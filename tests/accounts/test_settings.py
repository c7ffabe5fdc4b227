"""One's own settings: names, language, zone, password, sessions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.accounts import queries
from app.accounts.models import Person
from app.platform.models import AuditEntry
from app.web.viewer import COOKIE
from tests.accounts.ground import PASSWORD, cheap, follow, hold, sign_in, somebody
from tests.world import World

PROFILE = {
    "name_cyrillic": "Әбенқызы Сәуле",
    "name_latin": "Abenkyzy Saule",
    "locale": "ru",
    "timezone": "Asia/Aqtobe",
}


def test_names_language_and_zone_are_changed(world: World) -> None:
    who = somebody(world)
    browser = world.browser(who)
    reply = browser.post("/en/settings/profile", PROFILE)
    assert reply.headers["location"] == "/en/settings?done=profile"
    assert browser.http.cookies["ceasai_locale"] == "ru"
    with world.read() as session:
        row = session.get_one(Person, who)
        contact = queries.get_contact(session, who)
    assert (contact.names.cyrillic, contact.locale, contact.timezone) == (
        "Әбенқызы Сәуле", "ru", "Asia/Aqtobe",
    )  # fmt: skip
    assert "абенкызы" in row.search_text
    assert row.sort_key.startswith("21")  # Ә is the second letter
    page = browser.get("/en/settings?done=profile").text
    assert "Your names, language and time zone are stored." in page
    assert "Aqtobe (UTC+5)" in page


def test_a_change_of_names_is_written_down_without_the_names(world: World) -> None:
    who = somebody(world)
    browser = world.browser(who)
    browser.post("/en/settings/profile", PROFILE)
    browser.post("/en/settings/profile", PROFILE | {"timezone": "Europe/Paris"})
    with world.read() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "names.changed")).all()
    assert (entry.actor_id, entry.subject_id) == (who, str(who))
    assert "Saule" not in str(entry.facts)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_latin": ""}, "name_latin"),
        ({"name_latin": "Сәуле"}, "name_latin"),
        ({"name_cyrillic": "Saule"}, "name_cyrillic"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"locale": "de"}, "locale"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    world: World, changes: dict[str, str], field: str
) -> None:
    who = somebody(world, name_latin="Before Change")
    reply = world.browser(who).post("/en/settings/profile", PROFILE | changes)
    assert reply.status_code == 422
    assert f'href="#{field}"' in reply.text
    with world.read() as session:
        assert queries.get_contact(session, who).names.latin == "Before Change"


def test_markup_in_a_stored_name_is_shown_and_does_nothing(world: World) -> None:
    evil = "<script>alert(1)</script>"
    who = somebody(world, "administrator", name_latin=evil, name_cyrillic=f"Ә{evil}")
    browser = world.browser(who)
    for path in ("/en/settings", "/kk/settings", "/en/admin/people", f"/en/admin/people/{who}"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_zone_that_is_not_offered_stays_chosen(world: World) -> None:
    who = somebody(world, timezone="Asia/Famagusta")
    assert 'value="Asia/Famagusta" selected' in world.browser(who).get("/en/settings").text


def test_the_password_is_changed_and_every_session_gets_a_new_id_or_ends(world: World) -> None:
    cheap(world)
    who = somebody(world, email="a@people.example")
    browser, elsewhere = world.browser(who), world.browser(who)
    before = browser.http.cookies[COOKIE]
    reply = browser.post("/en/settings/password", {"present": PASSWORD, "password": "another long one"})
    assert reply.headers["location"] == "/en/settings?done=password"
    assert browser.http.cookies[COOKIE] != before
    assert browser.get("/en/settings").status_code == 200
    assert elsewhere.get("/en/settings").status_code == 303
    assert hold(world.browser(), before).get("/en/settings").status_code == 303
    assert sign_in(world.browser(), "a@people.example").status_code == 422
    assert sign_in(world.browser(), "a@people.example", "another long one").status_code == 303


def test_a_wrong_present_password_changes_nothing_and_counts(world: World) -> None:
    cheap(world)
    who = somebody(world, email="a@people.example")
    browser = world.browser(who)
    for _ in range(5):
        reply = browser.post(
            "/en/settings/password", {"present": "wrong one", "password": "another long one"}
        )
        assert reply.status_code == 422
        assert "The present password is not right." in reply.text
        assert "another long one" not in reply.text
    waits = browser.post("/en/settings/password", {"present": PASSWORD, "password": "another long one"})
    assert waits.status_code == 429
    world.clock.advance(timedelta(seconds=30))
    assert sign_in(world.browser(), "a@people.example").status_code == 303


def test_a_weak_new_password_is_refused(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email="a@people.example"))
    for weak in ("short", "a@people.example", "qwertyuiop", ""):
        reply = browser.post("/en/settings/password", {"present": PASSWORD, "password": weak})
        assert reply.status_code == 422
        assert 'href="#password"' in reply.text


def test_an_account_without_a_password_is_shown_the_way_to_one(world: World) -> None:
    browser = world.browser(somebody(world, password=None))
    assert "This account has no password yet." in browser.get("/en/settings").text
    reply = browser.post("/en/settings/password", {"present": "any", "password": "another long one"})
    assert reply.status_code == 422


def test_sessions_are_listed_and_one_can_be_ended(world: World) -> None:
    cheap(world)
    who = somebody(world, email="a@people.example")
    phone = world.browser()
    phone.http.headers["User-Agent"] = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36"
    sign_in(phone, "a@people.example")
    assert phone.session_id is not None
    browser = world.browser(who)
    page = browser.get("/en/settings").text
    assert "Chrome, Android" in page
    assert "Unknown browser" in page
    assert "This browser" in page
    reply = browser.post(f"/en/settings/sessions/{phone.session_id}/end")
    assert reply.headers["location"] == "/en/settings?done=sessions"
    assert phone.get("/en/settings").status_code == 303
    assert "Chrome, Android" not in browser.get("/en/settings").text
    assert browser.post(f"/en/settings/sessions/{phone.session_id}/end").status_code == 404


def test_all_other_sessions_can_be_ended_at_once(world: World) -> None:
    who = somebody(world)
    others = [world.browser(who) for _ in range(3)]
    browser = world.browser(who)
    assert browser.post("/en/settings/sessions/end-others").status_code == 303
    assert [other.get("/en/settings").status_code for other in others] == [303, 303, 303]
    page = browser.get("/en/settings")
    assert page.status_code == 200
    assert "End all other sessions" not in page.text


def test_nobody_ends_anothers_session(world: World) -> None:
    victim = world.browser(somebody(world))
    browser = world.browser(somebody(world))
    assert browser.post(f"/en/settings/sessions/{victim.session_id}/end").status_code == 404
    assert browser.post(f"/en/settings/sessions/{uuid4()}/end").status_code == 404
    assert victim.get("/en/settings").status_code == 200


def test_an_ended_session_cannot_post_either(world: World) -> None:
    who = somebody(world, name_latin="Before Change")
    browser = world.browser(who)
    token = browser.http.cookies[COOKIE]
    world.browser(who).post("/en/settings/sessions/end-others")
    hold(browser, token)
    assert browser.post("/en/settings/profile", PROFILE).headers["location"] == "/en/sign-in"
    follow(browser)
    with world.read() as session:
        assert queries.get_contact(session, who).names.latin == "Before Change"


def test_the_settings_page_needs_few_statements(world: World) -> None:
    from tests.accounts.test_registration import statements_of

    who = somebody(world)
    for _ in range(5):
        world.browser(who)
    browser = world.browser(who)
    assert len([s for s in statements_of(world, lambda: browser.get("/en/settings")) if "SELECT" in s]) == 3
