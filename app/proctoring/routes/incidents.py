"""Incidents of an attempt, for those who supervise it: the list, a new one, a correction."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, Field
from sqlmodel import Session

from app.exams.queries import supervision
from app.exams.routes.roles import acting_in
from app.exams.rules.transitions import Who
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.proctoring.errors import SeenAtImpossible
from app.proctoring.queries import record as queries
from app.proctoring.routes.words import NAMES
from app.proctoring.rules.incidents import IncidentKind, takes_incidents
from app.proctoring.service import incidents as service
from app.web import errors
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import formats_of, go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/attempts/{attempt_id}/incidents")
Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]


def _local(value: datetime) -> datetime:
    if value.tzinfo is not None or not 2020 <= value.year <= 2100:
        raise ValueError(N_("Type a date and a time as in 2026-11-26T10:00."))
    return value


LocalTime = Annotated[datetime, AfterValidator(_local)]
"""A date and a time without a zone: the zone is the viewer's."""


class IncidentForm(FormModel):
    """What was seen."""

    kind: IncidentKind
    seen_at: LocalTime
    seen: str = Field(min_length=3, max_length=2000)

    def facts(self, timezone: str) -> service.Seen:
        """As the service takes it."""
        at = self.seen_at.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
        return service.Seen(self.kind, at, self.seen)


class CorrectionForm(FormModel):
    """Another wording, or none any more; and why."""

    act: Literal["correct", "withdraw"]
    reason: str = Field(min_length=3, max_length=1000)


def _roles(session: Session, viewer: Viewer, attempt_id: UUID) -> frozenset[Who]:
    """The door of every act: in which roles the viewer acts at this attempt."""
    manages = viewer.has("exam_manager")
    assigned = supervision.is_proctor_of(session, attempt_id, person_id=viewer.person_id, manages=manages)
    return acting_in(viewer, assigned=assigned)


def _page(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    attempt_id: UUID,
    form: FormState,
    correcting: UUID | None = None,
) -> Response:
    now, manages = clock.now(), viewer.has("exam_manager")
    attempt = supervision.supervised_of(
        session, attempt_id, person_id=viewer.person_id, manages=manages, at=now
    )
    return page(
        request,
        "proctoring/incidents.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/rooms/attempts/{attempt_id}/incidents",
        attempt=attempt,
        incidents=queries.incidents_of(session, attempt_id),
        open=takes_incidents(lifecycle=attempt.lifecycle, review=attempt.review),
        form=form,
        correcting=correcting,
        now_local=_typed(request, now),
        typed_at=lambda at: _typed(request, at),
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
        **NAMES,
    )


def _typed(request: Request, at: datetime) -> str:
    return formats_of(request).local(at).strftime("%Y-%m-%dT%H:%M")


@router.get("")
def list_incidents(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, attempt_id: UUID
) -> Response:
    """What was recorded so far, and the form for more."""
    return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.post("")
def create_incident(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Write an incident down; the record is then reviewed before the result is told."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, IncidentForm)
    if data is not None:
        try:
            result = service.record(
                session,
                clock,
                attempt_id=attempt_id,
                actor_id=viewer.person_id,
                roles=roles,
                seen=data.facts(viewer.timezone),
            )
        except SeenAtImpossible:  # nothing was written
            state.add("seen_at", N_("Type a time between the booking of the attempt and now."))
        else:
            return _after(request, result, attempt_id, "recorded")
    return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)


def _after(request: Request, result: Refused | UUID, attempt_id: UUID, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"rooms/attempts/{attempt_id}/incidents", done=done)


@router.post("/{incident_id}/correction")
def create_correction(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Supervisor,
    form: Form,
    attempt_id: UUID,
    incident_id: UUID,
) -> Response:
    """Correct or withdraw an incident, with the reason; the earlier wording stays readable."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, CorrectionForm)
    seen: IncidentForm | None = None
    if data is None or data.act == "correct":
        seen, typed = parse(form, IncidentForm)
        state.values |= typed.values
        for name, error in typed.errors.items():
            state.errors.setdefault(name, error)
    if data is not None and not state.errors:
        try:
            result = service.correct(
                session,
                clock,
                attempt_id=attempt_id,
                incident_id=incident_id,
                actor_id=viewer.person_id,
                roles=roles,
                seen=seen.facts(viewer.timezone) if seen else None,
                reason=data.reason,
            )
        except SeenAtImpossible:  # nothing was written
            state.add("seen_at", N_("Type a time between the booking of the attempt and now."))
        else:
            return _after(request, result, attempt_id, "corrected")
    return _page(
        request,
        session,
        clock=clock,
        viewer=viewer,
        attempt_id=attempt_id,
        form=state,
        correcting=incident_id,
    )
