"""How often a password may be tried, and how often an address gets a letter.

Tries are counted by account and origin: a browser that has signed in as this person before counts for itself,
any other by its network. So nobody who types wrong passwords elsewhere keeps somebody out of their account.
"""

from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col

from app.accounts import queries, rules, service
from app.accounts.errors import SignInPaused
from app.accounts.models import SignInThrottle
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import insert_once


def may_mail(session: Session, clock: Clock, purpose: str, email: str) -> bool:
    """Whether an address may get a mail of a purpose now; if so, the next one waits ``MAIL_EVERY``.

    The same statements run, and the same row is written, whether or not anybody has the address.
    """
    key, now = queries.throttle_key(purpose, email), clock.now()
    if insert_once(
        session, SignInThrottle, key=key, failures=0, blocked_until=now + rules.MAIL_EVERY, updated_at=now
    ):
        return True
    return service.changed(
        session,
        update(SignInThrottle)
        .where(
            col(SignInThrottle.key) == key,
            or_(col(SignInThrottle.blocked_until).is_(None), col(SignInThrottle.blocked_until) <= now),
        )
        .values(blocked_until=now + rules.MAIL_EVERY, updated_at=now),
    )


def refusal(session: Session, clock: Clock, *, email: str, origin: queries.Origin) -> Refused | None:
    """Whether this origin has to wait before a password for the address is looked at again."""
    until = queries.find_pause(session, email, origin)
    if until is None or not rules.is_paused(until, at=clock.now()):
        return None
    return Refused(SignInPaused(until=rules.whole_minute_after(until)))


def forget_failures(session: Session, email: str, origin: queries.Origin) -> None:
    """The origin need not wait any longer."""
    session.execute(
        delete(SignInThrottle).where(
            col(SignInThrottle.key) == queries.throttle_key("sign-in", email, origin.key)
        )
    )


def count_failure(session: Session, clock: Clock, email: str, origin: queries.Origin) -> None:
    """Count a wrong password for a normalised address, and make the origin wait when there were too many."""
    now = clock.now()
    everywhere = 0 if origin.known else _count(session, queries.throttle_key("sign-in", email), now).failures
    row = _count(session, queries.throttle_key("sign-in", email, origin.key), now)
    pause = rules.pause_after(row.failures, everywhere=everywhere)
    row.blocked_until = now + pause if pause else None


def _count(session: Session, key: str, now: datetime) -> SignInThrottle:
    insert_once(session, SignInThrottle, key=key, failures=0, blocked_until=None, updated_at=now)
    row = session.get_one(SignInThrottle, key, with_for_update=True, populate_existing=True)
    row.failures = 1 if now - row.updated_at > rules.FAILURES_KEPT else row.failures + 1
    row.updated_at = now
    return row
