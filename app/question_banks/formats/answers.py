"""Moodle's way of answers, which GIFT and Moodle XML share: weights, pairs, numbers with a range.

What its weights mean is kept where one of our scoring rules gives the same points, and told where none does.

Source: Moodle documentation, "GIFT format", "Moodle XML format", "Multiple Choice question type".
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from app.question_banks.formats.check import TRUE_FALSE, decimal_text
from app.question_banks.formats.draft import DraftChoice, DraftItem, Text, letters
from app.question_banks.formats.notes import Note
from app.question_banks.formats.report import ItemError, UnsupportedError

_NEAR = Decimal("0.1")
"""Per cent by which weights may differ and be the same: Moodle writes a third as 33.33333."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its weight in per cent; ``feedback`` is what a candidate reads who gives it."""

    text: Text
    weight: Decimal
    feedback: Text


@dataclass(frozen=True, slots=True)
class Head:
    """What every item says, whatever its type."""

    id: str
    stem: Text
    note: Note
    points: int = 1

    def item(self, kind: str, *, scoring: str = "all_or_nothing", **said: Any) -> DraftItem:
        """The item; its note goes before what the format says."""
        return DraftItem(
            id=self.id,
            type=kind,
            stem=self.stem,
            scoring=self.note.word("scoring") or scoring,
            points=self.note.number("points", self.points),
            labels=tuple(self.note.words("labels")),
            **said,
        )

    def ids(self, count: int) -> list[str]:
        """The ids of that many choices."""
        named = self.note.words("choices")
        return named if len(named) == count else [letters(number) for number in range(min(count, 27))]


def points_of(text: str, notes: list[str]) -> int:
    """Whole points from a mark; what is not whole is told and raised to the next whole number.

    Raises:
        ItemError: no number, or below 0.
    """
    said = decimal_text(text)
    if said is None or said.startswith("-"):
        raise ItemError(f"the mark “{text[:20]}” is no number of points")
    whole = max(1, int(Decimal(said).to_integral_value(ROUND_CEILING)))
    if Decimal(said) != whole:
        notes.append(f"the mark {said} is kept as {whole}: points are whole, and 1 or more")
    return whole


def weight_of(text: str) -> Decimal:
    """A weight in per cent.

    Raises:
        ItemError: no number between -100 and 100.
    """
    said = decimal_text(text)
    if said is None or not -100 <= Decimal(said) <= 100:
        raise ItemError(f"the weight “{text[:20]}” is no number between -100 and 100")
    return Decimal(said)


def choosing(head: Head, answers: list[Answer], *, several: bool, exact: bool, notes: list[str]) -> DraftItem:
    """An item with choices. ``exact``: the right ones score together, whatever their weights.

    Raises:
        ItemError: no right choice, or weights that do not add up.
        UnsupportedError: several choices of which any one is right.
    """
    if len(answers) > 26:
        raise ItemError("more than 26 choices")
    ids = head.ids(len(answers))
    choices = tuple(
        DraftChoice(id_, answer.text, answer.feedback) for id_, answer in zip(ids, answers, strict=True)
    )
    if several:
        right = [id_ for id_, answer in zip(ids, answers, strict=True) if answer.weight > 0]
        scoring = "all_or_nothing" if exact else _several(answers, head.note, notes)
        return head.item("multiple", choices=choices, key=tuple(right), scoring=scoring)
    right = [id_ for id_, answer in zip(ids, answers, strict=True) if answer.weight >= 100 - _NEAR]
    if len(right) > 1:
        raise UnsupportedError("several choices are fully right and one is to be chosen")
    if any(answer.weight != 0 and abs(answer.weight - 100) > _NEAR for answer in answers):
        notes.append("partial points or penalties for single choices are not kept: all or nothing")
    kind = "true_false" if tuple(ids) == TRUE_FALSE else "single"
    return head.item(kind, choices=choices, key=tuple(right))


def _several(answers: list[Answer], note: Note, notes: list[str]) -> str:
    right = [answer.weight for answer in answers if answer.weight > 0]
    wrong = [answer.weight for answer in answers if answer.weight <= 0]
    if not right:
        raise ItemError("no choice is marked as right")
    if abs(sum(right, Decimal(0)) - 100) > _NEAR * len(right):
        raise ItemError(f"the weights of the right choices add up to {sum(right):f} per cent, not to 100")
    if note.word("scoring"):
        return note.word("scoring")
    even = all(abs(weight - right[0]) <= _NEAR for weight in right)
    if even and wrong and all(abs(weight + right[0]) <= _NEAR for weight in wrong):
        return "plus_minus"
    notes.append("partial points for some of the right choices are not kept: all or nothing")
    return "all_or_nothing"


