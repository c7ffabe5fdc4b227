"""The present password, asked for again before an account itself is changed."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from app.accounts import queries, rules
from app.accounts.errors import WrongPassword
from app.accounts.routes.browsers import origin_of
from app.kernel.clock import Clock
from app.platform.database import read_session
from app.platform.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Present:
    """What the present password of somebody signed in is checked against, read before any transaction."""

    account: queries.Credentials
    email: str
    origin: queries.Origin
    paused: bool
    passwords: Passwords

    def fits(self, typed: str) -> bool:
        """Whether it is the right one; while the origin has to wait none is looked at."""
        return not self.paused and self.passwords.verify(typed, self.account.password_hash)


def present_password(request: Request, clock: Clock, person_id: UUID) -> Present:
    """Read what a person's password is checked against.

    Raises:
        WrongPassword: the account has none.
    """
    with read_session(request.app.state.engine) as reading:
        email = queries.get_contact(reading, person_id).email
        account = queries.find_credentials(reading, email)
        origin = origin_of(request, email)
        paused = rules.is_paused(queries.find_pause(reading, email, origin), at=clock.now())
    if account is None or account.password_hash is None:
        raise WrongPassword
    return Present(account, email, origin, paused, request.app.state.passwords)
