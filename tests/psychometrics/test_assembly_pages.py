"""Parallel forms from the page to the published form: asked for, searched for apart, compared, accepted."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.exams.models.forms import Form, FormItem
from app.kernel.clock import FixedClock
from app.platform.models import Job, JobState
from app.psychometrics import apart, jobs
from app.psychometrics.models import (
    AssemblyRequest,
    AssemblyResult,
    AssemblyTry,
    ProposalAcceptance,
    ProposedForm,
    ProposedItem,
)
from app.psychometrics.rules.gates import Search
from app.question_banks.models import Item, ItemUse, ItemVersion
from app.question_banks.rules import ItemStatus, ItemType
from tests import factories
from tests.exams.delivery_world import Made, count, make_exam
from tests.psychometrics.ground import fill
from tests.psychometrics.test_pages import trains
from tests.world import Browser, World

STEM = re.compile(r"Stem \d+\.\d+ eng")
"""Which items a search takes may differ with their ids; each has such a text."""


def an_exam(world: World, *, forms: int = 7) -> Made:
    """A certification exam of 6 items a form, and in its bank ``forms`` times as many.

    Places 2 and 3 of every form are one large case set; so domain D1 has one item a form that stands alone.
    """
    return make_exam(world, certification=True, forms=forms)


def bank_of(world: World) -> str:
    with world.read() as session:
        return str(UUID(str(session.execute(text("SELECT id FROM bank")).scalar_one())))


def ask(world: World, manager: Browser, exam: Made, **more: Any) -> Any:
    wish = {
        "blueprint_id": str(exam.blueprint_id),
        "bank_id": bank_of(world),
        "forms": "2",
        "seconds": "20",
        "seed": "5",
        "cases": "0",
        "most_forms": "1",
        "overlap": "0",
    }
    return manager.post("/en/forms", {name: value for name, value in (wish | more).items() if value != ""})


def searched(world: World, exam: Made, **more: Any) -> tuple[Browser, str]:
    """A manager whose search the worker has answered, and the page of the search."""
    manager = world.browser(factories.person(world, "exam_manager"))
    reply = ask(world, manager, exam, **more)
    assert reply.status_code == 303, reply.text
    world.work()
    return manager, reply.headers["location"]


def proposed(world: World) -> list[tuple[UUID, ...]]:
    with world.read() as session:
        rows = session.execute(
            select(ProposedForm.number, ProposedItem.item_version_id)
            .join(ProposedItem, ProposedItem.proposed_id == ProposedForm.id)
            .order_by(ProposedForm.number, ProposedItem.position)
        ).all()
    return [tuple(item for at, item in rows if at == number) for number in sorted({row[0] for row in rows})]


def result(world: World) -> AssemblyResult:
    with world.read() as session:
        row = session.scalars(select(AssemblyResult)).one()
        session.expunge(row)
        return row


def test_a_manager_asks_the_worker_searches_and_the_page_compares(world: World) -> None:
    exam = an_exam(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    reply = ask(world, manager, exam)
    assert reply.status_code == 303
    place = reply.headers["location"]
    waiting = manager.get(place, HX_Request="true").text
    assert "Waits for its turn" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    world.work()
    page = manager.get(place).text
    assert "Every rule is kept" in page
    assert "hx-trigger" not in page
    forms = proposed(world)
    assert [len(one) for one in forms] == [6, 6]
    assert not set(forms[0]) & set(forms[1])
    kept = result(world)
    assert (kept.ended, len(kept.rests_on), len(kept.forms_hash)) == (Search.FOUND, 64, 64)
    assert kept.milliseconds is not None
    assert kept.milliseconds > 0
    assert "not known yet" in page
    assert "published form" in page
    assert "Found" in manager.get("/en/forms").text


def test_the_same_seed_over_the_same_bank_gives_the_same_forms(world: World) -> None:
    exam = an_exam(world)
    searched(world, exam)
    first = proposed(world)
    kept = result(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    ask(world, manager, exam)
    world.work()
    with world.read() as session:
        rows = session.scalars(select(AssemblyResult)).all()
    assert {(row.rests_on, row.forms_hash) for row in rows} == {(kept.rests_on, kept.forms_hash)}
    assert len(first) == 2


def test_one_search_of_a_blueprint_at_a_time(world: World) -> None:
    exam = an_exam(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    assert ask(world, manager, exam).status_code == 303
    again = ask(world, manager, exam, seed="6")
    assert again.status_code == 409
    assert "already" in again.text
    assert count(world, AssemblyRequest) == 1
    world.clock.advance(timedelta(hours=3, seconds=1))
    assert "Not computed" in manager.get("/en/forms").text
    assert ask(world, manager, exam).status_code == 303


def test_what_the_bank_does_not_give_is_said_with_numbers(world: World) -> None:
    manager, place = searched(world, an_exam(world, forms=1))
    assert result(world).ended is Search.IMPOSSIBLE
    page = manager.get(place).text
    assert "Domain D1: fitting questions 1, needed 6." in page
    assert count(world, ProposedForm) == 0


def test_what_stands_on_a_published_form_is_left_out_when_that_is_asked(world: World) -> None:
    exam = an_exam(world)
    searched(world, exam, fresh="true")
    assert result(world).ended is Search.IMPOSSIBLE  # every item of this bank stands on a published form


def test_an_item_that_more_than_a_fifth_met_is_left_out_when_that_is_asked(world: World) -> None:
    exam = an_exam(world, forms=3)
    with world.write() as session:
        for met, version in ((20, exam.items[0]), (21, exam.items[6])):
            session.add(
                ItemUse(
                    item_version_id=version,
                    source=f"test:{met}",
                    at=world.clock.now(),
                    persons=30,
                    points=20,
                    possible=30,
                    met=met,
                    delivered=100,
                )
            )
    searched(world, exam, forms="1", capped="true")
    question = _question(world)
    exposures = {item["id"]: item["exposure"] for item in question["items"]}
    assert (exposures[str(exam.items[0])], exposures[str(exam.items[6])]) == (0.2, 0.21)
    assert question["demand"]["exposure_cap"] == 0.2
    assert result(world).ended is Search.IMPOSSIBLE  # all three of D1 were needed, and one is gone


def test_without_the_cap_nothing_is_left_out(world: World) -> None:
    exam = an_exam(world, forms=3)
    searched(world, exam, forms="1")
    assert result(world).ended is Search.FOUND


def _question(world: World) -> dict[str, Any]:
    from app.psychometrics.service import assembly  # noqa: PLC0415

    with world.read() as session:
        request_id = session.scalars(select(AssemblyRequest.id)).one()
        found = assembly.question_of(session, world.clock, request_id, demonstration=True)
    assert found is not None
    return found


def test_what_expired_or_is_not_delivered_takes_its_case_set_with_it(world: World) -> None:
    exam = an_exam(world, forms=3)
    with world.write() as session:
        postgresql = world.engine.dialect.name == "postgresql"
        session.execute(
            text("ALTER TABLE item_version DISABLE TRIGGER USER")
            if postgresql
            else text("DROP TRIGGER item_version_no_update")
        )
        session.get_one(ItemVersion, exam.items[1]).valid_until = world.clock.now().date() - timedelta(days=1)
        session.get_one(ItemVersion, exam.items[5]).type = ItemType.HOTSPOT
    searched(world, exam)
    told = {UUID(item["id"]) for item in _question(world)["items"]}
    assert not told & {exam.items[at] for at in (1, 2, 5, 7, 8, 13, 14)}
    assert len(told) == 11


def test_statistics_make_the_forms_alike_in_how_hard_they_are(world: World) -> None:
    exam = make_exam(world, certification=True, forms=4, items=8)
    for form in exam.form_ids:
        fill(world, form, 210)
        world.browser(factories.person(world, "exam_manager")).post(f"/en/statistics/{form}/computation")
    world.work()
    manager, place = searched(world, exam)
    kept = result(world)
    assert kept.ended is Search.FOUND
    assert kept.figures is not None
    assert "difficulty" in kept.figures["measures"]
    with world.read() as session:
        figures = session.scalars(select(ProposedForm.figures).order_by(ProposedForm.number)).all()
    assert [one["known"] for one in figures] == [8, 8]
    assert all(0 < one["facility"] < 1 and len(one["information"]) == 13 for one in figures)
    page = manager.get(place).text
    assert "Where the forms measure best" in page
    assert "not known yet" not in page


def accept(browser: Browser, place: str, **more: Any) -> Any:
    return browser.post(f"{place}/acceptance", {"number": "1", "reason": "It is alike"} | more)


def test_an_accepted_form_is_published_frozen_and_named(world: World) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    assert accept(manager, place, reason="").status_code == 422
    assert accept(manager, place).status_code == 303
    first = proposed(world)[0]
    with world.read() as session:
        taken = session.scalars(select(ProposalAcceptance)).one()
        form = session.get_one(Form, taken.form_id)
        items = session.scalars(
            select(FormItem.item_version_id).where(FormItem.form_id == form.id).order_by(FormItem.position)
        ).all()
        actor = (
            session.execute(text("SELECT actor_id FROM audit_entry WHERE action = 'form.published'"))
            .scalars()
            .all()
        )
    assert tuple(items) == first
    assert (form.slug, form.cut_score, form.max_points, form.seed) == ("form-a", 4, 6, 5)
    assert taken.reason == "It is alike"
    assert [UUID(str(one)) for one in actor] == [taken.person_id]
    assert "form-a" in manager.get("/en/forms").text
    assert "It is published as:" in manager.get(place).text
    again = accept(manager, place)
    assert again.status_code == 409
    assert accept(manager, place, number="2").status_code == 303
    assert count(world, Form) == 9
    assert accept(manager, place, number="3").status_code == 404


@pytest.mark.parametrize("what", ["retired", "newer"])
def test_a_form_whose_item_changed_since_is_not_published(world: World, what: str) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    with world.write() as session:
        version = session.get_one(ItemVersion, proposed(world)[0][0])
        if what == "retired":
            version.status = ItemStatus.RETIRED
        else:
            session.get_one(Item, version.item_id).current_version_id = None
    refused = accept(manager, place)
    assert refused.status_code == 409
    assert "1" in refused.text
    assert count(world, Form) == 7
    assert count(world, ProposalAcceptance) == 0


def test_who_trains_sees_no_text_and_publishes_nothing(world: World) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    assert STEM.search(manager.get(place).text)
    trainer = factories.person(world, "exam_manager", "instructor", email="trains@people.example")
    trains(world, trainer)
    page = world.browser(trainer).get(place).text
    assert not STEM.search(page)
    assert not re.search(r"item-\d", page)
    assert "What the forms are made of" in page
    assert accept(world.browser(trainer), place).status_code == 409
    assert ask(world, world.browser(trainer), exam).status_code == 409
    assert count(world, ProposalAcceptance) == 0


def test_a_search_whose_worker_died_is_taken_up_again_and_answered_once(world: World) -> None:
    exam = an_exam(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    place = ask(world, manager, exam).headers["location"]
    with world.write() as session:  # a worker claimed the job, began, and was killed
        job = session.scalars(select(Job).where(Job.kind == "psychometrics.assemble")).one()
        job.state, job.tries = JobState.RUNNING, 1
        job.lease_until = world.clock.now() + timedelta(minutes=5)
        request_id = session.scalars(select(AssemblyRequest.id)).one()
        session.add(AssemblyTry(request_id=request_id, number=1, begun_at=world.clock.now()))
    assert "Being searched for" in manager.get(place).text
    world.work()
    assert count(world, AssemblyResult) == 0
    world.clock.advance(timedelta(minutes=5, seconds=1))
    world.work()
    assert (count(world, AssemblyResult), count(world, AssemblyTry)) == (1, 2)
    jobs.assemble(world.context, {"request_id": str(request_id)})  # the first worker was only slow
    assert (count(world, AssemblyResult), count(world, ProposedForm), count(world, AssemblyTry)) == (1, 2, 2)


def test_a_search_that_breaks_is_kept_as_failed_and_may_be_asked_again_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = an_exam(world)
    monkeypatch.setattr(apart, "sys", SimpleNamespace(executable="/no/such/python"))
    manager, place = searched(world, exam)
    assert result(world).ended is Search.FAILED
    assert "The search failed" in manager.get(place).text
    assert ask(world, manager, exam).status_code == 303


def test_the_first_of_two_answers_is_kept(world: World) -> None:
    from app.psychometrics.service import assembly  # noqa: PLC0415

    searched(world, an_exam(world))
    with world.write() as session:
        request_id = session.scalars(select(AssemblyRequest.id)).one()
        second = apart.Answer(apart.Ended.OVER_LIMIT)
        assert not assembly.keep(
            session, FixedClock(world.clock.now()), request_id=request_id, question={}, answer=second
        )
    assert result(world).ended is Search.FOUND


def test_what_is_typed_wrong_is_said_at_its_field_and_kept(world: World) -> None:
    exam = an_exam(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    reply = ask(world, manager, exam, forms="11", **{"least-single": "4", "most-single": "2"})
    assert reply.status_code == 422
    assert 'href="#least-single"' in reply.text
    assert 'value="11"' in reply.text
    assert ask(world, manager, exam, blueprint_id=str(exam.exam_id)).status_code == 404
    assert ask(world, manager, exam, bank_id=str(exam.exam_id)).status_code == 404
    assert count(world, AssemblyRequest) == 0


def test_limits_bind_the_search(world: World) -> None:
    exam = an_exam(world)
    searched(world, exam, **{"least-multiple": "1", "most-multiple": "1"})
    with world.read() as session:
        limits = session.scalars(select(AssemblyRequest.limits)).one()
        several = set(session.scalars(select(ItemVersion.id).where(ItemVersion.type == ItemType.MULTIPLE)))
    assert limits == {"multiple": [1, 1]}
    assert [len(several & set(one)) for one in proposed(world)] == [1, 1]
