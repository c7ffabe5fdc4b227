"""Several cases granted after one look: ticked in the queue, listed once more, then decided one by one.

Each case is decided in a transaction of its own, by the same verb and with the same checks as a single one;
a case that has stopped being ready is named and left.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.datastructures import FormData

from app.certificates.queries import decisions as reads
from app.certificates.queries.decisions import CaseLine
from app.certificates.routes.officers import Officer
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions as service
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, Refused
from app.platform.database import Read, read_session, write_session
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form
from app.web.locale import PREFIX, locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep

router = Router(prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Left:
    """A case that was not granted, and the sentence that says why."""

    case: CaseLine
    why: str


def _ready(case: CaseLine) -> bool:
    return case.decided_at is None and not case.lacking


@router.get("/decisions/review")
def review(
    request: Request,
    session: Read,
    *,
    clock: ClockDep,
    officer: Officer,
    chosen: Annotated[list[UUID] | None, Query(alias="case", max_length=reads.PAGE)] = None,
) -> Response:
    """The ticked cases with what each decision rests on, before anything is decided."""
    if not chosen:
        return go(request, "decisions", done="none-ticked")
    found = reads.list_chosen(session, officer.person_id, chosen, at=clock.now())
    return page(
        request,
        "certificates/review.html",
        ready=[case for case in found if _ready(case)],
        others=[case for case in found if not _ready(case)],
    )


@router.post("/decisions/review")
def grant_reviewed(request: Request, *, clock: ClockDep, officer: Officer, form: Form) -> Response:
    """Grant the reviewed cases, each by itself; the page says which were left, and why."""
    chosen = _chosen(form)
    with read_session(request.app.state.engine) as session:
        cases = reads.list_chosen(session, officer.person_id, chosen, at=clock.now())
    granted, left = [], []
    for case in cases:
        seen = str(form.get(f"seen-{case.case_id}", ""))
        error = _grant(request, clock, officer.person_id, case.case_id, seen)
        if error is None:
            granted.append(case)
        else:
            left.append(Left(case, sentence_of(request, error)))
    hidden = chosen - {case.case_id for case in cases}
    for case_id in hidden:
        _grant(request, clock, officer.person_id, case_id, "")  # refused, and a trainee's with its trace
    return page(
        request,
        "certificates/reviewed.html",
        switch_path=f"/{locale_of(request)}/decisions",
        granted=granted,
        left=left,
        unknown=len(hidden),
    )


def _chosen(form: FormData) -> set[UUID]:
    found = set()
    for typed in form.getlist("case")[: reads.PAGE]:
        try:
            found.add(UUID(str(typed)))
        except ValueError:
            continue  # no case of ours has such an id
    return found


def _grant(request: Request, clock: Clock, officer_id: UUID, case_id: UUID, seen: str) -> DomainError | None:
    """Decide one case in its own transaction; the refusal when it was left as it is."""
    try:
        with write_session(request.app.state.engine) as session:
            result = service.decide(
                session,
                clock,
                officer_id=officer_id,
                case_id=case_id,
                wish=Verdict.GRANTED,
                reason=None,
                seen=seen,
            )
    except DomainError as error:
        return error
    return result.error if isinstance(result, Refused) else None
