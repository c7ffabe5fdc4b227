"""Pages and fragments of the exams slice: one module a resource, put together here."""

from app.exams.routes import (
    accommodations,
    applications,
    attempts,
    board,
    booking,
    centres,
    checkin,
    messages,
    notices,
    ratings,
    releases,
    results,
    rooms,
    secure_browser,
    sittings,
    supervision,
    together,
    unsent,
)
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (
    attempts,
    messages,
    results,
    supervision,
    unsent,
    notices,
    applications,
    accommodations,
    booking,
    checkin,
    rooms,
    board,
    together,
    sittings,
    centres,
    releases,
    ratings,
    secure_browser,
):
    open_to_all = part in {notices, secure_browser}
    router.include_router(part.router, dependencies=() if open_to_all else KEPT_NOWHERE)
