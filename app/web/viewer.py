"""Who looks at the page. ``main`` fills the protocol from accounts, so that web knows no table."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.kernel.clock import Clock
from app.kernel.errors import Forbidden, SignInNeeded
from app.platform.database import read_session, write_session

COOKIE = "ceasai_session"


class Viewer(Protocol):
    """A signed-in person, as far as a page needs to know."""

    @property
    def person_id(self) -> UUID:
        """The account."""
        ...

    @property
    def session_id(self) -> UUID:
        """The server-side session, which CSRF tokens are bound to."""
        ...

    @property
    def display_name(self) -> str:
        """How the person is greeted."""
        ...

    @property
    def locale(self) -> str:
        """The language the person has chosen."""
        ...

    @property
    def timezone(self) -> str:
        """IANA name."""
        ...

    @property
    def stale(self) -> bool:
        """Whether the last use of the session was written down too long ago."""
        ...

    def has(self, role: str) -> bool:
        """Whether the person holds the role now, in whatever scope."""
        ...

    def scopes(self, role: str) -> frozenset[tuple[str, str]]:
        """The scopes (kind, id) in which the role is held; ``("all", "")`` means everywhere."""
        ...


FindViewer = Callable[[Session, str, datetime], Viewer | None]
"""(session, cookie value, now) → viewer. Reads columns only."""
Touch = Callable[[Session, UUID, datetime], None]
"""(session, id of the sign-in session, now): write down that it was used."""


def clock_of(request: Request) -> Clock:
    """The application's clock."""
    clock: Clock = request.app.state.clock
    return clock


async def _clock(request: Request) -> Clock:
    return clock_of(request)


# The dependencies that only look at values are async: a plain one costs a change of thread a request.
ClockDep = Annotated[Clock, Depends(_clock)]


def _read_viewer(request: Request, token: str) -> Viewer | None:
    find: FindViewer = request.app.state.find_viewer
    with read_session(request.app.state.engine) as session:
        viewer = find(session, token, clock_of(request).now())
    if viewer is not None and viewer.stale:
        touch: Touch = request.app.state.touch
        with write_session(request.app.state.engine) as session:
            touch(session, viewer.session_id, clock_of(request).now())
    return viewer


async def find_viewer(request: Request) -> Viewer | None:
    """Read the viewer in a short session of its own, closed before the endpoint runs.

    No dependency leaves a connection checked out: an endpoint needs one, and the pool has as many
    connections as there are threads. Nobody's cookie, nobody's statement: a visitor costs nothing here.
    """
    if not hasattr(request.state, "viewer"):
        token = request.cookies.get(COOKIE)
        request.state.viewer = await run_in_threadpool(_read_viewer, request, token) if token else None
    known: Viewer | None = request.state.viewer
    return known


MaybeViewer = Annotated[Viewer | None, Depends(find_viewer)]


async def signed_in(viewer: MaybeViewer) -> Viewer:
    """The viewer, who must be signed in.

    Raises:
        SignInNeeded: nobody is; a browser is led to the sign-in page and back.
    """
    if viewer is None:
        raise SignInNeeded
    return viewer


SignedIn = Annotated[Viewer, Depends(signed_in)]


def holding(*roles: str) -> Callable[[Viewer], Awaitable[Viewer]]:
    """A dependency: the viewer, who must hold one of ``roles``.

    Raises:
        SignInNeeded: nobody is signed in.
        Forbidden: the viewer holds none of them.
    """

    async def check(viewer: SignedIn) -> Viewer:
        if not any(viewer.has(role) for role in roles):
            raise Forbidden
        return viewer

    check.__name__ = "holding_" + "_".join(roles)
    return check
