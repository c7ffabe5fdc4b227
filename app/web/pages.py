"""Rendering. Templates live in the slice that owns them; a fragment is a named block of its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup

from app.brands.packs import Brand
from app.brands.resolver import resolve
from app.kernel.locales import LOCALES, OWN_NAMES, Locale
from app.web import csrf
from app.web.assets import assets
from app.web.folding import FoldingEnvironment
from app.web.formats import Formats, formats
from app.web.locale import locale_of, swap
from app.web.translations import catalogues

_APP = Path(__file__).parents[1]
SHORT_NAMES = {Locale.KK: "Қаз", Locale.RU: "Рус", Locale.EN: "Eng"}


def _icon(name: str, extra: str = "") -> Markup:
    href = assets().url("img/icons.svg")
    return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        f" {extra}" if extra else "", href, name
    )


def _knot(filled: int) -> Markup:
    """A step's knot: 0 ahead, 1 here, 2 done."""
    href = assets().url("img/icons.svg")
    return Markup('<svg class="knot" aria-hidden="true"><use href="{}#knot-{}"/></svg>').format(href, filled)


def _bar(part: int, whole: int) -> Markup:
    """A bar filled to ``part`` of ``whole``; lengths are attributes, since the CSP forbids inline style."""
    share = 0.0 if whole <= 0 else max(0.0, min(100.0, 100 * part / whole))
    return Markup('<svg class="bar" aria-hidden="true"><rect width="{:.1f}%" height="100%"/></svg>').format(
        share
    )


def address(locale: str, tail: str = "", /, **query: object) -> str:
    """The address of one of our pages in a language; ``tail`` is what follows the language."""
    path = f"/{locale}/{tail}".rstrip("/") if tail else f"/{locale}/"
    return f"{path}?{urlencode(query)}" if query else path


@cache
def environment(locale: str) -> FoldingEnvironment:
    """The templates of one language, compiled once."""
    made = FoldingEnvironment(
        loader=FileSystemLoader(sorted(str(path) for path in _APP.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.install_gettext_translations(catalogues()[locale], newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.pure = {"url": partial(address, locale), "icon": _icon, "knot": _knot, "asset": assets().url}
    made.globals.update(made.pure, bar=_bar)
    made.fold_sentences(catalogues()[locale])
    return made


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch."""

    locale: str
    short: str
    name: str
    href: str
    current: bool


def language_links(request: Request, locale: str, path: str | None = None) -> list[LanguageLink]:
    """The same page in each language, with its query; ``path`` when the page answers a POST elsewhere."""
    base = path or request.url.path
    prefixed = base[:4] in {"/kk/", "/ru/", "/en/"} or base in {"/kk", "/ru", "/en"}
    links = []
    for other in LOCALES:
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        if not prefixed:
            query.append(("lang", str(other)))
        target = swap(base, other) if prefixed else base
        href = target + (f"?{urlencode(query)}" if (query and path is None) or not prefixed else "")
        links.append(LanguageLink(str(other), SHORT_NAMES[other], OWN_NAMES[other], href, other == locale))
    return links


def brand_of(request: Request) -> Brand:
    """The brand of this page."""
    return resolve(default=request.app.state.settings.brand, host=request.url.hostname)


def formats_of(request: Request) -> Formats:
    """The reader's forms of numbers and dates: the viewer's zone, else the installation's."""
    viewer = getattr(request.state, "viewer", None)
    timezone = viewer.timezone if viewer else request.app.state.settings.timezone
    return formats(locale_of(request), timezone)


def context(request: Request, *, switch_path: str | None = None) -> dict[str, Any]:
    """What every template may use."""
    locale = locale_of(request)
    state = request.app.state
    return {
        "request": request,
        "locale": str(locale),
        "viewer": getattr(request.state, "viewer", None),
        "brand": brand_of(request),
        "demonstration": state.installation.demonstration,
        "public_base": state.settings.public_base,
        "path": request.url.path,
        "fmt": formats_of(request),
        "languages": language_links(request, locale, switch_path),
        "csrf_field": lambda: csrf.field(request),
    }


async def kept_nowhere(request: Request) -> None:
    """A dependency: no browser keeps what this route shows.

    On a shared computer of an exam room nothing is left for whoever sits down next, and going back asks the
    server again instead of showing an older state.
    """
    request.state.kept_nowhere = True


KEPT_NOWHERE = (Depends(kept_nowhere),)
"""For ``include_router(…, dependencies=KEPT_NOWHERE)``."""


def wants_fragment(request: Request) -> bool:
    """Whether HTMX asks for a part of the page."""
    return request.headers.get("hx-request") == "true"


def page(
    request: Request,
    name: str,
    block: str | None = None,
    /,
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    switch_path: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """The whole page, or only ``block`` of it when HTMX asks.

    ``switch_path``: the address of the page itself, when this answers a POST to another one.
    """
    made = environment(str(locale_of(request)))
    everything = context(request, switch_path=switch_path) | values
    if block and wants_fragment(request):
        html = render_block(made, name, block, everything)
    else:
        html = made.get_template(name).render(everything)
    cached = "no-store" if getattr(request.state, "kept_nowhere", False) else "private, no-cache"
    fixed = {"Vary": "HX-Request, Cookie, Accept-Language", "Cache-Control": cached}
    return HTMLResponse(html, status, {**fixed, **(headers or {})})


def render_text(locale: str, name: str, /, **values: Any) -> str:
    """A plain-text template (mail) in a language, outside any request. Text templates escape nothing."""
    template = environment(locale).get_template(name)
    return template.render(values)


def go(request: Request, tail: str, **query: object) -> RedirectResponse:
    """After a change: to a page in the same language (303)."""
    return RedirectResponse(address(locale_of(request), tail, **query), HTTPStatus.SEE_OTHER)
