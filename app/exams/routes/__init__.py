"""Pages and fragments of the exams slice: one module a resource, put together here."""

from fastapi import APIRouter

from app.exams.routes import applications, booking, checkin, notices, rooms, sittings
from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
for part in (notices, applications, booking, checkin, rooms, sittings):
    router.include_router(part.router)
