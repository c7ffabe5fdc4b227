"""The way of a draft: who may do which step, when, and when its two checks make it an item.

Plain values in, plain values out. Source: specification of the item bank, section 1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.question_banks.rules import BankPurpose, ItemStatus


class Step(StrEnum):
    """What was done to a draft. Each is kept with who, when and why."""

    IMPORTED = "imported"
    SAVED = "saved"
    SUBMITTED = "submitted"
    TAKEN_BACK = "taken_back"
    CONTENT_CONFIRMED = "content_confirmed"
    LANGUAGES_CONFIRMED = "languages_confirmed"
    RETURNED = "returned"
    APPROVED = "approved"
    ACTIVATED = "activated"
    RETIRED = "retired"
    REOPENED = "reopened"


class Hindrance(StrEnum):
    """Why somebody may not do a step."""

    ROLE = "role"
    STATUS = "status"
    OWN_WORK = "own_work"
    BOTH_CHECKS = "both_checks"
    DONE = "done"


WRITERS = frozenset({"instructor", "exam_manager"})
"""Roles that import, write and hand in drafts."""
REVIEWERS = frozenset({"item_reviewer"})
CHECKERS = frozenset({"translation_checker"})
MANAGERS = frozenset({"exam_manager"})
READERS = WRITERS | REVIEWERS | CHECKERS
"""Roles that see drafts at all; live ones only while they train nobody."""
WRITING = frozenset({Step.IMPORTED, Step.SAVED, Step.SUBMITTED})
"""Whoever did one of these to a draft is an author of it, and checks nothing of it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step: from which states it leads where, whose it is, and whether it must say why.

    ``others``: nobody who is an author of the draft may do it.
    """

    begins: frozenset[ItemStatus]
    ends: ItemStatus
    roles: frozenset[str]
    reason: bool = False
    others: bool = False


_D, _R, _P, _A, _X = (
    ItemStatus.DRAFT,
    ItemStatus.IN_REVIEW,
    ItemStatus.APPROVED,
    ItemStatus.ACTIVE,
    ItemStatus.RETIRED,
)
MOVES: Mapping[Step, Move] = {
    Step.SUBMITTED: Move(frozenset({_D}), _R, WRITERS),
    Step.TAKEN_BACK: Move(frozenset({_R}), _D, WRITERS, reason=True),
    Step.CONTENT_CONFIRMED: Move(frozenset({_R}), _R, REVIEWERS, others=True),
    Step.LANGUAGES_CONFIRMED: Move(frozenset({_R}), _R, CHECKERS, others=True),
    Step.RETURNED: Move(frozenset({_R}), _D, REVIEWERS | CHECKERS, reason=True, others=True),
    Step.ACTIVATED: Move(frozenset({_P, _X}), _A, MANAGERS),
    Step.RETIRED: Move(frozenset({_P, _A}), _X, MANAGERS, reason=True),
    Step.REOPENED: Move(frozenset({_P, _A, _X}), _D, WRITERS, reason=True),
}
"""The steps that people choose. Importing, saving and approving follow from other acts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a draft stands. ``content_by``, ``languages_by``: who confirmed it since it was handed in.

    ``made``: whether a version of an item was made of it before, which may be in use meanwhile.
    """

    status: ItemStatus
    authors: frozenset[UUID]
    content_by: UUID | None = None
    languages_by: UUID | None = None
    made: bool = False


def hindrance(step: Step, standing: Standing, *, person: UUID, roles: Collection[str]) -> Hindrance | None:
    """Why the person may not do the step now; None when they may.

    Author, reviewer and checker of the languages are three people. What is in use can be withdrawn at any
    time, also while a new version of it is being written.
    """
    move = MOVES[step]
    if not move.roles & set(roles):
        return Hindrance.ROLE
    withdrawn = step is Step.RETIRED and standing.made and standing.status in {_D, _R}
    if standing.status not in move.begins and not withdrawn:
        return Hindrance.STATUS
    if move.others and person in standing.authors:
        return Hindrance.OWN_WORK
    if step is Step.CONTENT_CONFIRMED:
        return _of_check(standing.content_by, standing.languages_by, person)
    if step is Step.LANGUAGES_CONFIRMED:
        return _of_check(standing.languages_by, standing.content_by, person)
    return None


def _of_check(done_by: UUID | None, other_by: UUID | None, person: UUID) -> Hindrance | None:
    if done_by is not None:
        return Hindrance.DONE
    return Hindrance.BOTH_CHECKS if other_by == person else None


def status_after(step: Step, status: ItemStatus) -> ItemStatus:
    """Where a draft stands after a step that it may take.

    Withdrawing while a new version is being written ends the use of the old one only: the draft, which nobody
    has approved, must not come to stand where it can be put to use.
    """
    if step is Step.RETIRED and status in {_D, _R}:
        return status
    return MOVES[step].ends


def open_steps(standing: Standing, *, person: UUID, roles: Collection[str]) -> tuple[Step, ...]:
    """The steps that the person may do now, in the order of ``MOVES``."""
    return tuple(step for step in MOVES if hindrance(step, standing, person=person, roles=roles) is None)


def decide_approved(*, content_by: UUID | None, languages_by: UUID | None) -> bool:
    """Whether a draft in review becomes an item: both checks are done, by two people."""
    return content_by is not None and languages_by is not None and content_by != languages_by


def may_import(purpose: BankPurpose, *, trains: bool) -> bool:
    """Whether somebody may bring in or see drafts of that purpose: who trains others sees no live item."""
    return purpose is BankPurpose.PRACTICE or not trains
