"""Rules 9 to 14 of delivery: one attempt, one window, closed for good, pinned, languages, secrecy.

Source: specification of exams, section 4. Rules 7, 9 and 10 meet real threads in test_delivery_together.py,
rule 16 a real kill in test_delivery_power.py.
"""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from app.exams.models.attempts import Attempt, Response
from app.exams.models.forms import Form
from app.exams.queries import attempts as queries
from app.exams.rules.states import Lifecycle, Mode, Outcome
from app.exams.service import answers as service
from app.exams.service.batch import Batch, Given, Order
from app.question_banks.models import Item, ItemVersion
from app.question_banks.rules import ItemStatus
from tests import factories
from tests.exams.delivery_world import (
    ITEMS,
    MULTIPLE,
    SECRET,
    Candidate,
    Made,
    answers,
    attempt,
    candidate,
    changes,
    count,
    door,
    events,
    make_attempt,
    make_exam,
)
from tests.world import World

# 9 One open attempt (threads: test_delivery_together.py)


def test_rule_09_starting_twice_returns_the_same_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    first, deadline = who.attempt_id, attempt(world, who.attempt_id).deadline
    world.clock.advance(timedelta(minutes=3))
    who.begin(exam.slug)
    assert who.attempt_id == first
    assert who.start().status_code == HTTPStatus.SEE_OTHER
    assert attempt(world, first).deadline == deadline
    assert count(world, Attempt, Attempt.candidate_id == who.person_id) == 1


def test_rule_09_attempts_allowed_are_counted(world: World) -> None:
    exam = make_exam(world, allowed=1, forms=2)
    who = candidate(world, exam)
    who.hand_in()
    assert who.browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT
    assert count(world, Attempt, Attempt.candidate_id == who.person_id) == 1


def test_rule_09_the_waiting_time_is_kept(world: World) -> None:
    exam = make_exam(world, allowed=3, wait_days=14, forms=2)
    who = candidate(world, exam)
    who.hand_in()
    world.clock.advance(timedelta(days=14) - timedelta(seconds=1))
    again = world.browser(who.person_id)
    assert again.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT
    world.clock.advance(timedelta(seconds=1))
    again = world.browser(who.person_id)
    assert again.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.SEE_OTHER


def test_rule_09_a_retake_never_gets_a_form_already_seen(world: World) -> None:
    exam = make_exam(world, allowed=3, forms=2)
    who = candidate(world, exam)
    first = attempt(world, who.attempt_id).form_id
    who.hand_in()
    who.begin(exam.slug)
    assert attempt(world, who.attempt_id).form_id not in {None, first}
    who.hand_in()
    assert who.browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT


def test_rule_09_a_supervised_exam_is_booked(world: World) -> None:
    exam = make_exam(world, mode=Mode.ON_SITE)
    browser = world.browser(factories.person(world))
    assert browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT


# 10 One live window


def test_rule_10_opening_elsewhere_takes_over_and_the_old_window_freezes(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    other = Candidate(world, who.person_id, who.attempt_id)
    page = other.page()
    assert "The other window is frozen" in page.text
    refused = who.save(1, "a", lease=old)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert 'data-code="window-taken"' in refused.text
    assert other.save(1, "b").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["b"], 1)
    assert [event.chosen for event in events(world, who.attempt_id, "refused_window")] == [["a"]]


