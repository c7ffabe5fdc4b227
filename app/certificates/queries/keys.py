"""Reads of signing keys, achievements and status lists: what the world needs to verify without us."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.certificates import jose, keys
from app.certificates.credential import AchievementText
from app.certificates.models import Achievement, Certificate, SigningKey, StatusList
from app.certificates.rules.states import LISTED, KeyState, Purpose
from app.kernel.errors import NotFound

_PUBLISHED = (KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRED)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A signing key as commands and documents see it."""

    thumbprint: str
    alg: str
    state: KeyState
    public_jwk: dict[str, Any]
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    compromised_at: datetime | None


_KEY: tuple[Any, ...] = (
    SigningKey.thumbprint,
    SigningKey.alg,
    SigningKey.state,
    SigningKey.public_jwk,
    SigningKey.created_at,
    SigningKey.activated_at,
    SigningKey.retired_at,
    SigningKey.compromised_at,
)


def list_keys(session: Session) -> list[KeyFacts]:
    """Every key, newest first."""
    rows = session.execute(
        select(*_KEY).order_by(col(SigningKey.created_at).desc(), col(SigningKey.thumbprint))
    )
    return [KeyFacts(*row) for row in rows]


def published_keys(session: Session) -> list[KeyFacts]:
    """The keys a verifier may use: pending, active and retired, never compromised."""
    return [key for key in list_keys(session) if key.state in _PUBLISHED]


def find_active(session: Session) -> KeyFacts | None:
    """The key that signs now; None when none was made yet."""
    row = session.execute(select(*_KEY).where(col(SigningKey.state) == KeyState.ACTIVE)).one_or_none()
    return KeyFacts(*row) if row else None


def get_published(session: Session, thumbprint: str) -> KeyFacts:
    """A published key by its thumbprint.

    Raises:
        NotFound: unknown, or compromised.
    """
    row = session.execute(
        select(*_KEY).where(col(SigningKey.thumbprint) == thumbprint, col(SigningKey.state).in_(_PUBLISHED))
    ).one_or_none()
    if row is None:
        raise NotFound
    return KeyFacts(*row)


def verifiers(session: Session, base: str) -> dict[str, jose.Verifier]:
    """Every key a token may have been signed with, by its address."""
    found = {}
    for key in published_keys(session):
        kid = keys.address(base, key.thumbprint)
        found[kid] = jose.verifier(key.public_jwk, kid=kid, alg=key.alg)
    return found


def get_achievement(session: Session, slug: str, version: int) -> AchievementText:
    """A version of an achievement by its public address.

    Raises:
        NotFound: it was never written down.
    """
    columns: tuple[Any, ...] = (
        Achievement.slug,
        Achievement.version,
        Achievement.kind,
        Achievement.title,
        Achievement.description,
        Achievement.criteria,
    )
    row = session.execute(
        select(*columns).where(col(Achievement.slug) == slug, col(Achievement.version) == version)
    ).one_or_none()
    if row is None:
        raise NotFound
    return AchievementText(*row)


@dataclass(frozen=True, slots=True)
class SignedList:
    """A status list as it is served."""

    jwt: str
    signed_at: datetime


def get_list(session: Session, purpose: Purpose, number: int) -> SignedList:
    """A signed status list.

    Raises:
        NotFound: there is no such list, or it was never signed.
    """
    row = session.execute(
        select(col(StatusList.jwt), col(StatusList.signed_at)).where(
            col(StatusList.purpose) == purpose, col(StatusList.number) == number
        )
    ).one_or_none()
    if row is None or row.jwt is None or row.signed_at is None:
        raise NotFound
    return SignedList(row.jwt, row.signed_at)


def listed(session: Session, purpose: Purpose, number: int) -> list[int]:
    """The places to be set in a list: derived from the certificates, so that no change can be lost."""
    return list(
        session.scalars(
            select(col(Certificate.status_index)).where(
                col(Certificate.list_number) == number, col(Certificate.status).in_(LISTED[purpose])
            )
        )
    )


def due_lists(session: Session, *, signed_before: datetime) -> list[tuple[Purpose, int]]:
    """The lists to sign again: changed since they were signed, or signed before an instant."""
    rows = session.execute(
        select(col(StatusList.purpose), col(StatusList.number))
        .where(
            (col(StatusList.version) > col(StatusList.signed_version))
            | col(StatusList.signed_at).is_(None)
            | (col(StatusList.signed_at) <= signed_before)
        )
        .order_by(col(StatusList.number), col(StatusList.purpose))
    )
    return [(row.purpose, row.number) for row in rows]
