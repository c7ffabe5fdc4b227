"""What the worker does: compute figures, asked for or at night, search for forms, write to judges."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.accounts import queries as accounts
from app.brands.resolver import resolve
from app.exams.queries.taken import get_taken
from app.platform import installation
from app.platform.database import read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.psychometrics import apart, queries, service
from app.psychometrics.apart import Answer
from app.psychometrics.errors import FewNew
from app.psychometrics.queries.panel import find_letter
from app.psychometrics.rules.gates import SHOW, Ended
from app.psychometrics.service import assembly
from app.psychometrics.service.panel import PANEL_MAIL
from app.web.pages import render_text

log = structlog.get_logger()

SPARE = 30
"""Seconds that a search gets beyond its own: to read the bank, to write the programme down, to end."""
NIGHT = range(2, 5)
"""Hours, in the installation's zone, in which the night asks."""


def compute(context: Context, payload: dict[str, Any]) -> None:
    """Compute the figures a request asks for, and keep them or why there are none.

    Nothing is held open meanwhile: the answers are read in one session and the figures kept in another.
    """
    request_id = UUID(payload["request_id"])
    with read_session(context.engine) as session:
        evidence = service.read(session, request_id)
        if evidence is None:
            return
    enough = evidence.persons >= SHOW
    answer = apart.ask(evidence.question) if enough else Answer(Ended.TOO_FEW)
    if answer.ended in {Ended.NO_NUMBERS, Ended.OVER_LIMIT, Ended.FAILED}:
        log.warning("statistics not computed", request=str(request_id), ended=str(answer.ended))
    with write_session(context.engine) as session:
        service.keep(session, context.clock, request_id=request_id, evidence=evidence, answer=answer)


def assemble(context: Context, payload: dict[str, Any]) -> None:
    """Search for the forms a request asks for, and keep them or why there are none.

    A worker that dies meanwhile loses nothing: another takes the job over when its lease has run out, and of
    two answers the first is kept.
    """
    request_id = UUID(payload["request_id"])
    with write_session(context.engine) as session:
        if not assembly.begin(session, context.clock, request_id):
            return
    with read_session(context.engine) as session:
        demonstration = installation.facts(session, context.settings).demonstration
        question = assembly.question_of(session, context.clock, request_id, demonstration=demonstration)
    answer = Answer(Ended.FAILED)
    if question is not None:
        answer = _searched(question)
    if answer.ended is not Ended.COMPUTED:
        log.warning("forms not assembled", request=str(request_id), ended=str(answer.ended))
    with write_session(context.engine) as session:
        assembly.keep(session, context.clock, request_id=request_id, question=question, answer=answer)


def _searched(question: dict[str, Any]) -> Answer:
    try:
        return apart.ask(question, what="propose", seconds=question["seconds"] + SPARE)
    except Exception:  # whatever it is, the blueprint must not wait for a search that is over
        log.exception("search for forms failed")
        return Answer(Ended.FAILED)


def nightly(context: Context) -> int:
    """Ask for whatever has enough new attempts, when it is night; how many forms."""
    hour = context.clock.now().astimezone(ZoneInfo(context.settings.timezone)).hour
    if hour not in NIGHT:
        return 0
    with read_session(context.engine) as session:
        due = queries.due_at_night(session, at=context.clock.now())
    asked = 0
    for form_id in due:
        with suppress(FewNew), write_session(context.engine) as session:
            asked += service.ask(session, context.clock, form_id=form_id, person_id=None)
    return asked


def write_to_judge(context: Context, payload: dict[str, Any]) -> None:
    """Tell a judge that a round of theirs has begun; not when it is over by now, or they left."""
    with read_session(context.engine) as session:
        letter = find_letter(session, UUID(payload["judge_id"]), payload["round"])
        contact = accounts.find_contact(session, letter.judge.person_id) if letter else None
        form = get_taken(session, letter.study.form_id) if letter else None
    if letter is None or contact is None or form is None:
        return
    settings = context.settings
    brand = resolve(default=settings.brand)
    text = render_text(
        contact.locale,
        "psychometrics/mail/panel.txt",
        brand=brand,
        language=contact.locale,
        number=payload["round"],
        exam=form.exam_title[contact.locale],
        link=f"{settings.public_base}/{contact.locale}/judging/{letter.study.id}",
    )
    subject, _, body = text.strip().partition("\n")
    sender: MailSender = context.services["mail"]
    sender.send(
        Mail(contact.email, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id, ())
    )


HANDLERS: dict[str, Handler] = {
    service.COMPUTE: compute,
    assembly.ASSEMBLE: assemble,
    PANEL_MAIL: write_to_judge,
}
SLOW = frozenset({service.COMPUTE, assembly.ASSEMBLE})
"""Both may take minutes, so a worker does them beside its other jobs."""
PERIODIC: tuple[Periodic, ...] = (Periodic("psychometrics.nightly", timedelta(minutes=15), nightly),)
