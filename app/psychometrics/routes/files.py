"""Statistics as files. What a page may not tell, no file tells either."""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from app.exams.queries.taken import FormTaken
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read
from app.platform.routing import Router
from app.psychometrics import queries
from app.psychometrics.models import ALL
from app.psychometrics.routes.pages import ReaderDep, texts
from app.psychometrics.rules.cells import Share, Sign
from app.psychometrics.rules.told import ToldItem, ToldSlice
from app.web.viewer import ClockDep, Viewer

router = Router(prefix="/statistics")
_SIGNS = {Sign.EXACT: "", Sign.AT_MOST: "<=", Sign.AT_LEAST: ">="}
_HEADS = (
    "position",
    "item",
    "language",
    "persons",
    "status",
    "reasons",
    "facility",
    "discrimination",
    "omit_rate",
    "rapid_rate",
    "median_seconds",
    "alpha_if_deleted",
    "moodle_index",
    "efficiency",
    "effective_weight",
    "dif_class",
    "rasch_difficulty",
    "2pl_difficulty",
    "2pl_slope",
    "met",
)


@router.get("/{form_id}/items.csv")
def download_items(
    request: Request, session: Read, *, clock: ClockDep, viewer: ReaderDep, form_id: UUID
) -> Response:
    """One line an item and language, UTF-8 with commas; shares of 1, a bound written as ``<=0.04``.

    404 while there are no figures.
    """
    del request
    form, _, items, slugs = _read(session, clock, viewer, form_id)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    for item in items:
        for language, part in _slices(item):
            writer.writerow(_line(item, language, part, slugs.get(item.version_id, "")))
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="statistics-{form.slug}.csv"'},
    )


@router.get("/{form_id}/statistics.json")
def download_statistics(
    request: Request, session: Read, *, clock: ClockDep, viewer: ReaderDep, form_id: UUID
) -> Response:
    """The whole computation as JSON: the test, what it rests on, each item in each language. 404 without."""
    del request
    form, run, items, slugs = _read(session, clock, viewer, form_id)
    told = queries.told_test(run, max_points=form.max_points)
    made = {
        "form": {
            "id": str(form.id),
            "slug": form.slug,
            "exam": form.exam_slug,
            "cut_score": form.cut_score,
            "max_points": form.max_points,
        },
        "computed": {
            "at": run.at.isoformat(),
            "persons": run.persons,
            "from": run.from_at and run.from_at.isoformat(),
            "until": run.until_at and run.until_at.isoformat(),
            "rests_on": run.rests_on,
        },
        "test": told.figures,
        "languages": told.languages,
        "scores": [asdict(bar) for bar in told.scores],
        "closed_by_time": _share(told.closed_by_time),
        "last_not_reached": _share(told.not_reached),
        "models": (run.figures or {})["models"],
        "items": [_item(item, slugs.get(item.version_id)) for item in items],
    }
    return JSONResponse(
        made, headers={"Content-Disposition": f'attachment; filename="statistics-{form.slug}.json"'}
    )


def _read(
    session: Session, clock: Clock, viewer: Viewer, form_id: UUID
) -> tuple[FormTaken, queries.RunFacts, list[ToldItem], dict[UUID, str]]:
    """A form with its figures, and the names of the items that the viewer may read.

    Raises:
        NotFound: no such form, or no figures yet.
    """
    standing = queries.standing(session, form_id, at=clock.now())
    if standing.figures is None:
        raise NotFound
    items = queries.items_of(session, standing.figures.id)
    slugs = {one.version_id: one.slug for one in texts(session, clock, viewer, items).values()}
    return standing.form, standing.figures, items, slugs


def _slices(item: ToldItem) -> Iterator[tuple[str, ToldSlice]]:
    yield ALL, item.whole
    yield from item.languages.items()


def _line(item: ToldItem, language: str, part: ToldSlice, slug: str) -> list[Any]:
    whole = language == ALL
    rasch, two = item.models.get("rasch", {}), item.models.get("2pl", {})
    return [
        item.position,
        slug,
        language,
        part.persons,
        item.verdict.word if whole else "",
        " ".join(item.verdict.reasons) if whole else "",
        _written(part.facility),
        part.discrimination,
        _written(part.omitted),
        _written(part.rapid),
        part.seconds,
        *(item.more[name] if whole else None for name in _HEADS[11:15]),
        item.ets if whole else None,
        rasch.get("difficulty") if whole else None,
        two.get("difficulty") if whole else None,
        two.get("slope") if whole else None,
        _written(item.met) if whole else "",
    ]


def _written(told: Share | None) -> str:
    return "" if told is None else f"{_SIGNS[told.sign]}{round(told.value, 6)}"


def _share(told: Share | None) -> dict[str, Any] | None:
    return None if told is None else {"sign": told.sign, "value": round(told.value, 6)}


def _item(item: ToldItem, slug: str | None) -> dict[str, Any]:
    return {
        "position": item.position,
        "version": str(item.version_id),
        "item": slug,
        "status": item.verdict.word,
        "reasons": list(item.verdict.reasons),
        **item.more,
        # without the text the choices tell nothing but the key
        "choices": [asdict(choice) for choice in item.choices] if slug else None,
        "unanswered": item.unanswered if slug else None,
        "curve": [_share(group) for group in item.curve],
        "languages": {
            language: {
                "persons": part.persons,
                "facility": _share(part.facility),
                "discrimination": part.discrimination,
                "omit_rate": _share(part.omitted),
                "rapid_rate": _share(part.rapid),
                "median_seconds": part.seconds,
            }
            for language, part in _slices(item)
        },
        "dif": item.dif,
        "models": item.models,
        "met": _share(item.met),
    }
