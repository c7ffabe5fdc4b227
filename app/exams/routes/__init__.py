"""Pages and fragments of the exams slice: one module a resource, put together here."""

from app.exams.routes import (
    applications,
    attempts,
    booking,
    checkin,
    notices,
    results,
    rooms,
    sittings,
    supervision,
)
from app.platform.routing import Router
from app.web.locale import PREFIX

router = Router(prefix=PREFIX)
for part in (attempts, results, supervision, notices, applications, booking, checkin, rooms, sittings):
    router.include_router(part.router)
