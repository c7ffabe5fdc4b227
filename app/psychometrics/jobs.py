"""What the worker does: compute figures that were asked for, or by itself at night, and search for forms."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.platform import installation
from app.platform.database import read_session, write_session
from app.platform.outbox import Context, Handler, Periodic
from app.psychometrics import apart, queries, service
from app.psychometrics.apart import Answer
from app.psychometrics.errors import FewNew
from app.psychometrics.rules.gates import SHOW, Ended
from app.psychometrics.service import assembly

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


HANDLERS: dict[str, Handler] = {service.COMPUTE: compute, assembly.ASSEMBLE: assemble}
SLOW = frozenset(HANDLERS)
"""Both may take minutes, so a worker does them beside its other jobs."""
PERIODIC: tuple[Periodic, ...] = (Periodic("psychometrics.nightly", timedelta(minutes=15), nightly),)
