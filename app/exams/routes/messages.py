"""Messages in an exam: what the candidate has read and has not, and who of a sitting has read what."""

from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts import queries as accounts
from app.accounts.queries import Names
from app.exams.queries import attempts, rooms
from app.exams.queries import messages as queries
from app.exams.routes.board_view import board_of, by_id
from app.exams.routes.together import Supervisor
from app.exams.service import messages as service
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form
from app.web.pages import go, page, wants_fragment
from app.web.viewer import ClockDep, SignedIn

router = Router()


class Told(NamedTuple):
    """A message and the name of who wrote it."""

    message: queries.Told
    author: Names | None


def told_in(session: Session, window: attempts.OpenWindow) -> list[Told]:
    """What the candidate of a window has not read yet; without any it costs no statement."""
    return told_now(session, window.id) if window.unread else []


def unread_in(session: Session, window: attempts.OpenWindow) -> list[UUID]:
    """The messages that the candidate of a window has not read; without any it costs no statement."""
    return [one.id for one in queries.told_to(session, window.id, unread=True)] if window.unread else []


def told_now(session: Session, attempt_id: UUID, *, unread: bool = True) -> list[Told]:
    """The messages to an attempt, oldest first, with the names of their authors."""
    found = queries.told_to(session, attempt_id, unread=unread)
    names = accounts.names_of(session, [one.author_id for one in found])
    return [Told(one, names.get(one.author_id)) for one in found]


def read_in(session: Session, clock: Clock, form: FormData, *, candidate_id: UUID, attempt_id: UUID) -> None:
    """Note the message that a form of answers says was read, if it says so: no answer is lost on the way.

    Raises:
        NotFound: no such message to this attempt.
    """
    said = form.get("read")
    if isinstance(said, str) and said:
        service.read(
            session, clock, candidate_id=candidate_id, attempt_id=attempt_id, message_id=_id_of(said)
        )


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


@router.get("/exams/attempts/{attempt_id}/messages")
def list_messages(request: Request, session: Read, viewer: SignedIn, attempt_id: UUID) -> Response:
    """Every message to the viewer's attempt; for a script those that are not read."""
    window = attempts.window_of(session, viewer.person_id, attempt_id)
    fragment = wants_fragment(request)
    return page(
        request,
        "exams/messages_mine.html",
        "unread",
        window=window,
        told=told_now(session, attempt_id, unread=fragment),
    )


@router.post("/exams/attempts/{attempt_id}/messages/{message_id}/reading")
def create_reading(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: SignedIn,
    form: Form,
    attempt_id: UUID,
    message_id: UUID,
) -> Response:
    """The candidate has read a message; it is not shown in the exam any more."""
    del form
    service.read(session, clock, candidate_id=viewer.person_id, attempt_id=attempt_id, message_id=message_id)
    if wants_fragment(request):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return go(request, f"exams/attempts/{attempt_id}")


@router.get("/rooms/{sitting_id}/messages")
def list_sent(
    request: Request, session: Read, clock: ClockDep, viewer: Supervisor, sitting_id: UUID
) -> Response:
    """What was sent in a sitting, and who has read it; nobody the viewer has trained is named."""
    room = rooms.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    board = board_of(request, session, clock, viewer, sitting_id, fresh=True)
    rows = by_id(row for row, _ in board.rows)
    sent = queries.sent_in(session, sitting_id, list(rows))
    return page(
        request,
        "exams/messages.html",
        room=room,
        sent=sent,
        rows=rows,
        names=accounts.names_of(session, [one.author_id for one in sent]),
    )
