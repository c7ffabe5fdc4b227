"""What a holder does with their own certificates, and what nobody else can."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col, select

from app.certificates.models import CertificationCase, ShareLink
from app.certificates.rules import number as numbers
from app.certificates.rules.states import Kind, Status
from app.kernel.ids import token_hash
from app.platform.models import AuditEntry
from app.web.translations import say
from tests.certificates import cases
from tests.certificates.papers import TITLE, Page, Statements, paper
from tests.factories import person
from tests.world import World

LOCALES = ("kk", "ru", "en")


def audited(world: World, action: str) -> list[AuditEntry]:
    with world.read() as session:
        return list(session.exec(select(AuditEntry).where(col(AuditEntry.action) == action)).all())


def share(browser: Any, number: str, label: str = "Personnel office", days: str = "30") -> str:
    """Make a link on the page; the token in it."""
    reply = browser.post(f"/en/certificates/{number}/share-links", {"label": label, "days": days})
    assert reply.status_code == 200
    (token,) = re.findall(r"/share/([\w-]+)<", reply.text)
    return token


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_lists_own_certificates_with_state_and_documents(world: World, locale: str) -> None:
    holder = person(world)
    mine = paper(world, holder)
    done = paper(world, holder, kind=Kind.COMPLETION, expires_at=None)
    paper(world, title={"kk": "Бөтен", "ru": "Чужой", "en": "Foreign"})
    text = unescape(world.browser(holder).get(f"/{locale}/certificates").text)
    for number in (mine, done):
        assert numbers.shown(number) in text
        assert f'href="/credentials/{number}.pdf"' in text
        assert f'href="/credentials/{number}.jwt"' in text
        assert f'href="/v/{number}?lang={locale}"' in text
    assert TITLE[locale] in text
    assert say(locale, "In force") in text
    assert say(locale, "This is not a certification: it confirms training, not an examination.") in text
    assert {"kk": "Бөтен", "ru": "Чужой", "en": "Foreign"}[locale] not in text
    assert len(re.findall(r'class="btn"', text)) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_without_certificates_tells_the_next_step(world: World, locale: str) -> None:
    text = unescape(world.browser(person(world)).get(f"/{locale}/certificates").text)
    assert say(locale, "No certificates yet") in text
    assert f'href="/{locale}/courses"' in text


def test_the_page_needs_somebody_signed_in(world: World) -> None:
    assert world.browser().get("/en/certificates").status_code == 303


def test_the_page_takes_the_same_few_statements_however_many_certificates(world: World) -> None:
    holder = person(world)
    paper(world, holder)
    browser = world.browser(holder)
    browser.get("/en/certificates")
    with Statements(world) as one:
        browser.get("/en/certificates")
    for _ in range(4):
        paper(world, holder)
    with Statements(world) as five:
        browser.get("/en/certificates")
    assert len(one.said) == len(five.said) == 4


def test_the_holder_downloads_pdf_and_credential(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    pdf = browser.get(f"/credentials/{number}.pdf")
    assert pdf.status_code == 200
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["cache-control"] == "private, no-store"
    assert numbers.shown(number) in pdf.headers["content-disposition"]
    drawn = Page(pdf.content)
    assert "Sample Ulgibekuly" in drawn.words
    assert drawn.pdf.attachments["credential.jwt"].get_file().read_bytes() == b"header.payload.signed"
    jwt = browser.get(f"/credentials/{number}.jwt")
    assert (jwt.text, jwt.headers["content-type"]) == ("header.payload.signed", "text/plain; charset=utf-8")
    asked = browser.get(f"/credentials/{number}.jwt", accept="application/vc+jwt")
    assert asked.headers["content-type"] == "application/vc+jwt"


def test_a_specimen_says_so_on_its_pdf(world: World) -> None:
    holder = person(world)
    number = cases.certificate(world, holder)
    words = Page(world.browser(holder).get(f"/credentials/{number}.pdf").content).words
    for word in ("ҮЛГІ", "ОБРАЗЕЦ", "SPECIMEN"):
        assert word in words


@pytest.mark.parametrize("ending", ["pdf", "jwt"])
def test_nobody_else_gets_a_document(world: World, ending: str) -> None:
    holder = person(world)
    number, other = paper(world, holder), paper(world)
    officer = person(world, "certification_officer", "administrator")
    for browser in (world.browser(), world.browser(person(world)), world.browser(officer)):
        assert browser.get(f"/credentials/{number}.{ending}").status_code == 404
    assert world.browser(holder).get(f"/credentials/{other}.{ending}").status_code == 404
    assert world.browser(holder).get(f"/credentials/{number[:-1]}.{ending}").status_code == 404
    forged = world.browser()
    forged.http.cookies.set(f"ceasai_share_{number}", "A" * 43)
    assert forged.get(f"/credentials/{number}.{ending}").status_code == 404


def test_whoever_was_sent_a_link_gets_that_document_and_no_other(world: World) -> None:
    holder = person(world)
    number, other = paper(world, holder), paper(world, holder)
    token = share(world.browser(holder), number)
    visitor = world.browser()
    visitor.get(f"/share/{token}")
    assert visitor.get(f"/credentials/{number}.pdf").status_code == 200
    assert visitor.get(f"/credentials/{number}.jwt").text == "header.payload.signed"
    assert visitor.get(f"/credentials/{other}.pdf").status_code == 404
    visitor.http.cookies.set(f"ceasai_share_{other}", token)
    assert visitor.get(f"/credentials/{other}.pdf").status_code == 404


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.REVOKED, Status.SUPERSEDED])
def test_what_is_not_in_force_is_not_given_out(world: World, status: Status) -> None:
    holder = person(world)
    number = paper(world, holder, status=status)
    browser = world.browser(holder)
    assert browser.get(f"/credentials/{number}.pdf").status_code == 409
    assert browser.get(f"/credentials/{number}.jwt").status_code == 409
    text = browser.get("/en/certificates").text
    assert "/credentials/" not in text
    assert "linkedin" not in text


def test_what_has_expired_can_still_be_downloaded(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    world.clock.advance(timedelta(days=731))
    assert world.browser(holder).get(f"/credentials/{number}.pdf").status_code == 200


def test_linkedin_gets_what_it_asks_for_and_only_of_real_certifications(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    text = unescape(world.browser(holder).get("/en/certificates").text)
    (address,) = re.findall(r'href="(https://www\.linkedin\.com[^"]+)"', text)
    parts = urlsplit(address)
    assert parts.path == "/profile/add"
    assert {key: value[0] for key, value in parse_qs(parts.query).items()} == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Sample title",
        "organizationName": "Council of European AI Safety Analysts International (CEASAI)",
        "issueYear": "2026",
        "issueMonth": "11",
        "expirationYear": "2028",
        "expirationMonth": "11",
        "certUrl": f"http://127.0.0.1:8000/v/{number}",
        "certId": numbers.shown(number),
    }
    others = person(world)
    paper(world, others, specimen=True)
    paper(world, others, kind=Kind.COMPLETION)
    assert "linkedin.com" not in world.browser(others).get("/en/certificates").text


def test_a_share_link_is_shown_once_and_kept_only_as_its_hash(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    token = share(browser, number, label="Personnel office")
    assert len(token) >= 22  # 128 bits need 22 symbols of base64
    again = browser.get("/en/certificates").text
    assert token not in again
    assert "Personnel office" in again
    with world.read() as session:
        kept = session.exec(select(ShareLink)).one()
        assert kept.token_hash == token_hash(token)
        assert token not in repr(kept.model_dump())
        assert kept.expires_at - kept.created_at == timedelta(days=30)
    (entry,) = audited(world, "certificates.shared")
    assert "Personnel" not in repr(entry.model_dump())
    assert token not in repr(entry.model_dump())


def test_openings_of_a_link_are_counted(world: World) -> None:
    holder = person(world)
    token = share(world.browser(holder), paper(world, holder))
    for _ in range(3):
        world.browser().get(f"/share/{token}")
    with world.read() as session:
        assert session.exec(select(ShareLink.opened)).one() == 3


def test_a_link_that_was_ended_opens_nothing_from_then_on(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    token = share(browser, number)
    visitor = world.browser()
    visitor.get(f"/share/{token}")
    with world.read() as session:
        link_id = session.exec(select(ShareLink.id)).one()
    assert world.browser(person(world)).post(f"/en/certificates/share-links/{link_id}/end").status_code == 404
    assert visitor.get(f"/credentials/{number}.pdf").status_code == 200
    ended = browser.post(f"/en/certificates/share-links/{link_id}/end")
    assert ended.headers["location"] == "/en/certificates?done=link-ended"
    assert visitor.get(f"/credentials/{number}.pdf").status_code == 404
    assert "Ulgibekuly" not in visitor.get(f"/v/{number}").text
    assert world.browser().get(f"/share/{token}").status_code == 404
    assert browser.post(f"/en/certificates/share-links/{link_id}/end").status_code == 404
    assert len(audited(world, "certificates.share_ended")) == 1


def test_only_the_holder_shares(world: World) -> None:
    number = paper(world)
    stranger = world.browser(person(world))
    assert (
        stranger.post(f"/en/certificates/{number}/share-links", {"label": "x", "days": "7"}).status_code
        == 404
    )
    assert stranger.post(f"/en/certificates/{number}/name", {"public": "true"}).status_code == 404
    with world.read() as session:
        assert session.exec(select(ShareLink)).all() == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_link_for_nobody_is_asked_about_again(world: World, locale: str) -> None:
    holder = person(world)
    number = paper(world, holder)
    reply = world.browser(holder).post(
        f"/{locale}/certificates/{number}/share-links", {"label": " ", "days": "9999"}
    )
    assert reply.status_code == 422
    assert 'id="label"' in reply.text
    assert 'href="/ru/certificates"' in reply.text


def test_the_holder_shows_and_hides_the_full_name(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    shown = browser.post(f"/en/certificates/{number}/name", {"public": "true"})
    assert shown.headers["location"] == "/en/certificates?done=name-shown"
    assert "Sample Ulgibekuly" in world.browser().get(f"/v/{number}").text
    browser.post(f"/en/certificates/{number}/name", {"public": "false"})
    assert "Sample Ulgibekuly" not in world.browser().get(f"/v/{number}").text
    assert browser.post(f"/en/certificates/{number}/name", {"public": "perhaps"}).status_code == 422


def test_markup_in_a_note_is_inert(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    share(browser, number, label="<script>alert(1)</script>")
    text = browser.get("/en/certificates").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def _case(world: World, candidate: Any) -> Any:
    attempt = cases.attempt(world, candidate)
    world.work()
    return cases.case_of(world, attempt)


@pytest.mark.parametrize("locale", LOCALES)
def test_names_are_shown_as_typed_and_confirmed_by_their_holder(world: World, locale: str) -> None:
    candidate = person(world)
    case_id = _case(world, candidate)
    browser = world.browser(candidate)
    assert f"/{locale}/certificates/names/{case_id}" in browser.get(f"/{locale}/certificates").text
    asked = browser.get(f"/{locale}/certificates/names/{case_id}").text
    assert cases.NAME_CYRILLIC in asked
    assert cases.NAME_LATIN in asked
    done = browser.post(f"/{locale}/certificates/names/{case_id}")
    assert done.headers["location"] == f"/{locale}/certificates?done=names-confirmed"
    with world.read() as session:
        confirmed = session.exec(
            select(CertificationCase.names_confirmed_at).where(col(CertificationCase.id) == case_id)
        ).one()
    assert confirmed == world.clock.now()
    assert browser.post(f"/{locale}/certificates/names/{case_id}").status_code == 409
    after = unescape(browser.get(f"/{locale}/certificates").text)
    assert f"/names/{case_id}" not in after


def test_nobody_confirms_the_names_of_another(world: World) -> None:
    case_id = _case(world, person(world))
    other = world.browser(person(world))
    assert other.get(f"/en/certificates/names/{case_id}").status_code == 404
    assert other.post(f"/en/certificates/names/{case_id}").status_code == 404
    assert world.browser().get(f"/en/certificates/names/{case_id}").status_code == 303


def test_a_form_of_another_site_changes_nothing(world: World) -> None:
    holder = person(world)
    number = paper(world, holder)
    browser = world.browser(holder)
    reply = browser.post(
        f"/en/certificates/{number}/name",
        {"public": "true"},
        Origin="https://evil.example",
        Sec_Fetch_Site="cross-site",
    )
    assert reply.status_code == 403
    assert "Ulgibekuly" not in world.browser().get(f"/v/{number}").text
