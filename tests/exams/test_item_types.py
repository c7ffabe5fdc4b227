"""Items of every type in an attempt: saved, refused, shown, handed in and scored, and scored again from the log.

Source: specification of exams, section 1, and section 4, rules 6, 7, 8, 12, 13 and 19.
"""

import re
from html import unescape
from typing import Any

import pytest

from app.exams.models.attempts import Attempt
from app.exams.queries import attempts as queries
from app.exams.service import answers as service
from tests.exams.delivery_world import SECRET, Candidate, answers, attempt, candidate, events
from tests.exams.types_world import MATCHING, NUMERIC, ORDERING, PENALTY, TEXT, TRUE_FALSE, make_types_exam
from tests.world import World

RIGHT: dict[int, tuple[list[str], list[str]]] = {
    TRUE_FALSE: (["true"], ["true"]),
    MATCHING: (["b=builds", "a=runs", "c=uses"], ["a=runs", "b=builds", "c=uses"]),
    ORDERING: (["a=3", "b=1", "c=4", "d=2"], ["b", "d", "a", "c"]),
    NUMERIC: ([" 12,5 "], ["12.5"]),
    TEXT: (["  Тәуекел"], ["Тәуекел"]),
    PENALTY: (["c", "a", "b"], ["a", "b", "c"]),
}
"""By place: the right answer as the page sends it, and as it is stored."""


@pytest.fixture
def who(world: World) -> Candidate:
    return candidate(world, make_types_exam(world))


def save_all(who: Candidate) -> None:
    for place, (sent, _) in RIGHT.items():
        assert who.save(place, *sent).status_code == 200


def recomputed(who: Candidate) -> service.Recomputed:
    with who.world.read() as session:
        return service.recompute(session, session.get_one(Attempt, who.attempt_id))


def test_a_right_answer_of_each_type_scores_all_its_points_and_does_so_again_from_the_log(
    who: Candidate,
) -> None:
    save_all(who)
    assert answers(who.world, who.attempt_id) == {n: (stored, 1) for n, (_, stored) in RIGHT.items()}
    assert who.hand_in().status_code == 303
    row = attempt(who.world, who.attempt_id)
    assert (row.raw_score, row.max_points, row.domain_points) == (18, 18, {"D1": [9, 9], "D2": [9, 9]})
    assert row.counts == {"answered": 6, "flagged": 0, "empty": 0}
    again = recomputed(who)
    assert again.raw_score == 18
    assert again.answers == {n: tuple(stored) for n, (_, stored) in RIGHT.items()}
    with who.world.read() as session:
        given = queries.answers_of(session, row.id)
        assert queries.answers_hash(row.code, row.layout or [], given) == row.answers_hash
        swapped = given | {ORDERING: given[ORDERING]._replace(chosen=["d", "b", "a", "c"])}
        assert queries.answers_hash(row.code, row.layout or [], swapped) != row.answers_hash


@pytest.mark.parametrize(
    ("place", "sent", "points"),
    [
        (MATCHING, ["a=runs", "b=builds"], 2),
        (MATCHING, ["a=nobody", "b=builds", "c=builds"], 1),
        (ORDERING, ["a=1", "b=2", "d=3", "c=4"], 1),
        (ORDERING, ["b=1", "d=2", "a=3"], 0),
        (NUMERIC, ["12.41"], 3),
        (NUMERIC, ["12.39"], 0),
        (NUMERIC, ["an eighth"], 0),
        (TEXT, ["A  RISK"], 3),
        (TEXT, ["risks"], 0),
        (PENALTY, ["a", "b", "d"], 1),
        (PENALTY, ["d"], 0),
    ],
)
def test_each_rule_scores_what_was_saved(who: Candidate, place: int, sent: list[str], points: int) -> None:
    who.save(place, *sent)
    who.hand_in()
    assert attempt(who.world, who.attempt_id).raw_score == recomputed(who).raw_score == points


