"""A sitting at a distance: candidates before a camera, their proctors and a manager."""

import json
from pathlib import Path
from typing import Any

from app.exams.models.booking import Application, Centre, Room, Sitting
from app.exams.rules.states import AccommodationState, ApplicationState, Lifecycle, Mode
from app.proctoring.queries import pictures as queries
from app.proctoring.rules import chain
from app.proctoring.rules.keeping import Keeping
from app.proctoring.service.pictures import Vault
from tests import factories
from tests.exams.delivery_world import Candidate, make_attempt, make_exam, make_sitting
from tests.world import World

WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"a small picture " * 20
JPEG = b"\xff\xd8\xff\xe0" + b"a face before a wall" * 20
SCRIPT = {"HX_Request": "true"}


class Distance:
    """One sitting that is watched over a network."""

    def __init__(self, world: World, mode: Mode = Mode.LIVE) -> None:
        self.world, self.mode = world, mode
        self.exam = make_exam(world, certification=True, mode=mode)
        self.proctor, self.trainer = (factories.person(world, "proctor") for _ in range(2))
        self.manager = factories.person(world, "exam_manager")
        self.sitting = make_sitting(world, self.exam, mode=mode, proctors=[self.proctor, self.trainer])

    def candidate(self, lifecycle: Lifecycle = Lifecycle.READY) -> Candidate:
        """Somebody of the sitting; ``ready``: the exam has started."""
        person = factories.person(self.world, "candidate")
        made = make_attempt(
            self.world,
            self.exam,
            person,
            sitting_id=self.sitting,
            mode=self.mode,
            lifecycle=lifecycle,
        )
        who = Candidate(self.world, person, made)
        if lifecycle is Lifecycle.READY:
            assert who.start().status_code == 303
        return who

    def applies(self, who: Candidate, name: str) -> None:
        """The candidate applied under this name, so that the room lists them."""
        with self.world.write() as session:
            session.add(
                Application(
                    person_id=who.person_id,
                    exam_id=self.exam.exam_id,
                    state=ApplicationState.ACCEPTED,
                    name_latin=name,
                    adult=True,
                    conduct_version="1",
                    mark_version="1",
                    notice_version="1",
                    accepted_at=self.world.clock.now(),
                    accommodation=AccommodationState.NONE,
                    created_at=self.world.clock.now(),
                )
            )

    def gets_a_room(self) -> None:
        """The sitting stands on the page of rooms."""
        here = {"kk": "c", "ru": "c", "en": "c"}
        with self.world.write() as session:
            centre = Centre(slug="c", name=here, address=here, timezone="Asia/Almaty")
            session.add(centre)
            session.flush()
            room = Room(centre_id=centre.id, name="1", capacity=50)
            session.add(room)
            session.flush()
            session.get_one(Sitting, self.sitting).room_id = room.id

    @property
    def store(self) -> Path:
        """Where the bytes stand."""
        return self.world.settings.var_dir / "pictures"

    def files(self) -> list[Path]:
        """Every file of the store."""
        return sorted(path for path in self.store.rglob("*") if path.is_file())

    def vault(self) -> Vault:
        """As a process of the installation opens it."""
        secret: bytes = self.world.app.state.secret
        return Vault(self.world.settings.var_dir, secret)

    def shots(self, who: Candidate) -> list[queries.Shot]:
        assert who.attempt_id is not None
        with self.world.read() as session:
            return queries.pictures_of(session, who.attempt_id)

    def receipts(self, who: Candidate) -> dict[Keeping, int]:
        assert who.attempt_id is not None
        with self.world.read() as session:
            return {one.keeping: one.number for one in queries.receipts_of(session, who.attempt_id)}


def snapshot(who: Candidate, seq: int, content: bytes = WEBP) -> Any:
    """Send one as the page's script does."""
    return who.browser.post(
        f"{who.place}/snapshots", {"seq": str(seq)}, files={"picture": ("snapshot", content)}, **SCRIPT
    )


def identity(who: Candidate, kind: str, content: bytes = JPEG) -> Any:
    """Send a picture of check-in as the plain form does."""
    return who.browser.post(f"{who.place}/pictures", {"kind": kind}, files={"picture": ("p", content)})


def chained(
    *told: tuple[str, dict[str, Any]], seq: int = 1, head: str = chain.GENESIS
) -> list[dict[str, Any]]:
    """Signals as the page makes them."""
    made = []
    for number, (kind, facts) in enumerate(told, seq):
        head = chain.link(head, seq=number, at=1_790_000_000_000 + number, kind=kind, facts=facts)
        made.append(
            {"seq": number, "at": 1_790_000_000_000 + number, "kind": kind, "facts": facts, "hash": head}
        )
    return made


def signals(who: Candidate, batch: Any, chain: str = "a" * 32) -> Any:
    """Deliver signals of a window as the page's script does."""
    return who.browser.post(f"{who.place}/signals", {"batch": json.dumps(batch), "chain": chain}, **SCRIPT)


def door(who: Candidate) -> str:
    """Where supervising people reach the pictures."""
    return f"/en/rooms/attempts/{who.attempt_id}"


def says(
    distance: Distance, who: Candidate, verdict: str, by: Any = None, reason: str = "", **named: str
) -> Any:
    """What a proctor's page sends: a verdict about the newest pictures, unless others are named."""
    newest = {str(shot.kind): str(shot.id) for shot in distance.shots(who)}
    both = newest if {"face", "document"} <= set(newest) else {}
    data = {"verdict": verdict, "reason": reason} | {
        kind: both.get(kind, "") for kind in ("face", "document")
    }
    return (by or distance.world.browser(distance.proctor)).post(f"{door(who)}/identity", data | named)
