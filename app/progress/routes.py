"""What a visitor sees first: home, the programmes with live figures, and what search engines are told."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from xml.sax.saxutils import escape

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session
from starlette.routing import Match

from app.kernel.errors import NotFound
from app.kernel.locales import LOCALES
from app.platform.database import Read
from app.platform.routing import Router
from app.programmes.queries import figures
from app.programmes.queries.shipped import ShippedProgramme, regions, shipped
from app.programmes.rules import counting_day, publishable
from app.progress.rules import Progress, progress, span
from app.web.locale import PREFIX
from app.web.pages import page
from app.web.viewer import ClockDep, MaybeViewer

pages = Router(prefix=PREFIX)
router = Router()

_PUBLIC = (
    "",
    "programmes",
    "courses",
    "scheme",
    "verify",
    "conduct",
    "privacy",
    "accessibility",
    "supervision",
)
"""Public pages, by what follows the language; those that exist stand in the sitemap."""
_PRIVATE = ("sign-in", "register", "invitations", "join", "dashboard", "cohorts", "exams", "settings")


@dataclass(frozen=True, slots=True)
class Live:
    """A programme with its figure of this moment."""

    programme: ShippedProgramme
    progress: Progress


def _live(session: Session, now: datetime) -> tuple[dict[str, Live], datetime]:
    """Every shipped programme with its figure, and the instant up to which everything is counted."""
    totals = figures.programme_totals(session)
    found = {
        slug: Live(
            each,
            progress(
                totals[slug],
                target=each.target,
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                on=counting_day(now),
            ),
        )
        for slug, each in shipped().items()
    }
    return found, figures.counted_until(session, now=now)


@pages.get("/")
def home(request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer) -> HTMLResponse:
    """What this is and where to start, with live figures."""
    del viewer  # read so that the page greets whoever is signed in
    found, as_of = _live(session, clock.now())
    return page(request, "progress/home.html", live=list(found.values()), as_of=as_of)


@pages.get("/programmes")
def list_programmes(request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer) -> HTMLResponse:
    """The programmes, each with its target and its figure."""
    del viewer
    found, as_of = _live(session, clock.now())
    return page(request, "progress/programmes.html", live=list(found.values()), as_of=as_of)


@pages.get("/programmes/{slug}")
def show_programme(
    request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer, slug: str
) -> HTMLResponse:
    """A programme: what it is, its target, its phases, its figure; by region with small cells hidden."""
    del viewer
    now = clock.now()
    found, as_of = _live(session, now)
    if slug not in found:
        raise NotFound
    live = found[slug]
    phases = [
        (
            phase,
            span(
                programme_starts_on=live.programme.starts_on,
                from_month=phase.from_month,
                months=phase.months,
                on=counting_day(now),
            ),
        )
        for phase in live.programme.phases
    ]
    cells = publishable({iso: live.progress.by_region.get(iso, 0) for iso in [*regions(), ""]})
    return page(
        request,
        "progress/programme.html",
        live=live,
        as_of=as_of,
        phases=phases,
        cells=cells if live.programme.regional else {},
        regions=regions(),
    )


@cache
def _public_paths(matches: "_Matcher") -> tuple[str, ...]:
    tails = (*_PUBLIC, *(f"programmes/{slug}" for slug in shipped()))
    return tuple(tail for tail in tails if matches(f"/en/{tail}"))


class _Matcher:
    """Whether the application has a page at a path; one for each application."""

    def __init__(self, request: Request) -> None:
        self._routes = request.app.router.routes
        self._app = request.app

    def __call__(self, path: str) -> bool:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        return any(route.matches(scope)[0] is Match.FULL for route in self._routes)

    def __hash__(self) -> int:
        return hash(id(self._app))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Matcher) and other._app is self._app


@router.get("/sitemap.xml")
def sitemap(request: Request) -> Response:
    """The public pages, each in three languages with its siblings. Source: sitemaps.org 0.9, hreflang."""
    base = request.app.state.settings.public_base
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for tail in _public_paths(_Matcher(request)):
        siblings = "".join(
            f'<xhtml:link rel="alternate" hreflang="{each}" href="{escape(f"{base}/{each}/{tail}")}"/>'
            for each in LOCALES
        )
        lines += [
            f"<url><loc>{escape(f'{base}/{locale}/{tail}')}</loc>{siblings}</url>" for locale in LOCALES
        ]
    body = "\n".join([*lines, "</urlset>", ""])
    return Response(body, media_type="application/xml", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """What crawlers may read: the public pages. A demonstration asks not to be read at all."""
    if request.app.state.installation.demonstration:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        base = request.app.state.settings.public_base
        private = [f"Disallow: /{locale}/{tail}" for locale in LOCALES for tail in _PRIVATE]
        lines = ["User-agent: *", "Disallow: /api/", *private, f"Sitemap: {base}/sitemap.xml"]
    return Response("\n".join([*lines, ""]), media_type="text/plain; charset=utf-8")


router.include_router(pages)
