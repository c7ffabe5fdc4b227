"""What is published about supervision: counts of people, small ones hidden."""

from http import HTTPStatus

from app.exams.rules.states import Review
from app.kernel.locales import Locale
from app.proctoring.queries.figures import get_figures
from app.proctoring.rules.figures import Measure
from tests.proctoring.ground import Ground
from tests.world import World


def test_rule_8_everybody_can_read_the_figures_and_small_ones_are_hidden(world: World) -> None:
    page = world.browser().get("/en/supervision")
    assert page.status_code == HTTPStatus.OK
    ground = Ground(world)
    for _ in range(4):
        ground.candidate()
    ground.found(Review.IRREGULARITY)
    ground.flagged()
    with world.read() as session:
        figures = get_figures(session)
    assert figures.total.cells[Measure.ATTEMPTS] == 6
    assert str(figures.total.cells[Measure.FLAGGED]) == "small"
    assert [line.split for line in figures.by_mode] == ["on_site"]
    assert [line.split for line in figures.by_region] == [""]
    shown = world.browser().get("/en/supervision").text
    assert "&lt;5" in shown
    assert "not known" in shown


def test_a_practice_run_is_no_supervised_exam(world: World) -> None:
    from tests.exams.delivery_world import candidate, make_exam

    candidate(world, make_exam(world)).hand_in()
    with world.read() as session:
        figures = get_figures(session)
    assert figures.total.cells[Measure.ATTEMPTS] == 0
    assert figures.by_language == []


def test_languages_are_counted_as_the_exam_was_taken(world: World) -> None:
    ground = Ground(world)
    for locale in (Locale.KK, Locale.RU):
        for _ in range(5):
            who = ground.candidate(ends=False)
            who.locale = str(locale)
            who.page()
            who.hand_in()
    with world.read() as session:
        figures = get_figures(session)
    assert {line.split: line.cells[Measure.ATTEMPTS] for line in figures.by_language} == {"kk": 5, "ru": 5}
