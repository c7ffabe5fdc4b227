"""Pictures come in, are looked at and compared; monitoring is switched. Nothing here stops or ends an exam.

A picture is encrypted and written before the transaction that notes it, so that none waits for a disk.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from app.exams.queries.keeping import Taken
from app.exams.rules.secure_browser import AT_A_DISTANCE, COMPARED
from app.exams.rules.states import Lifecycle, Mode
from app.exams.rules.transitions import Who
from app.exams.service import doors, rooms
from app.kernel.canonical import sha256_hex
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.files import Files
from app.platform.sealing import Unopenable, new_key, seal, unseal, wrapping_key
from app.proctoring import models
from app.proctoring.errors import NoPicture, NotWatched, PictureGone, PicturesChanged, PicturesMissing
from app.proctoring.queries import pictures as queries
from app.proctoring.rules import pictures as rules
from app.proctoring.rules.keeping import Keeping


class Vault:
    """The file store of an installation with the key under which the keys of attempts are kept."""

    def __init__(self, var_dir: Path, secret: bytes) -> None:
        self.files = Files(var_dir / "pictures")
        self._wrapping = wrapping_key(secret)

    def fresh(self, attempt_id: UUID, keeping: Keeping) -> bytes:
        """A new key, wrapped."""
        return seal(self._wrapping, new_key(), name=folder(attempt_id, keeping))

    def put(self, wrapped: bytes, attempt_id: UUID, keeping: Keeping, content: bytes) -> str:
        """Encrypt and write; the name of the file."""
        place = folder(attempt_id, keeping)
        key = unseal(self._wrapping, wrapped, name=place)
        return self.files.put(place, seal(key, content, name=place))

    def get(self, wrapped: bytes, attempt_id: UUID, keeping: Keeping, file: str) -> bytes:
        """The bytes of a picture.

        Raises:
            PictureGone: the file is not there, or does not open.
        """
        place = folder(attempt_id, keeping)
        try:
            key = unseal(self._wrapping, wrapped, name=place)
            return unseal(key, self.files.get(place, file), name=place)
        except (FileNotFoundError, Unopenable):
            raise PictureGone from None


def folder(attempt_id: UUID, keeping: Keeping) -> str:
    """Where the files of an attempt stand that go together."""
    return f"{attempt_id.hex}/{keeping}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A picture on its way. ``seq``: the page's own number of a snapshot."""

    kind: rules.PictureKind
    content: bytes
    seq: int = 0


def check(one: Taken, found: queries.Intake, incoming: Incoming) -> None:
    """Whether a picture is taken now.

    Raises:
        NotWatched: none is: another mode, monitoring is off, or the attempt does not run.
        NoPicture: the bytes are none, or there are enough.
    """
    if incoming.kind is rules.PictureKind.SNAPSHOT:
        wanted = rules.watches(mode=one.mode, lifecycle=one.lifecycle, monitored=found.monitored)
        enough = found.taken >= rules.MOST_SNAPSHOTS
    else:
        wanted = rules.takes_identity(mode=one.mode, lifecycle=one.lifecycle, last=found.verdict)
        enough = found.taken >= rules.MOST_IDENTITY
    if not wanted or found.destroyed:
        raise NotWatched
    if enough or rules.fault_of(incoming.kind, incoming.content) is not None:
        raise NoPicture


def add_key(session: Session, clock: Clock, attempt_id: UUID, keeping: Keeping, wrapped: bytes) -> bool:
    """Keep the key of an attempt; False: another one was made meanwhile."""
    return insert_once(
        session,
        models.KeptKey,
        attempt_id=attempt_id,
        keeping=keeping,
        wrapped=wrapped,
        made_at=clock.now(),
    )


def note(
    session: Session, clock: Clock, *, attempt_id: UUID, incoming: Incoming, file: str, seq: int
) -> bool:
    """Write down that a picture came and stands in ``file``; False: it was there before."""
    found = rules.format_of(incoming.content)
    if found is None:
        raise NoPicture
    return insert_once(
        session,
        models.Picture,
        id=new_id(),
        attempt_id=attempt_id,
        kind=incoming.kind,
        seq=seq,
        format=found,
        size=len(incoming.content),
        sha256=sha256_hex(incoming.content),
        file=file,
        at=clock.now(),
    )