@pytest.mark.parametrize(
    ("place", "sent"),
    [
        (TRUE_FALSE, ["maybe"]),
        (TRUE_FALSE, ["true", "false"]),
        (MATCHING, ["a=builds", "a=runs"]),
        (MATCHING, ["a=b"]),
        (ORDERING, ["a=5"]),
        (ORDERING, ["a", "b"]),
        (NUMERIC, ["1", "2"]),
        (NUMERIC, ["1" * 201]),
        (TEXT, ["x" * 201]),
        (PENALTY, ["true"]),
    ],
)
def test_rule_12_an_answer_that_is_not_of_this_item_is_refused_and_changes_nothing(
    who: Candidate, place: int, sent: list[str]
) -> None:
    reply = who.save(place, *sent)
    assert reply.status_code == 422
    assert 'data-code="answer-unknown"' in reply.text
    assert answers(who.world, who.attempt_id)[place] == ([], 0)
    assert events(who.world, who.attempt_id, "save") == []


@pytest.mark.parametrize("place", RIGHT)
def test_rules_07_and_08_hold_for_every_type(who: Candidate, place: int) -> None:
    sent, stored = RIGHT[place]
    for _ in range(2):
        assert who.save(place, *sent, key="once").status_code == 200
    assert len(events(who.world, who.attempt_id, "save")) == 1
    stale = who.save(place, clear=str(place), version=0)
    assert stale.status_code == 409
    held = unescape(re.search(r'data-conflicts="([^"]*)"', stale.text)[1])
    assert held.startswith(f'{{"{place}":')
    assert answers(who.world, who.attempt_id)[place] == (stored, 1)
    assert who.save(place, clear=str(place), version=1).status_code == 200
    assert answers(who.world, who.attempt_id)[place] == ([], 2)
    assert [str(event.kind) for event in events(who.world, who.attempt_id)][-2:] == ["refused_stale", "clear"]


def test_a_refused_answer_is_shown_beside_the_held_one_in_words(who: Candidate) -> None:
    save_all(who)
    for place, refused, held in [
        (MATCHING, ["a=nobody"], ["A team built the system: Developer", "risk: Nobody"]),
        (ORDERING, ["a=1"], ["1. Plan", "2. Do", "1. Check"]),
        (NUMERIC, ["a dozen"], ["12.5", "a dozen"]),
        (TEXT, ["danger"], ["Тәуекел", "danger"]),
    ]:
        reply = who.save(place, *refused, version=0)
        assert reply.status_code == 409
        for words in held:
            assert words in unescape(reply.text), (words, reply.text)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_rule_13_the_language_changes_the_view_of_every_type_and_no_answer(
    who: Candidate, locale: str
) -> None:
    save_all(who)
    who.locale = locale
    page = who.page("?view=all").text
    for place, word in [(MATCHING, "a=runs"), (ORDERING, "b=1"), (ORDERING, "c=4")]:
        assert re.search(rf'value="{word}" selected', page), (place, word)
    assert ('value="12,5"' if locale != "en" else 'value="12.5"') in page
    assert 'value="Тәуекел"' in page
    assert answers(who.world, who.attempt_id) == {n: (stored, 1) for n, (_, stored) in RIGHT.items()}
    who.save(TEXT, "риск", version=1)
    who.hand_in()
    assert attempt(who.world, who.attempt_id).raw_score == 18


def test_rule_14_nothing_that_answers_an_item_reaches_the_browser(who: Candidate) -> None:
    page = who.page("?view=all").text
    for secret in (SECRET, "tolerance", "accepted", "12.5<", "a risk"):
        assert secret not in page, secret


