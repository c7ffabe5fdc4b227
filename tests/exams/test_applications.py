"""Applying, equal conditions, and the public texts an applicant agrees to."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application
from app.exams.queries import paging
from app.exams.rules import booking as rules
from app.exams.rules.states import AccommodationState, ApplicationState
from app.exams.service import applications
from app.kernel.errors import NotFound
from app.platform.models import AuditEntry
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests.exams import bench
from tests.factories import person
from tests.world import World

PAGE = "/en/exams/ceasai-analyst/application"
GOOD = {
    "name_latin": "Sample Candidate",
    "name_cyrillic": "Үлгі Кандидат",
    "age": "adult",
    "conduct": "true",
    "mark": "true",
    "notice": "true",
}


def stored(world: World, person_id: UUID) -> Application:
    with world.read() as session:
        return session.exec(select(Application).where(Application.person_id == person_id)).one()


def test_a_complete_application_is_accepted_at_once_and_kept_with_its_versions(world: World) -> None:
    bench.exams(world)
    somebody = person(world)
    browser = world.browser(somebody)
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert "Sample Testperson" in page.text, "names of the account are filled in"
    reply = browser.post(PAGE, GOOD)
    assert reply.status_code == 303
    assert reply.headers["location"] == "/en/exams/ceasai-analyst/sittings?done=applied"
    one = stored(world, somebody)
    assert one.state is ApplicationState.ACCEPTED
    assert (one.name_latin, one.name_cyrillic, one.adult) == ("Sample Candidate", "Үлгі Кандидат", True)
    assert (one.conduct_version, one.mark_version, one.notice_version) == (
        rules.CONDUCT_VERSION,
        rules.MARK_VERSION,
        rules.NOTICE_VERSION,
    )
    assert "accepted on" in browser.get(PAGE).text
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "application.accepted")).one()
        assert "Sample" not in str(entry.facts)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_latin", ""),
        ("name_latin", "Айгерим"),
        ("name_cyrillic", "Latin"),
        ("age", ""),
        ("conduct", ""),
        ("mark", ""),
        ("notice", ""),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, field: str, value: str
) -> None:
    bench.exams(world)
    somebody = person(world)
    reply = world.browser(somebody).post(PAGE, GOOD | {field: value, "accommodation": "kept text"})
    assert reply.status_code == 422
    assert f'href="#{field}"' in reply.text
    assert f'id="{field}-e"' in reply.text
    assert "kept text" in reply.text
    assert "<title>Error:" in reply.text
    with world.read() as session:
        assert session.exec(select(Application)).all() == []


def test_a_minor_needs_a_guardian(world: World) -> None:
    bench.exams(world)
    somebody = person(world)
    browser = world.browser(somebody)
    reply = browser.post(PAGE, GOOD | {"age": "minor"})
    assert reply.status_code == 422
    assert "guardian_name-e" in reply.text
    assert "guardian_contact-e" in reply.text
    given = {"age": "minor", "guardian_name": "Үлгі Ата-ана", "guardian_contact": "parent@people.example"}
    assert browser.post(PAGE, GOOD | given).status_code == 303
    assert (stored(world, somebody).adult, stored(world, somebody).guardian_name) == (False, "Үлгі Ата-ана")


def test_an_adult_leaves_no_guardian_behind(world: World) -> None:
    bench.exams(world)
    somebody = person(world)
    given = {"guardian_name": "Somebody", "guardian_contact": "somebody@people.example"}
    world.browser(somebody).post(PAGE, GOOD | given)
    assert (stored(world, somebody).adult, stored(world, somebody).guardian_name) == (True, None)


def test_applying_twice_is_refused(world: World) -> None:
    bench.exams(world)
    browser = world.browser(person(world))
    browser.post(PAGE, GOOD)
    reply = browser.post(PAGE, GOOD | {"name_latin": "Typed Again", "accommodation": "kept text"})
    assert reply.status_code == 409
    assert "You have applied for this exam already" in reply.text
    assert "kept text" in reply.text
    assert f'action="{PAGE}/correction"' in reply.text, "what was typed can correct the application"
    assert 'value="Typed Again"' in reply.text


def test_only_an_exam_that_certifies_takes_applications(world: World) -> None:
    bench.exams(world)
    browser = world.browser(person(world))
    assert browser.get("/en/exams/practice-run/application").status_code == 404
    assert browser.post("/en/exams/practice-run/application", GOOD).status_code == 404
    assert browser.get("/en/exams/unknown/application").status_code == 404


def test_a_stranger_is_led_to_sign_in(world: World) -> None:
    bench.exams(world)
    assert world.browser().get(PAGE).headers["location"].startswith("/en/sign-in")


def waiting(world: World) -> tuple[UUID, UUID]:
    """A candidate who asked for more time, and their application."""
    candidate = bench.candidate(world, accommodation_request="I read with a magnifier")
    return candidate, stored(world, candidate).id


def test_a_manager_approves_time_with_a_reason_and_the_candidate_reads_it(world: World) -> None:
    bench.exams(world)
    manager = person(world, "exam_manager")
    candidate, application_id = waiting(world)
    browser = world.browser(manager)
    assert "I read with a magnifier" in browser.get("/en/accommodations").text
    page = f"/en/accommodations/{application_id}"
    assert browser.get(page).status_code == 200
    given = {"act": "approve", "percent": "25", "minutes": "5", "reason": "Paper seen on 20 November"}
    assert browser.post(page, given).headers["location"] == "/en/accommodations?done=approve"
    one = stored(world, candidate)
    assert (one.accommodation, one.accommodation_by) == (AccommodationState.APPROVED, manager)
    assert (one.extra_percent, one.extra_minutes) == (25, 5)
    assert "Paper seen on 20 November" in world.browser(candidate).get(PAGE).text
    assert browser.post(page, given).status_code == 409
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "accommodation.approved")).one()
        assert (entry.actor_id, entry.subject_id) == (manager, str(application_id))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"act": "approve", "reason": "seen"}, "percent"),
        ({"act": "approve", "percent": "25"}, "reason"),
        ({"act": "approve", "percent": "201", "reason": "seen"}, "percent"),
        ({"percent": "25", "reason": "seen"}, "act"),
    ],
)
def test_a_decision_without_time_reason_or_act_is_not_taken(
    world: World, given: dict[str, str], field: str
) -> None:
    bench.exams(world)
    candidate, application_id = waiting(world)
    reply = world.browser(person(world, "exam_manager")).post(f"/en/accommodations/{application_id}", given)
    assert reply.status_code == 422
    assert f'id="{field}-e"' in reply.text
    assert stored(world, candidate).accommodation is AccommodationState.REQUESTED


def test_declining_gives_no_time_but_a_reason(world: World) -> None:
    bench.exams(world)
    candidate, application_id = waiting(world)
    browser = world.browser(person(world, "exam_manager"))
    reply = browser.post(
        f"/en/accommodations/{application_id}", {"act": "decline", "percent": "50", "reason": "Ask again"}
    )
    assert reply.status_code == 303
    one = stored(world, candidate)
    assert (one.accommodation, one.extra_percent) == (AccommodationState.DECLINED, 0)
    assert "Ask again" not in browser.get("/en/accommodations").text
    assert "Ask again" in browser.get("/en/accommodations?view=decided").text


def test_nobody_decides_on_their_own_request(world: World) -> None:
    bench.exams(world)
    candidate, application_id = waiting(world)
    with pytest.raises(errors.OwnRequest), world.write() as session:
        applications.approve_accommodation(
            session,
            world.clock,
            application_id=application_id,
            approver_id=candidate,
            percent=10,
            minutes=0,
            reason="mine",
        )


def test_a_place_booked_before_the_decision_gets_the_time_once(world: World) -> None:
    bench.exams(world)
    candidate, application_id = waiting(world)
    place = bench.place(world, candidate, bench.sitting(world))
    given = {"act": "approve", "minutes": "10", "reason": "seen"}
    browser = world.browser(person(world, "exam_manager"))
    browser.post(f"/en/accommodations/{application_id}", given)
    browser.post(f"/en/accommodations/{application_id}", given)
    with world.read() as session:
        assert session.get_one(Attempt, place.attempt_id).extra_seconds == 600


def test_an_application_that_asks_for_nothing_is_not_in_the_list(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    browser = world.browser(person(world, "exam_manager"))
    assert browser.get(f"/en/accommodations/{stored(world, candidate).id}").status_code == 404
    with pytest.raises(NotFound), world.write() as session:
        applications.apply(
            session,
            world.clock,
            person_id=candidate,
            exam_slug="practice-run",
            names=applications.DocumentNames("A B"),
        )


@pytest.mark.parametrize(
    ("typed", "kept"), [("Sample    Cand", "Sample Cand"), ("Jose\u0301 N\u0303un\u0303ez", "José Ñuñez")]
)
def test_names_are_kept_by_the_one_rule_of_accounts(world: World, typed: str, kept: str) -> None:
    bench.exams(world)
    somebody = person(world)
    assert world.browser(somebody).post(PAGE, GOOD | {"name_latin": typed}).status_code == 303
    assert stored(world, somebody).name_latin == kept


def trains(world: World, trainer: UUID, learner: UUID) -> None:
    with world.write() as session:
        session.add(
            TrainingRelation(
                trainer_id=trainer,
                learner_id=learner,
                since=world.clock.now(),
                basis=TrainingBasis.DECLARED,
            )
        )


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_a_trainer_decides_nothing_about_their_own_trainee(world: World, act: str) -> None:
    bench.exams(world)
    trainer = person(world, "exam_manager")
    candidate, application_id = waiting(world)
    trains(world, trainer, candidate)
    browser = world.browser(trainer)
    listed = browser.get("/en/accommodations").text
    assert "magnifier" not in listed
    assert "1 request is left to a colleague" in listed
    page = f"/en/accommodations/{application_id}"
    assert "You have trained this person" in browser.get(page).text
    reply = browser.post(page, {"act": act, "percent": "200", "reason": "Mine"})
    assert reply.status_code == 409
    one = stored(world, candidate)
    assert (one.accommodation, one.extra_percent) == (AccommodationState.REQUESTED, 0)
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "conflict.refused")).one()
    assert (entry.actor_id, entry.subject_id) == (trainer, str(application_id))
    assert "magnifier" in world.browser(person(world, "exam_manager")).get("/en/accommodations").text


def test_ones_own_request_is_left_to_a_colleague(world: World) -> None:
    bench.exams(world)
    manager = person(world, "exam_manager")
    browser = world.browser(manager)
    browser.post(PAGE, GOOD | {"accommodation": "my own wish"})
    listed = browser.get("/en/accommodations").text
    assert "my own wish" not in listed
    assert "1 request is left to a colleague" in listed
    page = f"/en/accommodations/{stored(world, manager).id}"
    assert browser.post(page, {"act": "approve", "percent": "10", "reason": "x"}).status_code == 409


def test_the_oldest_request_is_first_and_no_request_is_lost(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    bench.exams(world)
    asked = []
    for number in range(5):
        asked.append(bench.candidate(world, accommodation_request=f"wish number {number}"))
        world.clock.advance(timedelta(minutes=1))
    browser = world.browser(person(world, "exam_manager"))

    def shown(address: str) -> list[str]:
        return re.findall(r"wish number \d", browser.get(address).text)

    assert shown("/en/accommodations") == ["wish number 0", "wish number 1"]
    assert shown("/en/accommodations?page=3") == ["wish number 4"]
    assert shown("/en/accommodations?page=99999999999999999999") == ["wish number 0", "wish number 1"]
    assert "5 requests to decide" in browser.get("/en/accommodations").text
    for who in asked[:3]:
        page = f"/en/accommodations/{stored(world, who).id}"
        assert browser.get(page).status_code == 200
        given = {"act": "approve", "percent": "25", "reason": f"seen {stored(world, who).id}"}
        assert browser.post(page, given).status_code == 303
        world.clock.advance(timedelta(minutes=1))
    decided = browser.get("/en/accommodations?view=decided").text
    newest, oldest = (f"seen {stored(world, who).id}" for who in (asked[2], asked[0]))
    assert newest in decided
    assert oldest not in decided
    assert oldest in browser.get("/en/accommodations?view=decided&page=2").text


def test_a_decision_that_came_too_late_keeps_what_was_typed(world: World) -> None:
    bench.exams(world)
    _, application_id = waiting(world)
    page = f"/en/accommodations/{application_id}"
    first, second = (world.browser(person(world, "exam_manager")) for _ in range(2))
    first.post(page, {"act": "decline", "reason": "The first word"})
    reply = second.post(page, {"act": "approve", "percent": "10", "reason": "A long second word"})
    assert reply.status_code == 409
    assert "A long second word" in reply.text
    assert "The first word" in reply.text


@pytest.mark.parametrize("path", ["/en/accommodations", "/en/sittings", "/en/centres"])
def test_only_exam_managers_see_their_pages(world: World, path: str) -> None:
    assert world.browser(person(world, "proctor", "instructor")).get(path).status_code == 403
    assert world.browser(person(world, "exam_manager")).get(path).status_code == 200


TEXTS = ("conduct", "scheme", "privacy", "accessibility", "exams/notice")


@pytest.mark.parametrize("path", TEXTS)
def test_public_texts_are_open_to_everybody_in_three_languages(world: World, path: str) -> None:
    for locale in ("kk", "ru", "en"):
        reply = world.browser().get(f"/{locale}/{path}")
        assert reply.status_code == 200
        assert reply.text.count("<h1>") == 1
        assert "office@ceasai.example" in reply.text


def shape(text: str) -> list[str]:
    """The elements of a text in their order, without its words."""
    return re.findall(r"<(?!strong|/strong|a |/a>|span|/span)(/?\w+)", text)


FOLDER = Path(__file__).parents[2] / "app/exams/templates/exams/texts"


@pytest.mark.parametrize("name", [path.rpartition("/")[2] for path in TEXTS])
def test_the_three_languages_of_a_text_say_the_same_things(name: str) -> None:
    texts: dict[str, Any] = {
        locale: (FOLDER / f"{name}.{locale}.html").read_text() for locale in ("kk", "ru", "en")
    }
    assert shape(texts["kk"]) == shape(texts["ru"]) == shape(texts["en"])
    numbers = {
        locale: sorted(re.findall(r"\d+", re.sub(r"<[^>]+>", "", text))) for locale, text in texts.items()
    }
    assert numbers["kk"] == numbers["ru"] == numbers["en"]
    for text in texts.values():
        assert "ё" not in text
