"""What the worker does here: dry runs, the execution of decided re-scores, letters to the people touched."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.accounts.queries import find_contact
from app.appeals.models.rescoring import RescorePlan
from app.appeals.queries import challenges, panel, rescoring
from app.appeals.rules.panel import due_at
from app.appeals.rules.rescoring import PlanState
from app.appeals.service import certificates, dry_run, execution
from app.appeals.service import panel as hearing
from app.appeals.service.challenges import ANSWER_MAIL
from app.brands.resolver import resolve
from app.exams.queries.appealing import appealed_of
from app.exams.service.releasing import INVALIDATED_EVENT
from app.platform.database import read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.models import Job, JobState
from app.platform.outbox import Context, Handler, Periodic, enqueue_later
from app.web.formats import formats
from app.web.pages import render_text

BATCH = 50
"""Attempts changed in one transaction: answers that are being saved do not wait for a whole re-score."""
PATIENCE = timedelta(minutes=30)
"""So long a plan may wait for its job before somebody looks whether that still lives."""


def compute(context: Context, payload: dict[str, Any]) -> None:
    """Make the dry run of a plan: read everything, then store it at once."""
    plan_id = UUID(payload["plan_id"])
    with read_session(context.engine) as session:
        plan = session.exec(select(RescorePlan).where(col(RescorePlan.id) == plan_id)).one()
        if plan.state is not PlanState.COMPUTING:
            return
        world = rescoring.world_of(session, plan.item_version_id, layouts=True)
        lines = dry_run.lines_for(session, plan, world)
        session.expunge(plan)
    with write_session(context.engine) as session:
        dry_run.keep(session, context.clock, plan, world, lines)


def execute(context: Context, payload: dict[str, Any]) -> None:
    """Carry out an approved plan, some attempts at a time. Run again, it goes on where it was stopped."""
    plan_id = UUID(payload["plan_id"])
    with write_session(context.engine) as session:
        if not execution.begin(session, context.clock, plan_id=plan_id):
            return
    while True:
        with write_session(context.engine) as session:
            found = rescoring.waiting(session, plan_id, limit=BATCH)
            execution.carry_out(session, context.clock, plan_id=plan_id, attempt_ids=found)
            if execution.finish(session, context.clock, plan_id=plan_id):
                return


def ask_again(context: Context) -> int:
    """Ask once more for the jobs of plans that wait although none of theirs is left alive; how many."""
    asked = 0
    with write_session(context.engine) as session:
        for plan_id, state in rescoring.stuck(session, before=context.clock.now() - PATIENCE):
            kind = dry_run.COMPUTE if state is PlanState.COMPUTING else execution.EXECUTE
            states = session.exec(
                select(Job.state).where(
                    col(Job.kind) == kind,
                    col(Job.dedupe_key).startswith(f"{kind}:{plan_id}", autoescape=True),
                )
            ).all()
            if JobState.READY not in states and JobState.RUNNING not in states:
                key = f"{kind}:{plan_id}:{len(states)}"  # carries the try: of two workers one asks
                asked += enqueue_later(session, context.clock, kind, {"plan_id": plan_id}, dedupe_key=key)
    return asked


def look_at_certificate(context: Context, payload: dict[str, Any]) -> None:
    """Put the certificate that rests on an invalidated result before an officer."""
    with write_session(context.engine) as session:
        certificates.after_invalidation(session, context.clock, attempt_id=UUID(payload["attempt_id"]))


def send_answer(context: Context, payload: dict[str, Any]) -> None:
    """Tell a candidate that an objection is answered; the answer stands on the page only."""
    with read_session(context.engine) as session:
        letter = challenges.find_letter(session, UUID(payload["challenge_id"]))
    if letter is not None:
        link = f"exams/attempts/{letter.attempt_id}/challenges"
        _send(context, letter.candidate_id, "appeals/mail/answer.txt", link=link)


def send_corrected(context: Context, payload: dict[str, Any]) -> None:
    """Tell a candidate that a released result was corrected; what it is now stands on the page only."""
    with read_session(context.engine) as session:
        letter = rescoring.find_result_letter(session, UUID(payload["plan_id"]), UUID(payload["attempt_id"]))
    if letter is not None:
        link = f"exams/attempts/{letter.attempt_id}/result"
        _send(context, letter.candidate_id, "appeals/mail/corrected.txt", link=link, code=letter.code)


def send_appeal(context: Context, payload: dict[str, Any]) -> None:
    """Tell a candidate that an appeal was filed and until when it is answered, or that it is decided."""
    with read_session(context.engine) as session:
        one = panel.get_appeal(session, UUID(payload["appeal_id"]))
        appealed = appealed_of(session, one.attempt_id)
    _send(
        context,
        appealed.candidate_id,
        "appeals/mail/appeal.txt",
        link=f"exams/attempts/{one.attempt_id}/appeal",
        code=appealed.code,
        decided=payload["word"] == "decided",
        due=due_at(one.filed_at),
    )


def call_members(context: Context, payload: dict[str, Any]) -> None:
    """Ask for a letter to everybody who could take a free seat of an appeal."""
    with write_session(context.engine) as session:
        hearing.write_to_members(
            session, context.clock, appeal_id=UUID(payload["appeal_id"]), which=payload["which"]
        )


def send_call(context: Context, payload: dict[str, Any]) -> None:
    """Tell a member of the panel that an appeal waits; nothing when they can take no seat any more."""
    appeal_id, person_id = UUID(payload["appeal_id"]), UUID(payload["person_id"])
    with read_session(context.engine) as session:
        if not panel.could_take(session, person_id, appeal_id, at=context.clock.now()):
            return
        one = panel.get_appeal(session, appeal_id)
    due = due_at(one.filed_at)
    _send(context, person_id, "appeals/mail/call.txt", link=f"appeals/{appeal_id}", due=due)


def call_again(context: Context) -> int:
    """Write again about appeals in which a seat may have become free by silence; how many."""
    asked, after = 0, None
    while True:
        with write_session(context.engine) as session:
            found = panel.list_open(session, after=after, limit=BATCH)
            for appeal_id, filed_at in found:
                asked += hearing.call(session, context.clock, appeal_id=appeal_id, filed_at=filed_at)
        if len(found) < BATCH:
            return asked
        after = found[-1][0]


def _send(context: Context, person_id: UUID, template: str, *, link: str, **values: Any) -> None:
    with read_session(context.engine) as session:
        contact = find_contact(session, person_id)
    if contact is None:
        return
    brand = resolve(default=context.settings.brand)
    text = render_text(
        contact.locale,
        template,
        brand=brand,
        language=contact.locale,
        fmt=formats(contact.locale, contact.timezone),
        link=f"{context.settings.public_base}/{contact.locale}/{link}",
        **values,
    )
    subject, _, body = text.strip().partition("\n")
    sender: MailSender = context.services["mail"]
    sender.send(Mail(contact.email, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id))


HANDLERS: dict[str, Handler] = {
    dry_run.COMPUTE: compute,
    execution.EXECUTE: execute,
    ANSWER_MAIL: send_answer,
    hearing.LETTER: send_appeal,
    hearing.CALL: call_members,
    hearing.CALL_LETTER: send_call,
    INVALIDATED_EVENT: look_at_certificate,
    execution.CORRECTED_MAIL: send_corrected,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic("appeals.ask_again", timedelta(minutes=10), ask_again),
    Periodic("appeals.call_again", timedelta(hours=6), call_again),
)
