"""The scene of capstones: written, handed in, given back, rated, told; the letter, and the resubmission."""

import re
from collections.abc import Callable
from typing import Any

from app.capstone.queries.briefs import shipped
from app.capstone.queries.work import version
from app.worker import make_context, run_due
from tests.pages.rescores import found

COMMENT = "Үлгі пікір: негіздемесі екінші бөлімде"


def play(player: Callable[[str], Any]) -> None:
    """One is written from the start; another is begun anew after a fail; raters and the officer do their part."""
    learner, one_rater, other_rater, officer = map(player, ("aigerim", "kuanysh", "rater", "yerlan"))
    first = shipped().deliverables[0].id
    work = found(rf'href="[^"]*/(capstone/[^"/]+)/parts/{first}"', learner.sends("capstone"))
    learner.opens(f"{work}/submission")
    learner.opens(f"{work}/parts/aids")
    learner.sends(f"{work}/parts/aids", 422, body="a" * 3001)
    learner.sends(f"{work}/submission", 409, confirmed="")
    for part in shipped().deliverables:
        learner.sends(f"{work}/parts/{part.id}", body="Үлгі мәтін", based_on=version(""))
        learner.sends(f"{work}/parts/{part.id}", 409, body="Үлгі", based_on=version(""))
    confirmed = found(r'name="confirmed" value="([^"]+)"', learner.opens(f"{work}/submission"))
    learner.sends(f"{work}/submission", confirmed=confirmed)
    learner.sends("capstone", 409)
    code = found(r'class="code">(\w{4}-\w{4})<', learner.opens("capstone"))
    for rater, level in ((one_rater, "1"), (other_rater, "1")):
        page = rater.opens("ratings")
        place = found(rf'href="[^"]*/(ratings/[^"]+)">{code}', page)
        rater.opens(place)
        sent = {f"level-{one.id}": level for one in shipped().criteria}
        sent |= {f"comment-{one.id}": COMMENT for one in shipped().criteria}
        rater.sends(place, 409, **sent)
        rater.sends(f"{place}/taking")
        rater.sends(f"{place}/return", 422)
        rater.sends(place, 422)
        rater.sends(place, **sent)
        rater.opens("ratings")
    waiting = re.findall(r'href="[^"]*/(capstones/[^"]+)"', officer.opens("capstones"))
    for place in dict.fromkeys(waiting):
        officer.opens(place)
        officer.sends(f"{place}/telling", 422, words="a" * 1001)
        officer.sends(f"{place}/telling", words="Үлгі сөз")
        officer.sends(f"{place}/telling", 409)
    officer.opens("capstones")
    world = learner.browser._world
    run_due(make_context(world.engine, world.clock, world.settings))
    again = learner.sends("capstone")
    assert f'id="part-{shipped().deliverables[0].id}"' in again
