"""A judge's own pages: the panels they were named for, and the sheet of one round. Nobody else's ratings."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

from app.exams.queries.taken import get_taken, places_of
from app.exams.service.doors import keep_trainers_out
from app.kernel.clock import Clock
from app.kernel.errors import Malformed
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.psychometrics.queries import panel as queries
from app.psychometrics.rules.panel import HIGHEST
from app.psychometrics.service import panel as service
from app.question_banks.queries.whole import list_whole
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn

router = Router(prefix="/judging")
_WRONG = N_("Type a whole number from 0 to 100.")
_MISSING = N_("Rate this question.")


class SheetForm(FormModel):
    """Which round the ratings beside it are of, and whether the judge ends it with them."""

    round: int = Field(ge=1, le=2)
    hand_in: bool = False


@router.get("")
def list_own(request: Request, session: Read, viewer: SignedIn) -> Response:
    """The panels the viewer was named for."""
    return page(
        request,
        "psychometrics/judging.html",
        panels=queries.list_own(session, viewer.person_id),
        done=request.query_params.get("done", ""),
    )


def _sheet(
    request: Request,
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    study_id: UUID,
    form: FormState | None = None,
    missing: int = 0,
) -> Response:
    form = form or FormState()
    judge = queries.judge_of(session, study_id, person_id)
    study = queries.get_study(session, study_id)
    taken = get_taken(session, study.form_id)
    keep_trainers_out(session, clock, person_id=person_id, exam_id=taken.exam_id)
    places = places_of(session, study.form_id)
    held = queries.ratings_of(session, [judge.id])
    stands = queries.values_of(held, judge.id, study.round or 2)
    open_now = study.round is not None and judge.handed_in(study.round) is None
    if missing:
        for place in places:
            if place.position not in stands:
                form.add(f"r-{place.position}", _MISSING)
    others = queries.judges_of(session, [study_id])
    # what the panel said is told once the round is closed, to those who are still in it
    told = study.round == 2 and judge.round_one_at is not None
    spreads: dict[int, queries.ItemSpread] = {}
    if told:
        counted = [one.id for one in others if one.round_one_at is not None and one.left_at is None]
        spreads = {
            one.position: one for one in queries.spreads_of(session, study, rounds=[1], judges=counted)
        }
    return page(
        request,
        "psychometrics/judging_sheet.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/judging/{study_id}",
        study=study,
        judge=judge,
        taken=taken,
        places=places,
        # a study that has ended shows its questions to nobody
        items=list_whole(session, {place.version_id for place in places}) if study.round else {},
        first=queries.values_of(held, judge.id, 1),
        stands=stands,
        rated=len(stands),
        open_now=open_now,
        spreads=spreads,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/{study_id}")
def show_sheet(
    request: Request, session: Read, *, clock: ClockDep, viewer: SignedIn, study_id: UUID
) -> Response:
    """The questions with their keys, and what the judge said of each; 404 for whoever is no judge of it."""
    return _sheet(request, session, clock, person_id=viewer.person_id, study_id=study_id)


def _read(form: FormData, positions: list[int], state: FormState) -> dict[int, int]:
    """The ratings that were typed, by place; what is none is said field by field."""
    found: dict[int, int] = {}
    for position in positions:
        name = f"r-{position}"
        typed = form.get(name)
        if not isinstance(typed, str) or not typed.strip():
            continue
        text = state.values[name] = typed.strip()[:6]
        if text.isascii() and text.isdecimal() and int(text) <= HIGHEST:
            found[position] = int(text)
        else:
            state.add(name, _WRONG)
    return found


@router.post("/{study_id}/ratings")
def create_ratings(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, study_id: UUID
) -> Response:
    """Keep ratings: those of the whole sheet, or the one a page with a script sends; then perhaps hand in."""
    queries.judge_of(session, study_id, viewer.person_id)
    data, state = parse(form, SheetForm)
    if data is None:
        raise Malformed
    study = queries.get_study(session, study_id)
    positions = [place.position for place in places_of(session, study.form_id)]
    values = _read(form, positions, state)
    single = request.headers.get("HX-Request") == "true"
    person: dict[str, Any] = {"study_id": study_id, "person_id": viewer.person_id}
    if state.errors and not single:
        return _sheet(request, session, clock, form=state, **person)
    rated = 0 if state.errors else service.rate(session, clock, number=data.round, values=values, **person)
    if single:
        return page(
            request,
            "psychometrics/judging_sheet.html",
            "progress",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if state.errors else HTTPStatus.OK,
            rated=rated,
            places=positions,
            study=study,
            wrong=next(iter(state.errors), ""),
            saved=not state.errors,
        )
    if not data.hand_in:
        return go(request, f"judging/{study_id}", done="saved")
    if rated < len(positions):  # what was typed is kept, and the page says what is missing
        return _sheet(request, session, clock, missing=data.round, **person)
    service.hand_in(session, clock, number=data.round, **person)
    return go(request, "judging", done="handed-in")
