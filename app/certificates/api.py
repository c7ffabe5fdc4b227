"""Addresses without a language: verification, credentials, keys, achievements, status lists.

What verifies without us is public and cacheable; a credential carries a name and is served elsewhere
(routes/documents.py), to its holder or with a share link.
"""

import hashlib
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app.certificates import keys, status
from app.certificates.credential import MAIN_LANGUAGE, Issuer, achievement, issuer_of, profile
from app.certificates.errors import CertificateUnknown, NumberMistyped
from app.certificates.queries.keys import (
    KeyFacts,
    get_achievement,
    get_list,
    get_published,
    published_keys,
)
from app.certificates.queries.verify import VerifiedCertificate, find_status
from app.certificates.rules import number as numbers
from app.certificates.rules.states import Purpose
from app.kernel.errors import NotFound
from app.kernel.locales import LOCALES
from app.platform.database import Read
from app.platform.routing import Router
from app.web.limits import limit
from app.web.viewer import ClockDep

router = Router()

PER_MINUTE = 120
"""Numbers an address may ask about in a minute: more than a hand types, far too few to search 2⁸⁰."""
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_JWT = "application/vc+jwt"


def _issuer(request: Request) -> Issuer:
    state = request.app.state
    return issuer_of(state.settings, demonstration=state.installation.demonstration)


def _public(body: Any, *, media_type: str = "application/json", seconds: int = 3600) -> JSONResponse:
    headers = {**_ANYWHERE, "Cache-Control": f"public, max-age={seconds}"}
    return JSONResponse(body, headers=headers, media_type=media_type)


def _token(request: Request, token: str) -> tuple[str, str]:
    """The token and its media type: ``application/vc+jwt`` when asked for, else plain text."""
    wanted = _JWT in request.headers.get("accept", "")
    return token, _JWT if wanted else "text/plain"


@router.get("/api/v1/verify/{number}")
def verify(request: Request, session: Read, clock: ClockDep, number: str) -> JSONResponse:
    """What stands behind a number. 422 when mistyped (no database read), 404 when nothing was issued."""
    limit(request, "verify", PER_MINUTE)
    wanted = numbers.normalise(number)
    if not numbers.valid(wanted):
        raise NumberMistyped(answer="mistyped")
    found = find_status(session, wanted, at=clock.now())
    if found is None:
        raise CertificateUnknown(answer="unknown")
    return JSONResponse(_answer(found), headers={**_ANYWHERE, "Cache-Control": "no-store"})


def _answer(found: VerifiedCertificate) -> dict[str, Any]:
    def instant(at: Any) -> str | None:
        return at.isoformat() if at is not None else None

    return {
        "number": numbers.shown(found.number),
        "status": "valid" if found.status == "active" else found.status,
        "reason": found.reason,
        "status_since": instant(found.status_since),
        "kind": found.kind,
        "achievement": {
            "slug": found.achievement,
            "version": found.achievement_version,
            "title": found.title,
            "level": found.level,
        },
        "scheme": {"name": found.scheme, "version": found.scheme_version, "scope": found.scope},
        "issuer": found.body,
        "issued_at": instant(found.issued_at),
        "valid_from": instant(found.valid_from),
        "expires_at": instant(found.expires_at),
        "holder": {
            "cyrillic": found.name_cyrillic or found.masked_cyrillic,
            "latin": found.name_latin or found.masked_latin,
            "masked": found.name_cyrillic is None and found.name_latin is None,
        },
        "specimen": found.specimen,
        "page": found.verify_url,
    }


@router.get("/issuer")
def issuer(request: Request) -> JSONResponse:
    """The issuer's profile."""
    return _public(
        {
            "@context": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            **profile(_issuer(request)),
        }
    )


@router.get("/achievements/{slug}/v{version:int}")
def achievement_document(request: Request, session: Read, slug: str, version: int) -> JSONResponse:
    """A version of an achievement, in the language of the credentials."""
    return _achievement(request, session, slug, version, str(MAIN_LANGUAGE))


@router.get("/achievements/{slug}/v{version:int}/{language}")
def achievement_in_language(
    request: Request, session: Read, slug: str, version: int, language: str
) -> JSONResponse:
    """A version of an achievement in one language."""
    if language not in set(LOCALES):
        raise NotFound
    return _achievement(request, session, slug, version, language)


def _achievement(request: Request, session: Read, slug: str, version: int, language: str) -> JSONResponse:
    reply = _public(achievement(_issuer(request), get_achievement(session, slug, version), language))
    reply.headers["Content-Language"] = language
    return reply


def _jwk(base: str, key: KeyFacts) -> dict[str, Any]:
    kid = keys.address(base, key.thumbprint)
    return {**key.public_jwk, "alg": key.alg, "use": "sig", "kid": kid}


@router.get("/keys/{thumbprint}")
def key_document(request: Request, session: Read, thumbprint: str) -> JSONResponse:
    """One bare JWK: what the ``kid`` of every token of ours points to."""
    found = get_published(session, thumbprint)
    return _public(_jwk(request.app.state.settings.public_base, found), media_type="application/jwk+json")


@router.get("/.well-known/jwks.json")
def key_set(request: Request, session: Read) -> JSONResponse:
    """Every published key, with those that sign no more: what they signed still verifies."""
    base = request.app.state.settings.public_base
    made = {"keys": [_jwk(base, key) for key in published_keys(session)]}
    return _public(made, media_type="application/jwk-set+json")


@router.get("/.well-known/did.json")
def did_document(request: Request, session: Read) -> JSONResponse:
    """The same keys as a did:web document."""
    base = request.app.state.settings.public_base
    did = f"did:web:{quote(urlsplit(base).netloc, safe='.-')}"
    methods = [
        {
            "id": f"{did}#{key.thumbprint}",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": _jwk(base, key),
        }
        for key in published_keys(session)
    ]
    made = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "alsoKnownAs": [f"{base}/issuer"],
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
    return _public(made, media_type="application/did+json")


@router.get("/status/{purpose}/{number:int}")
def status_list(request: Request, session: Read, purpose: Purpose, number: int) -> Response:
    """A signed status list: one document for everybody, cacheable, so that a look-up tracks nobody."""
    found = get_list(session, purpose, number)
    etag = f'"{hashlib.sha256(found.jwt.encode()).hexdigest()[:32]}"'
    headers = {
        **_ANYWHERE,
        "ETag": etag,
        "Cache-Control": f"public, max-age={int(status.MAX_AGE.total_seconds())}",
        "Vary": "Accept",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    token, media_type = _token(request, found.jwt)
    return Response(token, headers=headers, media_type=media_type)


@router.get("/credentials/{number}")
def credential(number: str) -> RedirectResponse:
    """The address that stands in the credential as its id. Who may read it is decided where it leads."""
    wanted = numbers.normalise(number)
    if not numbers.valid(wanted):
        raise NotFound
    return RedirectResponse(f"/credentials/{wanted}.jwt", HTTPStatus.SEE_OTHER)
