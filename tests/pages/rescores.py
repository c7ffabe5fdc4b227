"""The scene of objections and a re-score, played over HTTP like the others of ``scenes``."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.worker import make_context, run_due


def found(pattern: str, page: str) -> str:
    """What the one group of ``pattern`` holds where it first stands on the page."""
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


def _work(player: Any) -> None:
    world = player.browser._world
    run_due(make_context(world.engine, world.clock, world.settings))


def play(player: Callable[[str], Any], one: Callable[..., UUID]) -> None:
    """Two objections are heard and answered; a key is corrected; then one is withdrawn that costs a pass."""
    attempt = one(
        "SELECT a.id FROM attempt a JOIN person p ON p.id = a.candidate_id WHERE p.email = 'dana@demo.example'"
        " AND a.lifecycle = 'scored'"
    )
    holder, first, second, officer = map(player, ("dana", "arman", "timur", "yerlan"))
    here = f"exams/attempts/{attempt}/challenges"
    holder.opens(here)
    holder.sends(here, 422, number="500", body="short")
    for number in ("2", ""):
        holder.sends(here, number=number, body="Үлгі қарсылық: екі жауап та дұрыс сияқты.")
    first.opens("rescores")
    item = found(r'href="[^"]+/(challenges/items/[^"]+)"', first.opens("challenges"))
    _answered(first, second, item, uphold=True)
    whole = found(r'href="[^"]+/(challenges/(?!items)[^"]+)"', first.opens("challenges"))
    _answered(first, second, whole, uphold=False)
    _work(holder)
    holder.opens(here)
    first.opens("challenges")
    _corrected(first, officer, f"rescores/{item.removeprefix('challenges/')}")
    holder.opens(f"exams/attempts/{attempt}/result")


def _answered(first: Any, second: Any, tail: str, *, uphold: bool) -> None:
    filed = found(r'name="challenge" value="([^"]+)"', first.opens(tail))
    form: dict[str, Any] = {"challenge": [filed], "verdict": "uphold" if uphold else "dismiss"}
    first.sends(f"{tail}/proposal", 422, **form)
    first.sends(f"{tail}/proposal", note="Үлгі", **form)
    first.opens(tail)
    second.opens(tail)
    second.sends(f"{tail}/decision", 422, **form)
    second.sends(
        f"{tail}/decision", **{f"answer_{code}": "Үлгі жауап" for code in ("kk", "ru", "en")}, **form
    )


def _corrected(first: Any, officer: Any, tail: str) -> None:
    """A dry run, sent back, made anew, decided for everybody, carried out; the certificates at risk."""
    item = tail.rsplit("/", 1)[1]
    first.opens(tail)
    first.sends(tail, 422, item=item, kind="new_key", reason="Үлгі себеп")
    for word in ("a", "b"):  # one of them is not the present key
        reply = first.browser.post(
            f"/{first.locale}/{tail}",
            {"item": item, "kind": "new_key", "chosen": [word], "reason": "Үлгі себеп"},
        )
        if reply.status_code == 303:
            break
    plan = f"/{first.locale}/rescores/" + str(reply.headers["location"]).rsplit("/", 1)[1]
    first.opens(plan)
    _work(first)
    first.opens(plan)
    seen = found(r'name="plan_hash" value="([^"]+)"', officer.opens(plan))
    officer.sends(f"{plan}/decision", 422, verdict="approve", plan_hash=seen)
    officer.sends(f"{plan}/decision", verdict="reject", plan_hash=seen, reason="Үлгі себеп")
    again = first.sends(f"{plan}/renewal")
    plan = found(r'rel="canonical" href="[^"]*(/rescores/[^"]+)"', again)[1:]
    _work(first)
    seen = found(r'name="plan_hash" value="([^"]+)"', officer.opens(plan))
    decided = {"verdict": "approve", "policy": "apply", "plan_hash": seen, "reason": "Үлгі себеп"}
    officer.sends(f"{plan}/decision", **decided)
    _work(first)
    officer.opens(plan)
    first.opens(plan)
    page = officer.opens("rescores/certificates")
    if "rescores/certificates/" in page:
        review = found(r'action="([^"]+/rescores/certificates/[^"]+)"', page)
        officer.sends(review, 422, note="")
        officer.sends(review, note="Үлгі себеп")
