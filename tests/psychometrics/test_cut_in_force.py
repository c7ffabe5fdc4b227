"""A decided cut score: attempts that start take it, those that had begun keep theirs; a judge never sits the form."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session

from app.exams.errors import NoFormLeft
from app.exams.models.attempts import Attempt
from app.exams.models.forms import Form, FormCut
from app.exams.queries.forms import seen_forms
from app.exams.service.forms import pick_form
from app.psychometrics.errors import CutDecided, RoundOver
from app.psychometrics.service import panel as service
from tests import factories
from tests.exams.delivery_world import Made, attempt, count, make_attempt
from tests.exams.test_meanwhile import meanwhile
from tests.psychometrics.panel_world import FIRST, a_panel, judged
from tests.world import World


def starts(world: World, exam: Made) -> Any:
    """Somebody who begins now; the id of their attempt."""
    person = factories.person(world, "candidate")
    made = make_attempt(world, exam, person)
    reply = world.browser(person).post(f"/en/exams/attempts/{made}/start")
    assert reply.status_code == 303, reply.text
    return made


def lowered(world: World) -> Any:
    """A panel below the provisional cut of 4."""
    panel = a_panel(world).opens()
    panel.rated(FIRST)
    panel.rated(FIRST, 2)
    return panel


def test_an_attempt_begun_before_keeps_its_cut_and_one_begun_after_takes_the_new_one(world: World) -> None:
    panel = lowered(world)
    before = starts(world, panel.exam)
    assert panel.decides(3).status_code == 303
    after = starts(world, panel.exam)
    assert attempt(world, before).cut_score == 4
    assert attempt(world, after).cut_score == 3
    with world.read() as session:
        assert session.get_one(Form, panel.exam.form_ids[0]).cut_score == 4  # as it was published
    page = panel.manager.get("/en/forms").text
    assert "after a panel" in page
    assert "3 / 6" in page
    assert "Pass mark: 3" in panel.manager.get(panel.place).text


def test_without_a_decision_the_published_cut_holds(world: World) -> None:
    panel = lowered(world)
    assert attempt(world, starts(world, panel.exam)).cut_score == 4
    assert "as published" in panel.manager.get("/en/forms").text


def test_the_newest_decision_is_in_force(world: World) -> None:
    panel = lowered(world)
    panel.decides(3)
    panel.opens()
    panel.rated(FIRST)
    panel.rated(FIRST, 2)
    panel.decides(4)
    assert attempt(world, starts(world, panel.exam)).cut_score == 4
    with world.read() as session:
        rows = session.scalars(select(FormCut).order_by(FormCut.number)).all()
        assert [(row.number, row.cut_before, row.cut_score) for row in rows] == [(1, 4, 3), (2, 3, 4)]


def test_a_judge_is_never_given_the_form(world: World) -> None:
    panel = a_panel(world, allowed=3).opens()
    judge = panel.judge_ids[0]
    made = make_attempt(world, panel.exam, judge)
    with world.write() as session:
        assert seen_forms(session, judge, panel.exam.exam_id) == {str(panel.exam.form_ids[0])}
        with pytest.raises(NoFormLeft):
            pick_form(session, session.get_one(Attempt, made))


def _decide(world: World, panel: Any, cut: int) -> Any:
    officer = factories.person(world, "certification_officer")

    def act(session: Session) -> Any:
        try:
            return service.decide(
                session,
                world.clock,
                study_id=UUID(panel.study_id),
                cut_score=cut,
                reason="Sample reason",
                person_id=officer,
            )
        except CutDecided as error:
            return error

    return act


def test_of_two_decisions_at_once_one_holds(world: World) -> None:
    panel = judged(world)
    first, second = _decide(world, panel, 4), _decide(world, panel, 3)
    assert isinstance(meanwhile(world, first, second), CutDecided)
    assert count(world, FormCut) == 1


def test_a_rating_that_comes_while_the_round_is_closed_is_refused(world: World) -> None:
    panel = a_panel(world, judges=4).opens()
    for judge in range(3):
        panel.rates(judge, 1, [50] * 6)

    def closing(session: Session) -> None:
        service.close_round(
            session, world.clock, study_id=UUID(panel.study_id), number=1, person_id=panel.officer_id
        )

    def rating(session: Session) -> Any:
        try:
            return service.rate(
                session,
                world.clock,
                study_id=UUID(panel.study_id),
                person_id=panel.judge_ids[0],
                number=1,
                values={1: 60},
            )
        except RoundOver as error:
            return error

    assert isinstance(meanwhile(world, closing, rating), RoundOver)
