"""Pages of the proctoring slice: one module a resource, put together here."""

from app.platform.routing import Router
from app.proctoring.routes import camera, figures, identity, incidents, looks, monitoring, own, reviews, wall
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (incidents, reviews, own, camera, identity, looks, monitoring, wall, figures):
    router.include_router(part.router, dependencies=() if part is figures else KEPT_NOWHERE)
