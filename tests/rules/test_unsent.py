"""Reading a file with unsent answers, and what loading it would change."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.exams.rules.unsent import (
    KIND,
    MAX_ANSWERS,
    MAX_CHOSEN,
    MAX_FILE,
    Change,
    FileProblem,
    UnsentAnswer,
    UnsentFile,
    instant,
    read_unsent,
    weigh,
)
from app.kernel.canonical import canonical_json, sha256_hex

ANSWER = {
    "at": "2026-11-26T05:01:02.003Z",
    "chosen": ["b"],
    "key": "0af1",
    "place": 3,
    "seq": 7,
    "version": 2,
}
FACTS: dict[str, Any] = {
    "answers": [ANSWER, ANSWER | {"seq": 5, "place": 1, "chosen": []}],
    "attempt": "AB12-CD34",
    "kind": KIND,
    "made_at": "2026-11-26T05:02:00.000Z",
    "version": 1,
}


def written(facts: dict[str, Any] = FACTS, **more: Any) -> bytes:
    held = facts | more
    return json.dumps(held | {"sha256": sha256_hex(canonical_json(held))}).encode()


def read(raw: bytes) -> UnsentFile | FileProblem:
    return read_unsent(raw, code="AB12-CD34")


def test_the_answers_of_a_file_come_in_the_order_in_which_they_were_given() -> None:
    found = read(written())
    assert isinstance(found, UnsentFile)
    assert found.answers == (
        UnsentAnswer(5, 1, (), 2, "0af1", ANSWER["at"]),
        UnsentAnswer(7, 3, ("b",), 2, "0af1", ANSWER["at"]),
    )
    assert found.sha256 == sha256_hex(canonical_json(FACTS))
    assert read(b"\xef\xbb\xbf" + written()) == found


def test_the_order_of_keys_and_the_spaces_do_not_count() -> None:
    turned = json.dumps(dict(reversed(json.loads(written()).items())), indent=3).encode()
    assert read(turned) == read(written())


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2026-11-26T05:01:02.003Z", datetime(2026, 11, 26, 5, 1, 2, 3000, tzinfo=UTC)),
        ("2026-11-26T05:01:02", None),
        ("yesterday", None),
    ],
)
def test_what_a_device_wrote_down_as_the_time_is_read_or_left_as_it_is(
    told: str, at: datetime | None
) -> None:
    assert instant(told) == at


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b" " * MAX_FILE + written(), FileProblem.TOO_LARGE),
        (b"", FileProblem.UNREADABLE),
        (b"\xff\xfe\x00", FileProblem.UNREADABLE),
        (b"PK\x03\x04 no JSON", FileProblem.UNREADABLE),
        (b"[" * 100_000, FileProblem.UNREADABLE),
        (b"[]", FileProblem.UNREADABLE),
        (b"null", FileProblem.UNREADABLE),
        (b'{"version": NaN}', FileProblem.UNREADABLE),
        (b'{"version": 1e999}', FileProblem.UNREADABLE),
        (written(kind="something"), FileProblem.UNREADABLE),
        (written(version=2), FileProblem.UNREADABLE),
        (written(made_at=None), FileProblem.UNREADABLE),
        (written(made_at="Ө"), FileProblem.UNREADABLE),
        (written(answers=[]), FileProblem.UNREADABLE),
        (written(answers="b"), FileProblem.UNREADABLE),
        (written(answers=[1]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"seq": n} for n in range(MAX_ANSWERS + 1)]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"place": -1}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"place": True}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"seq": 10**9}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"version": "2"}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"chosen": "b"}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"chosen": [1]}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"chosen": ["b"] * (MAX_CHOSEN + 1)}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"key": "k" * 65}]), FileProblem.UNREADABLE),
        (written(answers=[ANSWER | {"at": "\n"}]), FileProblem.UNREADABLE),
        (json.dumps(FACTS).encode(), FileProblem.UNREADABLE),
        (json.dumps(FACTS | {"sha256": "0" * 64}).encode(), FileProblem.ALTERED),
        (written().replace(b'["b"]', b'["c"]'), FileProblem.ALTERED),
        (written().replace(b'"place": 3', b'"place": 4'), FileProblem.ALTERED),
        (written().replace(b'["b"]', b'["\\ud800"]'), FileProblem.ALTERED),
        (written(attempt="ZZ99-ZZ99"), FileProblem.OTHER_ATTEMPT),
    ],
)
def test_a_file_that_is_not_whole_or_not_of_this_attempt_is_not_taken(
    raw: bytes, problem: FileProblem
) -> None:
    assert read(raw) is problem


FIRST = UnsentAnswer(1, 1, ("b",), 3, "k1", "")
SECOND = UnsentAnswer(2, 1, ("a", "c"), 3, "k2", "")


@pytest.mark.parametrize(
    ("held", "taken", "based_on", "change"),
    [
        ((["d"], 3), True, 3, Change.SAVE),
        ((["d"], 3), False, 3, Change.EVIDENCE),
        ((["a", "c"], 4), True, 3, Change.STORED),
        ((["a", "c"], 4), False, 3, Change.STORED),
        ((["b"], 4), True, 4, Change.SAVE),  # the first one had arrived after all
        ((["d"], 4), True, 3, Change.NEWER),
        ((["d"], 4), False, 3, Change.EVIDENCE),
        ((["b"], 5), True, 3, Change.NEWER),
    ],
)
def test_the_last_answer_to_a_place_is_weighed_against_what_is_stored(
    held: tuple[list[str], int], taken: bool, based_on: int, change: Change
) -> None:
    (found,) = weigh((FIRST, SECOND), {1: held}, taken=taken)
    assert (found.answer, found.based_on, found.change) == (SECOND, based_on, change)


def test_every_place_is_weighed_by_itself_and_in_order() -> None:
    other = replace(FIRST, place=2, version=0)
    found = weigh((other, FIRST), {1: (["d"], 3), 2: ([], 1)}, taken=True)
    assert [(one.answer.place, one.change) for one in found] == [(1, Change.SAVE), (2, Change.NEWER)]