def true_or_false(head: Head, *, true: bool, right: Text, wrong: Text) -> DraftItem:
    """An item that is true or false, with what is said to a right and to a wrong answer."""
    choices = (
        DraftChoice("true", {}, right if true else wrong),
        DraftChoice("false", {}, wrong if true else right),
    )
    return head.item("true_false", choices=choices, key=("true" if true else "false",))


def matching(head: Head, pairs: list[tuple[Text, Text]]) -> DraftItem:
    """A matching; a pair without a left side is a target that fits nothing."""
    targets: list[Text] = []
    for _, right in pairs:
        if right not in targets:
            targets.append(right)
    named, order = head.note.words("targets"), head.note.words("order")
    names = named if len(named) == len(targets) else [f"t{at}" for at in range(1, len(targets) + 1)]
    lefts = [pair for pair in pairs if any(pair[0].values())]
    ids, said = head.ids(len(lefts)), head.note.rationales()
    key = tuple(f"{id_}={names[targets.index(right)]}" for id_, (_, right) in zip(ids, lefts, strict=False))
    made = [{"id": name, "text": text} for name, text in zip(names, targets, strict=True)]
    if sorted(order) == sorted(names):
        made.sort(key=lambda target: order.index(str(target["id"])))
    choices = tuple(
        DraftChoice(id_, left, said.get(id_, {})) for id_, (left, _) in zip(ids, lefts, strict=False)
    )
    if len(choices) != len(lefts):
        raise ItemError("more than 26 pairs")
    return head.item("matching", scoring="per_pair", choices=choices, key=key, interaction={"targets": made})


def short_text(head: Head, answers: list[Answer], *, cased: bool, notes: list[str]) -> DraftItem:
    """A short text. An answer is in the language it names, or in that of the item.

    Raises:
        UnsupportedError: a pattern stands for the right answer.
    """
    accepted: dict[str, list[str]] = {}
    by_language = head.note.languages("accepted")
    for answer in answers:
        if _partial(answer, notes):
            continue
        for locale, said in answer.text.items():
            if "*" in said.replace("\\*", ""):
                raise UnsupportedError(f"the accepted answer “{said[:40]}” is a pattern")
            words = said.replace("\\*", "*").strip()
            named = [name for name, listed in by_language.items() if words in listed]
            for name in named or [locale]:
                accepted.setdefault(name, []).append(words)
    for name, listed in by_language.items():
        if name in accepted:
            accepted[name].sort(key=lambda word, listed=listed: listed.index(word) if word in listed else 0)  # type: ignore[misc]  # a default binds the loop's value
    interaction = {"accepted": accepted, "case_sensitive": cased or head.note.flag("case_sensitive")}
    return head.item("short_text", interaction=interaction)


def numeric(head: Head, answers: list[tuple[str, str, Answer]], notes: list[str]) -> DraftItem:
    """A number: ``answers`` are the number, its tolerance and the rest of the answer.

    Raises:
        UnsupportedError: several numbers are fully right.
        ItemError: none is.
    """
    right = [given for given in answers if not _partial(given[2], notes)]
    if not right:
        raise ItemError("no number is marked as right")
    if len(right) > 1:
        raise UnsupportedError("several numbers are fully right")
    number, tolerance = decimal_text(right[0][0]), decimal_text(right[0][1] or "0")
    if number is None or tolerance is None:
        raise ItemError(f"“{right[0][0][:20]}:{right[0][1][:20]}” is no number with its tolerance")
    return head.item("numeric", key=(number,), interaction={"tolerance": tolerance})


def _partial(answer: Answer, notes: list[str]) -> bool:
    if any(answer.feedback.values()):
        notes.append("feedback for an answer that is typed is not kept")
    if abs(answer.weight - 100) <= _NEAR:
        return False
    if answer.weight != 0:
        notes.append(f"an answer with {answer.weight:f} per cent of the points is not kept")
    return True


def weights(item: DraftItem) -> tuple[str, str]:
    """The weights of a right and of a wrong choice that say our scoring rule, or come nearest to it."""
    if item.type == "single":
        return "100", "0"
    share = f"{100 / Decimal(len(item.key)):.5f}".rstrip("0").rstrip(".")
    return share, f"-{share}" if item.scoring == "plus_minus" else "-100"


def ordering(head: Head, texts: list[Text], scoring: str) -> DraftItem:
    """An order to be found, from its entries in the right one. The note may name them."""
    ids, said = head.ids(len(texts)), head.note.rationales()
    choices = tuple(DraftChoice(id_, text, said.get(id_, {})) for id_, text in zip(ids, texts, strict=False))
    if len(choices) != len(texts):
        raise ItemError("more than 26 entries to be ordered")
    return head.item("ordering", choices=choices, key=tuple(ids), scoring=scoring)
