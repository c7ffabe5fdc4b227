"""The scene of an appeal against an invalidated result, played over HTTP like the others of ``scenes``."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from app.appeals.models.panel import AppealSeat
from app.appeals.rules.panel import SEAT_TIME

BODY = "Телефон менікі емес, оны қасымдағы адам қойған еді."
REASONS = "Бейнеде телефонды басқа адам қойғаны көрініп тұр."


def play(player: Callable[[str], Any], candidate: Any, place: str) -> None:
    """It is filed; one member gives it back, two vote; the candidate reads why."""
    here = f"{place}/appeal"
    candidate.opens(here)
    candidate.sends(here, 422, body="Жоқ")
    candidate.sends(here, body=BODY)
    members = [player(name) for name in ("timur", "panel1", "panel2")]
    for one in members:
        one.opens("appeals")
    appeal = re.findall(r'href="[^"]+/(appeals/[^"]+)"', members[0].opens("appeals"))[-1]
    for one in members:
        one.opens(appeal)
    members[2].sends(f"{appeal}/taking")
    world = candidate.browser._world
    with world.write() as session:  # and then did nothing for longer than a seat is kept
        session.execute(update(AppealSeat).values(taken_at=world.clock.now() - 2 * SEAT_TIME))
    for one in members[:2]:
        one.sends(f"{appeal}/taking")
    members[2].sends(f"{appeal}/votes", 409, verdict="uphold", reasons=REASONS)
    members[0].sends(f"{appeal}/return", 422, reason="")
    members[0].sends(f"{appeal}/return", reason="Кімнің емтиханы екенін білемін")
    members[1].sends(f"{appeal}/votes", 422, verdict="uphold", reasons="Иә")
    members[1].sends(f"{appeal}/votes", verdict="uphold", reasons=REASONS)
    members[2].sends(f"{appeal}/taking")
    members[2].sends(f"{appeal}/votes", verdict="uphold", reasons=REASONS)
    members[2].opens(appeal)
    player("gulnara").opens("appeals/clocks")
    candidate.opens(here)
    candidate.opens(f"{place}/result")
    candidate.opens(f"{place}/record")
