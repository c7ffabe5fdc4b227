"""How often an address may knock. Coarse on purpose: a whole exam hall may sit behind one address."""

from http import HTTPStatus

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.kernel.errors import DomainError


def make_limiter() -> SlidingWindowCounterRateLimiter:
    """The counter of one process; `main` keeps it."""
    return SlidingWindowCounterRateLimiter(MemoryStorage())


class TooManyRequests(DomainError):
    """This address has asked too often in the last minute."""

    code = "too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS


def client_address(request: Request) -> str:
    """The caller's address; a proxy is believed only when the settings name it."""
    peer = request.client.host if request.client else "unknown"
    if peer in request.app.state.settings.trusted_proxies:
        forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
        return forwarded or peer
    return peer


def limit(request: Request, name: str, per_minute: int) -> None:
    """Count one request of this address.

    Raises:
        TooManyRequests: more than ``per_minute`` within a minute.
    """
    limiter: SlidingWindowCounterRateLimiter = request.app.state.limiter
    if not limiter.hit(RateLimitItemPerMinute(per_minute), name, client_address(request)):
        raise TooManyRequests
