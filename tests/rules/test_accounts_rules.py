"""The rules of accounts, as tables and as properties."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import rules
from app.accounts.rules import NameFault, PasswordFault, Role, ScopeKind
from app.kernel.ordering import SORT_KEY_LENGTH, kazakh_sort_key

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Aigerim@Example.KZ ", "aigerim@example.kz"),
        ("aigerim@example.kz", "aigerim@example.kz"),
        ("ЙОД@пример.қаз", "йод@пример.қаз"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert rules.normalise_email(typed) == kept
    assert rules.normalise_email(kept) == kept


@pytest.mark.parametrize("address", ["a@b.kz", "a.b+c@mail.example.org", "x_1@a-b.co", "o'neil@example.ie"])
def test_an_address_of_the_usual_form_is_taken(address: str) -> None:
    assert rules.is_email(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.kz", "a@b", "a b@c.kz", "a@b..kz", "a@-b.kz", "a@b.k", "a@b.kz\nBcc: x@y.kz",
     "a@b.kz, c@d.kz", "<a@b.kz>", "a" * 65 + "@b.kz", "a@" + "b" * 64 + ".kz", "a@" + "b." * 126 + "kz"],
)  # fmt: skip
def test_anything_else_is_not_an_address(address: str) -> None:
    assert not rules.is_email(address)


@pytest.mark.parametrize(
    ("name", "script", "fault"),
    [
        ("Seiitkyzy Aigerim", "LATIN", None),
        ("O’Brien-Müller J. R.", "LATIN", None),
        ("Şahin Çağla", "LATIN", None),
        ("Сейітқызы Әйгерім", "CYRILLIC", None),
        ("Өмірбек Ұлжан-Гүл", "CYRILLIC", None),
        ("Сейітқызы", "LATIN", NameFault.LETTERS),
        ("Aigerim", "CYRILLIC", NameFault.LETTERS),
        ("Аigerim", "LATIN", NameFault.LETTERS),  # a Cyrillic А that looks Latin
        ("<b>Aigerim</b>", "LATIN", NameFault.LETTERS),
        ("Aigerim 2", "LATIN", NameFault.LETTERS),
        ("Li", "LATIN", None),
        ("A", "LATIN", NameFault.SHORT),
        ("- .", "LATIN", NameFault.SHORT),
    ],
)
def test_a_name_has_the_letters_of_its_script(name: str, script: str, fault: NameFault | None) -> None:
    assert rules.name_fault(name, script) is fault


def test_a_name_is_cleaned_of_spaces_only() -> None:
    assert rules.clean_name("  Сейітқызы \t Айгерім ") == "Сейітқызы Айгерім"
    assert rules.clean_name("И\u0306од") == "Йод"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("123456789", PasswordFault.SHORT),
        ("correct horse", None),
        ("бірнеше сөз", None),
        ("x" * 201, PasswordFault.LONG),
        ("ab12" * 50, None),
        ("Aigerim@Example.kz", PasswordFault.LIKE_ADDRESS),
        ("aigerim.seiitkyzy", PasswordFault.LIKE_ADDRESS),
        ("Password1234", PasswordFault.COMMON),
        ("1234567890", PasswordFault.COMMON),
        ("ҚАЗАҚСТАН1", PasswordFault.COMMON),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("ababababcc", PasswordFault.COMMON),
    ],
)
def test_a_password_is_long_and_not_the_first_to_be_tried(password: str, fault: PasswordFault | None) -> None:
    address = "aigerim.seiitkyzy@example.kz" if password.startswith("aigerim.") else "aigerim@example.kz"
    assert rules.password_fault(password, address) is fault


@pytest.mark.parametrize("length", [10, 200])
def test_both_ends_of_the_length_are_taken(length: int) -> None:
    assert rules.password_fault("abcdefghij"[::-1][:9] + "k" + "z" * (length - 10), "x@y.kz") is None


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (0, 0),
        (1, 0),
        (4, 0),
        (5, 30),
        (6, 60),
        (7, 120),
        (8, 240),
        (9, 480),
        (10, 900),
        (11, 900),
        (10_000, 900),
    ],
)
def test_waiting_doubles_from_thirty_seconds_to_fifteen_minutes(failures: int, seconds: int) -> None:
    assert rules.pause_after(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 1000))
def test_more_failures_never_wait_less(failures: int) -> None:
    assert rules.pause_after(failures + 1) >= rules.pause_after(failures)


def test_a_pause_ends_at_its_instant() -> None:
    assert not rules.is_paused(None, at=NOW)
    assert rules.is_paused(NOW + timedelta(seconds=1), at=NOW)
    assert not rules.is_paused(NOW, at=NOW)


def test_a_time_shown_without_seconds_is_never_too_early() -> None:
    assert rules.whole_minute_after(NOW) == NOW
    assert rules.whole_minute_after(NOW + timedelta(seconds=1)) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("country", "region", "may"),
    [
        ("kz", "kz", True),
        ("kz", "eu", False),
        ("kz", "global", False),
        ("de", "kz", True),
        ("de", "eu", True),
    ],
)
def test_an_installation_elsewhere_refuses_residents_of_a_country_that_keeps_its_data(
    country: str, region: str, may: bool
) -> None:
    assert rules.may_reside(country, data_region=region, residency_countries=("kz",)) is may


@pytest.mark.parametrize(
    ("role", "kind", "scope_id", "fits"),
    [
        (Role.PROCTOR, ScopeKind.ALL, "", True),
        (Role.PROCTOR, ScopeKind.ALL, "x", False),
        (Role.PROCTOR, ScopeKind.REGION, "", False),
        (Role.PROCTOR, ScopeKind.REGION, "KZ-35", False),
        (Role.EXAM_MANAGER, ScopeKind.REGION, "KZ-75", False),
        (Role.INSTRUCTOR, ScopeKind.COHORT, "x", False),
        (Role.PROGRAMME_MANAGER, ScopeKind.COHORT, "x", True),
        (Role.PROGRAMME_MANAGER, ScopeKind.REGION, "", False),
        (Role.PROGRAMME_MANAGER, ScopeKind.COURSE, "x", False),
        (Role.PROGRAMME_MANAGER, ScopeKind.REGION, "KZ-35", True),
        (Role.ADMINISTRATOR, ScopeKind.ALL, "", True),
        (Role.ADMINISTRATOR, ScopeKind.REGION, "KZ-35", False),
        (Role.AUDITOR, ScopeKind.COHORT, "x", False),
    ],
)
def test_a_role_is_given_everywhere_or_in_one_named_part(
    role: Role, kind: ScopeKind, scope_id: str, fits: bool
) -> None:
    assert rules.scope_fits(role, kind, scope_id) is fits


def test_roles_that_reach_others_end_sessions() -> None:
    assert {role for role in Role if not rules.ends_sessions(role)} == {Role.LEARNER, Role.CANDIDATE}


@pytest.mark.parametrize("address", ["/", "/kk/settings", "/kk/courses?x=1&y=%2F#part", "/ru/путь"])
def test_an_address_of_ours_is_gone_on_to(address: str) -> None:
    assert rules.safe_next(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "kk", "//evil.example", "/\\evil", "\\/evil", "https://evil.example", "/a\\b", "/\n/evil", "/\t/evil",
     "/\x00evil", "/a b", "javascript:x", "/" + "a" * 1000],
)  # fmt: skip
def test_an_address_elsewhere_is_not(address: str) -> None:
    assert rules.safe_next(address) is None


@given(st.text(max_size=40))
def test_what_is_gone_on_to_begins_with_one_slash(address: str) -> None:
    found = rules.safe_next(address)
    assert found is None or (found[0] == "/" and found[1:2] not in {"/", "\\"})


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("curl/8.0", ""),
        ("", ""),
        ("Windows", "Windows"),
    ],
)
def test_a_device_is_named_by_browser_and_system(agent: str, name: str) -> None:
    assert rules.device_name(agent) == name


def test_names_sort_in_the_order_of_the_kazakh_alphabet() -> None:
    letters = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    assert len(letters) == 42
    keys = [kazakh_sort_key(letter) for letter in letters]
    assert keys == sorted(keys)
    assert len(set(keys)) == 42
    people = ["Қасым", "Әлия", "Карим", "Асан", "Ұлан", "Үміт", "Ыдырыс", "Іңкәр", "Smith", "Асан Б", "Ақан"]
    assert sorted(people, key=kazakh_sort_key) == [
        "Ақан", "Асан", "Асан Б", "Әлия", "Карим", "Қасым", "Ұлан", "Үміт", "Ыдырыс", "Іңкәр", "Smith",
    ]  # fmt: skip


def test_case_marks_and_hyphens_do_not_count_when_sorting() -> None:
    assert kazakh_sort_key("Müller-o’B.") == kazakh_sort_key("mullerob")
    assert kazakh_sort_key("7") < kazakh_sort_key("а") < kazakh_sort_key("z")
    assert kazakh_sort_key("z") < kazakh_sort_key("中")


@given(st.text(max_size=300))
def test_a_sort_key_is_digits_that_fit_their_column(text: str) -> None:
    key = kazakh_sort_key(text)
    assert len(key) <= SORT_KEY_LENGTH
    assert all(c in "0123456789" for c in key)


def test_a_search_finds_kazakh_names_typed_on_a_russian_keyboard() -> None:
    kept = rules.search_text("Әлия Қасымқызы", None, "aliya@example.kz")
    assert rules.search_text("алия") in kept
    assert rules.search_text("Касымкызы") in kept
    assert rules.search_text("ӘЛИЯ") in kept


def test_every_zone_offered_exists_and_kazakhstan_stands_first() -> None:
    assert set(rules.ZONES) <= available_timezones()
    assert len(set(rules.ZONES)) == len(rules.ZONES)
    assert rules.ZONES[0] == "Asia/Almaty"
    assert rules.ZONES[rules.HOME_ZONES].startswith("Africa/")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_a_connection_counts_as_one_network(address: str, network: str) -> None:
    assert rules.network_of(address) == network


@pytest.mark.parametrize(
    ("failures", "everywhere", "seconds"),
    [(4, 0, 0), (5, 0, 30), (6, 0, 60), (9, 0, 480), (10, 0, 900), (0, 500, 0), (1, 100, 0), (1, 101, 30)],
)
def test_how_long_an_origin_waits(failures: int, everywhere: int, seconds: int) -> None:
    assert (
        rules.pause_after(failures, everywhere=everywhere)
        == timedelta(seconds=seconds)
        <= rules.LONGEST_PAUSE
    )