def opened(vault: Vault, attempt_id: UUID, shot: queries.Shot) -> bytes:
    """The bytes of a picture that is still kept, checked against what came.

    Raises:
        PictureGone: it is not, or its bytes are others.
    """
    if shot.wrapped is None:
        raise PictureGone
    content = vault.get(shot.wrapped, attempt_id, rules.keeping_of(shot.kind), shot.file)
    if sha256_hex(content) != shot.sha256:
        raise PictureGone
    return content


def note_look(
    session: Session, clock: Clock, *, attempt_id: UUID, picture_id: UUID, person_id: UUID, look: rules.Look
) -> None:
    """Write down that somebody looked at a picture, and why."""
    session.add(
        models.PictureView(
            attempt_id=attempt_id, picture_id=picture_id, look=look, actor_id=person_id, at=clock.now()
        )
    )
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="picture.seen",
        subject_kind="attempt",
        subject_id=attempt_id,
        picture=picture_id,
        purpose=str(look),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a proctor says, and about which pictures; without any only with a reason."""

    verdict: rules.Verdict
    reason: str | None = None
    face_id: UUID | None = None
    document_id: UUID | None = None


def judge(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID,
    roles: Collection[Who],
    said: Said,
) -> Refused | None:
    """Say whether face and document show one person, as a proctor of the sitting; a match admits who waits.

    It may be said after the exam too: without it nobody is certified.

    Raises:
        NotFound: no such attempt, or no proctor of its sitting.
        NotWatched: no pictures are taken of it now, or nobody waits to be compared any more.
        PicturesChanged: the pictures it is about are not the newest.
        PicturesMissing: one of the two pictures is not there, and no reason says how it goes without.
        RoomClosed: who still waits is not admitted any more.
    """
    if Who.PROCTOR not in roles:
        raise NotFound
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="compare")
    if isinstance(attempt, Refused):
        return attempt
    if attempt.mode not in AT_A_DISTANCE or attempt.lifecycle not in COMPARED:
        raise NotWatched
    _about_the_newest(session, attempt_id, said)
    again = said.verdict is rules.Verdict.AGAIN
    if again and not rules.takes_identity(mode=attempt.mode, lifecycle=attempt.lifecycle, last=None):
        raise NotWatched
    session.add(
        models.IdentityCheck(
            attempt_id=attempt_id,
            verdict=said.verdict,
            face_id=said.face_id,
            document_id=said.document_id,
            reason=said.reason,
            actor_id=actor_id,
            at=clock.now(),
        )
    )
    doors.note(session, clock, attempt, actor_id, "identity.compared", verdict=str(said.verdict))
    waits = attempt.mode is Mode.LIVE and attempt.lifecycle is Lifecycle.CHECKIN
    if again:
        return None
    if waits and attempt.sitting_id is not None:
        session.flush()
        return rooms.admit(
            session,
            clock,
            proctor_id=actor_id,
            sitting_id=attempt.sitting_id,
            attempt_id=attempt_id,
            compared=True,
        )
    rooms.note_identity(session, clock, attempt, actor_id=actor_id)
    return None


def _about_the_newest(session: Session, attempt_id: UUID, said: Said) -> None:
    shots = queries.pictures_of(session, attempt_id)
    face, document = (queries.newest(shots, kind) for kind in rules.kinds_of(Keeping.IDENTITY))
    both = face is not None and document is not None and not face.gone and not document.gone
    there = (face.id, document.id) if both and face and document else (None, None)
    if (said.face_id, said.document_id) != there:
        raise PicturesChanged if both or said.face_id or said.document_id else PicturesMissing
    if not both and said.reason is None:
        raise PicturesMissing


def switch(
    session: Session, clock: Clock, *, sitting_id: UUID, actor_id: UUID, on: bool, reason: str
) -> bool:
    """Switch the monitoring of a sitting off or on; the exam goes on. False: it stood so before."""
    if queries.is_monitored(session, sitting_id) is on:
        return False
    session.add(
        models.MonitoringSwitch(
            sitting_id=sitting_id, on=on, reason=reason, actor_id=actor_id, at=clock.now()
        )
    )
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="monitoring.on" if on else "monitoring.off",
        subject_kind="sitting",
        subject_id=sitting_id,
    )
    return True
