"""The people who hear objections: the queue, an item with everything said about it, two steps."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.appeals.errors import ChallengeMoved
from app.appeals.queries import challenges as queries
from app.appeals.queries.challenges import Heard
from app.appeals.rules import challenges as rules
from app.appeals.rules.challenges import ChallengeState, Verdict
from app.appeals.service import challenges as service
from app.exams.queries.answered import answered_with
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.locales import LOCALES
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.question_banks.queries.whole import get_whole, slugs_of
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/challenges")

AT_ONCE = 200
"""Objections of one kind on the page and in one step: the oldest that wait, the newest that are decided."""

Panel = Annotated[Viewer, Depends(holding("item_reviewer", "appeals_panel"))]


class ProposalForm(FormModel):
    """What the first reader proposes, and why. ``challenge``: the objections that were on the page."""

    challenge: list[UUID] = Field(default_factory=list, max_length=500)
    verdict: Verdict
    note: str = Field(min_length=3, max_length=2000)


class AnswerForm(FormModel):
    """What the second person decides, and what each candidate reads in their language."""

    challenge: list[UUID] = Field(default_factory=list, max_length=500)
    verdict: Verdict
    answer_kk: str | None = Field(default=None, max_length=2000)
    answer_ru: str | None = Field(default=None, max_length=2000)
    answer_en: str | None = Field(default=None, max_length=2000)
    note: str | None = Field(default=None, max_length=2000)


@router.get("")
def list_challenges(request: Request, session: Read, *, clock: ClockDep, viewer: Panel) -> Response:
    """What waits, item by item, the longest waiting first; nothing of own trainees."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    listed = queries.list_queue(session, viewer.person_id, at=now, page=number)
    items = [line.item_version_id for line in listed.rows if line.item_version_id is not None]
    return page(
        request,
        "appeals/queue.html",
        listed=listed,
        slugs=slugs_of(session, items),
        hidden=queries.count_hidden(session, viewer.person_id, at=now),
        due_at=rules.due_at,
        done=request.query_params.get("done", ""),
    )


def _show(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    version_id: UUID | None,
    challenge_id: UUID | None,
    proposal: FormState | None = None,
    answer: FormState | None = None,
) -> Response:
    heard = queries.heard(
        session, viewer.person_id, at=clock.now(), version_id=version_id, challenge_id=challenge_id
    )
    unread = [one for one in heard if one.state is ChallengeState.FILED][:AT_ONCE]
    read = [one for one in heard if one.state is ChallengeState.IN_REVIEW]
    mine = [one for one in read if one.reader_id == viewer.person_id]
    read = [one for one in read if one.reader_id != viewer.person_id][:AT_ONCE]
    ended = [one for one in heard if one.state not in rules.OPEN_STATES]
    heard = [*unread, *read, *mine[:AT_ONCE], *ended[-AT_ONCE:]]
    item = get_whole(session, version_id) if version_id else None
    people = {step.actor_id for one in heard for step in one.steps}
    tail = f"challenges/items/{version_id}" if version_id else f"challenges/{challenge_id}"
    wrong = (proposal or FormState()).errors or (answer or FormState()).errors
    return page(
        request,
        "appeals/hearing.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/{tail}",
        tail=tail,
        item=item,
        figures=answered_with(session, version_id) if version_id and item and item.choices else None,
        heard=heard,
        unread=unread,
        read=read,
        own=mine,
        wanted=_languages(read),
        names=names_of(session, people),
        due_at=rules.due_at,
        proposal=proposal or FormState(),
        answer=answer or FormState(),
        error_title=bool(wrong),
    )


def _languages(read: list[Heard]) -> list[str]:
    """The languages in which an answer is needed: those in which the candidates wrote."""
    used = {one.locale for one in read}
    return [str(locale) for locale in LOCALES if str(locale) in used]


@router.get("/items/{version_id}")
def show_item(
    request: Request, session: Read, *, clock: ClockDep, viewer: Panel, version_id: UUID
) -> Response:
    """An item with its key and all objections to it, for somebody who trains nobody."""
    return _show(request, session, clock=clock, viewer=viewer, version_id=version_id, challenge_id=None)


