"""What somebody handed in: their own, with what became of it, and what a certification case asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import Session, col

from app.capstone.models import (
    CapstoneFile,
    CapstoneOutcome,
    CapstoneRating,
    CapstoneSubmission,
    CapstoneTelling,
    CapstoneText,
)
from app.capstone.queries.briefs import brief_of
from app.capstone.rules.briefs import Brief
from app.capstone.rules.rating import Outcome, Standing, standing_of
from app.capstone.rules.uploads import Kind
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.errors import NotFound


class StoredFile(NamedTuple):
    """A file as it is listed: everything but its bytes."""

    id: UUID
    part: str
    name: str
    kind: Kind
    size: int
    sha256: str
    stored_at: datetime


class Bytes(NamedTuple):
    """A file as it is sent."""

    submission_id: UUID
    code: str
    part: str
    name: str
    kind: Kind
    content: bytes


class Text(NamedTuple):
    """What was written for a part."""

    body: str
    saved_at: datetime


def version(body: str) -> str:
    """Which text this is: 16 hex digits of its SHA-256; nothing written has one as well."""
    return sha256_hex(body.encode())[:16]


@dataclass(frozen=True, slots=True)
class Work:
    """A submission with what it holds."""

    id: UUID
    code: str
    person_id: UUID
    number: int
    brief: Brief
    begun_at: datetime
    handed_in_at: datetime | None
    digest: str | None
    settled_at: datetime | None
    told_at: datetime | None
    texts: dict[str, Text]
    files: tuple[StoredFile, ...]

    def files_of(self, part: str) -> list[StoredFile]:
        """The files of one part, in the order in which they were stored."""
        return [one for one in self.files if one.part == part]

    @property
    def empty_parts(self) -> list[str]:
        """The parts that hold neither a text nor a file."""
        held = set(self.texts) | {one.part for one in self.files}
        return [part.id for part in self.brief.deliverables if part.id not in held]

    @property
    def state(self) -> str:
        """SHA-256 over all texts and files: whoever confirms it confirms this and nothing else."""
        texts = {part: sha256_hex(text.body.encode()) for part, text in self.texts.items()}
        files = sorted([one.part, one.sha256] for one in self.files)
        named = [self.brief.slug, self.brief.version]
        return sha256_hex(canonical_json({"brief": named, "texts": texts, "files": files}))


class Rating(NamedTuple):
    """What one rater found. ``rater_id`` is for officers only."""

    id: UUID
    rater_id: UUID
    levels: dict[str, int]
    comments: dict[str, str]
    points: int
    outcome: Outcome
    at: datetime


class Told(NamedTuple):
    """What the ratings came to; ``told_at`` None: not told yet."""

    outcome: Outcome
    points: int
    most: int
    counted: list[str]
    settled_at: datetime
    told_at: datetime | None
    officer_id: UUID | None
    words: str | None


class CapstoneFacts(NamedTuple):
    """Where somebody's capstone stands for a certification case. Points of what was told last."""

    standing: Standing
    submission_id: UUID | None = None
    points: int | None = None
    most: int | None = None
    told_at: datetime | None = None


