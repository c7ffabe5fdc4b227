"""The queue of the certification officer, and one case."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.accounts.queries import Names, names_of
from app.capstone.queries.work import facts_of
from app.certificates.errors import AlreadyDecided
from app.certificates.queries import decisions as reads
from app.certificates.queries.issuing import list_standings
from app.certificates.routes.officers import NamesForm, Officer
from app.certificates.rules.deciding import missing
from app.certificates.rules.states import Verdict, in_the_way
from app.certificates.service import corrections
from app.certificates.service import decisions as service
from app.exams.queries.releases import count_withheld
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import PREFIX
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer

router = Router(prefix=PREFIX)


class DecisionForm(FormModel):
    """What the officer decides. A refusal needs a reason."""

    verdict: Verdict
    seen: str = Field(default="", max_length=40)
    """The score the page showed."""
    reason: str | None = Field(default=None, max_length=1000)


@router.get("/decisions")
def queue(
    request: Request,
    session: Read,
    *,
    clock: ClockDep,
    officer: Officer,
    tab: Literal["ready", "missing", "decided"] = "ready",
    at: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Who waits for a decision, without the officer's own trainees."""
    now, chosen = clock.now(), reads.Tab(tab)
    counts = reads.count_cases(session, officer.person_id, at=now)
    cases = reads.list_cases(session, officer.person_id, chosen, at=now, offset=(at - 1) * reads.PAGE)
    total = {"ready": counts.ready, "missing": counts.missing, "decided": counts.decided}[tab]
    return page(
        request,
        "certificates/decisions.html",
        tab=tab,
        counts=counts,
        cases=cases,
        now=now,
        page=at,
        pages=-(-total // reads.PAGE),
        first=(at - 1) * reads.PAGE + 1,
        last=min(at * reads.PAGE, total),
        total=total,
        withheld=count_withheld(
            session, officer.person_id, at=now, kept_out=request.app.state.kept_out(officer.person_id)
        ),
        done=request.query_params.get("done"),
    )


def _case_page(
    request: Request,
    session: Read,
    *,
    clock: ClockDep,
    officer: Viewer,
    case_id: UUID,
    form: FormState,
    names: FormState | None = None,
    status: int = 200,
) -> Response:
    case = reads.get_case(session, officer.person_id, case_id, at=clock.now())
    if case.decided_at and (form.errors or names):
        raise AlreadyDecided
    lacking = () if case.decided_at else missing(reads.record_of(session, case_id))
    people = names_of(session, [one for one in (case.identity_by, case.officer_id) if one is not None])
    obstacle = None
    if case.decided_at and not case.certificate_number:
        others = list_standings(session, case.person_id, case.achievement)
        obstacle = in_the_way(others, settled_at=case.decided_at)
    return page(
        request,
        "certificates/decision.html",
        status=status,
        case=case,
        lacking=lacking,
        obstacle=obstacle,
        capstone=facts_of(session, case.person_id),
        people=people,
        form=form,
        names=names
        or FormState(values={"cyrillic": case.name_cyrillic or "", "latin": case.name_latin or ""}),
        error_title=bool(form.errors or names),
        done=request.query_params.get("done"),
    )


@router.get("/decisions/{case_id:uuid}")
def one_case(
    request: Request, session: Read, *, clock: ClockDep, officer: Officer, case_id: UUID
) -> Response:
    """One case with everything the decision rests on."""
    return _case_page(request, session, clock=clock, officer=officer, case_id=case_id, form=FormState())


@router.post("/decisions/{case_id:uuid}")
def decide(
    request: Request, session: Write, *, clock: ClockDep, officer: Officer, case_id: UUID, form: Form
) -> Response:
    """Record the decision. 409 when it was decided before, is incomplete, or is a trainee's."""
    data, state = parse(form, DecisionForm)
    if data is not None and data.verdict is Verdict.REFUSED and not data.reason:
        state.add("reason", N_("Say why certification is refused."))
    if data is None or state.errors:
        return _case_page(
            request, session, clock=clock, officer=officer, case_id=case_id, form=state, status=422
        )
    result = service.decide(
        session,
        clock,
        officer_id=officer.person_id,
        case_id=case_id,
        wish=data.verdict,
        reason=data.reason,
        seen=data.seen,
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, "decisions", done=str(result))


@router.post("/decisions/{case_id:uuid}/names")
def correct_names(
    request: Request, session: Write, *, clock: ClockDep, officer: Officer, case_id: UUID, form: Form
) -> Response:
    """Put the names right before the decision; the holder confirms them again."""
    data, state = parse(form, NamesForm)
    if data is None:
        return _case_page(
            request,
            session,
            clock=clock,
            officer=officer,
            case_id=case_id,
            form=FormState(),
            names=state,
            status=422,
        )
    refusal = corrections.correct_case(
        session,
        clock,
        officer_id=officer.person_id,
        case_id=case_id,
        names=Names(data.cyrillic, data.latin),
    )
    if refusal is not None:
        return errors.refused(request, refusal)
    return go(request, f"decisions/{case_id}", done="names-corrected")
