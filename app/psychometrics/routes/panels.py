"""The pages of panels of judges for those who lead a study and for who decides on its cut score."""

import re
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.exams.queries.cuts import cuts_of, find_decision
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.psychometrics.errors import CutOutside, JudgesUnfit, TooFewJudges, TooManyJudges
from app.psychometrics.queries import panel as queries
from app.psychometrics.rules.panel import LEAST, WANTED, cuts_allowed
from app.psychometrics.service import panel as service
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/panels")
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]
OfficerDep = Annotated[Viewer, Depends(holding("certification_officer"))]
StaffDep = Annotated[Viewer, Depends(holding("exam_manager", "certification_officer"))]
_BETWEEN = re.compile(r"[\s,;]+")
_UNFIT = N_("Some of them cannot be judges; why stands below.")
_OUTSIDE = N_("Only from %(lowest)s to %(highest)s: within two standard errors.")
_FEW = N_("A panel has at least %(least)s judges.")
_MANY = N_("A panel has at most %(most)s judges.")


class StudyForm(FormModel):
    """For which form, who knows just enough, and who judges: addresses between spaces, commas or lines."""

    form_id: UUID
    description_kk: str = Field(min_length=10, max_length=4000)
    description_ru: str = Field(min_length=10, max_length=4000)
    description_en: str = Field(min_length=10, max_length=4000)
    emails: str = Field(min_length=3, max_length=8000)


class JudgeForm(FormModel):
    """Who is to be a judge too."""

    email: str = Field(min_length=3, max_length=254, pattern=r"^\S+$")


class RoundForm(FormModel):
    """Which round is closed: the one that ran when the page was shown."""

    round: int = Field(ge=1, le=2)


class OffForm(FormModel):
    """Why a study is called off."""

    why: str = Field(min_length=3, max_length=1000)


class CutForm(FormModel):
    """The cut score, in whole points, and why this one."""

    cut_score: int = Field(ge=1, le=100_000)
    reason: str = Field(min_length=3, max_length=1000)


@router.get("")
def list_panels(request: Request, session: Read, viewer: StaffDep) -> Response:
    """Every study, the newest first, and where it stands."""
    del viewer
    lines = queries.list_studies(session)
    return page(
        request,
        "psychometrics/panels.html",
        lines=lines,
        cuts={line.study.id: find_decision(session, line.study.id) for line in lines},
        wanted=WANTED,
        done=request.query_params.get("done", ""),
    )


