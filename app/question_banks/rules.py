"""Words and bounds of items: status, type, cognitive level, scoring rule."""

from enum import StrEnum


class ItemStatus(StrEnum):
    """Where an item version stands. Source: specification of the item bank, section 1."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ACTIVE = "active"
    RETIRED = "retired"


class ItemType(StrEnum):
    """How an item is answered. Others of the specification come with their first use."""

    SINGLE = "single"
    MULTIPLE = "multiple"


class Cognitive(StrEnum):
    """What answering takes; the blueprint fixes the mix 30 / 45 / 25 per cent."""

    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"


class ScoringRule(StrEnum):
    """How a response becomes points. Whole points only."""

    ALL_OR_NOTHING = "all_or_nothing"


class BankPurpose(StrEnum):
    """Practice items and live items never share a bank."""

    PRACTICE = "practice"
    CERTIFICATION = "certification"


def may_build_forms(purpose: BankPurpose, *, specimen: bool, demonstration: bool) -> bool:
    """Whether examination forms may be built from a bank, and a certification bank loaded at all.

    A specimen is public, so that only an installation marked as a demonstration may examine with it.
    """
    return purpose is BankPurpose.CERTIFICATION and (demonstration or not specimen)
