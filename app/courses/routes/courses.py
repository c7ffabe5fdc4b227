"""The catalogue, a course's outline, enrolment, search, and the learner's own page."""

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.courses.queries import finding, lessons, outline, practice
from app.courses.rules.finding import LONGEST_QUERY
from app.courses.service import studying as service
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep, MaybeViewer, SignedIn

router = Router()


@router.get("/courses")
def list_courses(request: Request, session: Read, viewer: MaybeViewer) -> HTMLResponse:
    """The catalogue; public."""
    person_id = viewer.person_id if viewer else None
    courses = outline.list_courses(session, locale_of(request), person_id)
    return page(request, "courses/catalogue.html", courses=courses)


@router.get("/courses/{slug}")
def show_course(request: Request, session: Read, viewer: MaybeViewer, slug: str) -> HTMLResponse:
    """The outline of a course; public, with progress for whoever studies it."""
    person_id = viewer.person_id if viewer else None
    course = outline.get_course(session, slug, locale_of(request), person_id)
    bests = practice.bests(session, person_id) if person_id else {}
    return page(request, "courses/outline.html", course=course, bests=bests)


@router.post("/courses/{slug}/enrolment")
def create_enrolment(
    request: Request, *, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, slug: str
) -> Response:
    """Begin to study a course; a second time leads to the same page."""
    del form  # the cross-site check is all there is to read
    course_id = lessons.course_id_of(session, slug)
    service.enrol(session, clock, person_id=viewer.person_id, course_id=course_id)
    return go(request, f"courses/{slug}", done="enrolled")


@router.get("/dashboard")
def show_dashboard(request: Request, session: Read, viewer: SignedIn) -> HTMLResponse:
    """The learner's own page: where to go on, how far each course is, where the rest is found."""
    courses = outline.list_enrolled(session, locale_of(request), viewer.person_id)
    bests = practice.bests(session, viewer.person_id)
    return page(
        request,
        "courses/dashboard.html",
        courses=courses,
        bests=bests,
        done=request.query_params.get("done", ""),
    )


@router.get("/search")
def search(request: Request, session: Read, viewer: MaybeViewer, q: str = "") -> HTMLResponse:
    """Search across the lessons of the page's language; public."""
    del viewer  # only so that the page knows who is signed in
    query = q.strip()[:LONGEST_QUERY]
    found, total = finding.search_lessons(session, query, locale_of(request))
    return page(request, "courses/search.html", query=query, found=found, total=total)
