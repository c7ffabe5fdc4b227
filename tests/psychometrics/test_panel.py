"""A panel from its opening to the decision, over HTTP: who sees what, when, and what is kept."""

import pytest
from sqlalchemy import select

from app.exams.models.forms import FormCut
from app.kernel.locales import Locale
from app.psychometrics.models import PanelRating, PanelResult, PanelStudy
from app.psychometrics.rules.panel import PanelStage
from tests import factories
from tests.psychometrics.ground import fill
from tests.psychometrics.panel_world import FIRST, SECOND, a_panel, address_of, judged
from tests.world import World


def test_a_panel_rates_twice_and_an_officer_decides(world: World) -> None:
    panel = a_panel(world).opens()
    sheet = panel.sheet(0)
    assert sheet.status_code == 200
    assert "Somebody who only just meets the demands" in sheet.text
    assert "0 of 6 questions rated" in sheet.text
    panel.rated(FIRST)
    feedback = panel.sheet(0).text
    assert "My first rating" in feedback
    assert "50–70" in feedback
    panel.rated(SECOND, 2)
    page = panel.manager.get(panel.place).text
    assert "3.74" in page
    assert "0.07" in page
    with world.read() as session:
        result = session.scalars(select(PanelResult)).one()
        assert (result.judges, result.mean, result.error) == (8, 374, 7)
        assert (result.first_mean, result.first_error) == (360, 20)
        assert session.scalars(select(PanelStudy)).one().stage is PanelStage.CLOSED
    assert panel.decides(4).status_code == 303
    with world.read() as session:
        cut = session.scalars(select(FormCut)).one()
        assert (cut.cut_score, cut.cut_before, cut.decided_by) == (4, 4, panel.officer_id)


def test_every_rating_is_kept(world: World) -> None:
    panel = a_panel(world).opens()
    panel.rates(0, 1, [10] * 6, ends=False)
    panel.rates(0, 1, [20] + [10] * 5, ends=False)
    with world.read() as session:
        rows = session.scalars(select(PanelRating).order_by(PanelRating.position, PanelRating.number)).all()
        assert [(row.position, row.number, row.value) for row in rows[:2]] == [(1, 1, 10), (1, 2, 20)]
        assert len(rows) == 7


def test_the_second_round_keeps_what_was_not_changed(world: World) -> None:
    panel = judged(world)
    with world.read() as session:
        second = session.scalars(select(PanelRating).where(PanelRating.round == 2)).all()
        assert len(second) == 36
    assert "Both rounds closed" in panel.manager.get("/en/panels").text


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (Locale.KK, "Сіз емтихан сарапшысы болып тағайындалдыңыз"),
        (Locale.RU, "Вы назначены экспертом экзамена"),
        (Locale.EN, "You are named a judge of an exam"),
    ],
)
def test_a_judge_is_written_to_in_their_language(world: World, locale: Locale, words: str) -> None:
    panel = a_panel(world)
    panel.judge_ids[0] = factories.person(world, locale=locale)
    address = address_of(world, panel.judge_ids[0])
    panel.opens()
    (mail,) = [one for one in world.box.mails if one.to == address]
    assert mail.subject == words
    assert f"/{locale}/judging/{panel.study_id}" in mail.text
    assert "Small exam" in mail.text


def test_the_second_round_is_told_to_those_who_are_in_it(world: World) -> None:
    panel = a_panel(world, judges=4).opens()
    for judge in range(3):
        panel.rates(judge, 1, [50] * 6)
    panel.closes(1)
    world.box.mails.clear()
    world.work()
    assert {one.to for one in world.box.mails} == set(panel.emails()[:3])
    assert {one.subject for one in world.box.mails} == {"The second round of your panel has begun"}


def test_a_letter_that_comes_too_late_is_not_sent(world: World) -> None:
    panel = a_panel(world)
    panel.place = panel.ask().headers["location"].partition("?")[0]
    panel.manager.post(f"{panel.place}/calling-off", {"why": "Sample reason"})
    world.work()
    assert world.box.mails == []


def test_what_people_answered_is_told_from_the_second_round_on(world: World) -> None:
    panel = a_panel(world)
    form = panel.exam.form_ids[0]
    fill(world, form, 40)
    panel.manager.post(f"/en/statistics/{form}/computation")
    world.work()
    panel.opens()
    assert "Right, of all who took it" not in panel.sheet(0).text
    panel.rated(FIRST)
    page = panel.sheet(0).text
    assert "Right, of all who took it" in page
    assert "no figures yet" not in page
