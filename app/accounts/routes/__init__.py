"""Pages and fragments of the accounts slice."""

from fastapi import APIRouter

from app.accounts.routes import letters, own, people, registration, reset, sign_in
from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
for part in (sign_in, registration, reset, own, people, letters):
    router.include_router(part.router)
