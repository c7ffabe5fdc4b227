"""What a manager does beside the figures: take the list away, say who teaches, open the join link."""

import csv
from http import HTTPStatus
from io import StringIO
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from app.platform.database import Write
from app.platform.routing import Router
from app.programmes.errors import NotAnInstructor
from app.programmes.queries import cohorts as queries
from app.programmes.queries import people
from app.programmes.queries.shipped import regions
from app.programmes.routes.cohorts import MANAGER, cohort_page, people_filter
from app.programmes.routes.words import SECTORS, STATES
from app.programmes.rules import harmless_cell
from app.programmes.service import cohorts as service
from app.web.forms import Form, FormModel, parse
from app.web.locale import locale_of
from app.web.pages import formats_of, go, page
from app.web.translations import N_, say
from app.web.viewer import ClockDep, SignedIn

router = Router(prefix="/cohorts/{cohort_id}")

_HEADINGS = (
    N_("Name in Cyrillic"),
    N_("Name in Latin letters"),
    N_("E-mail"),
    N_("State"),
    N_("Region"),
    N_("Sector"),
    N_("Employer"),
    N_("Joined"),
    N_("Last studied"),
)


class InstructorForm(FormModel):
    """Who is to teach."""

    email: str = Field(min_length=1, max_length=254)


@router.get("/people.csv")
def export_people(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, cohort_id: UUID
) -> Response:
    """The people list as CSV, with the filter of the address. ``?delimiter=semicolon`` for spreadsheets here.

    UTF-8 with a byte-order mark; cells that a spreadsheet would run are made harmless; the act is audited.
    """
    cohort = queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    rows = people.list_everybody(session, cohort.id, people_filter(request), now=clock.now())
    service.note_export(session, clock, actor_id=viewer.person_id, cohort_id=cohort.id, rows=len(rows))
    locale, fmt = str(locale_of(request)), formats_of(request)
    out = StringIO()
    semicolon = request.query_params.get("delimiter") == "semicolon"
    sheet = csv.writer(out, delimiter=";" if semicolon else ",", lineterminator="\r\n")
    sheet.writerow([say(locale, heading) for heading in _HEADINGS])
    for row in rows:
        cells = (
            row.name_cyrillic or "",
            row.name_latin or "",
            row.email,
            say(locale, STATES[row.state]),
            regions()[row.region][locale] if row.region else "",
            say(locale, SECTORS[row.sector]) if row.sector else "",
            row.employer or "",
            fmt.local(row.joined_at).strftime("%Y-%m-%d"),
            fmt.local(row.last_active_at).strftime("%Y-%m-%d") if row.last_active_at else "",
        )
        sheet.writerow([harmless_cell(cell) for cell in cells])
    headers = {
        "Content-Disposition": f'attachment; filename="cohort-{cohort.id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(
        ("\ufeff" + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.post("/instructors")
def add_instructor(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, cohort_id: UUID, form: Form
) -> Response:
    """Let an instructor teach the cohort."""
    queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    data, state = parse(form, InstructorForm)
    if data is not None:
        try:
            service.add_instructor(
                session, clock, actor_id=viewer.person_id, cohort_id=cohort_id, email=data.email
            )
        except NotAnInstructor:
            state.add("email", N_("No instructor has this address. An administrator gives the role."))
        else:
            return go(request, f"cohorts/{cohort_id}", done="instructor-added")
    return cohort_page(request, session, clock, viewer, cohort_id, form=state)


@router.post("/instructors/{person_id}/end")
def end_instructor(
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: SignedIn,
    *,
    cohort_id: UUID,
    person_id: UUID,
    form: Form,
) -> Response:
    """End somebody's teaching of the cohort."""
    del form
    queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    service.end_instructor(
        session, clock, actor_id=viewer.person_id, cohort_id=cohort_id, person_id=person_id
    )
    return go(request, f"cohorts/{cohort_id}", done="instructor-ended")


@router.post("/join-link")
def create_join_link(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, cohort_id: UUID, form: Form
) -> HTMLResponse:
    """Make a new join link and show it, this once; only its hash is kept."""
    del form
    cohort = queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    token = service.open_join_link(session, clock, actor_id=viewer.person_id, cohort_id=cohort_id)
    locale = locale_of(request)
    return page(
        request,
        "programmes/join_link.html",
        headers={"Cache-Control": "no-store"},
        status=HTTPStatus.CREATED,
        switch_path=f"/{locale}/cohorts/{cohort_id}",
        cohort=cohort,
        link=f"{request.app.state.settings.public_base}/{cohort.locale}/join/{token}",
    )


@router.post("/join-link/end")
def end_join_link(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, cohort_id: UUID, form: Form
) -> Response:
    """Stop the join link."""
    del form
    queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    service.close_join_link(session, clock, actor_id=viewer.person_id, cohort_id=cohort_id)
    return go(request, f"cohorts/{cohort_id}", done="link-closed")
