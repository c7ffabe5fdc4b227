"""Pages and fragments of the certificates slice."""

from fastapi import APIRouter

from app.certificates.routes import admin, decisions, documents, mine, verify

router = APIRouter()
for part in (decisions, admin, verify, mine, documents):
    router.include_router(part.router)
