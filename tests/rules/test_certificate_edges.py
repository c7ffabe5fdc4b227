"""Edges of the certificate rules: documents of certificates that are not in force, and endless validity."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.certificates.rules.achievements import ANALYST, completion_of, expiry, scope_of
from app.certificates.rules.states import EXPIRED, Status, gives_out, in_the_way, source_of_case
from app.courses.rules.search import normalise


@pytest.mark.parametrize(
    ("status", "given"),
    [
        (Status.ACTIVE, True),
        (EXPIRED, True),
        (Status.SUSPENDED, False),
        (Status.REVOKED, False),
        (Status.SUPERSEDED, False),
    ],
)
def test_only_what_is_or_was_in_force_gives_its_document(status: str, given: bool) -> None:
    assert gives_out(status) is given


def test_a_certificate_without_a_term_never_expires() -> None:
    assert expiry(datetime(2026, 11, 23, tzinfo=UTC), None) is None


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 24, datetime(2030, 2, 28, tzinfo=UTC)),
        (datetime(2026, 11, 23, tzinfo=UTC), 24, datetime(2028, 11, 23, tzinfo=UTC)),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_last_of_a_shorter_month(
    start: datetime, months: int, end: datetime
) -> None:
    assert expiry(start, months) == end


def test_at_most_three_endings_are_taken_off_a_kazakh_word() -> None:
    assert normalise("сабақтартартартар", "kk") == ["сабактар"]


DECIDED = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE, AFTER = DECIDED - timedelta(days=1), DECIDED + timedelta(days=1)


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], None),
        ([(Status.ACTIVE, AFTER), (Status.SUPERSEDED, AFTER)], None),
        ([(Status.REVOKED, BEFORE)], None),
        ([(Status.REVOKED, DECIDED)], Status.REVOKED),
        ([(Status.REVOKED, AFTER)], Status.REVOKED),
        ([(Status.SUSPENDED, BEFORE)], Status.SUSPENDED),
        ([(Status.SUSPENDED, BEFORE), (Status.REVOKED, AFTER)], Status.REVOKED),
        ([(Status.SUSPENDED, AFTER), (Status.REVOKED, BEFORE)], Status.SUSPENDED),
    ],
)
def test_nothing_is_signed_beside_a_suspension_or_after_a_revocation(
    others: list[tuple[Status, datetime]], found: Status | None
) -> None:
    assert in_the_way(others, settled_at=DECIDED) is found


def test_a_case_names_the_source_of_its_certificate() -> None:
    assert source_of_case(UUID(int=7)) == f"case:{UUID(int=7)}"


def test_a_scheme_says_its_scope_and_a_course_has_none() -> None:
    scope = scope_of(ANALYST.scheme, ANALYST.scheme_version)
    assert scope is not None
    assert set(scope) == {"kk", "ru", "en"}
    title = {"kk": "Курс", "ru": "Курс", "en": "Course"}
    course = completion_of("sample", title, "1.0")
    assert scope_of(course.scheme, course.scheme_version) is None
