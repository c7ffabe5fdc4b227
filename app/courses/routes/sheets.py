"""What stands beside the lessons: a module's checklist, to print, and a course's glossary."""

from itertools import groupby

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.courses.queries import sheets
from app.platform.database import Read
from app.platform.routing import Router
from app.web.locale import locale_of
from app.web.pages import page
from app.web.viewer import MaybeViewer

router = Router()


def _letter(term: sheets.Term) -> str:
    first = term.term[:1].upper()
    return "0–9" if first.isdigit() else first  # a Cyrillic letter looks like a three


@router.get("/courses/{slug}/glossary")
def show_glossary(request: Request, session: Read, viewer: MaybeViewer, slug: str) -> HTMLResponse:
    """Every term of a course in the order of the reader's alphabet; public."""
    del viewer  # only so that the page knows who is signed in
    title, terms = sheets.get_glossary(session, slug, str(locale_of(request)))
    by_letter = [(letter, list(group)) for letter, group in groupby(terms, key=_letter)]
    return page(request, "courses/glossary.html", slug=slug, title=title, letters=by_letter, count=len(terms))


@router.get("/courses/{slug}/{module}/checklist")
def show_checklist(
    request: Request, session: Read, viewer: MaybeViewer, slug: str, module: str
) -> HTMLResponse:
    """A module's checklist, one printed page; public."""
    del viewer  # as above
    sheet = sheets.get_checklist(session, slug, module, str(locale_of(request)))
    return page(
        request,
        "courses/checklist.html",
        slug=slug,
        sheet=sheet,
        html=Markup(sheet.html),  # noqa: S704  # sanitised at import
    )
