"""What a correction of an item does to each attempt, what is spared, and who decides.

Source: specification of exams, section 4, rule 21; docs/decisions/0020-rescores.md.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.appeals.errors import PlanMoved, PlanOutdated, SecondPersonNeeded
from app.exams.rules.overriding import Override, OverrideKind
from app.kernel.numbers import read_decimal
from app.question_banks.rules import ItemType


class PlanState(StrEnum):
    """Where a re-score stands."""

    COMPUTING = "computing"
    READY = "ready"
    APPROVED = "approved"
    EXECUTING = "executing"
    EXECUTED = "executed"
    REJECTED = "rejected"
    OUTDATED = "outdated"
    """Something changed after the dry run; nothing was done."""


class Policy(StrEnum):
    """What happens to people for whom the correction is worse."""

    PROTECT = "protect"
    """Nobody's result gets worse by the examiners' mistake."""
    APPLY = "apply"
    """The correction holds for everybody."""


class Change(StrEnum):
    """What the correction does to one attempt."""

    GAINS_PASS = "gains_pass"  # noqa: S105  # a word about exams
    LOSES_PASS = "loses_pass"  # noqa: S105  # as above
    BETTER = "better"
    WORSE = "worse"
    MOVED = "moved"
    """Other figures, as far from the cut score as before."""
    UNCHANGED = "unchanged"
    INCONSISTENT = "inconsistent"
    """The log of answers does not give the stored score: people look, nothing is changed."""
    LATER = "later"
    """Not scored yet: it will be by the corrected rule."""


class Treatment(StrEnum):
    """What the execution does with an attempt."""

    APPLIED = "applied"
    PROTECTED = "protected"
    LEFT = "left"
    SUPERSEDED = "superseded"
    """Scored with other figures since: it needs a dry run of its own."""


class Effect(StrEnum):
    """What a changed result means for certification."""

    NONE = "none"
    ENTERS_QUEUE = "enters_queue"
    CERTIFICATE_STAYS = "certificate_stays"
    CASE_LAPSES = "case_lapses"
    """An undecided case would rest on a failed result: it cannot be granted any more."""
    AT_RISK = "at_risk"
    """A certificate, or a granted one on its way, would rest on a failed result: an officer looks."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A score as far as comparing needs it; whole points."""

    raw_score: int
    max_points: int
    cut_score: int
    passed: bool


def change_of(before: Figures, after: Figures) -> Change:
    """What becomes of a result: its outcome first, then its distance from the cut score."""
    if before.passed != after.passed:
        return Change.GAINS_PASS if after.passed else Change.LOSES_PASS
    was, is_now = before.raw_score - before.cut_score, after.raw_score - after.cut_score
    if was != is_now:
        return Change.BETTER if is_now > was else Change.WORSE
    return Change.UNCHANGED if before == after else Change.MOVED


def treatment(change: Change, policy: Policy) -> Treatment:
    """What the execution does with an attempt under a policy."""
    if change in {Change.LOSES_PASS, Change.WORSE} and policy is Policy.PROTECT:
        return Treatment.PROTECTED
    if change in {Change.UNCHANGED, Change.INCONSISTENT, Change.LATER}:
        return Treatment.LEFT
    return Treatment.APPLIED


def effect_of(change: Change, *, leads_to_case: bool, undecided: bool, certified: bool) -> Effect:
    """What a change means for certification.

    ``leads_to_case``: a supervised exam of certification; ``undecided``: its case waits; ``certified``:
    certification was granted on it, and the certificate is not revoked.
    """
    if change is Change.LOSES_PASS:
        if certified:
            return Effect.AT_RISK
        return Effect.CASE_LAPSES if undecided else Effect.NONE
    if certified:
        return Effect.CERTIFICATE_STAYS
    gains = change is Change.GAINS_PASS and leads_to_case and not undecided
    return Effect.ENTERS_QUEUE if gains else Effect.NONE


KEYED = frozenset(
    {ItemType.SINGLE, ItemType.TRUE_FALSE, ItemType.MULTIPLE, ItemType.NUMERIC, ItemType.SHORT_TEXT}
)
"""Types whose key can be corrected on the page. Of the others everybody gets the points, or nobody does."""


def read_keys(
    kind: OverrideKind, type_: ItemType, *, chosen: Sequence[str], typed: str, choices: Sequence[str]
) -> tuple[tuple[str, ...], ...] | None:
    """The keys of a correction as they are stored; None: they could not be right for such an item.

    ``chosen``: choice ids, of a single choice each a right answer, of several together the right one;
    ``typed``: numbers or texts, one a line.
    """
    if kind is not OverrideKind.NEW_KEY:
        return ()
    if type_ not in KEYED:
        return None
    if type_ in {ItemType.NUMERIC, ItemType.SHORT_TEXT}:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        read = [read_decimal(line) if type_ is ItemType.NUMERIC else line for line in lines]
        keys = tuple((one,) for one in read if one is not None)
        return keys if keys and len(keys) == len(lines) else None
    wanted = tuple(sorted(set(chosen)))
    if not wanted or not set(wanted) <= set(choices):
        return None
    return (wanted,) if type_ is ItemType.MULTIPLE else tuple((one,) for one in wanted)


def changes_nothing(
    kind: OverrideKind,
    keys: tuple[tuple[str, ...], ...],
    *,
    key: Sequence[str],
    stands: Override | None,
) -> bool:
    """Whether a correction says what holds already: ``stands``, the one in force, else the item's own key."""
    if stands is not None:
        return (kind, keys) == (stands.kind, stands.keys)
    return kind is OverrideKind.NEW_KEY and keys == (tuple(key),)


def decide_rescore(
    *,
    approved: bool,
    state: PlanState,
    proposers: Collection[UUID],
    decider: UUID,
    seen: str,
    stored: str | None,
    still_so: Callable[[], bool],
) -> PlanState:
    """THE decision on a re-score: a second, different person about exactly the plan they were shown.

    ``proposers``: of this plan, and of those it renews; ``seen``: the plan's hash on the page that was
    sent; ``still_so``: whether the world is as the dry run found it, asked last since every attempt is read.
    A plan may be rejected whatever has changed.

    Raises:
        PlanMoved: it is not waiting for a decision.
        SecondPersonNeeded: the decider proposed it, now or before.
        PlanOutdated: another plan was shown, or the world has changed.
    """
    if state is not PlanState.READY:
        raise PlanMoved
    if decider in proposers:
        raise SecondPersonNeeded
    if not approved:
        return PlanState.REJECTED
    if seen != stored or not still_so():
        raise PlanOutdated
    return PlanState.APPROVED
