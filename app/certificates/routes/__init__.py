"""Pages and fragments of the certificates slice."""

from app.certificates.routes import admin, batch, decisions, documents, mine, verify
from app.platform.routing import Router
from app.web.pages import KEPT_NOWHERE

router = Router()
for part in (batch, decisions, admin, verify, mine, documents):
    router.include_router(part.router, dependencies=KEPT_NOWHERE if part is mine else ())
