"""Pages and fragments of the accounts slice."""

from app.accounts.routes import account, letters, own, people, registration, reset, sign_in
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (sign_in, registration, reset, own, account, people, letters):
    router.include_router(part.router, dependencies=KEPT_NOWHERE if part in (own, account) else ())
