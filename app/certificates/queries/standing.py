"""What rests on the results of attempts: cases and certificates, for whoever is about to change results."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.certificates.models import Certificate, CertificationCase, Decision
from app.certificates.rules.states import Status, Verdict

CHUNK = 200
_LIVE = (Status.RESERVED, Status.ACTIVE, Status.SUSPENDED)


class Resting(NamedTuple):
    """One attempt's case. ``certificate``: the number of its live certificate, None before it is made."""

    case_id: UUID
    verdict: Verdict | None
    certificate: str | None
    status: Status | None

    @property
    def undecided(self) -> bool:
        """Whether the case waits for an officer."""
        return self.verdict is None

    @property
    def certified(self) -> bool:
        """Whether certification was granted, and no certificate of it was revoked or replaced."""
        return self.verdict is Verdict.GRANTED and (self.status is None or self.status in _LIVE)

    @property
    def in_force(self) -> bool:
        """Whether a signed certificate of it is active or suspended."""
        return self.status in {Status.ACTIVE, Status.SUSPENDED}


def resting_on(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, Resting]:
    """By attempt, what rests on its result; an attempt without a case is absent.

    Of several certificates of a case (a correction is a new one) the live one counts, else the newest.
    """
    found: dict[UUID, Resting] = {}
    for start in range(0, len(attempt_ids), CHUNK):
        rows = session.execute(
            select(
                col(CertificationCase.attempt_id),
                col(CertificationCase.id),
                col(Decision.verdict),
                col(Certificate.number),
                col(Certificate.status),
            )
            .outerjoin(Decision, col(Decision.case_id) == col(CertificationCase.id))
            .outerjoin(Certificate, col(Certificate.case_id) == col(CertificationCase.id))
            .where(col(CertificationCase.attempt_id).in_(attempt_ids[start : start + CHUNK]))
            .order_by(col(Certificate.id))
        )
        for attempt, *facts in rows:
            known, new = found.get(attempt), Resting(*facts)
            if known is None or known.status not in _LIVE or new.status in _LIVE:
                found[attempt] = new
    return found
