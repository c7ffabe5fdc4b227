"""Roles and their scopes, and how long things of an account last."""

from datetime import timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a person may do. Everybody is a learner; being a candidate comes with an application.

    Source: specification of exams, section 3.
    """

    LEARNER = "learner"
    CANDIDATE = "candidate"
    INSTRUCTOR = "instructor"
    ITEM_REVIEWER = "item_reviewer"
    TRANSLATION_CHECKER = "translation_checker"
    EXAM_MANAGER = "exam_manager"
    PROCTOR = "proctor"
    INCIDENT_REVIEWER = "incident_reviewer"
    RATER = "rater"
    CERTIFICATION_OFFICER = "certification_officer"
    APPEALS_PANEL = "appeals_panel"
    PROGRAMME_MANAGER = "programme_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class ScopeKind(StrEnum):
    """How far a role reaches. ``all`` has the empty id."""

    ALL = "all"
    PROGRAMME = "programme"
    REGION = "region"
    EMPLOYER = "employer"
    COHORT = "cohort"
    COURSE = "course"


SESSION_IDLE = timedelta(hours=12)
"""Without a request for this long a session ends, unless its person has an open attempt."""
SESSION_LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
"""How often a session's last use is written down."""
