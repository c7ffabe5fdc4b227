"""Which change of an attempt is possible on each of its four axes, who makes it and what must hold.

One table per axis. ``service.history.move`` is the only writer of these columns; it refuses what is not here.

Source: specification of exams, section 3.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.exams.rules.states import AppealState, Axis, Lifecycle, ResultState, Review


class Who(StrEnum):
    """Who makes a change: a role, or the system itself."""

    SYSTEM = "system"
    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    EXAM_MANAGER = "exam_manager"
    INCIDENT_REVIEWER = "incident_reviewer"
    CERTIFICATION_OFFICER = "certification_officer"
    APPEALS_PANEL = "appeals_panel"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a table. ``guard`` says in words what the service checks before it asks for the change.

    A line without the system among ``who`` is a named human's.
    """

    before: str
    after: str
    who: frozenset[Who]
    guard: str
    reason: bool = False
    """Whether a reason must be given."""
    found: Review | None = None
    """What the review of the attempt must have ended with."""


def _lines(
    before: tuple[StrEnum, ...],
    after: StrEnum,
    *who: Who,
    guard: str,
    reason: bool = False,
    found: Review | None = None,
) -> tuple[Change, ...]:
    return tuple(Change(str(state), str(after), frozenset(who), guard, reason, found) for state in before)


_L = Lifecycle
_RUNNING = (_L.IN_PROGRESS, _L.INTERRUPTED)
_SUPERVISING = (Who.PROCTOR, Who.EXAM_MANAGER)
"""An exam manager may do what a proctor does while an attempt runs: nobody waits for one who is gone."""
_BEFORE_SUBMITTED = (_L.SCHEDULED, _L.CHECKIN, _L.READY, *_RUNNING, _L.PAUSED)

LIFECYCLE = (
    *_lines(
        (_L.SCHEDULED,),
        _L.CHECKIN,
        Who.CANDIDATE,
        guard="booked: 30 min before to 15 min after; unproctored: the window is open; notice acknowledged",
    ),
    *_lines(
        (_L.CHECKIN,),
        _L.READY,
        Who.PROCTOR,
        Who.SYSTEM,
        guard="on site and live: a proctor confirms identity; record and review, unproctored: the system",
    ),
    *_lines(
        (_L.READY,),
        _L.IN_PROGRESS,
        Who.CANDIDATE,
        guard="form assigned, items frozen, deadline computed on the server, one lease",
    ),
    *_lines((_L.IN_PROGRESS,), _L.INTERRUPTED, Who.SYSTEM, guard="no request for 60 s; the clock goes on"),
    *_lines(
        (_L.INTERRUPTED,),
        _L.IN_PROGRESS,
        Who.CANDIDATE,
        *_SUPERVISING,
        guard="the candidate is back; live, record and review: after more than 5 min a proctor releases",
    ),
    *_lines(_RUNNING, _L.PAUSED, *_SUPERVISING, guard="remaining time stored, items hidden", reason=True),
    *_lines((_L.PAUSED,), _L.IN_PROGRESS, *_SUPERVISING, guard="deadline = now + remaining time"),
    *_lines(_RUNNING, _L.SUBMITTED, Who.CANDIDATE, guard="explicit hand-in, before deadline + grace"),
    *_lines(_RUNNING, _L.EXPIRED, Who.SYSTEM, guard="after deadline + grace; finish time = deadline"),
    *_lines(
        (*_RUNNING, _L.PAUSED),
        _L.TERMINATED,
        *_SUPERVISING,
        guard="one person proposes, another confirms",
        reason=True,
    ),
    *_lines(
        (_L.SUBMITTED, _L.EXPIRED, _L.TERMINATED), _L.SCORED, Who.SYSTEM, guard="scored on what was saved"
    ),
    *_lines(
        (_L.SUBMITTED, _L.EXPIRED, _L.SCORED),
        _L.IN_PROGRESS,
        Who.EXAM_MANAGER,
        guard="extra time after closing; not when a passed result was released, nor after a termination, "
        "nor once a rater took a written answer",
        reason=True,
    ),
    *_lines(
        (_L.SCORED,),
        _L.SCORED,
        Who.CERTIFICATION_OFFICER,
        guard="a recorded re-score of a result that nobody was told yet; a told one is reissued",
        reason=True,
    ),
    *_lines(
        (_L.SCHEDULED, _L.CHECKIN), _L.NO_SHOW, Who.SYSTEM, Who.PROCTOR, guard="check-in closed, not ready"
    ),
    *_lines((_L.READY,), _L.NO_SHOW, Who.SYSTEM, guard="the window and the extra time closed; never started"),
    *_lines((_L.SCHEDULED, _L.CHECKIN, _L.READY), _L.WITHDRAWN, Who.CANDIDATE, guard="before the start"),
    *_lines((_L.CHECKIN, _L.READY), _L.REFUSED, Who.PROCTOR, guard="identity not in order", reason=True),
    *_lines(
        _BEFORE_SUBMITTED,
        _L.VOID,
        Who.EXAM_MANAGER,
        guard="no fault of the candidate; a new attempt, the retake counter untouched",
        reason=True,
    ),
)

