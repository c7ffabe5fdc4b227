"""What the worker does for the courses slice."""

from app.platform.outbox import Handler, Periodic

HANDLERS: dict[str, Handler] = {}
PERIODIC: tuple[Periodic, ...] = ()