def test_rule_10_takeovers_are_logged_and_countable(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.page()
    with world.read() as session:
        assert queries.takeovers(session, who.attempt_id) == 0
    for _ in range(2):
        Candidate(world, who.person_id, who.attempt_id).page()
    with world.read() as session:
        assert queries.takeovers(session, who.attempt_id) == 2
    assert attempt(world, who.attempt_id).lease_number == 3


def test_rule_10_a_plain_browser_is_told_in_words_and_can_go_on_here(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    Candidate(world, who.person_id, who.attempt_id).page()
    reply = who.browser.post(f"{who.place}/answers", {"a-1": "a", "v-1": "0", "lease": old})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "This exam is open in another window" in reply.text
    assert who.page().status_code == HTTPStatus.OK
    assert who.save(1, "a").status_code == HTTPStatus.OK


def test_rule_10_a_frozen_window_cannot_hand_in(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    Candidate(world, who.person_id, who.attempt_id).page()
    assert who.hand_in(lease=old).status_code == HTTPStatus.CONFLICT
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_rule_10_a_second_window_of_the_same_browser_asks_for_the_lease(world: World) -> None:
    who = candidate(world, make_exam(world))
    first = who.lease()
    reply = who.browser.post(f"{who.place}/window", HX_Request="true")
    second = re.search(r'value="([^"]+)"', reply.text)
    assert second
    assert second.group(1) != first
    assert who.save(1, "a", lease=first).status_code == HTTPStatus.CONFLICT
    assert who.save(1, "a", lease=second.group(1)).status_code == HTTPStatus.OK
    assert len(events(world, who.attempt_id, "takeover")) == 1


# 11 After the hand-in


def test_rule_11_after_hand_in_every_write_gets_410_and_changes_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    who.save(1, "a")
    who.hand_in()
    before = (answers(world, who.attempt_id), attempt(world, who.attempt_id), changes(world, who.attempt_id))
    for reply in (
        who.save(1, "b", version=1, lease=lease),
        who.save(2, "b", lease=lease),
        who.save(1, version=1, clear="1", lease=lease),
        who.save(3, flag="3", lease=lease, version=None),
        who.hand_in(lease=lease),
        who.hand_in(lease=lease, timeup="1"),
        who.start(),
        who.browser.post(f"{who.place}/window", HX_Request="true"),
        who.browser.post(f"{who.place}/window"),
    ):
        assert reply.status_code == HTTPStatus.GONE
    after = (answers(world, who.attempt_id), attempt(world, who.attempt_id), changes(world, who.attempt_id))
    assert after == before


def test_rule_11_the_guard_stands_in_the_update(world: World) -> None:
    who = candidate(world, make_exam(world))
    with world.write() as session:
        order = Order(answers=(Given(1, ("a",), 0),))
        batch = Batch(session, who.attempt_id, world.clock.now(), order, "en")  # type: ignore[arg-type]
        session.execute(
            update(Attempt).where(Attempt.id == who.attempt_id).values(lifecycle=Lifecycle.SUBMITTED)
        )
        batch.put(order.answers[0], late=False)
        batch.flag(1, flagged=True)
    assert answers(world, who.attempt_id)[1] == ([], 0)
    assert count(world, Response, Response.attempt_id == who.attempt_id, Response.flagged) == 0


# 12 Pinned


def edit_every_item(world: World, exam: Made) -> None:
    """A new version of each item with other texts, another order, key and points, and the item points to it."""
    with world.write() as session:
        for old_id in exam.items:
            old = session.get_one(ItemVersion, old_id)
            facts = old.model_dump(exclude={"id", "number", "content_hash", "status"})
            facts |= {
                "stem": {locale: "Edited" for locale in old.stem},
                "choices": [
                    choice | {"text": {locale: "Edited" for locale in choice["text"]}}
                    for choice in reversed(old.choices)
                ],
                "key": ["d"],
                "points": 3,
            }
            fresh = ItemVersion(**facts, number=2, status=ItemStatus.ACTIVE, content_hash="e" * 64)
            session.add(fresh)
            session.flush()
            session.get_one(Item, old.item_id).current_version_id = fresh.id
            old.status = ItemStatus.RETIRED


def test_rule_12_editing_an_item_never_changes_a_running_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    views = ("?n=1", "?n=4", "?view=all")
    before = [who.page(view).text for view in views]
    edit_every_item(world, exam)
    after = [who.page(view).text for view in views]

    def choices(html: str) -> list[tuple[str, str]]:
        return re.findall(r'value="([abcd])"[^>]*><span>([^<]+)', html)

    assert all(choices(html) for html in before)
    assert [choices(html) for html in before] == [choices(html) for html in after]
    assert "Edited" not in "".join(after)
    assert "Stem 1.1 eng" in after[0]
    for n in range(1, ITEMS):
        who.save(n, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert (row.raw_score, row.max_points, row.outcome) == (5, 6, Outcome.PASSED)


def test_rule_12_editing_an_item_never_changes_a_finished_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    for n in range(1, ITEMS):
        who.save(n, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    address = f"/en/exams/receipts/{row.code}/{row.answers_hash}"

    def told() -> list[str]:
        pages = (who.browser.get(f"{who.place}{tail}").text for tail in ("/result", "/receipt"))
        mains = (html[html.index("<main") : html.index("</main>")] for html in pages)
        return [
            re.sub(r'name="csrf_token" value="[^"]*"', "", main) for main in mains
        ]  # masked anew each time

    def recomputed() -> tuple[int, dict[int, tuple[str, ...]]]:
        with world.read() as session:
            found = service.recompute(session, session.get_one(Attempt, row.id))
            return found.raw_score, found.answers

    before = (told(), recomputed())
    assert before[1] == (5, {n: ("a",) for n in range(1, ITEMS)})
    assert "You reached 5 of 6 points." in before[0][0]
    edit_every_item(world, exam)
    assert (told(), recomputed()) == before
    assert "The receipt matches" in who.browser.get(address).text
    assert attempt(world, who.attempt_id) == row


def test_rule_12_option_order_comes_from_the_stored_seed_and_differs_between_attempts(world: World) -> None:
    exam = make_exam(world)
    orders = set()
    for _ in range(4):
        row = attempt(world, candidate(world, exam).attempt_id)
        assert row.seed is not None
        assert row.layout is not None
        assert all(sorted(place["order"]) == ["a", "b", "c", "d"] for place in row.layout)
        orders.add(tuple(tuple(place["order"]) for place in row.layout))
    assert len(orders) == 4


def test_rule_12_points_and_cut_score_are_frozen_at_the_start(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    with pytest.raises(DatabaseError, match="append-only"), world.write() as session:
        session.execute(update(Form).values(cut_score=1))
    with world.write() as session:  # as a later standard-setting study would publish it
        fresh = session.exec(select(Form).where(Form.cut_score == 4)).one()
        facts = fresh.model_dump(exclude={"id", "slug"}) | {"cut_score": 1}
        session.add(Form(**facts, slug="later"))
    who.save(1, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert (row.raw_score, row.cut_score, row.max_points, row.outcome) == (1, 4, 6, Outcome.FAILED)


# 13 Language


def test_rule_13_switching_language_changes_only_the_view_and_is_logged(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(2, "a")
    deadline = attempt(world, who.attempt_id).deadline
    for locale, word in (("kk", "қаз"), ("ru", "рус"), ("en", "eng")):
        who.locale = locale
        page = who.page("?n=2").text
        assert f"Stem 1.2 {word}" in page
        assert re.search(r'name="a-2" value="a" checked', page)
    assert attempt(world, who.attempt_id).deadline == deadline
    assert answers(world, who.attempt_id)[2] == (["a"], 1)
    assert [str(event.locale) for event in events(world, who.attempt_id, "language")] == ["kk", "ru", "en"]
    assert events(world, who.attempt_id, "takeover") == []


def test_rule_13_the_switch_is_the_same_page_under_the_other_prefix(world: World) -> None:
    who = candidate(world, make_exam(world))
    assert f'href="/ru/exams/attempts/{who.attempt_id}?n=3"' in who.page("?n=3").text


def test_rule_13_the_parallel_text_of_an_item_can_be_opened(world: World) -> None:
    page = candidate(world, make_exam(world)).page("?n=2").text
    details = page[page.index("<details>") :]
    assert "Stem 1.2 қаз" in details
    assert "Stem 1.2 рус" in details
    assert "Case text рус" in details


def test_rule_13_answers_are_choice_ids_of_the_item(world: World) -> None:
    who = candidate(world, make_exam(world))
    for chosen in (["z"], ["a", "b"], ["Choice a of 1 eng"]):
        assert who.save(1, *chosen).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert who.save(99, "a").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert who.save(MULTIPLE, "b", "a").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[MULTIPLE] == (["a", "b"], 1)


# 14 Secrecy


@pytest.mark.parametrize("lifecycle", [Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY])
def test_rule_14_no_item_text_leaves_the_server_before_the_start(world: World, lifecycle: Lifecycle) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, lifecycle=lifecycle))
    for tail in ("", "?view=all", "/submission", "/receipt", "/result", "/time"):
        assert "Stem" not in who.browser.get(f"{who.place}{tail}").text
    assert who.save(1, "a").status_code == HTTPStatus.CONFLICT


def test_rule_14_keys_points_and_rationales_never_reach_a_browser(world: World) -> None:
    who = candidate(world, make_exam(world))
    pages = [who.page("?view=all"), who.page("?n=1"), who.save(1, "a"), who.save(1, "b")]
    who.save(2, "a")
    who.browser.get(f"{who.place}/submission")
    who.hand_in()
    pages += [who.browser.get(f"{who.place}{tail}") for tail in ("/receipt", "/result", "")]
    for reply in pages:
        assert SECRET not in reply.text
        assert "rationale" not in reply.text
        for word in ("correct", "points", "right-answer"):
            assert f"data-{word}" not in reply.text


def test_rule_14_a_paused_attempt_hides_its_items(world: World) -> None:
    proctor = world.browser(factories.person(world, "exam_manager"))
    who = candidate(world, make_exam(world))
    proctor.post(f"{door(who)}/pause", {"reason": "Alarm"})
    page = who.page()
    assert "Stem" not in page.text
    assert "Your exam is paused" in page.text
    assert who.save(1, "a").status_code == HTTPStatus.CONFLICT
    assert who.hand_in().status_code == HTTPStatus.CONFLICT