@router.get("/{challenge_id}")
def show_challenge(
    request: Request, session: Read, *, clock: ClockDep, viewer: Panel, challenge_id: UUID
) -> Response:
    """An objection to an exam as a whole."""
    return _show(request, session, clock=clock, viewer=viewer, version_id=None, challenge_id=challenge_id)


def _propose(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    form: Form,
    version_id: UUID | None,
    challenge_id: UUID | None,
) -> Response:
    data, state = parse(form, ProposalForm)
    if data is None:
        return _show(
            request,
            session,
            clock=clock,
            viewer=viewer,
            version_id=version_id,
            challenge_id=challenge_id,
            proposal=state,
        )
    heard = queries.heard(
        session, viewer.person_id, at=clock.now(), version_id=version_id, challenge_id=challenge_id
    )
    if not {one.id for one in heard}.issuperset(data.challenge):
        raise ChallengeMoved
    refused = service.propose_answer(
        session,
        clock,
        person_id=viewer.person_id,
        challenge_ids=data.challenge,
        verdict=data.verdict,
        note=data.note,
    )
    if isinstance(refused, Refused):
        return errors.refused(request, refused)
    return go(request, "challenges", done="proposed")


def _decide(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    form: Form,
    version_id: UUID | None,
    challenge_id: UUID | None,
) -> Response:
    data, state = parse(form, AnswerForm)
    if data is not None:
        given = {"kk": data.answer_kk, "ru": data.answer_ru, "en": data.answer_en}
        heard = queries.heard(
            session, viewer.person_id, at=clock.now(), version_id=version_id, challenge_id=challenge_id
        )
        if not {one.id for one in heard}.issuperset(data.challenge):
            raise ChallengeMoved
        for locale in _languages([one for one in heard if one.id in data.challenge]):
            if not given[locale]:
                state.add(f"answer_{locale}", N_("A candidate wrote in this language and reads it here."))
    if data is None or state.errors:
        return _show(
            request,
            session,
            clock=clock,
            viewer=viewer,
            version_id=version_id,
            challenge_id=challenge_id,
            answer=state,
        )
    refused = service.decide(
        session,
        clock,
        person_id=viewer.person_id,
        challenge_ids=data.challenge,
        wish=data.verdict,
        answer={locale: text for locale, text in given.items() if text},
        note=data.note,
    )
    if isinstance(refused, Refused):
        return errors.refused(request, refused)
    return go(request, "challenges", done=str(data.verdict))


@router.post("/items/{version_id}/proposal")
def create_item_proposal(
    *, request: Request, session: Write, clock: ClockDep, viewer: Panel, form: Form, version_id: UUID
) -> Response:
    """Propose an answer to all objections to an item that nobody has read yet."""
    return _propose(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        version_id=version_id,
        challenge_id=None,
    )


@router.post("/{challenge_id}/proposal")
def create_exam_proposal(
    *, request: Request, session: Write, clock: ClockDep, viewer: Panel, form: Form, challenge_id: UUID
) -> Response:
    """Propose an answer to an objection to a whole exam."""
    return _propose(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        version_id=None,
        challenge_id=challenge_id,
    )


@router.post("/items/{version_id}/decision")
def create_item_decision(
    *, request: Request, session: Write, clock: ClockDep, viewer: Panel, form: Form, version_id: UUID
) -> Response:
    """Decide as the second person; 409 for the first one, and for a trainer of one of the candidates."""
    return _decide(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        version_id=version_id,
        challenge_id=None,
    )


@router.post("/{challenge_id}/decision")
def create_exam_decision(
    *, request: Request, session: Write, clock: ClockDep, viewer: Panel, form: Form, challenge_id: UUID
) -> Response:
    """Decide about an objection to a whole exam as the second person."""
    return _decide(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        version_id=None,
        challenge_id=challenge_id,
    )
