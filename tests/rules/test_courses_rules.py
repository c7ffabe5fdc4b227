"""Rules of studying, practice and search: tables, and properties that hold for anything."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.rules import finding, practice, studying
from app.courses.rules.practice import Candidate
from app.courses.rules.studying import Stage, Step

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)


def step(number: int, *, opened: bool = False, done: bool = False, minutes: int = 10) -> Step:
    return Step(UUID(int=number), minutes, opened=opened, read=done, done=done)


# Studying


@pytest.mark.parametrize(
    ("read", "answered", "done"),
    [
        (True, ["a", "b"], True),
        (True, ["a"], False),
        (False, ["a", "b"], False),
        (True, ["a", "b", "old"], True),
        (False, [], False),
    ],
)
def test_a_lesson_is_done_when_read_and_every_check_answered(
    read: bool, answered: list[str], done: bool
) -> None:
    assert studying.decide_lesson_done(read=read, check_ids=["a", "b"], answered=answered) is done


def test_a_lesson_without_checks_is_done_when_read() -> None:
    assert studying.decide_lesson_done(read=True, check_ids=[], answered=[])


@pytest.mark.parametrize(
    ("lessons", "done", "completed"), [(3, 3, True), (3, 2, False), (0, 0, False), (1, 0, False)]
)
def test_a_course_is_completed_when_every_lesson_is_done(lessons: int, done: int, completed: bool) -> None:
    assert studying.decide_course_completed(lessons=lessons, done=done) is completed


@pytest.mark.parametrize(
    ("chosen", "right"),
    [(["a", "c"], True), (["c", "a"], True), (["a"], False), (["a", "b", "c"], False), ([], False)],
)
def test_only_exactly_the_right_choices_are_right(chosen: list[str], right: bool) -> None:
    assert studying.check_is_right(key=["a", "c"], chosen=chosen) is right
    assert practice.is_right(key=["a", "c"], chosen=chosen) is right


@pytest.mark.parametrize(
    ("opened", "done", "stage"),
    [(False, False, Stage.AHEAD), (True, False, Stage.HERE), (True, True, Stage.DONE)],
)
def test_the_stage_of_a_lesson(opened: bool, done: bool, stage: Stage) -> None:
    assert studying.stage_of(step(1, opened=opened, done=done)) is stage


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ([], Stage.AHEAD),
        ([step(1), step(2)], Stage.AHEAD),
        ([step(1, opened=True), step(2)], Stage.HERE),
        ([step(1, opened=True, done=True), step(2)], Stage.HERE),
        ([step(1, opened=True, done=True)], Stage.DONE),
    ],
)
def test_the_stage_of_a_module(steps: list[Step], stage: Stage) -> None:
    assert studying.stage_of_module(steps) is stage


def test_minutes_left_are_those_of_lessons_not_done() -> None:
    assert (
        studying.minutes_left(
            [step(1, done=True, minutes=99), step(2, minutes=7), step(3, opened=True, minutes=5)]
        )
        == 12
    )


@pytest.mark.parametrize(
    ("done", "last", "expected"),
    [
        ((), None, 1),
        ((), 2, 2),
        ((2,), 2, 3),
        ((2, 3), 2, 1),
        ((3,), 3, 1),
        ((1, 2, 3), 2, None),
        ((1,), 9, 2),
    ],
)
def test_going_on_where_one_left_off(done: tuple[int, ...], last: int | None, expected: int | None) -> None:
    steps = [step(number, done=number in done) for number in (1, 2, 3)]
    found = studying.continue_with(steps, UUID(int=last) if last else None)
    assert found == (UUID(int=expected) if expected else None)


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 12))
def test_going_on_never_leads_to_a_lesson_that_is_done(done: list[bool], last: int) -> None:
    steps = [step(number, done=flag) for number, flag in enumerate(done)]
    found = studying.continue_with(steps, UUID(int=last))
    assert (found is None) == all(done)
    assert found is None or not steps[found.int].done


def test_activity_is_passed_on_at_first_and_then_once_an_hour() -> None:
    assert studying.touch_due(last=None, at=NOON)
    assert not studying.touch_due(last=NOON - timedelta(minutes=59), at=NOON)
    assert studying.touch_due(last=NOON - timedelta(hours=1), at=NOON)


@pytest.mark.parametrize(("hours", "count"), [("36", 36), ("1", 1), ("4.5", 2), ("21.0", 21)])
def test_a_fraction_of_hours_takes_the_form_of_two(hours: str, count: int) -> None:
    assert studying.plural_count(Decimal(hours)) == count


# Practice


@pytest.mark.parametrize(
    ("sizes", "size", "expected"),
    [
        ({"a": 30, "b": 45, "c": 25}, 10, {"a": 3, "b": 5, "c": 2}),
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 3, "b": 2}, 10, {"a": 3, "b": 2}),
        ({}, 10, {}),
    ],
)
def test_quotas_are_in_proportion(sizes: dict[str, int], size: int, expected: dict[str, int]) -> None:
    assert practice.quotas(sizes, size) == expected


def test_the_draw_is_spread_and_keeps_its_order() -> None:
    items = [Candidate(uuid4(), f"i{n}", "easy" if n < 15 else "hard") for n in range(20)]
    drawn = practice.draw(items)
    assert [item.stratum for item in drawn].count("easy") in {7, 8}
    assert [items.index(item) for item in drawn] == sorted(items.index(item) for item in drawn)


def test_enemies_never_meet_and_another_stratum_fills_the_gap() -> None:
    items = [
        Candidate(uuid4(), "a1", "a", frozenset({"a2"})),
        Candidate(uuid4(), "a2", "a"),
        Candidate(uuid4(), "b1", "b"),
        Candidate(uuid4(), "b2", "b"),
    ]
    assert [item.slug for item in practice.draw(items, 3)] == ["a1", "b1", "b2"]
    assert [item.slug for item in practice.draw(items[:2], 2)] == ["a1"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sets(st.integers(0, 30).map(str), max_size=2)), max_size=30
    ),
    st.integers(1, 12),
)
def test_a_draw_has_no_doubles_no_enemies_and_no_more_than_asked(
    spec: list[tuple[str, set[str]]], size: int
) -> None:
    items = [
        Candidate(UUID(int=n), str(n), stratum, frozenset(enemies))
        for n, (stratum, enemies) in enumerate(spec)
    ]
    drawn = practice.draw(items, size)
    assert len({item.version_id for item in drawn}) == len(drawn) <= size
    for one in drawn:
        assert not any(other.slug in one.enemies for other in drawn if other is not one)
    if not any(enemies for _, enemies in spec):
        assert len(drawn) == min(size, len(items))


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 40), max_size=6), st.integers(1, 20))
def test_quotas_add_up_and_never_ask_for_more_than_there_is(sizes: dict[str, int], size: int) -> None:
    given_ = practice.quotas(sizes, size)
    assert sum(given_.values()) == min(size, sum(sizes.values()))
    assert all(given_[name] <= sizes[name] for name in sizes)


# Search


def test_plain_text_leaves_out_figures_and_footnote_numbers() -> None:
    html = [
        '<h2>Head</h2><p>One&nbsp;&amp; two<sup><a href="#r">1</a></sup></p><figure><svg><text>drawn</text></svg></figure>',
        "<li>three</li></svg>",
    ]
    assert finding.plain_text(html) == "Head One & two three"


def test_a_query_is_a_few_words_each_once() -> None:
    assert finding.query_words("Laws law LAWS", "en") == ["law"]
    assert finding.query_words("  ?! ", "en") == []
    assert len(finding.query_words(" ".join(f"w{n}" for n in range(50)), "en")) == finding.MOST_WORDS
    assert len("".join(finding.query_words("a" * 5000, "en"))) <= finding.LONGEST_QUERY


def test_a_word_in_the_title_outweighs_the_text() -> None:
    titled = finding.score(title="Risk", search_text="risk", words=["risk"], locale="en")
    told = finding.score(title="Other", search_text="risk " * 20_000, words=["risk"], locale="en")
    assert titled > told > 0


def test_a_snippet_marks_the_hit_and_shows_that_there_is_more() -> None:
    text = " ".join(["before"] * 40 + ["Қауіпсіздікті", "сақтау"] + ["after"] * 40)
    pieces = finding.snippet(text, finding.query_words("кауипсиздик", "kk"), "kk")
    assert pieces[0].text == "…"
    assert pieces[-1].text == "…"
    assert [piece.text for piece in pieces if piece.hit] == ["Қауіпсіздікті"]


def test_a_snippet_without_a_hit_is_the_beginning() -> None:
    assert finding.snippet("one two", ["zebra"], "en") == [finding.Piece("one two", hit=False)]
    assert finding.snippet("", ["zebra"], "en") == []


@given(st.text(max_size=300), st.text(max_size=50), st.sampled_from(["kk", "ru", "en"]))
def test_a_snippet_never_invents_words(text: str, query: str, locale: str) -> None:
    words = finding.query_words(query, locale)
    if not words:
        return
    shown = " ".join(
        piece.text for piece in finding.snippet(text, words, locale) if piece.text != "…" or "…" in text
    )
    assert shown in " ".join(text.split())
