"""What the figures of an item ask of people."""

from dataclasses import replace

import pytest

from app.psychometrics.rules.verdict import Reason, Reliability, Seen, Verdict, Word, reliability, verdict

GOOD = Seen(persons=200, facility=0.6, discrimination=0.35)


def test_an_item_that_works_is_fine() -> None:
    assert verdict(GOOD) == Verdict(Word.FINE)


def test_below_30_persons_nothing_is_said() -> None:
    assert verdict(replace(GOOD, persons=29, discrimination=-0.5)) == Verdict(Word.WAIT)
    assert verdict(replace(GOOD, persons=30)) == Verdict(Word.FINE)


REASONS = [
    (Reason.DIFFERS, {"ets": "C"}, {"ets": "A"}, Word.ACT),
    (Reason.AGAINST, {"discrimination": -0.01}, {"discrimination": 0.15}, Word.ACT),
    (Reason.DRAWS_ABLE, {"wrong": (-0.2, 0.05)}, {"wrong": (-0.2, 0.04)}, Word.ACT),
    (Reason.DIFFERS_SOMEWHAT, {"ets": "B"}, {"ets": None}, Word.LOOK),
    (Reason.TOO_HARD, {"facility": 0.24}, {"facility": 0.25}, Word.LOOK),
    (Reason.TOO_EASY, {"facility": 0.96}, {"facility": 0.95}, Word.LOOK),
    (Reason.WEAK, {"discrimination": 0.14}, {"discrimination": None}, Word.LOOK),
    (Reason.OMITTED, {"omitted": 0.1}, {"omitted": 0.09}, Word.LOOK),
    (Reason.RAPID, {"rapid": 0.1}, {"rapid": 0.09}, Word.LOOK),
]


@pytest.mark.parametrize(("reason", "bad", "good", "word"), REASONS, ids=[str(row[0]) for row in REASONS])
def test_each_reason_has_its_edge_and_its_weight(reason: Reason, bad: dict, good: dict, word: Word) -> None:
    assert verdict(replace(GOOD, **bad)) == Verdict(word, (reason,))
    assert verdict(replace(GOOD, **good)) == Verdict(Word.FINE)


def test_below_100_persons_nobody_acts() -> None:
    bad = replace(GOOD, ets="C", discrimination=-0.2)
    assert verdict(replace(bad, persons=99)).word is Word.LOOK
    assert verdict(replace(bad, persons=100)).word is Word.ACT


def test_reasons_stand_by_weight() -> None:
    found = verdict(replace(GOOD, ets="C", facility=0.1, rapid=0.5))
    assert found.reasons == (Reason.DIFFERS, Reason.TOO_HARD, Reason.RAPID)


def test_only_class_c_over_100_persons_is_proposed_for_withdrawal() -> None:
    assert verdict(replace(GOOD, ets="C")).withdraw
    assert not verdict(replace(GOOD, ets="C", persons=99)).withdraw
    assert not verdict(replace(GOOD, discrimination=-0.3)).withdraw


@pytest.mark.parametrize(
    ("alpha", "word"),
    [
        (0.9, Reliability.HIGH),
        (0.89, Reliability.GOOD),
        (0.8, Reliability.GOOD),
        (0.79, Reliability.MODEST),
        (0.7, Reliability.MODEST),
        (0.69, Reliability.LOW),
        (-0.1, Reliability.LOW),
    ],
)
def test_reliability_in_a_word(alpha: float, word: Reliability) -> None:
    assert reliability(alpha) is word
