"""Every refusal a person may be shown. Rules and services make them; only ``app.web.errors`` renders them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar


class DomainError(Exception):
    """A refusal the domain decided on; never a bug.

    ``code`` is stable, is the tail of the RFC 9457 ``type`` URI, and is the key under which each
    locale holds the sentence. ``facts`` fill that sentence and become extension members: they are
    shown to the reader, so they never hold a secret or somebody else's data.
    """

    code: ClassVar[str]
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal that must leave a trace: returned, so that what was written commits.

    A refusal that changes nothing is raised instead, and the transaction rolls back.
    """

    error: DomainError


class NotFound(DomainError):
    """No such thing, or not the viewer's: the two are never told apart."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND


class Forbidden(DomainError):
    """The viewer is known and lacks the role for this page."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class SignInNeeded(DomainError):
    """The page needs somebody who is signed in."""

    code = "sign-in-needed"
    status = HTTPStatus.UNAUTHORIZED


class Malformed(DomainError):
    """A request that no form of ours makes."""

    code = "malformed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
