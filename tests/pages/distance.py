"""The pages of an exam at a distance: pictures, others that are asked for, monitoring, and a legal hold."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import SQLModel

from app.exams.rules.states import Mode
from app.proctoring.queries.pictures import newest, pictures_of
from app.proctoring.rules.pictures import PictureKind
from tests.world import World


def _become(world: World, mode: Mode, **keys: str) -> None:
    """Make a sitting and an attempt of it ones of another way of supervising."""
    with world.write() as session:
        for table, key in keys.items():
            made = SQLModel.metadata.tables[table]
            session.execute(update(made).where(made.c.id == UUID(key)).values(mode=mode))


def _named(world: World, attempt_id: str, kind: str) -> str:
    with world.read() as session:
        shot = newest(pictures_of(session, UUID(attempt_id)), PictureKind(kind))
    assert shot is not None
    return str(shot.id)


def play(world: World, players: tuple[Any, Any, Any], sitting: str, place: str) -> None:
    """Between check-in and admission; a match of both pictures admits."""
    candidate, manager, proctor = players
    attempt_id = place.rsplit("/", 1)[1]
    watched = f"rooms/attempts/{attempt_id}"
    _become(world, Mode.LIVE, sitting=sitting, attempt=attempt_id)
    candidate.opens(f"{place}/before")
    candidate.opens(f"{place}/pictures")
    proctor.opens(f"rooms/{sitting}")
    proctor.opens(f"rooms/{sitting}/wall")
    proctor.opens(f"{watched}/identity")
    for kind in ("face", "document"):
        for content, status in ((b"", 422), (b"\xff\xd8\xff\xe0 a face", 303)):
            reply = candidate.browser.post(
                f"{place}/pictures", {"kind": kind}, files={"picture": ("a.jpg", content)}
            )
            candidate._shown(f"{place}/pictures", reply, status)
    proctor.opens(f"{watched}/identity")
    proctor.sends(f"{watched}/identity", 422, verdict="again")
    named = {kind: _named(world, attempt_id, kind) for kind in ("face", "document")}
    proctor.sends(f"{watched}/identity", verdict="again", reason="Аты-жөні көрінбейді", **named)
    candidate.opens(f"{place}/pictures")
    manager.sends(f"{watched}/hold", 422, hold_reason="")
    held = manager.sends(f"{watched}/hold", hold_reason="Сот сұрады")
    lifting = re.search(r'action="([^"]+/lifting)"', held)
    assert lifting is not None
    manager.sends(lifting[1], hold_reason="Дау аяқталды")
    proctor.sends(f"rooms/{sitting}/monitoring", 422, to="off")
    for to in ("off", "on"):
        proctor.sends(f"rooms/{sitting}/monitoring", to=to, reason="Хабарлама оқылмады")
    proctor.sends(f"{watched}/identity", verdict="matched", **named)
    candidate.opens(f"{place}/pictures")
    candidate.opens(f"{place}/before")
    _become(world, Mode.ON_SITE, sitting=sitting, attempt=attempt_id)
