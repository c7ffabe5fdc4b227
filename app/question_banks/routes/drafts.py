"""The pages of drafts: the list, one of them with its history, writing in it, its steps, and its preview."""

from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts import queries as accounts
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.kernel.locales import LOCALES
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.question_banks import errors
from app.question_banks.formats.check import check
from app.question_banks.formats.draft import SLUG, from_document
from app.question_banks.formats.report import ItemError
from app.question_banks.queries import drafts as queries
from app.question_banks.routes.findings import finding_of
from app.question_banks.routes.sheet import Sheet, differences
from app.question_banks.routes.viewers import Reader, Writer, roles_of
from app.question_banks.rules import SCORING_OF, Cognitive, ItemStatus, ItemType
from app.question_banks.rules.drafting import DOMAINS, KEPT_ONLY, MODULES, TASKS
from app.question_banks.rules.workflow import CHECKERS, MOVES, REVIEWERS, WRITERS, Step, open_steps
from app.question_banks.service import drafts as service
from app.question_banks.service import workflow
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer

router = Router(prefix="/items")
_TAKEN_OUT = N_(
    "This held signs that cannot be kept. They have been taken out: look at it and send it again."
)
_REFUSALS = (
    errors.StepNotNow,
    errors.OwnDraft,
    errors.BothChecks,
    errors.CheckDone,
    errors.DraftChanged,
    errors.DraftIncomplete,
    errors.BankOfFiles,
    errors.DraftsOfOtherPurpose,
)


class StepForm(FormModel):
    """A step of a draft. ``version``: the one that the person has seen."""

    step: Step
    version: int = Field(ge=1)
    reason: str = Field(default="", max_length=1000)


@router.get("")
def list_drafts(
    *,
    request: Request,
    session: Read,
    clock: ClockDep,
    viewer: Reader,
    bank: str = "",
    status: str = "",
    missing: str = "",
    view: str = "",
    held: str = "",
) -> Response:
    """Drafts that the viewer may see, or with ``view=queue`` those that wait for their check."""
    roles = roles_of(viewer)
    checks = bool(roles & (REVIEWERS | CHECKERS))
    wanted = queries.Wanted(
        bank=bank,
        status=status if status in set(ItemStatus) else "",
        missing=missing if missing in set(LOCALES) else "",
        queue=checks and view == "queue",
    )
    at, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "question_banks/drafts.html",
        listed=queries.list_drafts(session, viewer.person_id, wanted, roles=roles, page=number, at=at),
        wanted=wanted,
        sets=queries.list_sets(session, viewer.person_id, at=at),
        waiting=queries.count_waiting(session, viewer.person_id, roles=roles, at=at) if checks else None,
        trains=queries.trains(session, viewer.person_id, at=at),
        statuses=list(ItemStatus),
        writes=bool(roles & WRITERS),
        manages=viewer.has("exam_manager"),
        done=request.query_params.get("done", ""),
        held=", ".join(one for one in held.split() if SLUG.fullmatch(one)),
    )


def _draft_page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    draft_id: UUID,
    form: FormState,
    refusal: DomainError | None = None,
) -> Response:
    draft = queries.draft_of(session, viewer.person_id, draft_id, at=clock.now())
    standing, steps = queries.standing_of(session, draft_id), queries.list_steps(session, draft_id)
    may = open_steps(standing, person=viewer.person_id, roles=roles_of(viewer))
    lacks = None
    if draft.status in {ItemStatus.DRAFT, ItemStatus.IN_REVIEW}:
        demonstration = request.app.state.installation.demonstration
        lacks = workflow.lacks_of(session, draft_id, demonstration=demonstration)
    locale = str(locale_of(request))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    people = {one.actor_id for one in steps if one.actor_id}
    return page(
        request,
        "question_banks/draft.html",
        status=refusal.status if refusal else status,
        switch_path=f"/{locale}/items/drafts/{draft_id}",
        draft=draft,
        item=from_document(draft.document),
        sheet=Sheet.of(from_document(draft.document)),
        steps=steps,
        may=may,
        moves=MOVES,
        standing=standing,
        own=viewer.person_id in standing.authors,
        writes=bool(roles_of(viewer) & WRITERS),
        kept_only=draft.document["type"] in KEPT_ONLY,
        lacks=lacks,
        use=queries.find_use(session, draft.version_id),
        names=accounts.names_of(session, people),
        finding=lambda why: finding_of(locale, why),
        locales=[str(one) for one in LOCALES],
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
        done=request.query_params.get("done", ""),
    )


@router.get("/drafts/{draft_id}")
def show_draft(request: Request, session: Read, clock: ClockDep, viewer: Reader, draft_id: UUID) -> Response:
    """A draft: what it says, what it lacks, what may be done with it, and what was done."""
    return _draft_page(
        request=request, session=session, clock=clock, viewer=viewer, draft_id=draft_id, form=FormState()
    )


@router.post("/drafts/{draft_id}/steps")
def create_step(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reader, form: Form, draft_id: UUID
) -> Response:
    """Do a step; 409 when it is not possible now, with what was typed; 403 when it is another role's."""
    queries.draft_of(session, viewer.person_id, draft_id, at=clock.now())
    data, state = parse(form, StepForm)
    if data is not None and data.step not in MOVES:
        state.add("step", N_("Choose one of the options."))
    elif data is not None and MOVES[data.step].reason and len(data.reason) < 3:
        state.add("reason", N_("Say why: whoever wrote the item reads it."))
    refusal: DomainError | None = None
    if data is not None and not state.errors:
        try:
            with session.begin_nested():  # what a refused approval wrote is taken back
                workflow.take_step(
                    session,
                    clock,
                    draft_id=draft_id,
                    step=data.step,
                    version=data.version,
                    actor_id=viewer.person_id,
                    roles=roles_of(viewer),
                    reason=data.reason,
                    demonstration=request.app.state.installation.demonstration,
                )
        except _REFUSALS as error:
            refusal = error
        else:
            return go(request, f"items/drafts/{draft_id}", done=data.step)
    return _draft_page(
        request=request,
        session=session,
        clock=clock,
        viewer=viewer,
        draft_id=draft_id,
        form=state,
        refusal=refusal,
    )


