"""The documents themselves: for their holder, and for whoever holds a working share link. Nobody else."""

from fastapi import Request, Response

from app.certificates.errors import NotInForce
from app.certificates.facts import CertificateFacts
from app.certificates.pdf import store
from app.certificates.queries import sharing, verify
from app.certificates.routes.verify import share_cookie
from app.certificates.rules import number as numbers
from app.certificates.rules.states import gives_out
from app.kernel.errors import NotFound
from app.platform.database import read_session
from app.platform.routing import Router
from app.web.viewer import ClockDep, MaybeViewer, Viewer

router = Router()

_PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
JWT_TYPE = "application/vc+jwt"


def _facts(request: Request, viewer: Viewer | None, clock: ClockDep, typed: str) -> CertificateFacts:
    """Read in a session that is closed before anything is drawn.

    Raises:
        NotFound: no such certificate, or neither holder nor share link.
        NotInForce: it is suspended, revoked or superseded.
    """
    number, now = numbers.normalise(typed), clock.now()
    if not numbers.valid(number):
        raise NotFound
    token = request.cookies.get(share_cookie(number))
    with read_session(request.app.state.engine) as session:
        allowed = viewer is not None and verify.holder_of(session, number) == viewer.person_id
        if not allowed and token:
            allowed = sharing.find_shared_names(session, number, token, at=now) is not None
        if not allowed:
            raise NotFound
        facts = verify.certificate_facts(session, number, at=now)
    if not gives_out(facts.status):
        raise NotInForce
    return facts


def _headers(facts: CertificateFacts, ending: str) -> dict[str, str]:
    name = f"{facts.kind}-{numbers.shown(facts.number)}.{ending}"
    return {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}


@router.get("/credentials/{number}.pdf", response_class=Response)
def show_pdf(request: Request, viewer: MaybeViewer, clock: ClockDep, number: str) -> Response:
    """The certificate on paper."""
    facts = _facts(request, viewer, clock, number)
    drawn = store.document(facts, request.app.state.settings)
    return Response(drawn, media_type="application/pdf", headers=_headers(facts, "pdf"))


@router.get("/credentials/{number}.jwt", response_class=Response)
def show_jwt(request: Request, viewer: MaybeViewer, clock: ClockDep, number: str) -> Response:
    """The signed credential: plain text, or its own media type for whoever asks for it."""
    facts = _facts(request, viewer, clock, number)
    asked = request.headers.get("accept", "")
    media_type = JWT_TYPE if JWT_TYPE in asked else "text/plain"
    return Response(facts.jwt, media_type=media_type, headers={**_headers(facts, "jwt"), "Vary": "Accept"})
