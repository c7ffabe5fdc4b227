"""What the rig stands on: an exam, sittings, people with sessions; and the reading of what was kept."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.certificates.models import CertificationCase
from app.exams.models.attempts import Attempt, AttemptTransition, Response, ResponseEvent
from app.exams.models.booking import Sitting
from app.exams.queries import attempts as queries
from app.exams.rules.delivery import GRACE
from app.exams.rules.states import Axis, Lifecycle
from app.exams.service import answers, hand_in, history
from app.kernel.clock import SystemClock
from app.platform.models import Job, JobState
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import Made, make_attempt, make_exam, make_sitting
from tests.rig.ledger import Event, Stored
from tests.rig.wire import Wire
from tests.world import World

ITEMS = 20


class Ground:
    """The rig's own view of the database that the server processes work on."""

    def __init__(self, world: World, slug: str = "rig") -> None:
        self.world = world
        self.exam: Made = make_exam(world, slug=slug, certification=True, items=ITEMS)
        self.attempts: list[str] = []

    def sitting(self, lasts: timedelta) -> UUID:
        """A room that is open now and closes after ``lasts``: nobody's deadline is later."""
        return make_sitting(self.world, self.exam, lasts=lasts)

    def close_at(self, sitting_id: UUID, lasts: timedelta) -> None:
        """The room closes so long from now: the deadline of everybody in it who starts from here on."""
        with self.world.write() as session:
            session.get_one(Sitting, sitting_id).closes_at = SystemClock().now() + lasts

    def candidate(self, sitting_id: UUID, *, date: str) -> tuple[str, Wire]:
        """Somebody who was let in and may start."""
        person = factories.person(self.world)
        attempt = str(make_attempt(self.world, self.exam, person, sitting_id=sitting_id))
        self.attempts.append(attempt)
        return attempt, self.wire(person, date=date)

    def manager(self) -> Wire:
        """An exam manager's browser."""
        return self.wire(factories.person(self.world, "exam_manager"), date="")

    def wire(self, person_id: UUID, *, date: str) -> Wire:
        """A signed-in browser of this person at the real server."""
        browser = self.world.browser(person_id)
        settings = self.world.settings
        cookies = {COOKIE: browser.http.cookies[COOKIE]}
        return Wire(settings.bind_host, settings.bind_port, cookies, date, browser.csrf_token())

    def waiting_jobs(self) -> int:
        """Jobs that are not done; dead ones count."""
        with self.world.read() as session:
            wanted = select(func.count()).select_from(Job).where(col(Job.state) != JobState.DONE)
            return int(session.scalar(wanted) or 0)

    def stored(self) -> dict[str, Stored]:
        """Everything that was kept, by attempt."""
        with self.world.read() as session:
            return {attempt: _stored(session, UUID(attempt)) for attempt in self.attempts}


def _stored(session: Session, attempt_id: UUID) -> Stored:
    attempt = session.get_one(Attempt, attempt_id)
    rows = session.scalars(select(ResponseEvent).where(col(ResponseEvent.attempt_id) == attempt_id))
    events = tuple(
        Event(str(row.kind), row.position, tuple(row.chosen or ()), row.version, row.idempotency_key)
        for row in rows
    )
    given = session.scalars(select(Response).where(col(Response.attempt_id) == attempt_id)).all()
    recomputed = answers.recompute(session, attempt)
    layout, present = attempt.layout or [], queries.answers_of(session, attempt_id)
    return Stored(
        lifecycle=str(attempt.lifecycle),
        events=events,
        answers={row.position: (tuple(row.chosen), row.version) for row in given},
        replayed=recomputed.answers,
        raw_score=attempt.raw_score,
        recomputed=recomputed.raw_score,
        over_for=_over_for(session, attempt),
        extra_seconds=attempt.extra_seconds,
        broken_at=history.first_broken(session, attempt_id),
        endings=_entries(session, attempt_id, "to_state"),
        reopened=_entries(session, attempt_id, "from_state"),
        releases=_releases(session, attempt_id),
        decisions=int(
            session.scalar(
                select(func.count())
                .select_from(CertificationCase)
                .where(col(CertificationCase.attempt_id) == attempt_id)
            )
            or 0
        ),
        hash_holds=attempt.answers_hash == queries.answers_hash(attempt.code, layout, present),
    )


def _entries(session: Session, attempt_id: UUID, side: str) -> int:
    """How often the attempt came to be scored, or left that state again."""
    wanted = select(func.count()).where(
        col(AttemptTransition.attempt_id) == attempt_id,
        col(AttemptTransition.axis) == Axis.LIFECYCLE,
        getattr(AttemptTransition, side) == str(Lifecycle.SCORED),
    )
    return int(session.scalar(wanted) or 0)


def _releases(session: Session, attempt_id: UUID) -> int:
    wanted = select(func.count()).where(
        col(Job.kind) == hand_in.RELEASED_EVENT,
        col(Job.dedupe_key).startswith(f"{hand_in.RELEASED_EVENT}:{attempt_id}:"),
    )
    return int(session.scalar(wanted) or 0)


def _over_for(session: Session, attempt: Attempt) -> timedelta:
    """How long after its grace the attempt was closed, or has been open until now."""
    if attempt.deadline is None:
        return timedelta()
    closed = (
        None
        if attempt.submitted_at is None
        else session.scalar(
            select(col(AttemptTransition.at))
            .where(
                col(AttemptTransition.attempt_id) == attempt.id,
                col(AttemptTransition.to_state) == str(Lifecycle.SCORED),
            )
            .order_by(col(AttemptTransition.seq).desc())
            .limit(1)
        )
    )
    return (closed or SystemClock().now()) - attempt.deadline - GRACE
