"""Pages of the capstone: one module a reader, put together here."""

from app.capstone.routes import officers, own, raters
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (own, raters, officers):
    router.include_router(part.router, dependencies=KEPT_NOWHERE)
