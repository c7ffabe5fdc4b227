"""Pages and fragments of the certificates slice."""

from app.certificates.routes import admin, decisions, documents, mine, verify
from app.platform.routing import Router

router = Router()
for part in (decisions, admin, verify, mine, documents):
    router.include_router(part.router)
