"""Pages of the appeals slice: one module a resource, put together here."""

from app.appeals.routes import appealing, certificates, filing, hearing, panel, rescores
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (filing, appealing, hearing, panel, certificates, rescores):
    router.include_router(part.router, dependencies=KEPT_NOWHERE)