def _writing_page(
    request: Request,
    draft: queries.DraftFacts,
    sheet: Sheet,
    form: FormState,
    *,
    stored: Sheet | None = None,
    refusal: DomainError | None = None,
) -> Response:
    locale = str(locale_of(request))
    kind = ItemType(draft.document["type"])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "question_banks/draft_form.html",
        status=refusal.status if refusal else status,
        switch_path=f"/{locale}/items/drafts/{draft.id}/text",
        draft=draft,
        kind=str(kind),
        sheet=sheet,
        changed=differences(stored, sheet) if stored else [],
        item=from_document(draft.document),
        locales=[str(one) for one in LOCALES],
        scorings=sorted(map(str, SCORING_OF[kind])),
        domains=DOMAINS,
        modules=MODULES,
        tasks=TASKS,
        levels=[str(one) for one in Cognitive],
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
    )


def _open_draft(session: Session, viewer: Viewer, draft_id: UUID, clock: Clock) -> queries.DraftFacts:
    """A draft that the viewer may write in.

    Raises:
        NotFound: see ``queries.draft_of``.
        DraftNotOpen: it is in review or an item, or of a type that is only kept.
    """
    draft = queries.draft_of(session, viewer.person_id, draft_id, at=clock.now())
    if draft.status is not ItemStatus.DRAFT or draft.document["type"] in KEPT_ONLY:
        raise errors.DraftNotOpen
    return draft


@router.get("/drafts/{draft_id}/text")
def edit_draft(request: Request, session: Read, clock: ClockDep, viewer: Writer, draft_id: UUID) -> Response:
    """The sheet on which the draft is written, in three languages side by side."""
    draft = _open_draft(session, viewer, draft_id, clock)
    return _writing_page(request, draft, Sheet.of(from_document(draft.document)), FormState())


@router.post("/drafts/{draft_id}/text")
def save_draft(
    *, request: Request, session: Write, clock: ClockDep, viewer: Writer, form: Form, draft_id: UUID
) -> Response:
    """Save the draft; 422 with what is wrong; 409 with what was typed when somebody else was first.

    Who saved meanwhile is shown with both texts; who handed it in, with the refusal.
    """
    draft = queries.draft_of(session, viewer.person_id, draft_id, at=clock.now())
    if draft.document["type"] in KEPT_ONLY:
        raise errors.DraftNotOpen
    before = from_document(draft.document)
    sheet, state = Sheet.typed(form, before.type), FormState()
    if draft.status is not ItemStatus.DRAFT:
        return _writing_page(request, draft, _widened(sheet), state, refusal=errors.DraftNotOpen())
    if getattr(form, "unclean", frozenset()):
        state.add("stem", _TAKEN_OUT)
        return _writing_page(request, draft, _widened(sheet), state)
    try:
        said = sheet.item(before)
        check(said)
    except ItemError as error:
        sentence, _ = finding_of(str(locale_of(request)), error.why)
        state.add("stem", N_("%(why)s"), why=sentence)
        return _writing_page(request, draft, _widened(sheet), state)
    try:
        service.save_draft(
            session,
            clock,
            draft_id=draft_id,
            version=_version(form),
            said=said,
            vouched=[word for word in sheet.vouched if word in set(LOCALES)],
            actor_id=viewer.person_id,
        )
    except errors.DraftChanged as refusal:  # nothing was written
        return _writing_page(request, draft, _widened(sheet), state, stored=Sheet.of(before), refusal=refusal)
    except errors.DraftNotOpen as refusal:
        return _writing_page(request, draft, _widened(sheet), state, refusal=refusal)
    return go(request, f"items/drafts/{draft_id}", done="saved")


def _version(form: FormData) -> int:
    value = form.get("version")
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else 0


def _widened(sheet: Sheet) -> Sheet:
    """The sheet as typed, with room for more."""
    if not any(row.blank for row in sheet.rows):
        sheet.widen()
    return sheet


@router.get("/drafts/{draft_id}/preview")
def preview_draft(
    request: Request, session: Read, clock: ClockDep, viewer: Reader, draft_id: UUID
) -> Response:
    """The item as a candidate sees it, in the language of the page; nothing that is chosen is sent."""
    draft = queries.draft_of(session, viewer.person_id, draft_id, at=clock.now())
    return page(
        request,
        "question_banks/preview.html",
        draft=draft,
        shown=_shown(draft.document),
        others=[str(one) for one in LOCALES if one != locale_of(request)],
        odd=(),
    )


def _shown(document: dict[str, Any]) -> SimpleNamespace:
    """What the page of the exam would show; a language that nobody wrote says so by a dash."""
    parts = document["interaction"] or {}
    absent = dict.fromkeys(map(str, LOCALES), "–")

    def whole(one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "text": absent | one["text"]}

    situation = document["stimulus"]
    return SimpleNamespace(
        position=1,
        shape=SimpleNamespace(type=document["type"], words=parts.get("words", 0)),
        scoring=document["scoring"],
        stem=absent | document["stem"],
        stimulus=absent | situation["text"] if situation else None,
        same_case=False,
        choices=[whole(choice) for choice in document["choices"]],
        targets=[whole(target) for target in parts.get("targets", ())],
        exact_case=bool(parts.get("case_sensitive")),
    )
