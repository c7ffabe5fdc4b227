"""The certification decision: what a case needs, and what the officer's act makes of it.

Passing an exam does not certify anybody. A person who did not train the candidate decides, on a record that
is complete.

Source: specification of certificates, section 1; ISO/IEC 17024, section 9.4.
"""

from dataclasses import dataclass

from app.certificates.errors import CaseIncomplete
from app.certificates.rules.states import Requirement, Verdict


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What is known of a case at the moment of the decision."""

    released: bool
    passed: bool
    certification: bool
    """The exam is one of certification."""
    supervised: bool
    """The sitting was not unproctored."""
    identity_checked: bool
    mark_agreed: bool
    names_confirmed: bool
    capstone_required: bool
    """The programme of the candidate asked for it when the case was opened."""
    capstone_passed: bool
    suspended: bool
    """An earlier certificate of the same achievement is suspended."""


def opens_case(*, released: bool, passed: bool, certification: bool, supervised: bool) -> bool:
    """Whether a result leads to the queue at all: released, passed, of certification, and supervised."""
    return released and passed and certification and supervised


def missing(record: CaseRecord) -> tuple[Requirement, ...]:
    """What the record still lacks, in the order in which it is shown."""
    met = {
        Requirement.RESULT: opens_case(
            released=record.released,
            passed=record.passed,
            certification=record.certification,
            supervised=record.supervised,
        ),
        Requirement.IDENTITY: record.identity_checked,
        Requirement.AGREEMENT: record.mark_agreed,
        Requirement.NAMES: record.names_confirmed,
        Requirement.CAPSTONE: record.capstone_passed or not record.capstone_required,
        Requirement.STANDING: not record.suspended,
    }
    return tuple(requirement for requirement in Requirement if not met[requirement])


def decide_certification(*, wish: Verdict, record: CaseRecord) -> Verdict:
    """THE certification decision: what a named officer wants, granted only on a complete record.

    A refusal needs no complete record. Whether the officer may decide at all is asked before.

    Raises:
        CaseIncomplete: certification was to be granted while something is missing.

    Source: ISO/IEC 17024, section 9.4.
    """
    lacking = missing(record)
    if wish is Verdict.GRANTED and lacking:
        raise CaseIncomplete(missing=", ".join(lacking))
    return wish
