"""Working on a capstone and handing it in. After that nothing of it changes."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from app.capstone.errors import (
    CapstoneChanged,
    CapstoneFull,
    CapstoneHandedIn,
    CapstoneIncomplete,
    CapstoneOpen,
    CapstoneOver,
    CapstonePassed,
    CapstoneStale,
    CapstoneTooMuch,
    SameFile,
)
from app.capstone.models import CapstoneBrief, CapstoneFile, CapstoneSubmission, CapstoneText
from app.capstone.queries import work as queries
from app.capstone.queries.briefs import brief_of, shipped
from app.capstone.rules.briefs import Deliverable
from app.capstone.rules.rating import Standing, may_begin, standing_of
from app.capstone.rules.uploads import MAX_TOGETHER, Sound
from app.capstone.service.traces import note
from app.kernel.canonical import sha256_hex
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.database import insert_once

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def begin(session: Session, clock: Clock, *, person_id: UUID) -> UUID:
    """Begin the capstone, or its resubmission with a copy of what was handed in; its id.

    Raises:
        CapstoneOpen, CapstonePassed, CapstoneOver: why not.
    """
    outcomes, open_now = queries.outcomes_told(session, person_id)
    if not may_begin(outcomes, open_now=open_now):
        standing = standing_of(outcomes, open_now=open_now)
        raise {Standing.OPEN: CapstoneOpen, Standing.PASSED: CapstonePassed}.get(standing, CapstoneOver)
    now, made = clock.now(), new_id()
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    fresh = insert_once(
        session,
        CapstoneSubmission,
        id=made,
        code=f"{signs[:4]}-{signs[4:]}",
        person_id=person_id,
        brief_id=_written_down(session, now),
        number=len(outcomes) + 1,
        begun_at=now,
        changed_at=now,
    )
    if not fresh:
        raise CapstoneOpen
    if outcomes:
        _copy(session, queries.own_submissions(session, person_id)[1], made, now)
    note(session, clock, person_id, "capstone.begun", made, number=len(outcomes) + 1)
    return made


def _written_down(session: Session, now: datetime) -> UUID:
    brief = shipped()
    insert_once(
        session,
        CapstoneBrief,
        id=new_id(),
        slug=brief.slug,
        version=brief.version,
        content=brief.model_dump(mode="json"),
        written_at=now,
    )
    return session.scalars(
        select(col(CapstoneBrief.id)).where(
            col(CapstoneBrief.slug) == brief.slug, col(CapstoneBrief.version) == brief.version
        )
    ).one()


def _copy(session: Session, earlier: UUID, later: UUID, now: datetime) -> None:
    asked = {
        part.id for part in shipped().deliverables
    }  # the brief may be a newer version than the earlier one
    for text in session.scalars(
        select(CapstoneText).where(
            col(CapstoneText.submission_id) == earlier, col(CapstoneText.part).in_(asked)
        )
    ):
        session.add(CapstoneText(submission_id=later, part=text.part, body=text.body, saved_at=now))
    wanted = select(CapstoneFile).where(
        col(CapstoneFile.submission_id) == earlier, col(CapstoneFile.part).in_(asked)
    )
    for file in session.scalars(wanted.order_by(col(CapstoneFile.id))):
        held = file.model_dump(exclude={"id", "submission_id", "stored_at"})
        session.add(CapstoneFile(**held, submission_id=later, stored_at=now))
    session.flush()


def _hold(session: Session, clock: Clock, person_id: UUID, submission_id: UUID) -> UUID:
    """Hold the person's own open submission for a change; its brief.

    Raises:
        NotFound: no such submission of theirs.
        CapstoneHandedIn: it never changes now.
    """
    own = col(CapstoneSubmission.id) == submission_id, col(CapstoneSubmission.person_id) == person_id
    brief_id: UUID | None = session.execute(
        update(CapstoneSubmission)
        .where(*own, col(CapstoneSubmission.handed_in_at).is_(None))
        .values(changed_at=clock.now())
        .returning(col(CapstoneSubmission.brief_id))
    ).scalar_one_or_none()
    if brief_id is not None:
        return brief_id
    if session.scalars(select(col(CapstoneSubmission.id)).where(*own)).first() is None:
        raise NotFound
    raise CapstoneHandedIn


def _part(session: Session, brief_id: UUID, part: str) -> Deliverable:
    found = next((one for one in brief_of(session, brief_id).deliverables if one.id == part), None)
    if found is None:
        raise NotFound
    return found


def save_text(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    submission_id: UUID,
    part: str,
    body: str,
    based_on: str,
) -> None:
    """Keep what was written for a part; an empty text removes it.

    ``based_on`` is the ``version`` of the text that the writer had before them.

    Raises:
        NotFound: no such submission or part, or the text is longer than the part takes.
        CapstoneHandedIn: see ``hand_in``.
        CapstoneStale: another text was stored meanwhile, from another window; it stays.
    """
    taken = _part(session, _hold(session, clock, person_id, submission_id), part)
    if len(body) > taken.characters:
        raise NotFound
    kept_body = "" if not body.strip() else body
    this = col(CapstoneText.submission_id) == submission_id, col(CapstoneText.part) == part
    stored = session.scalars(select(col(CapstoneText.body)).where(*this)).first() or ""
    if stored == kept_body:
        return
    if queries.version(stored) != based_on:
        raise CapstoneStale
    if not kept_body:
        session.execute(delete(CapstoneText).where(*this))
        return
    values = {"body": kept_body, "saved_at": clock.now()}
    kept = insert_once(session, CapstoneText, id=new_id(), submission_id=submission_id, part=part, **values)
    if not kept:
        session.execute(update(CapstoneText).where(*this).values(**values))


def store_file(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    submission_id: UUID,
    part: str,
    sound: Sound,
    content: bytes,
) -> None:
    """Keep a file that was read and found sound.

    Raises:
        NotFound: no such submission or part.
        CapstoneHandedIn: see ``hand_in``.
        CapstoneFull, CapstoneTooMuch: the part has its files, or all together would be too large.
        SameFile: the part holds it already.
    """
    taken = _part(session, _hold(session, clock, person_id, submission_id), part)
    of_submission = col(CapstoneFile.submission_id) == submission_id
    count = session.execute(
        select(func.count()).where(of_submission, col(CapstoneFile.part) == part)
    ).scalar_one()
    if count >= taken.files:
        raise CapstoneFull
    total = session.execute(select(func.coalesce(func.sum(CapstoneFile.size), 0)).where(of_submission))
    if int(total.scalar_one()) + len(content) > MAX_TOGETHER:
        raise CapstoneTooMuch
    digest = sha256_hex(content)
    fresh = insert_once(
        session,
        CapstoneFile,
        id=new_id(),
        submission_id=submission_id,
        part=part,
        name=sound.name,
        kind=sound.kind,
        size=len(content),
        sha256=digest,
        content=content,
        stored_at=clock.now(),
    )
    if not fresh:
        raise SameFile
    note(session, clock, person_id, "capstone.file_stored", submission_id, sha256=digest)


def remove_file(
    session: Session, clock: Clock, *, person_id: UUID, submission_id: UUID, file_id: UUID
) -> None:
    """Remove a file with its bytes.

    Raises:
        NotFound: no such submission or file.
        CapstoneHandedIn: see ``hand_in``.
    """
    _hold(session, clock, person_id, submission_id)
    digest = session.execute(
        delete(CapstoneFile)
        .where(col(CapstoneFile.id) == file_id, col(CapstoneFile.submission_id) == submission_id)
        .returning(col(CapstoneFile.sha256))
    ).scalar_one_or_none()
    if digest is None:
        raise NotFound
    note(session, clock, person_id, "capstone.file_removed", submission_id, sha256=digest)


def hand_in(session: Session, clock: Clock, *, person_id: UUID, submission_id: UUID, confirmed: str) -> None:
    """Hand in exactly what the confirmation page showed; ``confirmed`` is its ``state``.

    Raises:
        NotFound: no such submission of theirs.
        CapstoneHandedIn: it was handed in before, and never changes.
        CapstoneIncomplete: a part is empty.
        CapstoneChanged: something else is stored now.
    """
    _hold(session, clock, person_id, submission_id)
    work = queries.work_of(session, submission_id)
    if work.empty_parts:
        raise CapstoneIncomplete
    if work.state != confirmed:
        raise CapstoneChanged
    session.execute(
        update(CapstoneSubmission)
        .where(col(CapstoneSubmission.id) == submission_id, col(CapstoneSubmission.handed_in_at).is_(None))
        .values(handed_in_at=clock.now(), digest=confirmed)
    )
    note(session, clock, person_id, "capstone.handed_in", submission_id, digest=confirmed)
