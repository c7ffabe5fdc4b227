"""Re-scores: the world a dry run rests on, plans with their lines, and what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlmodel import Session, col

from app.appeals.models.challenges import ItemChallenge
from app.appeals.models.rescoring import (
    CertificateReview,
    RescoreDecision,
    RescoreLine,
    RescorePlan,
    RescoreStep,
)
from app.appeals.rules.challenges import ChallengeState
from app.appeals.rules.rescoring import Change, Effect, PlanState, Treatment
from app.certificates.queries.standing import Resting, resting_on
from app.exams.queries import overriding
from app.exams.queries.overriding import Holding
from app.exams.queries.paging import Paged, paged
from app.exams.rules.overriding import OverrideKind
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.errors import NotFound
from app.programmes.queries import trained_condition, trains_condition


class World(NamedTuple):
    """What a dry run rests on: the scored attempts that hold the item, and what rests on them."""

    held: list[Holding]
    resting: dict[UUID, Resting]

    @property
    def hash(self) -> str:
        """SHA-256 over every fact that the plan depends on, 64 hex digits."""
        return sha256_hex(canonical_json([self._facts(one) for one in self.held]))

    def _facts(self, one: Holding) -> dict[str, Any]:
        rests = self.resting.get(one.id)
        return {
            "attempt": str(one.id),
            "result": str(one.result),
            "answers": one.answers_hash,
            "score": [one.raw_score, one.max_points, one.cut_score, str(one.outcome)],
            "undecided": rests is not None and rests.undecided,
            "certified": rests is not None and rests.certified,
        }


def world_of(session: Session, version_id: UUID, *, for_update: bool = False, layouts: bool = False) -> World:
    """The world of an item version now. ``for_update`` holds every attempt of it, also those under way.

    The hash needs no ``layouts``; scoring does.
    """
    if for_update:
        overriding.under_way(session, version_id, for_update=True, layouts=False)
    held = overriding.holding(session, version_id, for_update=for_update, layouts=layouts)
    return World(held, resting_on(session, [one.id for one in held]))


class PlanLine(NamedTuple):
    """One line of the list of plans."""

    id: UUID
    item_version_id: UUID
    kind: OverrideKind
    state: PlanState
    proposed_by: UUID
    proposed_at: datetime


class Summary(NamedTuple):
    """How many attempts a plan touches, by what it does to them and what it means for certification."""

    changes: dict[Change, int]
    effects: dict[Effect, int]
    done: dict[Treatment, int]
    upheld: int
    """Upheld objections to the item."""

    @property
    def total(self) -> int:
        """Lines in all."""
        return sum(self.changes.values())


class Touched(NamedTuple):
    """One line of a plan for a page."""

    attempt_id: UUID
    code: str
    candidate_id: UUID
    told: bool
    change: Change
    effect: Effect
    certificate: str | None
    raw_before: int | None
    max_before: int | None
    cut_before: int | None
    passed_before: bool | None
    raw_after: int | None
    max_after: int | None
    cut_after: int | None
    passed_after: bool | None
    treatment: Treatment | None


class Review(NamedTuple):
    """A certificate whose result fell; without a plan the result was invalidated."""

    id: UUID
    plan_id: UUID | None
    attempt_id: UUID
    candidate_id: UUID
    certificate: str | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    note: str | None


def touches_own(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """A condition on plans: one of the people touched is this person, or somebody they have trained."""
    candidate: Any = col(RescoreLine.candidate_id)
    return exists().where(
        col(RescoreLine.plan_id) == col(RescorePlan.id),
        or_(candidate == person_id, trained_condition(person_id, candidate, at=at)),
    )


def proposers_of(session: Session, plan: RescorePlan) -> frozenset[UUID]:
    """Everybody who has proposed this correction of the item: a renewal says the same once more."""
    rows = session.execute(
        select(col(RescorePlan.proposed_by), col(RescorePlan.keys)).where(
            col(RescorePlan.item_version_id) == plan.item_version_id, col(RescorePlan.kind) == plan.kind
        )
    )
    return frozenset(by for by, keys in rows if keys == plan.keys)


def _visible(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    return and_(not_(trains_condition(person_id, at=at)), not_(touches_own(person_id, at)))


def list_plans(session: Session, person_id: UUID, *, at: datetime, page: int) -> Paged[PlanLine]:
    """The plans this person may look at, the newest first."""
    wanted: Any = (
        select(
            col(RescorePlan.id),
            col(RescorePlan.item_version_id),
            col(RescorePlan.kind),
            col(RescorePlan.state),
            col(RescorePlan.proposed_by),
            col(RescorePlan.proposed_at),
        )
        .where(_visible(person_id, at))
        .order_by(col(RescorePlan.proposed_at).desc(), col(RescorePlan.id).desc())
    )
    return paged(session, wanted, PlanLine, page=page)


def get_plan(session: Session, person_id: UUID, plan_id: UUID, *, at: datetime) -> RescorePlan:
    """A plan for a person who may look at it.

    Raises:
        NotFound: no such plan, it touches the person or a trainee of theirs, or they train others.
    """
    wanted = select(RescorePlan).where(col(RescorePlan.id) == plan_id, _visible(person_id, at))
    found: RescorePlan | None = session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def find_decision(session: Session, plan_id: UUID) -> RescoreDecision | None:
    """The decision on a plan."""
    return session.get(RescoreDecision, plan_id)


def is_executing(session: Session) -> bool:
    """Whether some plan is being carried out now."""
    return bool(session.scalar(select(exists().where(col(RescorePlan.state) == PlanState.EXECUTING))))


def stuck(session: Session, *, before: datetime) -> list[tuple[UUID, PlanState]]:
    """Plans that the worker should have moved on, proposed and decided before then."""
    rows = session.execute(
        select(col(RescorePlan.id), col(RescorePlan.state))
        .outerjoin(RescoreDecision, col(RescoreDecision.plan_id) == col(RescorePlan.id))
        .where(
            col(RescorePlan.state).in_((PlanState.COMPUTING, PlanState.APPROVED, PlanState.EXECUTING)),
            func.coalesce(col(RescoreDecision.at), col(RescorePlan.proposed_at)) < before,
        )
        .order_by(col(RescorePlan.proposed_at), col(RescorePlan.id))
    )
    return [(row[0], row[1]) for row in rows]


def touches(session: Session, person_id: UUID, plan_id: UUID, *, at: datetime) -> bool:
    """Whether a plan touches the person or somebody they have trained."""
    wanted = select(col(RescorePlan.id)).where(col(RescorePlan.id) == plan_id, touches_own(person_id, at))
    return session.scalar(wanted) is not None


def summary_of(session: Session, plan: RescorePlan) -> Summary:
    """How many of what, in four statements."""
    changes = session.execute(
        select(col(RescoreLine.change), func.count())
        .where(col(RescoreLine.plan_id) == plan.id)
        .group_by(col(RescoreLine.change))
    )
    effects = session.execute(
        select(col(RescoreLine.effect), func.count())
        .where(col(RescoreLine.plan_id) == plan.id)
        .group_by(col(RescoreLine.effect))
    )
    done = session.execute(
        select(col(RescoreStep.treatment), func.count())
        .where(col(RescoreStep.plan_id) == plan.id)
        .group_by(col(RescoreStep.treatment))
    )
    upheld = select(func.count()).where(
        col(ItemChallenge.item_version_id) == plan.item_version_id,
        col(ItemChallenge.state) == ChallengeState.UPHELD,
    )
    return Summary(
        {row[0]: row[1] for row in changes},
        {row[0]: row[1] for row in effects},
        {row[0]: row[1] for row in done},
        int(session.execute(upheld).scalar_one()),
    )


def list_touched(session: Session, plan_id: UUID, *, page: int) -> Paged[Touched]:
    """The people a plan touches, by what it does to them, then by the code of their attempt."""
    wanted: Any = (
        select(
            col(RescoreLine.attempt_id),
            col(RescoreLine.code),
            col(RescoreLine.candidate_id),
            col(RescoreLine.told),
            col(RescoreLine.change),
            col(RescoreLine.effect),
            col(RescoreLine.certificate),
            col(RescoreLine.raw_before),
            col(RescoreLine.max_before),
            col(RescoreLine.cut_before),
            col(RescoreLine.passed_before),
            col(RescoreLine.raw_after),
            col(RescoreLine.max_after),
            col(RescoreLine.cut_after),
            col(RescoreLine.passed_after),
            col(RescoreStep.treatment),
        )
        .outerjoin(
            RescoreStep,
            and_(
                col(RescoreStep.plan_id) == col(RescoreLine.plan_id),
                col(RescoreStep.attempt_id) == col(RescoreLine.attempt_id),
            ),
        )
        .where(col(RescoreLine.plan_id) == plan_id)
        .order_by(*(col(RescoreLine.change) != one for one in Change), col(RescoreLine.code))
    )
    return paged(session, wanted, Touched, page=page)


def plan_hash(plan: RescorePlan, world_hash: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the proposal and every line of its dry run, 64 hex digits."""
    return sha256_hex(
        canonical_json(
            {
                "item": str(plan.item_version_id),
                "kind": str(plan.kind),
                "keys": plan.keys,
                "world": world_hash,
                "lines": [
                    {name: _plain(value) for name, value in sorted(line.items())}
                    for line in sorted(lines, key=lambda line: str(line["attempt_id"]))
                ],
            }
        )
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def waiting(session: Session, plan_id: UUID, *, limit: int) -> list[UUID]:
    """The attempts of a plan with which nothing was done yet."""
    done = exists().where(
        col(RescoreStep.plan_id) == col(RescoreLine.plan_id),
        col(RescoreStep.attempt_id) == col(RescoreLine.attempt_id),
    )
    return list(
        session.scalars(
            select(col(RescoreLine.attempt_id))
            .where(col(RescoreLine.plan_id) == plan_id, not_(done))
            .order_by(col(RescoreLine.attempt_id))
            .limit(limit)
        )
    )


def list_reviews(session: Session, officer_id: UUID, *, at: datetime, page: int) -> Paged[Review]:
    """Certificates to look at, the open ones first; without the officer's own and their trainees'."""
    candidate: Any = col(CertificateReview.candidate_id)
    wanted: Any = (
        select(
            col(CertificateReview.id),
            col(CertificateReview.plan_id),
            col(CertificateReview.attempt_id),
            col(CertificateReview.candidate_id),
            col(CertificateReview.certificate),
            col(CertificateReview.opened_at),
            col(CertificateReview.closed_at),
            col(CertificateReview.closed_by),
            col(CertificateReview.note),
        )
        .where(candidate != officer_id, not_(trained_condition(officer_id, candidate, at=at)))
        .order_by(col(CertificateReview.closed_at).is_not(None), col(CertificateReview.opened_at))
    )
    return paged(session, wanted, Review, page=page)


def check_open(session: Session, review_id: UUID) -> None:
    """Make sure that a certificate still waits to be looked at.

    Raises:
        NotFound: no such review, or it is closed.
    """
    found = session.scalar(
        select(col(CertificateReview.id)).where(
            col(CertificateReview.id) == review_id, col(CertificateReview.closed_at).is_(None)
        )
    )
    if found is None:
        raise NotFound


class ResultLetter(NamedTuple):
    """Whom to tell about a corrected result, which stands on the page only."""

    attempt_id: UUID
    candidate_id: UUID
    code: str


def find_result_letter(session: Session, plan_id: UUID, attempt_id: UUID) -> ResultLetter | None:
    """What to write about; None when that attempt was not changed."""
    row = session.execute(
        select(col(RescoreLine.attempt_id), col(RescoreLine.candidate_id), col(RescoreLine.code))
        .join(
            RescoreStep,
            and_(
                col(RescoreStep.plan_id) == col(RescoreLine.plan_id),
                col(RescoreStep.attempt_id) == col(RescoreLine.attempt_id),
            ),
        )
        .where(
            col(RescoreLine.plan_id) == plan_id,
            col(RescoreLine.attempt_id) == attempt_id,
            col(RescoreStep.treatment) == Treatment.APPLIED,
        )
    ).first()
    return ResultLetter(*row) if row else None
