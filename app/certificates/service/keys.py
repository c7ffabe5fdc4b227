"""The life of a signing key: pending, active, retired; compromised at any time."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from app.certificates.keys import MadeKey
from app.certificates.models import SigningKey
from app.certificates.rules.states import KeyState
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform import audit
from app.platform.database import insert_once

PUBLISHED_FOR = timedelta(hours=24)
"""How long a key is published before it signs, so that cached key sets know it.

Source: specification of certificates, section 7.
"""


def _note(session: Session, clock: Clock, action: str, thumbprint: str) -> None:
    audit.record(
        session,
        clock,
        actor_id=None,
        action=f"certificates.key_{action}",
        subject_kind="signing_key",
        subject_id=thumbprint,
    )


def add(session: Session, clock: Clock, made: MadeKey) -> None:
    """Publish a new key; it signs nothing yet."""
    now = clock.now()
    insert_once(
        session,
        SigningKey,
        thumbprint=made.thumbprint,
        alg=made.alg,
        public_jwk=made.public_jwk,
        state=KeyState.PENDING,
        created_at=now,
    )
    _note(session, clock, "added", made.thumbprint)


def activate(session: Session, clock: Clock, thumbprint: str) -> None:
    """Let a pending key sign from now on; the one that signed before only verifies.

    Raises:
        NotFound: no such key is pending.
    """
    now = clock.now()
    session.execute(
        update(SigningKey)
        .where(col(SigningKey.state) == KeyState.ACTIVE)
        .values(state=KeyState.RETIRED, retired_at=now)
    )
    changed = session.execute(
        update(SigningKey)
        .where(col(SigningKey.thumbprint) == thumbprint, col(SigningKey.state) == KeyState.PENDING)
        .values(state=KeyState.ACTIVE, activated_at=now)
        .returning(col(SigningKey.thumbprint))
    ).all()
    if not changed:
        raise NotFound
    _note(session, clock, "activated", thumbprint)


def compromise(session: Session, clock: Clock, thumbprint: str) -> None:
    """Stop publishing a key that others may hold: nothing it signed verifies by itself any more.

    Raises:
        NotFound: no such key, or it was reported before.
    """
    changed = session.execute(
        update(SigningKey)
        .where(col(SigningKey.thumbprint) == thumbprint, col(SigningKey.state) != KeyState.COMPROMISED)
        .values(state=KeyState.COMPROMISED, compromised_at=clock.now())
        .returning(col(SigningKey.thumbprint))
    ).all()
    if not changed:
        raise NotFound
    _note(session, clock, "compromised", thumbprint)