_R = Review

REVIEW = (
    *_lines((_R.NONE,), _R.QUEUED, Who.SYSTEM, Who.EXAM_MANAGER, guard="the attempt is closed"),
    *_lines((_R.QUEUED,), _R.IN_REVIEW, Who.INCIDENT_REVIEWER, guard="never trained the candidate"),
    *_lines((_R.IN_REVIEW,), _R.CLEARED, Who.INCIDENT_REVIEWER, guard="nothing found"),
    *_lines(
        (_R.IN_REVIEW,),
        _R.SECOND_REVIEW,
        Who.INCIDENT_REVIEWER,
        guard="the candidate's statement was asked for",
        reason=True,
    ),
    *_lines((_R.SECOND_REVIEW,), _R.CLEARED, Who.INCIDENT_REVIEWER, guard="second reviewer is not the first"),
    *_lines(
        (_R.SECOND_REVIEW,),
        _R.IRREGULARITY,
        Who.INCIDENT_REVIEWER,
        guard="second reviewer is not the first",
        reason=True,
    ),
    *_lines(
        (_R.SECOND_REVIEW,),
        _R.INCONCLUSIVE,
        Who.INCIDENT_REVIEWER,
        guard="second reviewer is not the first; counts as cleared",
        reason=True,
    ),
    *_lines(
        (_R.IRREGULARITY,),
        _R.REVERSED,
        Who.APPEALS_PANEL,
        guard="an appeal against the finding is upheld; counts as cleared",
        reason=True,
    ),
)

RESULT = (
    *_lines(
        (ResultState.WITHHELD,),
        ResultState.RELEASED,
        Who.SYSTEM,
        Who.CERTIFICATION_OFFICER,
        Who.APPEALS_PANEL,
        guard="by the exam's policy: at once, after the window, or after review; a panel reverses a finding",
    ),
    *_lines(
        (ResultState.RELEASED, ResultState.REISSUED),
        ResultState.REISSUED,
        Who.SYSTEM,
        Who.CERTIFICATION_OFFICER,
        guard="scored again after extra time or a recorded re-score",
        reason=True,
    ),
    *_lines(
        (ResultState.INVALIDATED,),
        ResultState.REISSUED,
        Who.APPEALS_PANEL,
        guard="an appeal against the finding it rested on is upheld",
        reason=True,
    ),
    *_lines(
        (ResultState.RELEASED, ResultState.REISSUED),
        ResultState.WITHHELD,
        Who.SYSTEM,
        guard="opened again after a failed result, then terminated or reviewed: people look first",
        reason=True,
    ),
    *_lines(
        (ResultState.WITHHELD, ResultState.RELEASED, ResultState.REISSUED),
        ResultState.INVALIDATED,
        Who.CERTIFICATION_OFFICER,
        guard="only after two reviewers found an irregularity",
        reason=True,
        found=Review.IRREGULARITY,
    ),
)

APPEAL = (
    *_lines(
        (AppealState.NONE, AppealState.DISMISSED),
        AppealState.FILED,
        Who.CANDIDATE,
        guard="within 30 days of the result; once more only when something was decided after the last one",
    ),
    *_lines((AppealState.FILED,), AppealState.PANEL, Who.APPEALS_PANEL, guard="nobody of the first decision"),
    *_lines((AppealState.PANEL,), AppealState.UPHELD, Who.APPEALS_PANEL, guard="decided", reason=True),
    *_lines((AppealState.PANEL,), AppealState.DISMISSED, Who.APPEALS_PANEL, guard="decided", reason=True),
)

TABLES = {Axis.LIFECYCLE: LIFECYCLE, Axis.REVIEW: REVIEW, Axis.RESULT: RESULT, Axis.APPEAL: APPEAL}
STATES: dict[Axis, type[StrEnum]] = {
    Axis.LIFECYCLE: Lifecycle,
    Axis.REVIEW: Review,
    Axis.RESULT: ResultState,
    Axis.APPEAL: AppealState,
}

_BY_ENDS = {(axis, line.before, line.after): line for axis, table in TABLES.items() for line in table}


def find_change(axis: Axis, before: str, after: str) -> Change | None:
    """The line of the axis's table that leads from ``before`` to ``after``; None: there is no such change."""
    return _BY_ENDS.get((axis, before, after))


def acting(actor_id: UUID | None, candidate_id: UUID, roles: Collection[Who]) -> frozenset[Who]:
    """As whom somebody makes a change: nobody named is the system, the candidate is one on their own attempt.

    ``roles`` are those in which anybody else acts; the caller has checked that they are held here.
    """
    if actor_id is None:
        return frozenset({Who.SYSTEM})
    own = {Who.CANDIDATE} if actor_id == candidate_id else set()
    return frozenset({*roles} - {Who.SYSTEM, Who.CANDIDATE} | own)


def may_make(line: Change, who: Collection[Who]) -> bool:
    """Whether one of those roles makes this change."""
    return not line.who.isdisjoint(who)
