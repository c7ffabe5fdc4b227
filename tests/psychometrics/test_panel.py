"""A panel from its opening to the decision, over HTTP: who sees what, when, and what is kept."""

from sqlalchemy import select

from app.exams.models.forms import FormCut
from app.psychometrics.models import PanelRating, PanelResult, PanelStudy
from app.psychometrics.rules.panel import PanelStage
from tests.psychometrics.panel_world import FIRST, SECOND, a_panel, judged
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
    assert "3.72" in page
    assert "0.12" in page
    with world.read() as session:
        result = session.scalars(select(PanelResult)).one()
        assert (result.judges, result.mean, result.error) == (3, 372, 12)
        assert (result.first_mean, result.first_error) == (360, 35)
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
        assert len(second) == 12
    assert "Both rounds closed" in panel.manager.get("/en/panels").text
