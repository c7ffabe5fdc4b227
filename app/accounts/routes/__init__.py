"""Pages and fragments of the accounts slice."""

from app.accounts.routes import letters, own, people, registration, reset, sign_in
from app.platform.routing import Router
from app.web.locale import PREFIX

router = Router(prefix=PREFIX)
for part in (sign_in, registration, reset, own, people, letters):
    router.include_router(part.router)
