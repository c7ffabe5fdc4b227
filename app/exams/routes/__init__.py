"""Pages and fragments of the exams slice: one module a resource, put together here."""

from fastapi import APIRouter

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
from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
for part in (attempts, results, supervision, notices, applications, booking, checkin, rooms, sittings):
    router.include_router(part.router)
