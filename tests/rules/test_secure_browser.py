"""The Config Key as published, what a request proves, and the settings an attempt is given."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.secure_browser import (
    BrowserEvent,
    Proof,
    Verdict,
    config_key,
    event_of,
    exam_settings,
    is_restarted,
    judge,
    may_have_file,
    request_hash,
    seb_json,
)
from app.exams.rules.states import OPEN, Lifecycle, Mode

# written down by hand from the published rules, its hash by the program sha256sum
SETTINGS: dict[str, Any] = {
    "zoom": 1.25,
    "originatorVersion": "SEB_Win_3.10.1",
    "URLFilterRules": [{"expression": r"lms.example.org/\d+/*", "active": True, "action": 1}],
    "title": "Емтихан «Ә»",
    "startURL": "https://lms.example.org/kk/a?b=c&d",
    "permittedProcesses": [],
    "proxies": {},
    "notBefore": datetime(2026, 11, 23, 10, tzinfo=UTC),
    "examKeySalt": b"\x00\x01\x02\xff",
    "allowWlan": False,
    "allowQuit": True,
}
JSON = (
    '{"allowQuit":true,"allowWlan":false,"examKeySalt":"AAEC/w==","notBefore":"2026-11-23T10:00:00Z",'
    '"permittedProcesses":[],"startURL":"https://lms.example.org/kk/a?b=c&d","title":"Емтихан «Ә»",'
    r'"URLFilterRules":[{"action":1,"active":true,"expression":"lms.example.org/\d+/*"}],"zoom":1.25}'
)
KEY = "a4903541995e27c6bf14a13fe19ac43d996856f189e60ce3b49dc79d0fab982b"
NOTHING = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
URL = "https://lms.example.org/kk/exams/attempts/1?n=2"
HASH = "b574faccd83835ecb73570e2300e5a3ad3afff6c2047e5dc6896990c6ed5dc3a"

names = st.text("abcXYZ", min_size=1, max_size=6)
values: Any = st.recursive(
    st.text("аәғқңөұүһі «»") | st.integers() | st.booleans() | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def test_settings_become_the_published_form_and_its_hash() -> None:
    assert seb_json(SETTINGS) == JSON
    assert config_key(SETTINGS) == KEY
    assert config_key({}) == NOTHING


def test_the_program_that_wrote_the_file_is_no_part_of_the_key() -> None:
    without = {name: value for name, value in SETTINGS.items() if name != "originatorVersion"}
    assert config_key(without) == KEY


def test_names_are_sorted_whatever_their_case_and_small_letters_first() -> None:
    assert seb_json({"allowWLAN": 1, "B": 2, "allowWlan": 3, "a": 4}) == (
        '{"a":4,"allowWlan":3,"allowWLAN":1,"B":2}'
    )
    assert seb_json({"enableF2": 1, "enableF10": 2, "enableF1": 3}) == (
        '{"enableF1":3,"enableF10":2,"enableF2":1}'
    )


def test_an_empty_dictionary_goes_with_its_name_and_an_empty_list_stays() -> None:
    assert seb_json({"a": {}, "b": [], "c": {"d": {}}, "e": {"originatorVersion": "x"}}) == '{"b":[]}'
    assert seb_json({"a": [{}, {"c": 1, "B": {}}]}) == '{"a":[{},{"c":1}]}'


def test_nothing_is_escaped() -> None:
    assert seb_json({"a": 'q"\\d\n/é'}) == '{"a":"q"\\d\n/é"}'


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (-7, "-7"), (True, "true"), (1.0, "1"), (0.1, "0.1"), (b"", '""'), ("", '""'), ((), "[]")],
)
def test_each_kind_of_value_is_written_in_one_way(value: object, written: str) -> None:
    assert seb_json({"a": value}) == f'{{"a":{written}}}'


@given(st.dictionaries(names, values, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_a_file_changes_nothing(settings: dict[str, Any], chance: Any) -> None:
    turned = list(settings.items())
    chance.shuffle(turned)
    assert config_key(dict(turned)) == config_key(settings)


@given(st.dictionaries(names, values, max_size=6), names)
def test_an_empty_dictionary_or_the_writer_anywhere_changes_nothing(
    settings: dict[str, Any], name: str
) -> None:
    assert config_key(settings | {f"q{name}": {}, "originatorVersion": name}) == config_key(settings)


@given(st.text("аәғқңөұүһі", min_size=1), st.text("аәғқңөұүһі", min_size=1))
def test_other_text_is_another_key(one: str, other: str) -> None:
    assert (config_key({"a": one}) == config_key({"a": other})) is (one == other)


def test_a_request_is_hashed_with_its_address_but_for_the_fragment() -> None:
    assert request_hash(URL, NOTHING) == HASH
    assert request_hash(f"{URL}#q-3", NOTHING) == HASH
    assert request_hash(f"{URL}&x", NOTHING) != HASH


@pytest.mark.parametrize(
    ("proof", "verdict"),
    [
        (Proof(URL, header=HASH), Verdict.PROVEN),
        (Proof(URL, header=HASH.upper()), Verdict.PROVEN),
        (Proof(f"{URL}3", header=HASH), Verdict.WRONG),
        (Proof(URL, header="ә" * 64), Verdict.WRONG),
        (Proof(URL, header=""), Verdict.WRONG),
        (Proof(f"{URL}/answers", page=URL, page_hash=HASH), Verdict.PROVEN),
        (Proof(URL, page=f"{URL}3", page_hash=HASH), Verdict.WRONG),
        (Proof(URL, page=None, page_hash=HASH), Verdict.WRONG),
        (Proof(URL, header=HASH, page=URL, page_hash=HASH), Verdict.PROVEN),
        (Proof(URL, header=HASH, page=URL, page_hash="0"), Verdict.PROVEN),
        (Proof(URL, header="0", page=URL, page_hash=HASH), Verdict.PROVEN),
        (Proof(URL, header="0", page=URL, page_hash="0"), Verdict.WRONG),
        (Proof(URL, header="0", passed=True), Verdict.WRONG),
        (Proof(URL, passed=True), Verdict.PROVEN),
        (Proof(URL), Verdict.MISSING),
    ],
)
def test_a_request_proves_the_settings_by_one_word_that_fits(proof: Proof, verdict: Verdict) -> None:
    assert judge(proof, NOTHING) is verdict


@pytest.mark.parametrize(
    ("mode", "had", "knows", "restarted"),
    [
        (Mode.LIVE, True, False, True),
        (Mode.RECORD_AND_REVIEW, True, False, True),
        (Mode.LIVE, True, True, False),
        (Mode.LIVE, False, False, False),
        (Mode.ON_SITE, True, False, False),
        (Mode.UNPROCTORED, True, False, False),
    ],
)
def test_a_browser_that_started_anew_is_looked_at_where_nobody_sees_it(
    mode: Mode, had: bool, knows: bool, restarted: bool
) -> None:
    assert is_restarted(mode=mode, had_window=had, knows_window=knows) is restarted


def test_what_is_written_down_says_whether_another_key_came_or_none() -> None:
    assert event_of(Verdict.WRONG) is BrowserEvent.OTHER_SETTINGS
    assert event_of(Verdict.MISSING) is BrowserEvent.NO_PROOF


@pytest.mark.parametrize("lifecycle", Lifecycle)
def test_the_settings_are_given_out_while_the_attempt_can_be_entered(lifecycle: Lifecycle) -> None:
    assert may_have_file(lifecycle) is (lifecycle in OPEN)


def made(**other: Any) -> dict[str, Any]:
    facts = {"start": f"{URL}&browser=1", "end": "https://lms.example.org/kk/end", "camera": False}
    return exam_settings(**{**facts, "base": "https://lms.example.org", **other})


def test_each_start_address_is_a_key_of_its_own() -> None:
    assert config_key(made()) != config_key(made(start=f"{URL}&browser=2"))


def test_the_camera_is_allowed_only_where_it_is_used() -> None:
    names = ("allowVideoCapture", "browserMediaCaptureCamera")
    assert [made()[name] for name in names] == [False, False]
    assert [made(camera=True)[name] for name in names] == [True, True]
    assert not made(camera=True)["allowAudioCapture"]


def test_only_our_own_pages_can_be_reached() -> None:
    rules = made()["URLFilterRules"]
    assert [(rule["action"], rule["expression"]) for rule in rules] == [(1, "https://lms.example.org/*")]


def test_nobody_is_locked_in_and_text_may_be_enlarged() -> None:
    assert made()["allowQuit"]
    assert made()["enableZoomPage"]
