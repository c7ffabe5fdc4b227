"""Certificates after issue: look one up, suspend, reinstate, revoke, correct; and the signing keys."""

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import Field

from app.accounts.queries import Names, names_of
from app.certificates.credential import issuer_of
from app.certificates.queries import register as reads
from app.certificates.queries.keys import list_keys
from app.certificates.routes.officers import NamesForm, Officer
from app.certificates.routes.words import REASON_SAYS, SHORT
from app.certificates.rules import number as numbers
from app.certificates.rules.states import REASONS, TRANSITIONS, EventKind, Reason, changes
from app.certificates.service import corrections
from app.certificates.service import status as service
from app.kernel.errors import NotFound, Refused
from app.platform import audit
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import PREFIX
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix=PREFIX)

KeyReader = Annotated[Viewer, Depends(holding("administrator", "auditor"))]


class CorrectionForm(NamesForm):
    """The names as in the document, and why they are corrected."""

    why: str = Field(min_length=1, max_length=1000)


class StatusForm(FormModel):
    """A change of a certificate's status, with its reason in code and in words."""

    event: EventKind
    reason: Reason
    note: str = Field(min_length=1, max_length=1000)


@router.get("/decisions/certificates")
def look_up(
    request: Request, session: Read, *, clock: ClockDep, officer: Officer, number: str = ""
) -> Response:
    """Find a certificate by its number."""
    form = FormState(values={"number": number})
    if number:
        wanted = numbers.normalise(number)
        if not numbers.valid(wanted):
            form.add("number", N_("This number is mistyped: its check symbols do not fit."))
        else:
            try:
                reads.get_certificate(session, officer.person_id, wanted, at=clock.now())
            except NotFound:
                form.add("number", N_("No certificate you may act on has this number."))
            else:
                return go(request, f"decisions/certificates/{wanted}")
    return page(
        request,
        "certificates/look_up.html",
        status=422 if form.errors else 200,
        form=form,
        error_title=bool(form.errors),
    )


def _certificate_page(
    request: Request,
    session: Read,
    *,
    clock: ClockDep,
    officer: Viewer,
    number: str,
    form: FormState,
    correction: FormState | None = None,
    status: int = 200,
) -> Response:
    wanted = numbers.normalise(number)
    certificate = reads.get_certificate(session, officer.person_id, wanted, at=clock.now())
    if form.errors and form.value("event") not in changes(certificate.status):
        form = _nothing_chosen()  # the other fields stand in the form of a change, and none is open
    events = reads.list_events(session, certificate.id)
    return page(
        request,
        "certificates/certificate.html",
        status=status,
        certificate=certificate,
        shown=numbers.shown(certificate.number),
        events=events,
        people=names_of(session, [line.actor_id for line in events if line.actor_id is not None]),
        possible=changes(certificate.status),
        short=SHORT,
        reason_says=REASON_SAYS,
        reasons={event: REASONS[event] for event in changes(certificate.status)},
        form=form,
        correction=correction
        or FormState(
            values={"cyrillic": certificate.name_cyrillic or "", "latin": certificate.name_latin or ""}
        ),
        error_title=bool(form.errors or (correction and correction.errors)),
        done=request.query_params.get("done"),
    )


def _nothing_chosen() -> FormState:
    form = FormState()
    form.add("event", N_("Choose one of the options."))
    return form


@router.get("/decisions/certificates/{number}")
def one_certificate(
    request: Request, session: Read, *, clock: ClockDep, officer: Officer, number: str
) -> Response:
    """A certificate with its history and what may be done to it."""
    return _certificate_page(request, session, clock=clock, officer=officer, number=number, form=FormState())


@router.post("/decisions/certificates/{number}")
def change_status(
    request: Request, session: Write, *, clock: ClockDep, officer: Officer, number: str, form: Form
) -> Response:
    """Suspend, reinstate or revoke. 409 when the certificate does not stand there, or is a trainee's."""
    data, state = parse(form, StatusForm)
    if data is not None and data.reason not in REASONS.get(data.event, ()):
        state.add("reason", N_("Choose one of the options."))
    if data is None or state.errors:
        return _certificate_page(
            request, session, clock=clock, officer=officer, number=number, form=state, status=422
        )
    wanted = numbers.normalise(number)
    result = service.change_status(
        session,
        clock,
        officer_id=officer.person_id,
        number=wanted,
        event=data.event,
        reason=data.reason,
        note=data.note,
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"decisions/certificates/{wanted}", done=str(TRANSITIONS[data.event][1]))


@router.post("/decisions/certificates/{number}/correction")
def correct(
    request: Request, session: Write, *, clock: ClockDep, officer: Officer, number: str, form: Form
) -> Response:
    """Issue a certificate with the right names in its place. 409 when it is not in force, or a trainee's."""
    data, state = parse(form, CorrectionForm)
    if data is None:
        return _certificate_page(
            request,
            session,
            clock=clock,
            officer=officer,
            number=number,
            form=FormState(),
            correction=state,
            status=422,
        )
    app = request.app.state
    wanted = numbers.normalise(number)
    result = corrections.correct_certificate(
        session,
        clock,
        officer_id=officer.person_id,
        number=wanted,
        names=Names(data.cyrillic, data.latin),
        note=data.why,
        issuer=issuer_of(app.settings, demonstration=app.installation.demonstration),
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"decisions/certificates/{wanted}", done="corrected")


@router.get("/admin/keys")
def signing_keys(request: Request, session: Read, viewer: KeyReader) -> Response:
    """The signing keys and where each stands, and the head of the audit log.

    Keys are made and changed on the command line only.
    """
    del viewer
    return page(
        request, "certificates/keys.html", keys=list_keys(session), audit_head=audit.find_head(session)
    )
