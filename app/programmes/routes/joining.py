"""How somebody takes up an invitation or a join link. A GET only shows; joining is always a POST."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.programmes.errors import CohortClosed, InvitationUsed
from app.programmes.queries import cohorts as queries
from app.programmes.service import joining as service
from app.web.forms import Form
from app.web.pages import go, page
from app.web.viewer import ClockDep, MaybeViewer, SignedIn

router = Router()


def _offer(request: Request, cohort: queries.CohortFacts) -> HTMLResponse:
    return page(
        request,
        "programmes/join.html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        cohort=cohort,
        noindex=True,
    )


@router.get("/invitations/{token}")
def show_invitation(request: Request, session: Read, viewer: MaybeViewer, token: str) -> Response:
    """What the invitation is for, with the button to accept it, or the way to sign in and come back."""
    invitation = queries.find_invitation(session, token)
    if invitation is None:
        raise NotFound
    cohort = queries.get_cohort_by_id(session, invitation.cohort_id)
    if invitation.accepted_at is not None:
        if viewer is not None and viewer.person_id == invitation.person_id:
            return go(request, "dashboard")
        raise InvitationUsed
    if cohort.closed_at is not None:
        raise CohortClosed
    return _offer(request, cohort)


@router.post("/invitations/{token}")
def accept_invitation(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, token: str, form: Form
) -> Response:
    """Join the cohort of the invitation."""
    del form
    service.accept_invitation(session, clock, token=token, person_id=viewer.person_id)
    return go(request, "dashboard", done="joined")


@router.get("/join/{token}")
def show_join_link(request: Request, session: Read, viewer: MaybeViewer, token: str) -> Response:
    """What the link is for, with the button to join, or the way to sign in and come back."""
    del viewer
    cohort = queries.get_cohort_of_link(session, token)
    if cohort.closed_at is not None:
        raise CohortClosed
    return _offer(request, cohort)


@router.post("/join/{token}")
def join(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, *, token: str, form: Form
) -> Response:
    """Join the cohort of the link."""
    del form
    service.join_by_link(session, clock, token=token, person_id=viewer.person_id)
    return go(request, "dashboard", done="joined")
