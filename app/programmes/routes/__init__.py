"""Pages and fragments of the programmes slice."""

from fastapi import APIRouter

from app.programmes.routes import cohorts, invitations, joining, people
from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
for part in (cohorts, people, invitations, joining):
    router.include_router(part.router)
