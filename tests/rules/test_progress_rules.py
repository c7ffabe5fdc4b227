"""Where a programme and its phases stand on a day."""

from datetime import date

import pytest

from app.progress.rules import Stage, progress, span

START = date(2026, 7, 1)


def test_progress_adds_up_the_regions_and_those_without_one() -> None:
    found = progress(
        {"KZ-71": 5, "": 2}, target=1000, starts_on=START, ends_on=date(2027, 6, 30), on=date(2026, 11, 23)
    )
    assert (found.reached, found.target, found.planned) == (7, 1000, 400)


def test_a_programme_without_a_last_day_has_no_plan() -> None:
    assert progress({}, target=500250, starts_on=START, ends_on=None, on=START).planned is None


@pytest.mark.parametrize(
    ("from_month", "months", "on", "stage", "ends_on"),
    [
        (0, 3, date(2026, 6, 30), Stage.AHEAD, date(2026, 9, 30)),
        (0, 3, date(2026, 7, 1), Stage.HERE, date(2026, 9, 30)),
        (0, 3, date(2026, 9, 30), Stage.HERE, date(2026, 9, 30)),
        (0, 3, date(2026, 10, 1), Stage.OVER, date(2026, 9, 30)),
        (3, 6, date(2026, 11, 23), Stage.HERE, date(2027, 3, 31)),
        (12, None, date(2027, 6, 30), Stage.AHEAD, None),
        (12, None, date(2040, 1, 1), Stage.HERE, None),
    ],
)
def test_a_phase_is_looked_at_alone(
    from_month: int, months: int | None, on: date, stage: Stage, ends_on: date | None
) -> None:
    found = span(programme_starts_on=START, from_month=from_month, months=months, on=on)
    assert (found.stage, found.ends_on) == (stage, ends_on)
