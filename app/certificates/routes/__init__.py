"""Pages and fragments of the certificates slice."""

from fastapi import APIRouter

from app.certificates.routes import admin, decisions, mine, verify

router = APIRouter()
for part in (decisions, admin, verify, mine):
    router.include_router(part.router)
