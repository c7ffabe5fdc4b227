"""The figures about supervision, for everybody."""

from fastapi import Request, Response

from app.platform.database import Read
from app.platform.routing import Router
from app.proctoring.queries.figures import find_published
from app.programmes.queries.shipped import region_names
from app.web.locale import locale_of
from app.web.pages import page
from app.web.viewer import MaybeViewer

router = Router()


@router.get("/supervision")
def show_figures(request: Request, session: Read, viewer: MaybeViewer) -> Response:
    """How often exams were flagged, what came of it, and how often it was reversed."""
    del viewer  # read so that the page greets whoever is signed in
    return page(
        request,
        "proctoring/figures.html",
        published=find_published(session),
        region_names=region_names(str(locale_of(request))),
    )
