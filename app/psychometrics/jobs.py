"""What the worker does about statistics: compute what was asked for, and ask by itself at night."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.platform.database import read_session, write_session
from app.platform.outbox import Context, Handler, Periodic
from app.psychometrics import apart, queries, service
from app.psychometrics.apart import Answer
from app.psychometrics.errors import FewNew
from app.psychometrics.rules.gates import SHOW, Ended

log = structlog.get_logger()

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


HANDLERS: dict[str, Handler] = {service.COMPUTE: compute}
PERIODIC: tuple[Periodic, ...] = (Periodic("psychometrics.nightly", timedelta(minutes=15), nightly),)
