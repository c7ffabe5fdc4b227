"""What is published about supervision: counts of people, small ones hidden."""

from datetime import date, timedelta
from http import HTTPStatus

from app.exams.rules.states import Review
from app.kernel.locales import Locale
from app.proctoring.jobs import publish_figures
from app.proctoring.models import SupervisionFigures
from app.proctoring.queries.figures import Figures, count_figures, find_published
from app.proctoring.rules.figures import Measure
from tests.exams.delivery_world import count
from tests.proctoring.ground import Ground
from tests.world import World


def counted(world: World) -> Figures:
    with world.read() as session:
        return count_figures(session)[1]


def test_rule_8_everybody_can_read_the_figures_and_small_ones_are_hidden(world: World) -> None:
    page = world.browser().get("/en/supervision")
    assert page.status_code == HTTPStatus.OK
    assert "No figures yet" in page.text
    ground = Ground(world)
    for _ in range(4):
        ground.candidate()
    ground.found(Review.IRREGULARITY)
    ground.flagged()
    figures = counted(world)
    assert figures.total.cells[Measure.ATTEMPTS] == 6
    assert str(figures.total.cells[Measure.FLAGGED]) == "small"
    assert [line.split for line in figures.by_mode] == ["on_site"]
    assert [line.split for line in figures.by_region] == [""]
    assert publish_figures(world.context)
    shown = world.browser().get("/en/supervision").text
    assert "&lt;5" in shown
    assert "not known" in shown


def test_a_practice_run_is_no_supervised_exam(world: World) -> None:
    from tests.exams.delivery_world import candidate, make_exam

    candidate(world, make_exam(world)).hand_in()
    figures = counted(world)
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
    figures = counted(world)
    assert {line.split: line.cells[Measure.ATTEMPTS] for line in figures.by_language} == {"kk": 5, "ru": 5}


def published(world: World) -> tuple[date, int] | None:
    with world.read() as session:
        found = find_published(session)
    return (found.day, found.attempts) if found else None


def test_what_is_kept_reads_as_it_was_counted(world: World) -> None:
    ground = Ground(world)
    for _ in range(5):
        ground.candidate()
    ground.flagged()
    assert publish_figures(world.context)
    with world.read() as session:
        found = find_published(session)
    assert found is not None
    assert found.figures == counted(world)


def test_figures_that_are_a_few_exams_or_hours_apart_are_not_published(world: World) -> None:
    """Of two figures with one exam between them, the difference would tell what became of it."""
    ground = Ground(world)
    for _ in range(4):
        ground.candidate()
    assert not publish_figures(world.context)
    assert published(world) is None
    ground.candidate()
    assert publish_figures(world.context)
    today = world.clock.now().date()
    assert published(world) == (today, 5)
    for _ in range(5):
        ground.candidate()
    assert not publish_figures(world.context), "the day has its figures"
    assert "Flagged" in world.browser().get("/en/supervision").text
    assert published(world) == (today, 5)
    world.clock.advance(timedelta(days=1))
    assert publish_figures(world.context)
    assert published(world) == (today + timedelta(days=1), 10)
    world.clock.advance(timedelta(days=1))
    ground.flagged()
    assert not publish_figures(world.context)
    assert published(world) == (today + timedelta(days=1), 10)
    assert count(world, SupervisionFigures) == 2