def work_of(session: Session, submission_id: UUID, *, person_id: UUID | None = None) -> Work:
    """A submission; with ``person_id`` only that person's.

    Raises:
        NotFound: no such submission, or it is somebody else's.
    """
    columns: tuple[Any, ...] = (
        CapstoneSubmission.id,
        CapstoneSubmission.code,
        CapstoneSubmission.person_id,
        CapstoneSubmission.number,
        CapstoneSubmission.brief_id,
        CapstoneSubmission.begun_at,
        CapstoneSubmission.handed_in_at,
        CapstoneSubmission.digest,
        CapstoneSubmission.settled_at,
        CapstoneSubmission.told_at,
    )
    wanted = select(*columns).where(col(CapstoneSubmission.id) == submission_id)
    if person_id is not None:
        wanted = wanted.where(col(CapstoneSubmission.person_id) == person_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    return Work(
        id=row.id,
        code=row.code,
        person_id=row.person_id,
        number=row.number,
        brief=brief_of(session, row.brief_id),
        begun_at=row.begun_at,
        handed_in_at=row.handed_in_at,
        digest=row.digest,
        settled_at=row.settled_at,
        told_at=row.told_at,
        texts=_texts(session, submission_id),
        files=tuple(_files(session, submission_id)),
    )


def _texts(session: Session, submission_id: UUID) -> dict[str, Text]:
    rows = session.execute(
        select(col(CapstoneText.part), col(CapstoneText.body), col(CapstoneText.saved_at)).where(
            col(CapstoneText.submission_id) == submission_id
        )
    )
    return {part: Text(body, at) for part, body, at in rows}


_FILE: tuple[Any, ...] = tuple(getattr(CapstoneFile, name) for name in StoredFile._fields)


def _files(session: Session, submission_id: UUID) -> list[StoredFile]:
    rows = session.execute(
        select(*_FILE)
        .where(col(CapstoneFile.submission_id) == submission_id)
        .order_by(col(CapstoneFile.part), col(CapstoneFile.id))
    )
    return [StoredFile(*row) for row in rows]


def own_submissions(session: Session, person_id: UUID) -> list[UUID]:
    """A person's submissions, the newest first."""
    wanted = select(col(CapstoneSubmission.id)).where(col(CapstoneSubmission.person_id) == person_id)
    return list(session.scalars(wanted.order_by(col(CapstoneSubmission.number).desc())))


def file_of(session: Session, file_id: UUID, *, submission_id: UUID) -> Bytes:
    """A file with its bytes. Whether the reader may have it is asked before.

    Raises:
        NotFound: the submission has no such file.
    """
    columns: tuple[Any, ...] = (
        CapstoneFile.submission_id,
        CapstoneSubmission.code,
        CapstoneFile.part,
        CapstoneFile.name,
        CapstoneFile.kind,
        CapstoneFile.content,
    )
    row = session.execute(
        select(*columns)
        .join(CapstoneSubmission, col(CapstoneSubmission.id) == col(CapstoneFile.submission_id))
        .where(col(CapstoneFile.id) == file_id, col(CapstoneFile.submission_id) == submission_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Bytes(*row)


def ratings_of(session: Session, submission_id: UUID) -> list[Rating]:
    """The ratings of a submission in the order in which they were made."""
    columns: tuple[Any, ...] = tuple(getattr(CapstoneRating, name) for name in Rating._fields)
    rows = session.execute(
        select(*columns)
        .where(col(CapstoneRating.submission_id) == submission_id)
        .order_by(col(CapstoneRating.at), col(CapstoneRating.id))
    )
    return [Rating(*row) for row in rows]


def outcome_of(session: Session, submission_id: UUID) -> Told | None:
    """What the ratings came to, told or not."""
    columns: tuple[Any, ...] = (
        CapstoneOutcome.outcome,
        CapstoneOutcome.points,
        CapstoneOutcome.most,
        CapstoneOutcome.counted,
        CapstoneOutcome.at,
        CapstoneTelling.at,
        CapstoneTelling.officer_id,
        CapstoneTelling.words,
    )
    row = session.execute(
        select(*columns)
        .outerjoin(CapstoneTelling, col(CapstoneTelling.submission_id) == col(CapstoneOutcome.submission_id))
        .where(col(CapstoneOutcome.submission_id) == submission_id)
    ).one_or_none()
    return Told(*row) if row else None


def outcomes_told(session: Session, person_id: UUID) -> tuple[list[Outcome], bool]:
    """The outcomes a person was told, and whether a submission of theirs is open."""
    rows = session.execute(
        select(col(CapstoneOutcome.outcome), col(CapstoneSubmission.told_at))
        .select_from(CapstoneSubmission)
        .outerjoin(CapstoneOutcome, col(CapstoneOutcome.submission_id) == col(CapstoneSubmission.id))
        .where(col(CapstoneSubmission.person_id) == person_id)
    ).all()
    return [outcome for outcome, told_at in rows if told_at], any(told_at is None for _, told_at in rows)


def facts_of(session: Session, person_id: UUID) -> CapstoneFacts:
    """Where a person's capstone stands; what was not told counts as open."""
    outcomes, open_now = outcomes_told(session, person_id)
    standing = standing_of(outcomes, open_now=open_now)
    columns: tuple[Any, ...] = (
        CapstoneSubmission.id,
        CapstoneOutcome.points,
        CapstoneOutcome.most,
        CapstoneSubmission.told_at,
    )
    row = session.execute(
        select(*columns)
        .join(CapstoneOutcome, col(CapstoneOutcome.submission_id) == col(CapstoneSubmission.id))
        .where(col(CapstoneSubmission.person_id) == person_id, col(CapstoneSubmission.told_at).is_not(None))
        .order_by(col(CapstoneSubmission.number).desc())
        .limit(1)
    ).one_or_none()
    return CapstoneFacts(standing, *row) if row else CapstoneFacts(standing)


def passed_condition(person: Any) -> ColumnElement[bool]:
    """A WHERE condition: the person in the column was told that they passed the capstone."""
    return exists(
        select(1)
        .select_from(CapstoneSubmission)
        .join(CapstoneOutcome, col(CapstoneOutcome.submission_id) == col(CapstoneSubmission.id))
        .where(
            col(CapstoneSubmission.person_id) == person,
            col(CapstoneSubmission.told_at).is_not(None),
            col(CapstoneOutcome.outcome) == Outcome.PASSED,
        )
    )
