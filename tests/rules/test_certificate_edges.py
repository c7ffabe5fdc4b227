"""Edges of the certificate rules: documents of certificates that are not in force, and endless validity."""

from datetime import UTC, datetime

import pytest

from app.certificates.rules.achievements import expiry
from app.certificates.rules.states import EXPIRED, Status, gives_out
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
