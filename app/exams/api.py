"""Addresses without a language: whether a receipt says what is stored."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from app.exams.queries import results as queries
from app.platform.database import Read
from app.platform.routing import Router
from app.web.limits import limit

router = Router()

PER_MINUTE = 60
"""Receipts an address may ask about in a minute."""


@router.get("/api/v1/receipts/{code}/{digest}")
def check_receipt(request: Request, session: Read, code: str, digest: str) -> JSONResponse:
    """Whether the answers stored today give the checksum of a receipt; nobody's name, no score, no answer.

    ``{"attempt": code, "matches": bool, "handed_in_at": instant or null}``. An unknown code is a receipt that
    does not match: the reply never says which attempts there are.
    """
    limit(request, "receipts", PER_MINUTE)
    found = queries.find_receipt(session, code)
    given = digest.replace(" ", "").lower()
    matches = (
        found is not None
        and found.answers_hash is not None
        and given == found.answers_hash == queries.stored_hash(session, found.id)
    )
    body: dict[str, Any] = {
        "attempt": code.strip().upper(),
        "matches": matches,
        "handed_in_at": found.submitted_at.isoformat() if matches and found and found.submitted_at else None,
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
