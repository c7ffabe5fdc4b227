"""Public texts: the code of conduct, the scheme, privacy, accessibility, and the notice on supervision."""

from fastapi import Depends, Request, Response

from app.exams.rules import booking as rules
from app.platform.routing import Router
from app.web.pages import page
from app.web.viewer import find_viewer

router = Router(dependencies=[Depends(find_viewer)])  # the header greets who is signed in


def _text(request: Request, name: str, version: str | None = None) -> Response:
    return page(request, "exams/text.html", name=name, version=version, in_force=rules.VERSIONS_FROM)


@router.get("/conduct")
def conduct(request: Request) -> Response:
    """The code of conduct in force."""
    return _text(request, "conduct", rules.CONDUCT_VERSION)


@router.get("/scheme")
def scheme(request: Request) -> Response:
    """The certification scheme, with the agreement on the use of the mark."""
    return _text(request, "scheme", rules.MARK_VERSION)


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """What is kept of people, why and how long."""
    return _text(request, "privacy")


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """How the product can be used by everybody, and whom to tell when it cannot."""
    return _text(request, "accessibility")


@router.get("/exams/notice")
def notice(request: Request) -> Response:
    """The notice on how exams are supervised and what is recorded."""
    return _text(request, "notice", rules.NOTICE_VERSION)
