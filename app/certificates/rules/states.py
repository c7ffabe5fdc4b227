"""Where a case and a certificate stand, which way they may go, and for which reasons.

Source: specification of certificates, sections 1 and 4; ISO/IEC 17024, sections 9.4 and 9.5.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What the paper claims. A completion is never called certification."""

    CERTIFICATION = "certification"
    COMPLETION = "completion"


class Verdict(StrEnum):
    """The decision of a certification officer on a case."""

    GRANTED = "granted"
    REFUSED = "refused"


class Requirement(StrEnum):
    """What a case needs before certification can be granted."""

    RESULT = "result"
    """The attempt's result is released and passed, in an exam of certification that was supervised."""
    IDENTITY = "identity"
    """A person has compared the candidate with the identity document."""
    AGREEMENT = "agreement"
    """The agreement on the use of the mark was accepted."""
    NAMES = "names"
    """The holder has confirmed the names as they will be signed."""
    CAPSTONE = "capstone"
    """Where the programme asks for it: the capstone is passed, and an officer has told so."""
    STANDING = "standing"
    """No earlier certificate of the same achievement is suspended."""


class Status(StrEnum):
    """Where a certificate stands in the database. Expiry is not stored: the date decides it."""

    RESERVED = "reserved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


EXPIRED = "expired"
"""What ``standing`` answers for an active certificate whose date has passed."""


class EventKind(StrEnum):
    """What happened to a certificate."""

    ISSUE = "issue"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"


class Reason(StrEnum):
    """Why the status of a certificate was changed; shown to whoever verifies it."""

    COMPLAINT = "complaint"
    IDENTITY_DOUBT = "identity_doubt"
    MARK_MISUSE = "mark_misuse"
    HOLDER_REQUEST = "holder_request"
    CONDUCT = "conduct"
    RESULT_INVALIDATED = "result_invalidated"
    FRAUD = "fraud"
    ISSUED_IN_ERROR = "issued_in_error"
    CLEARED = "cleared"
    CONDITIONS_MET = "conditions_met"
    RENEWED = "renewed"


class Purpose(StrEnum):
    """What a bit of a status list says."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class KeyState(StrEnum):
    """Where a signing key stands. A retired key still verifies what it signed."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


TRANSITIONS: dict[EventKind, tuple[frozenset[Status], Status]] = {
    EventKind.ISSUE: (frozenset({Status.RESERVED}), Status.ACTIVE),
    EventKind.SUSPEND: (frozenset({Status.ACTIVE}), Status.SUSPENDED),
    EventKind.REINSTATE: (frozenset({Status.SUSPENDED}), Status.ACTIVE),
    EventKind.REVOKE: (frozenset({Status.ACTIVE, Status.SUSPENDED}), Status.REVOKED),
    EventKind.SUPERSEDE: (frozenset({Status.ACTIVE}), Status.SUPERSEDED),
}
"""By event: from which states, to which. A revoked or superseded certificate never comes back."""

REASONS: dict[EventKind, tuple[Reason, ...]] = {
    EventKind.SUSPEND: (Reason.COMPLAINT, Reason.IDENTITY_DOUBT, Reason.MARK_MISUSE, Reason.HOLDER_REQUEST),
    EventKind.REINSTATE: (Reason.CLEARED, Reason.CONDITIONS_MET),
    EventKind.REVOKE: (
        Reason.CONDUCT,
        Reason.MARK_MISUSE,
        Reason.RESULT_INVALIDATED,
        Reason.FRAUD,
        Reason.ISSUED_IN_ERROR,
        Reason.HOLDER_REQUEST,
    ),
}
"""The reasons an officer may choose for each change."""

LISTED: dict[Purpose, frozenset[Status]] = {
    Purpose.REVOCATION: frozenset({Status.REVOKED, Status.SUPERSEDED}),
    Purpose.SUSPENSION: frozenset({Status.SUSPENDED}),
}
"""Whose bit is set in each list. A superseded credential is revoked to programs that know only two states."""


def standing(status: Status, *, expires_at: datetime | None, at: datetime) -> str:
    """What the world is told: the stored status, or ``expired`` once the date has passed.

    A suspended, revoked or superseded certificate stays so after its date: an open review outranks the
    calendar, or its document would be given out again on the day it runs out. Instants are aware UTC.

    Source: docs/decisions/0011-renewal-and-correction.md.
    """
    if status is Status.ACTIVE and expires_at is not None and at >= expires_at:
        return EXPIRED
    return str(status)


def source_of_case(case_id: UUID) -> str:
    """The source of the certificate a granted case leads to; a correction of it has its own."""
    return f"case:{case_id}"


def in_the_way(others: Iterable[tuple[Status, datetime]], *, settled_at: datetime) -> Status | None:
    """What forbids signing what was decided at ``settled_at``; None when nothing does.

    ``others``: the status of each certificate of the same holder and achievement, and since when. One revoked
    since the decision outranks one that is suspended: nothing reinstates it, and the person is certified
    anew. Instants are aware UTC.

    Source: docs/decisions/0011-renewal-and-correction.md.
    """
    found = {
        status
        for status, since in others
        if status is Status.SUSPENDED or (status is Status.REVOKED and since >= settled_at)
    }
    return next((status for status in (Status.REVOKED, Status.SUSPENDED) if status in found), None)


def changes(status: Status) -> tuple[EventKind, ...]:
    """What an officer may do to a certificate that stands so, in the order in which it is offered."""
    return tuple(event for event in REASONS if status in TRANSITIONS[event][0])


def gives_out(status: str) -> bool:
    """Whether the document of a certificate may be downloaded; ``status`` as ``standing`` tells it.

    Whoever holds a suspended, revoked or replaced certificate must stop using it (ISO/IEC 17024, 9.6).
    """
    return status in {Status.ACTIVE, EXPIRED}
