"""Loading a file with answers that a page could not send: first what it would change, then the act.

While the attempt takes answers they are saves like any other. Afterwards they are kept as evidence, and
nothing that was scored changes.
"""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import AnswerUnknown, MoveNotAllowed, ReasonMissing, UnsentChanged
from app.exams.models.attempts import Attempt
from app.exams.models.unsent import UnsentLoad
from app.exams.queries import attempts as queries
from app.exams.rules import unsent
from app.exams.rules.unsent import Change, FileProblem, UnsentFile, Weighed
from app.exams.service import answers, batch, doors
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.platform.database import insert_once


@dataclass(frozen=True, slots=True)
class Shown:
    """A file held against what is stored. ``loaded`` True: this content was loaded before."""

    file: UnsentFile
    weighed: tuple[Weighed, ...]
    taken: bool
    loaded: bool

    @property
    def state(self) -> str:
        """What was shown, in few words: who confirms it confirms this and nothing else."""
        return " ".join(f"{one.answer.place}:{one.change}" for one in self.weighed)


def show(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, raw: bytes
) -> Shown | FileProblem | Refused:
    """What loading the file would do; nothing is written but the trace of a refused trainer.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it has not started.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="unsent")
    if isinstance(attempt, Refused):
        return attempt
    return _weigh(session, clock, attempt, raw)


def load(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID,
    raw: bytes,
    confirmed: str,
    reason: str,
) -> Counter[Change] | FileProblem | Refused:
    """Load the file as it was shown; how many places became what. The same content is loaded once.

    ``confirmed`` is the ``state`` that was shown.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it has not started.
        ReasonMissing: a reason is needed.
        UnsentChanged: loading would do something else now than what was shown.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="unsent")
    if isinstance(attempt, Refused):
        return attempt
    if not reason.strip():
        raise ReasonMissing
    found = _weigh(session, clock, attempt, raw)
    if isinstance(found, FileProblem) or found.loaded:
        return found if isinstance(found, FileProblem) else Counter()
    if found.state != confirmed:
        raise UnsentChanged
    changes = Counter(one.change for one in found.weighed)
    insert_once(
        session,
        UnsentLoad,
        id=new_id(),
        attempt_id=attempt.id,
        sha256=found.file.sha256,
        made_at=found.file.made_at,
        answers=[asdict(answer) for answer in found.file.answers],
        changes={str(change): number for change, number in changes.items()},
        reason=reason.strip(),
        actor_id=actor_id,
        at=clock.now(),
    )
    for one in found.weighed:
        _put(session, clock, attempt, one)
    doors.note(
        session,
        clock,
        attempt,
        actor_id,
        "attempt.unsent_loaded",
        sha256=found.file.sha256,
        **{str(change): number for change, number in changes.items()},
    )
    return changes


def _weigh(session: Session, clock: Clock, attempt: Attempt, raw: bytes) -> Shown | FileProblem:
    if attempt.layout is None or attempt.deadline is None:
        raise MoveNotAllowed
    file = unsent.read_unsent(raw, code=attempt.code)
    if isinstance(file, FileProblem):
        return file
    given = tuple(batch.Given(one.place, one.chosen, one.version) for one in file.answers)
    try:
        read = answers.read(attempt.layout, batch.Order(given))
    except AnswerUnknown:
        return FileProblem.UNKNOWN_PLACE
    stored = [replace(one, chosen=words.chosen) for one, words in zip(file.answers, read, strict=True)]
    refusal = answers.refusal_of(attempt, None, clock.now())
    held = {
        place: (answer.chosen, answer.version)
        for place, answer in queries.answers_of(session, attempt.id).items()
    }
    return Shown(
        file,
        unsent.weigh(stored, held, taken=refusal is None),
        taken=refusal is None,
        loaded=_was_loaded(session, attempt.id, file.sha256, taken=refusal is None),
    )


def _was_loaded(session: Session, attempt_id: UUID, sha256: str, *, taken: bool) -> bool:
    """Whether loading again could do nothing new: what was kept as evidence counts once answers are taken."""
    wanted = select(col(UnsentLoad.changes)).where(
        col(UnsentLoad.attempt_id) == attempt_id, col(UnsentLoad.sha256) == sha256
    )
    changes = session.scalar(wanted)
    return changes is not None and not (taken and changes.get(str(Change.EVIDENCE)))


def _put(session: Session, clock: Clock, attempt: Attempt, one: Weighed) -> None:
    """Save as the page would have; what the rules do not take leaves the event of a refusal."""
    if one.change is Change.STORED:
        return
    given = batch.Given(one.answer.place, one.answer.chosen, one.based_on, clear=not one.answer.chosen)
    answers.save(
        session,
        clock,
        candidate_id=attempt.candidate_id,
        attempt_id=attempt.id,
        order=batch.Order((given,), lease=None, key=one.answer.key, client_seq=one.answer.seq),
        locale=str(attempt.locale or "en"),
    )
