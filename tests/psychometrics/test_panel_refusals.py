"""What a panel refuses: strangers, the wrong moment, the wrong person, the wrong number. Nothing is half-written."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app.exams.models.forms import FormCut
from app.programmes import service as programmes
from app.programmes.rules import TrainingBasis
from app.psychometrics.models import PanelJudge, PanelRating, PanelResult, PanelStudy
from app.psychometrics.rules.panel import Leaving
from tests import factories
from tests.exams.delivery_world import count, make_attempt
from tests.psychometrics.panel_world import FIRST, Panel, a_panel, address_of, judged
from tests.world import World

VALUE = r"(?<![\w-])37(?![\w-])"
"""The rating 37, and no part of an id."""


def mentors(world: World, person: UUID) -> None:
    learner = factories.person(world)
    with world.write() as session:
        programmes.relate(
            session,
            trainer_id=person,
            learner_id=learner,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )


def test_who_is_no_judge_finds_nothing(world: World) -> None:
    panel = a_panel(world).opens()
    sheet = f"/en/judging/{panel.study_id}"
    for stranger in (world.browser(factories.person(world)), panel.manager, panel.officer):
        assert stranger.get(sheet).status_code == 404
        assert stranger.post(f"{sheet}/ratings", {"round": "1", "r-1": "50"}).status_code == 404
    assert count(world, PanelRating) == 0
    assert panel.judges[0].get(panel.place).status_code == 403


def test_nobody_sees_a_value_before_the_round_is_closed(world: World) -> None:
    panel = a_panel(world).opens()
    panel.rates(0, 1, [37] * 6)
    for page in (
        panel.sheet(1).text,
        panel.manager.get(panel.place).text,
        panel.officer.get(panel.place).text,
    ):
        assert not re.search(VALUE, page)
    assert re.search(VALUE, panel.sheet(0).text)


@pytest.mark.parametrize("value", ["101", "-1", "5.5", "x", "1e1", "٣"])
def test_only_whole_numbers_from_0_to_100_are_ratings(world: World, value: str) -> None:
    panel = a_panel(world).opens()
    reply = panel.rates(0, 1, [50, value], ends=False)
    assert reply.status_code == 422
    assert "whole number from 0 to 100" in reply.text
    assert panel.rates(0, 1, [value], ends=False, HX_Request="true").status_code == 422
    assert count(world, PanelRating) == 0


def test_a_script_keeps_one_rating_at_a_time(world: World) -> None:
    panel = a_panel(world).opens()
    reply = panel.rates(0, 1, [50], ends=False, HX_Request="true")
    assert reply.status_code == 200
    assert "1 of 6 questions rated" in reply.text
    assert "<html" not in reply.text
    assert count(world, PanelRating) == 1


def test_what_is_typed_is_kept_when_something_is_missing_at_the_end(world: World) -> None:
    panel = a_panel(world).opens()
    reply = panel.rates(0, 1, [50, 60])
    assert reply.status_code == 422
    assert reply.text.count("Rate this question.") == 8  # in the summary and at each of four places
    assert count(world, PanelRating) == 2
    assert count(world, PanelJudge, PanelJudge.round_one_at.is_not(None)) == 0


def test_what_is_handed_in_is_not_changed(world: World) -> None:
    panel = a_panel(world).opens()
    panel.rates(0, 1, [50] * 6)
    assert panel.rates(0, 1, [60], ends=False).status_code == 409
    assert panel.rates(0, 2, [60], ends=False).status_code == 409
    assert count(world, PanelRating) == 6


def test_a_page_of_the_first_round_changes_nothing_in_the_second(world: World) -> None:
    panel = a_panel(world).opens()
    panel.rated(FIRST)
    assert panel.rates(0, 1, [10] * 6).status_code == 409
    assert count(world, PanelRating, PanelRating.round == 2) == 0


def test_a_place_that_the_form_has_not_is_not_rated(world: World) -> None:
    panel = a_panel(world).opens()
    assert panel.rates(0, 1, [50] * 7, ends=False).status_code == 303
    assert count(world, PanelRating) == 6


def test_a_judge_who_trains_by_now_sees_no_question(world: World) -> None:
    panel = a_panel(world).opens()
    mentors(world, panel.judge_ids[0])
    assert panel.sheet(0).status_code == 409
    assert panel.rates(0, 1, [50], ends=False).status_code == 409


def test_only_who_fits_is_named_and_each_is_told_apart(world: World) -> None:
    panel = a_panel(world)
    trainer, sat = factories.person(world), factories.person(world)
    mentors(world, trainer)
    make_attempt(world, panel.exam, sat)
    emails = panel.emails()
    asked = [*emails, address_of(world, trainer), address_of(world, sat), emails[0], "no@people.example"]
    reply = panel.ask(asked)
    assert reply.status_code == 422
    for words in ("trains others", "has an attempt", "is named already", "no confirmed account"):
        assert words in reply.text
    assert count(world, PanelStudy) == 0
    assert panel.ask(emails[:2]).status_code == 422
    assert panel.ask([f"a{n}@people.example" for n in range(31)]).status_code == 422
    assert panel.ask(description_kk="").status_code == 422
    assert panel.ask(form_id=str(panel.exam.exam_id)).status_code == 404
    assert count(world, PanelJudge) == 0


def test_one_panel_at_a_time_works_on_a_form(world: World) -> None:
    panel = a_panel(world).opens()
    assert panel.ask().status_code == 409
    assert count(world, PanelStudy) == 1
    reply = panel.manager.post(f"{panel.place}/calling-off", {"why": "Sample reason"})
    assert reply.status_code == 303
    assert panel.ask().status_code == 303


def test_a_judge_is_added_and_taken_out_only_while_nothing_has_begun(world: World) -> None:
    panel = a_panel(world).opens()
    more = factories.person(world)
    add = {"email": address_of(world, more)}
    assert panel.manager.post(f"{panel.place}/judges", add).status_code == 303
    assert panel.manager.post(f"{panel.place}/judges", add).status_code == 422
    with world.read() as session:
        rows = {row.person_id: row.id for row in session.scalars(select(PanelJudge))}
    panel.rates(0, 1, [50], ends=False)

    def out(judge: object) -> int:
        return int(panel.manager.post(f"{panel.place}/judges/{judge}/withdrawal").status_code)

    assert out(rows[panel.judge_ids[0]]) == 409
    assert out(rows[more]) == 303
    assert out(rows[more]) == 404
    assert world.browser(more).get(f"/en/judging/{panel.study_id}").status_code == 404
    for judge in (1, 2):
        panel.rates(judge, 1, [50] * 6)
    panel.rates(0, 1, [50] * 6)
    panel.closes(1)
    late = {"email": address_of(world, factories.person(world))}
    assert panel.manager.post(f"{panel.place}/judges", late).status_code == 409


def test_a_round_is_closed_without_the_late_while_three_remain(world: World) -> None:
    panel = a_panel(world, judges=4).opens()
    for judge in (0, 1):
        panel.rates(judge, 1, [50] * 6)
    refused = panel.closes(1)
    assert refused.status_code == 409
    assert "There are 2 judges" in refused.text
    panel.rates(2, 1, [80] * 6)
    assert panel.closes(1).status_code == 303
    assert panel.closes(1).status_code == 409
    assert panel.sheet(3).status_code == 404
    assert "Did not hand in round 1" in panel.judges[3].get("/en/judging").text
    with world.read() as session:
        left = session.scalars(select(PanelJudge).where(PanelJudge.left_at.is_not(None))).one()
        assert left.leaving is Leaving.LATE_ROUND_ONE
    for judge in (0, 1):
        panel.rates(judge, 2, [])
    assert panel.closes(2).status_code == 409
    assert count(world, PanelResult) == 0
    panel.rates(2, 2, [])
    assert panel.closes(2).status_code == 303
    assert count(world, PanelResult) == 1
    assert panel.decides(4).status_code == 409
    assert count(world, FormCut) == 0
    assert "rests on at least 8" in panel.officer.get(panel.place).text
    ended = panel.sheet(0)
    assert "The study has ended" in ended.text
    assert "Question 1" not in ended.text


def _refused(panel: Panel, cut: int, by: object = None) -> int:
    status = int(panel.decides(cut, by).status_code)
    assert count(panel.world, FormCut) == 0
    return status


def test_nobody_decides_out_of_range_out_of_turn_or_on_their_own_ratings(world: World) -> None:
    early = a_panel(world).opens()
    assert _refused(early, 4) == 409
    early.rated(FIRST)
    early.rated(FIRST, 2)  # 3.60 and 0.20: from 3 to 4
    panel = early
    assert [_refused(panel, cut) for cut in (0, 2, 5, 6)] == [422] * 4
    assert "Only from 3 to 4" in panel.decides(5).text
    assert panel.decides(4, reason="").status_code == 422
    assert _refused(panel, 4, panel.manager) == 403
    assert _refused(panel, 4, panel.judges[0]) == 403
    mentors(world, panel.officer_id)
    assert _refused(panel, 4) == 409


def test_a_judge_who_is_an_officer_does_not_decide(world: World) -> None:
    panel = a_panel(world)
    officer = factories.person(world, "certification_officer")
    panel.judge_ids[0], panel.judges[0] = officer, world.browser(officer)
    panel.opens()
    panel.rated(FIRST)
    panel.rated(FIRST, 2)
    reply = panel.decides(4, panel.judges[0])
    assert reply.status_code == 409
    assert "another officer" in reply.text
    assert panel.decides(4).status_code == 303


def test_a_study_is_decided_once(world: World) -> None:
    panel = judged(world)
    assert panel.decides(4).status_code == 303
    other = world.browser(factories.person(world, "certification_officer"))
    assert panel.decides(3, other).status_code == 409
    assert count(world, FormCut) == 1
