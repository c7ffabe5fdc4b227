"""Words of programmes and cohorts, and what a milestone counts."""

from datetime import timedelta
from enum import StrEnum


class MilestoneWord(StrEnum):
    """A step of a person towards certification, in the order of the funnel. Append-only facts."""

    INVITED = "invited"
    REGISTERED = "registered"
    ACTIVE = "active"
    COMPLETED = "completed"
    SCHEDULED = "scheduled"
    SAT = "sat"
    PASSED = "passed"
    DECIDED = "decided"
    CERTIFIED = "certified"


class TrainingBasis(StrEnum):
    """Why somebody counts as another's trainer."""

    COHORT_INSTRUCTOR = "cohort_instructor"
    RATER = "rater"
    MENTOR = "mentor"
    DECLARED = "declared"


class Sector(StrEnum):
    """Where a learner works."""

    MINING = "mining"
    ENERGY = "energy"
    HEALTHCARE = "healthcare"
    FINANCE = "finance"
    GOVERNMENT = "government"
    EDUCATION = "education"
    OTHER = "other"


CONFLICT_WINDOW = timedelta(days=730)
"""A trainer of the last 24 months takes no part in deciding. Source: specification, ISO/IEC 17024 section 9.4."""
ACTIVE_WINDOW = timedelta(days=14)
"""Active = studied in the last 14 days."""