def _open_page(
    request: Request, session: Session, form: FormState, status: int, unfit: dict[str, str] | None = None
) -> Response:
    return page(
        request,
        "psychometrics/panel_form.html",
        status=status,
        switch_path=f"/{locale_of(request)}/panels/new",
        forms=queries.forms_to_judge(session),
        least=LEAST,
        wanted=WANTED,
        unfit=unfit or {},
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/new")
def show_open(request: Request, session: Read, viewer: ManagerDep) -> Response:
    """The form to open a study."""
    del viewer
    return _open_page(request, session, FormState(), HTTPStatus.OK)


@router.post("")
def create_panel(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Open a study for a form with its judges; one at a time works on a form, otherwise 409."""
    data, state = parse(form, StudyForm)
    if data is None:
        return _open_page(request, session, state, HTTPStatus.UNPROCESSABLE_ENTITY)
    unfit: dict[str, str] = {}
    try:
        study_id = service.open_study(
            session,
            clock,
            form_id=data.form_id,
            description={
                "kk": data.description_kk,
                "ru": data.description_ru,
                "en": data.description_en,
            },
            emails=[one for one in _BETWEEN.split(data.emails) if one],
            person_id=viewer.person_id,
        )
    # nothing is written before these are raised
    except JudgesUnfit as error:
        unfit = error.why
        state.add("emails", _UNFIT)
    except TooFewJudges as error:
        state.add("emails", _FEW, **error.facts)
    except TooManyJudges as error:
        state.add("emails", _MANY, **error.facts)
    else:
        return go(request, f"panels/{study_id}", done="opened")
    return _open_page(request, session, state, HTTPStatus.UNPROCESSABLE_ENTITY, unfit)


def _study_page(
    request: Request,
    session: Session,
    study_id: UUID,
    form: FormState | None = None,
    unfit: dict[str, str] | None = None,
) -> Response:
    form = form or FormState()
    standing = queries.standing(session, study_id)
    study, result = standing.study, standing.result
    decision = find_decision(session, study_id)
    people = {one.judge.person_id for one in standing.judges} | {study.opened_by}
    people |= {one for one in (study.ended_by, decision and decision.decided_by) if one}
    allowed = cuts_allowed(result.estimate, max_points=standing.form.max_points) if result else range(0)
    return page(
        request,
        "psychometrics/panel.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/panels/{study_id}",
        standing=standing,
        decision=decision,
        in_force=next(iter(cuts_of(session, [study.form_id]).get(study.form_id, [])), None),
        allowed=allowed,
        names=names_of(session, people),
        least=LEAST,
        wanted=WANTED,
        unfit=unfit or {},
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/{study_id}")
def show_panel(request: Request, session: Read, viewer: StaffDep, study_id: UUID) -> Response:
    """A study: how far its judges are, and what it came to once both rounds are closed."""
    del viewer
    return _study_page(request, session, study_id)


@router.post("/{study_id}/judges")
def create_judge(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, study_id: UUID
) -> Response:
    """Name one more judge while round 1 runs."""
    data, state = parse(form, JudgeForm)
    if data is None:
        return _study_page(request, session, study_id, state)
    try:
        service.name_judge(session, clock, study_id=study_id, email=data.email, person_id=viewer.person_id)
    except JudgesUnfit as error:  # nothing is written before
        state.add("email", _UNFIT)
        return _study_page(request, session, study_id, state, error.why)
    return go(request, f"panels/{study_id}", done="named")


@router.post("/{study_id}/judges/{judge_id}/withdrawal")
def create_withdrawal(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: ManagerDep,
    form: Form,
    study_id: UUID,
    judge_id: UUID,
) -> Response:
    """Take a judge out who has not begun; 409 otherwise."""
    del form  # only its check against other sites
    service.withdraw_judge(session, clock, study_id=study_id, judge_id=judge_id, person_id=viewer.person_id)
    return go(request, f"panels/{study_id}", done="withdrawn")


@router.post("/{study_id}/round")
def close_round(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, study_id: UUID
) -> Response:
    """Close the round that runs; who has not handed it in counts no more."""
    data, state = parse(form, RoundForm)
    if data is None:
        return _study_page(request, session, study_id, state)
    service.close_round(session, clock, study_id=study_id, number=data.round, person_id=viewer.person_id)
    return go(request, f"panels/{study_id}", done="closed")


@router.post("/{study_id}/calling-off")
def create_calling_off(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, study_id: UUID
) -> Response:
    """End a study that comes to nothing."""
    data, state = parse(form, OffForm)
    if data is None:
        return _study_page(request, session, study_id, state)
    service.call_off(session, clock, study_id=study_id, reason=data.why, person_id=viewer.person_id)
    return go(request, f"panels/{study_id}", done="off")


@router.post("/{study_id}/decision")
def create_decision(
    *, request: Request, session: Write, clock: ClockDep, viewer: OfficerDep, form: Form, study_id: UUID
) -> Response:
    """Decide on the cut score of the form, with a reason; once a study, otherwise 409."""
    data, state = parse(form, CutForm)
    if data is None:
        return _study_page(request, session, study_id, state)
    try:
        service.decide(
            session,
            clock,
            study_id=study_id,
            cut_score=data.cut_score,
            reason=data.reason,
            person_id=viewer.person_id,
        )
    except CutOutside as error:  # nothing is written before
        state.add("cut_score", _OUTSIDE, **error.facts)
        return _study_page(request, session, study_id, state)
    return go(request, f"panels/{study_id}", done="decided")
