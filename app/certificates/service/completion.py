"""Certificates of completion: issued by rule when a course is completed, and never called certification."""

from uuid import UUID

from sqlmodel import Session

from app.accounts.queries import find_contact
from app.certificates.queries.issuing import achievement_facts
from app.certificates.rules.achievements import completion_of
from app.certificates.service.decisions import write_down
from app.certificates.service.issuing import Award
from app.courses.queries.editions import course_edition
from app.kernel.clock import Clock


def award_of_course(session: Session, clock: Clock, *, person_id: UUID, course_slug: str) -> Award | None:
    """The award a completed course leads to; None when the account was closed meanwhile.

    Once per person and course: the source is the same however often the course is completed.

    Raises:
        NotFound: no such course.
    """
    contact = find_contact(session, person_id)
    if contact is None:
        return None
    edition = course_edition(session, course_slug)
    achieved = completion_of(course_slug, edition.title, edition.version)
    write_down(session, clock, achieved)
    return Award(
        source=f"course:{course_slug}:{person_id}",
        person_id=person_id,
        case_id=None,
        achievement=achievement_facts(session, achieved.slug, achieved.version),
        name_cyrillic=contact.names.cyrillic,
        name_latin=contact.names.latin,
        score=None,
        languages=(),
    )
