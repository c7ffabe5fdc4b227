"""What a test works with: the application, its clock, its mail, and browsers of signed-in people."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event
from sqlmodel import Session
from starlette.requests import Request
from starlette.testclient import TestClient

from app import worker
from app.accounts.models import SignInSession
from app.accounts.rules import SESSION_LIFE
from app.kernel.clock import FixedClock
from app.kernel.ids import new_token, token_hash
from app.main import create_app
from app.platform.database import read_session, write_session
from app.platform.mail import Mail
from app.platform.settings import Settings
from app.web import csrf
from app.web.viewer import COOKIE

BASE = "http://127.0.0.1:8000"


class MailBox:
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        """Keep the message."""
        self.mails.append(mail)


def _no_bug(reply: Any) -> Any:
    """The reply, unless a bug answered: what happened is in the captured log."""
    assert reply.status_code != 500, "a bug of ours; its place is in the log line 'incident'"
    return reply


class Lent:
    """Counts the connections that are out of the pool, and notes how many are each time it is asked."""

    def __init__(self, engine: Engine) -> None:
        self._out, self.noted = 0, []
        event.listen(engine, "checkout", lambda *_: self._moved(1))
        event.listen(engine, "checkin", lambda *_: self._moved(-1))

    def _moved(self, by: int) -> None:
        self._out += by

    def note(self) -> None:
        """Remember how many are out now."""
        self.noted.append(self._out)


class Browser:
    """A test client that behaves like a browser on our own pages: cookies, Origin, the hidden CSRF field."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.http = TestClient(world.app, base_url=BASE, follow_redirects=False)
        self.session_id: UUID | None = None

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a page. Header names: underscores become dashes."""
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return _no_bug(self.http.get(path, headers=sent))

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, files: Any = None, **headers: str
    ) -> Any:
        """Send a form as one of our pages would."""
        sent = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
        sent |= {key.replace("_", "-"): value for key, value in headers.items()}
        form = {csrf.FIELD: self.csrf_token()} | (data or {})
        return _no_bug(self.http.post(path, data=form, files=files, headers=sent))

    def csrf_token(self) -> str:
        """What the hidden field of a page of this browser holds."""
        if self.session_id is None:
            return ""
        request = Request(
            {"type": "http", "app": self._world.app, "headers": [], "method": "GET", "path": "/"}
        )
        request.state.viewer = type("V", (), {"session_id": self.session_id})()
        return csrf.token(request)


class World:
    """The application over one database. ``demonstration`` is what the template database was marked as."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.settings, self.clock = settings, clock
        self.app = create_app(settings, clock)
        self.engine = self.app.state.engine
        self.box = MailBox()
        self.context = worker.make_context(self.engine, clock, settings, mail=self.box)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def write(self) -> AbstractContextManager[Session]:
        """A session that commits when the block ends."""
        return write_session(self.engine)

    def read(self) -> AbstractContextManager[Session]:
        """A session that only reads."""
        return read_session(self.engine)

    def work(self) -> None:
        """Let the worker do everything that is due."""
        worker.run_due(self.context)

    def browser(self, person_id: UUID | None = None) -> Browser:
        """A browser; signed in as ``person_id`` when one is given."""
        made = Browser(self)
        if person_id is not None:
            token, now = new_token(), self.clock.now()
            row = SignInSession(
                person_id=person_id,
                token_hash=token_hash(token),
                created_at=now,
                seen_at=now,
                expires_at=now + SESSION_LIFE,
            )
            with self.write() as session:
                session.add(row)
                session.flush()
                made.session_id = row.id
            made.http.cookies.set(COOKIE, token, domain="127.0.0.1", path="/")
        return made
