"""The worker: does the jobs of every slice and what must happen again and again.

It stands above every slice, so this is where an event of a lower slice meets the handler of an upper one.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import jobs as accounts
from app.appeals import jobs as appeals
from app.capstone import jobs as capstone
from app.certificates import jobs as certificates
from app.courses import jobs as courses
from app.exams import jobs as exams
from app.kernel.clock import Clock
from app.platform import audit, outbox
from app.platform.database import write_session
from app.platform.mail import make_sender
from app.platform.outbox import Context, Handler, Lane, Periodic
from app.platform.settings import Settings
from app.proctoring import jobs as proctoring
from app.programmes import jobs as programmes
from app.psychometrics import jobs as psychometrics

log = structlog.get_logger()

IDLE = 0.5
"""Seconds between looks when there is nothing to do."""
STOPS_WITHIN = 30.0
"""Seconds a job at hand gets when the worker is told to stop."""


def _link_audit(context: Context) -> None:
    with write_session(context.engine) as session:
        head = audit.find_head(session) if audit.link(session) else None
    if head is not None:
        audit.publish(head)


def _purge(context: Context) -> None:
    with write_session(context.engine) as session:
        outbox.purge(session, context.clock)


_SLICES = (accounts, programmes, courses, exams, proctoring, psychometrics, capstone, certificates, appeals)


def handlers() -> dict[str, Handler]:
    """Every job kind and who does it.

    Raises:
        ValueError: two slices claim one kind.
    """
    found: dict[str, Handler] = {}
    for slice_ in _SLICES:
        for kind, handler in slice_.HANDLERS.items():
            if kind in found:
                msg = f"job kind {kind!r} is bound twice"
                raise ValueError(msg)
            found[kind] = handler
    return found


def periodic() -> tuple[Periodic, ...]:
    """Everything that happens again and again."""
    own = (
        Periodic("audit.link", timedelta(seconds=2), _link_audit),
        Periodic("outbox.purge", timedelta(hours=1), _purge),
    )
    return own + tuple(item for slice_ in _SLICES for item in slice_.PERIODIC)


SLOW = psychometrics.SLOW
"""Kinds that may take minutes: they wait for each other, and nothing else waits for them."""


def make_context(engine: Engine, clock: Clock, settings: Settings, **services: Any) -> Context:
    """What handlers work with; ``services`` replaces the real mail sender in tests."""
    known: Mapping[str, Any] = {"mail": make_sender(settings, clock)} | services
    return Context(engine, clock, settings, known)


def run_due(context: Context) -> None:
    """Everything once, now: periodic work, then jobs until none is due. For tests and commands."""
    for item in periodic():
        item.run(context)
    outbox.drain(context, handlers())
    for item in periodic():
        item.run(context)


class Worker:
    """The loop, in a thread of the web process or as a process of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Work until told to stop. A failure of one round is logged and the next round tries again.

        A job may hang (a mail server may say nothing for 20 s). So what must be prompt has a thread of its
        own, what may take minutes has another, and the rest of the periodic work is looked at between any
        two jobs.
        """
        items = periodic()
        beside = [
            threading.Thread(target=self._again_and_again, args=args, name=name, daemon=True)
            for name, args in (
                ("worker-prompt", ([item for item in items if item.prompt], lambda: False)),
                ("worker-slow", ([], self._jobs(Lane(SLOW, others=False)))),
            )
        ]
        for thread in beside:
            thread.start()
        self._again_and_again([item for item in items if not item.prompt], self._jobs(Lane(SLOW)))
        for thread in beside:
            thread.join(timeout=STOPS_WITHIN)

    def _jobs(self, lane: Lane) -> Callable[[], bool]:
        bound = handlers()
        return lambda: self._guarded("job", lambda: outbox.run_one(self._context, bound, lane))

    def _again_and_again(self, items: Sequence[Periodic], work: Callable[[], bool]) -> None:
        """Do what is due of ``items``, then one piece of ``work``; wait a moment when there was none."""
        due = {item.name: 0.0 for item in items}
        while not self._stop.is_set():
            for item in items:
                if time.monotonic() >= due[item.name] and not self._stop.is_set():
                    due[item.name] = time.monotonic() + item.every.total_seconds()
                    self._guarded(item.name, lambda item=item: item.run(self._context))
            if self._stop.is_set() or not work():
                self._stop.wait(IDLE)

    def _guarded(self, name: str, act: Any) -> bool:
        try:
            return bool(act())
        except SQLAlchemyError as error:
            log.warning("worker round failed", task=name, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # the loop outlives whatever one round does
            log.error("worker round failed", task=name, error=type(error).__name__)
        return False

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the job at hand and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=STOPS_WITHIN)