def test_rule_12_the_order_of_the_targets_is_pinned_and_yes_stands_before_no(who: Candidate) -> None:
    layout: Any = attempt(who.world, who.attempt_id).layout
    assert layout[TRUE_FALSE - 1]["order"] == ["true", "false"]
    targets = layout[MATCHING - 1]["targets"]
    assert sorted(targets) == ["builds", "nobody", "runs", "uses"]
    page = who.page(f"?n={MATCHING}").text
    shown = re.findall(r'<option value="a=(\w+)"', page)
    assert shown == targets
    assert [place["type"] for place in layout] == [
        "true_false",
        "matching",
        "ordering",
        "numeric",
        "short_text",
        "multiple",
    ]


class TestWithoutAScript:
    """Rule 19: plain form posts."""

    def post(self, who: Candidate, place: int, *words: str, version: int = 0, **more: Any) -> Any:
        data = {f"a-{place}": list(words), f"v-{place}": str(version), "n": str(place), "go": "next"} | more
        return who.browser.post(f"{who.place}/answers", data)

    def test_controls_that_say_nothing_add_nothing(self, who: Candidate) -> None:
        reply = self.post(who, MATCHING, "", "b=builds", "")
        assert reply.headers["location"].endswith(f"?n={MATCHING + 1}")
        assert answers(who.world, who.attempt_id)[MATCHING] == (["b=builds"], 1)
        self.post(who, TEXT, "")
        assert answers(who.world, who.attempt_id)[TEXT] == ([], 0)
        assert [event.position for event in events(who.world, who.attempt_id, "save")] == [MATCHING]

    def test_a_field_emptied_by_hand_takes_the_answer_away(self, who: Candidate) -> None:
        self.post(who, TEXT, "risk")
        self.post(who, TEXT, "", version=1)
        assert answers(who.world, who.attempt_id)[TEXT] == ([], 2)
        assert len(events(who.world, who.attempt_id, "clear")) == 1

    def test_what_is_no_number_is_kept_and_said_once(self, who: Candidate) -> None:
        reply = self.post(who, NUMERIC, "an eighth")
        assert reply.headers["location"].endswith(f"?n={NUMERIC}")
        page = who.page(f"?n={NUMERIC}").text
        assert 'value="an eighth"' in page
        assert re.search(rf'id="odd-{NUMERIC}" role="status">', page)
        assert "cannot be read as a number" in page
        again = self.post(who, NUMERIC, "an eighth", version=1)
        assert again.headers["location"].endswith(f"?n={NUMERIC + 1}")

    def test_two_lines_at_one_place_are_kept_and_said(self, who: Candidate) -> None:
        self.post(who, ORDERING, "a=1", "b=1", "c=2", "")
        page = who.page(f"?n={ORDERING}").text
        assert re.search(rf'id="odd-{ORDERING}" role="status">', page)
        assert len(re.findall(r'value="[ab]=1" selected', page)) == 2

    def test_what_is_half_done_counts_as_empty_until_it_is_done(self, who: Candidate) -> None:
        self.post(who, MATCHING, "a=runs", "b=builds")
        self.post(who, ORDERING, "a=1")
        self.post(who, NUMERIC, "x")
        self.post(who, TRUE_FALSE, "false")
        page = who.browser.get(f"{who.place}/submission").text
        listed = re.search(r"Empty</dt><dd class=\"num\">(.*?)</dd>", page)[1]
        assert re.findall(r">(\d)<", listed) == [str(n) for n in (MATCHING, ORDERING, NUMERIC, TEXT, PENALTY)]
        begun = re.search(r"counted as empty:(.*?)</p>", page, re.DOTALL)[1]
        assert re.findall(r"question (\d)", begun) == [str(n) for n in (MATCHING, ORDERING, NUMERIC)]
        marks = re.findall(r'data-go="(\d)" class="a"', who.page().text)
        assert marks == [str(TRUE_FALSE)]
        self.post(who, MATCHING, "a=runs", "b=builds", "c=nobody", version=1)
        assert f"{MATCHING}<span" in who.page().text
        assert re.findall(r'data-go="(\d)" class="a"', who.page().text) == [str(TRUE_FALSE), str(MATCHING)]
