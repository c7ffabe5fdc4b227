"""Inviting people by a list: paste or upload, look at what was read, then send."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from app.platform.database import Read, Write
from app.platform.routing import Router
from app.programmes import rules
from app.programmes.queries import cohorts as queries
from app.programmes.routes.cohorts import MANAGER
from app.programmes.routes.words import ROW_PROBLEMS
from app.programmes.rules import AddressList, ListProblem
from app.programmes.service import joining as service
from app.web.forms import Form, FormState
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn

router = Router(prefix="/cohorts/{cohort_id}/invitations")

_SHOWN = 200
"""Rows of each kind that the page lists; the figures count all."""
_PROBLEMS = {
    ListProblem.EMPTY: N_("There is nothing to read: paste addresses or choose a file."),
    ListProblem.TOO_LARGE: N_("The file is larger than 1 MB. Divide it into several."),
    ListProblem.NOT_TEXT: N_("This is not a text file. In your spreadsheet, choose “Save as” and CSV."),
    ListProblem.NO_ADDRESSES: N_("No column holds e-mail addresses."),
    ListProblem.TOO_MANY: N_("More than 10,000 addresses. Divide the list into several."),
}


def _form_page(
    request: Request,
    session: Read,
    cohort: queries.CohortFacts,
    form: FormState,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    return page(
        request,
        "programmes/invitations.html",
        status=status,
        switch_path=_own_path(request, cohort) if request.method == "POST" else None,
        cohort=cohort,
        form=form,
        error_title=bool(form.errors),
        figures=queries.invitation_figures(session, cohort.id),
        done=request.query_params.get("done", ""),
        fresh=request.query_params.get("n", ""),
    )


def _own_path(request: Request, cohort: queries.CohortFacts) -> str:
    return f"/{locale_of(request)}/cohorts/{cohort.id}/invitations"


@router.get("")
def show_invitations(request: Request, session: Read, viewer: SignedIn, cohort_id: UUID) -> HTMLResponse:
    """Where a list is pasted or uploaded, and how the invitations so far stand."""
    cohort = queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    return _form_page(request, session, cohort, FormState())


def _given(form: FormData) -> tuple[str, bytes, str]:
    """The pasted text, the uploaded bytes (one more than allowed at most) and the file's name."""
    pasted, upload = form.get("addresses"), form.get("file")
    body, name = b"", ""
    if isinstance(upload, UploadFile):
        with upload.file as file:
            body, name = file.read(rules.MAX_UPLOAD + 1), (upload.filename or "")[:120]
    return pasted if isinstance(pasted, str) else "", body, name


@router.post("")
def create_invitations(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, cohort_id: UUID, form: Form
) -> Response:
    """First what was read, row by row; with ``step=send``, invite every address that is in order.

    Sending the same list again changes nothing.
    """
    cohort = queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    pasted, body, name = _given(form)
    found = rules.read_file(body) if body or name else rules.read_pasted(pasted)
    if isinstance(found, ListProblem):
        state = FormState(values={"addresses": pasted})
        state.add("file" if body or name else "addresses", _PROBLEMS[found])
        return _form_page(request, session, cohort, state, HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.get("step") == "send":
        emails = [row.email for row in found.rows if row.problem is None]
        fresh = service.invite(session, clock, actor_id=viewer.person_id, cohort=cohort, emails=emails)
        return go(request, f"cohorts/{cohort_id}/invitations", done="sent", n=fresh)
    return page(
        request,
        "programmes/invitations_check.html",
        switch_path=_own_path(request, cohort),
        cohort=cohort,
        file_name=name,
        found=found,
        **_sorted(session, cohort_id, found),
    )


def _sorted(session: Read, cohort_id: UUID, found: AddressList) -> dict[str, Any]:
    invited, members = queries.known_addresses(session, cohort_id)
    good = [row for row in found.rows if row.problem is None]
    fresh = [row for row in good if row.email not in invited and row.email not in members]
    wrong = [row for row in found.rows if row.problem is not None]
    return {
        "fresh": fresh,
        "wrong": wrong,
        "known": [(row, row.email in members) for row in good if row.email in invited | members],
        "shown": _SHOWN,
        "problems": ROW_PROBLEMS,
    }
