"""The rules of certificates: numbers, decisions, states, names, dates."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates.errors import CaseIncomplete
from app.certificates.rules import number as numbers
from app.certificates.rules.achievements import ANALYST, completion_of, expiry
from app.certificates.rules.deciding import CaseRecord, decide_certification, missing, opens_case
from app.certificates.rules.names import masked
from app.certificates.rules.states import (
    LISTED,
    REASONS,
    TRANSITIONS,
    EventKind,
    Purpose,
    Requirement,
    Status,
    Verdict,
    changes,
    standing,
)

values = st.integers(min_value=0, max_value=2**80 - 1)
COMPLETE = CaseRecord(
    released=True,
    passed=True,
    certification=True,
    supervised=True,
    identity_checked=True,
    mark_agreed=True,
    names_confirmed=True,
    capstone_required=True,
    capstone_passed=True,
    suspended=False,
)


@given(values)
def test_a_number_has_20_crockford_symbols_and_is_valid(value: int) -> None:
    made = numbers.make(value)
    assert len(made) == 20
    assert set(made) <= set(numbers.ALPHABET)
    assert numbers.valid(made)
    assert numbers.shown(made).count("-") == 4


@given(values, values)
def test_the_80_random_bits_can_be_read_back(value: int, other: int) -> None:
    made = numbers.make(value)
    read = 0
    for symbol in made[:16]:
        read = read << 5 | numbers.ALPHABET.index(symbol)
    assert read == value
    assert (numbers.make(other) == made) == (value == other)


@given(values, st.dictionaries(st.integers(0, 19), st.integers(1, 31), min_size=1, max_size=4))
def test_every_1_to_4_wrong_symbols_are_caught(value: int, wrong: dict[int, int]) -> None:
    symbols = [numbers.ALPHABET.index(symbol) for symbol in numbers.make(value)]
    for place, change in wrong.items():
        symbols[place] ^= change
    assert not numbers.valid("".join(numbers.ALPHABET[symbol] for symbol in symbols))


@given(values)
def test_every_swap_of_different_neighbours_is_caught(value: int) -> None:
    made = numbers.make(value)
    for place in range(19):
        swapped = made[:place] + made[place + 1] + made[place] + made[place + 2 :]
        assert numbers.valid(swapped) == (made[place] == made[place + 1])


@given(values)
def test_look_alikes_case_dashes_and_spaces_do_not_matter(value: int) -> None:
    made = numbers.make(value)
    typed = numbers.shown(made).lower().replace("1", "l").replace("0", "o").replace("-", " – ")
    assert numbers.normalise(typed) == made
    assert numbers.normalise(made.replace("1", "I")) == made


@pytest.mark.parametrize("typed", ["", "0" * 19, "0" * 21, "U" * 20, "Ж" * 20, "0000-0000", "%" * 20])
def test_what_is_no_number_is_not_valid(typed: str) -> None:
    assert not numbers.valid(numbers.normalise(typed))


@pytest.mark.parametrize("value", [-1, 2**80])
def test_a_number_takes_80_bits(value: int) -> None:
    with pytest.raises(ValueError, match="80 bits"):
        numbers.make(value)


def test_only_a_released_passed_supervised_result_of_certification_opens_a_case() -> None:
    for released, passed, certification, supervised in product((True, False), repeat=4):
        assert opens_case(
            released=released, passed=passed, certification=certification, supervised=supervised
        ) == (released and passed and certification and supervised)


def test_a_complete_record_may_be_granted_or_refused() -> None:
    assert missing(COMPLETE) == ()
    for wish in Verdict:
        assert decide_certification(wish=wish, record=COMPLETE) is wish


@pytest.mark.parametrize(
    ("field", "value", "requirement"),
    [
        ("released", False, Requirement.RESULT),
        ("passed", False, Requirement.RESULT),
        ("certification", False, Requirement.RESULT),
        ("supervised", False, Requirement.RESULT),
        ("identity_checked", False, Requirement.IDENTITY),
        ("mark_agreed", False, Requirement.AGREEMENT),
        ("names_confirmed", False, Requirement.NAMES),
        ("capstone_passed", False, Requirement.CAPSTONE),
        ("suspended", True, Requirement.STANDING),
    ],
)
def test_granting_needs_every_requirement_and_refusing_none(
    field: str, value: bool, requirement: Requirement
) -> None:
    record = CaseRecord(**{name: getattr(COMPLETE, name) for name in COMPLETE.__slots__} | {field: value})
    assert missing(record) == (requirement,)
    assert decide_certification(wish=Verdict.REFUSED, record=record) is Verdict.REFUSED
    with pytest.raises(CaseIncomplete) as refusal:
        decide_certification(wish=Verdict.GRANTED, record=record)
    assert refusal.value.facts == {"missing": str(requirement)}


def test_a_capstone_that_is_not_asked_for_is_not_missed() -> None:
    record = replace(COMPLETE, capstone_required=False, capstone_passed=False)
    assert missing(record) == ()


AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        (Status.ACTIVE, "active", "expired"),
        (Status.SUSPENDED, "suspended", "suspended"),
        (Status.REVOKED, "revoked", "revoked"),
        (Status.SUPERSEDED, "superseded", "superseded"),
        (Status.RESERVED, "reserved", "reserved"),
    ],
)
def test_expiry_is_decided_by_the_date_and_every_other_state_outlives_it(
    status: Status, before: str, after: str
) -> None:
    assert standing(status, expires_at=AT.replace(year=2027), at=AT) == before
    assert standing(status, expires_at=None, at=AT) == before
    assert standing(status, expires_at=AT, at=AT) == after


def test_a_revoked_or_superseded_certificate_never_comes_back() -> None:
    for final in (Status.REVOKED, Status.SUPERSEDED):
        assert changes(final) == ()
        assert all(final not in sources for sources, _ in TRANSITIONS.values())
    assert changes(Status.ACTIVE) == (EventKind.SUSPEND, EventKind.REVOKE)
    assert changes(Status.SUSPENDED) == (EventKind.REINSTATE, EventKind.REVOKE)


def test_every_change_an_officer_makes_has_reasons_and_every_listed_status_its_list() -> None:
    assert set(REASONS) == {EventKind.SUSPEND, EventKind.REINSTATE, EventKind.REVOKE}
    assert all(REASONS.values())
    assert Status.REVOKED in LISTED[Purpose.REVOCATION]
    assert LISTED[Purpose.SUSPENSION] == {Status.SUSPENDED}


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Үлгіұлы Сынақ", "Ү••• С•••"),
        ("Li  Bo", "L••• B•••"),
        (None, None),
    ],
)
def test_a_masked_name_tells_neither_the_name_nor_its_length(name: str | None, seen: str | None) -> None:
    assert masked(name) == seen


def test_certification_lasts_24_months_and_a_completion_does_not_expire() -> None:
    assert ANALYST.validity_months == 24
    assert expiry(AT, 24) == datetime(2028, 11, 23, 7, tzinfo=UTC)
    assert expiry(datetime(2028, 2, 29, tzinfo=UTC), 24) == datetime(2030, 2, 28, tzinfo=UTC)
    assert expiry(datetime(2026, 12, 31, tzinfo=UTC), 2) == datetime(2027, 2, 28, tzinfo=UTC)
    assert expiry(AT, None) is None
    assert completion_of("c", {"kk": "а", "ru": "а", "en": "a"}, "1").validity_months is None


def test_a_completion_never_says_certified_in_any_language() -> None:
    made = completion_of("ceasai-analyst", {"kk": "ЖИ", "ru": "ИИ", "en": "AI"}, "1")
    for text in (made.title, made.description, made.criteria):
        for words in text.values():
            assert "certif" not in words.lower()
            assert "сертиф" not in words.lower()
