"""Pages of the appeals slice: one module a resource, put together here."""

from app.appeals.routes import certificates, filing, hearing, rescores
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (filing, hearing, certificates, rescores):
    router.include_router(part.router, dependencies=KEPT_NOWHERE)
