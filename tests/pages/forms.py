"""The scene of exam forms, played over HTTP like the others of ``scenes``."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.worker import make_context, run_due


def play(manager: Any, one: Callable[..., UUID]) -> None:
    """Parallel forms are asked for: wrongly, too many, then one, which is accepted and published."""
    world = manager.browser._world
    manager.opens("forms")
    page = manager.opens("forms/new")
    bank = re.search(r'id="bank_id"[^>]*><option value="([^"]+)"', page)
    assert bank is not None
    wish = {
        "blueprint_id": str(one("SELECT id FROM blueprint WHERE version = 'demonstration v1'")),
        "bank_id": bank[1],
        "forms": "9",
        "seconds": "10",
        "seed": "3",
        "cases": "4",
        "most_forms": "1",
        "overlap": "0",
    }
    manager.sends("forms", 422, **wish | {"forms": "11", "least-single": "5", "most-single": "2"})
    place = ""
    for more in ({}, {"forms": "2", "least-apply": "1", "most-apply": "24"}):
        waiting = manager.sends("forms", **wish | more)
        manager.opens("forms")
        asked = re.search(r'hx-get="([^"]+/searches/[^"]+)"', waiting)
        assert asked is not None
        place = asked[1]
        run_due(make_context(world.engine, world.clock, world.settings))
        manager.opens(place)
    manager.sends(f"{place}/acceptance", 422, number="1")
    manager.sends(f"{place}/acceptance", number="1", reason="Үлгі себеп")
    manager.sends(f"{place}/acceptance", 409, number="1", reason="Үлгі себеп")
    manager.opens("forms")
