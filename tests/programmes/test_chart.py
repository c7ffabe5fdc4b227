"""The burn-up as a drawing: flat between two certifications, up on the day of one."""

import re
from datetime import date

from app.programmes.routes.chart import burn_up_chart
from app.programmes.rules import burn_up
from app.web.formats import formats

SPAN = {"target": 10, "starts_on": date(2026, 9, 1), "ends_on": date(2026, 12, 9)}


def test_the_line_climbs_in_steps_and_never_as_a_ramp() -> None:
    points = burn_up({date(2026, 10, 1): 4, date(2026, 11, 1): 2}, on=date(2026, 11, 23), **SPAN)
    made = burn_up_chart(points, fmt=formats("en", "Asia/Almaty"), **SPAN)
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+", made.line)
    heights = [float(one) for one in re.findall(r"V([\d.]+)", made.line)]
    assert heights == sorted(heights, reverse=True)  # y counts downwards
    assert (made.dot[0], made.dot[1]) == tuple(re.findall(r"H([\d.]+)V([\d.]+)", made.line)[-1])
    assert made.area.endswith("z")
    assert made.line.split(" ", 1)[1] in made.area.replace("V", " ", 1)
