"""What an item says beyond the format it travels in: one line of JSON that other systems pass over.

GIFT carries it in a comment, Moodle XML in a processing instruction. It is read as warily as the rest.
"""

import json
from typing import Any

from app.kernel.locales import LOCALES
from app.question_banks.formats.draft import DraftItem, Text, letters
from app.question_banks.formats.limits import LABELS
from app.question_banks.formats.report import ItemError

NAME = "ceasai"
_LONGEST = 60_000


def dump(facts: dict[str, Any]) -> str:
    """The note as one line of ASCII that ends no comment and no instruction; empty facts are left out."""
    kept = {name: value for name, value in facts.items() if value not in (None, [], {}, (), False)}
    said = json.dumps(kept, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return said.replace("<", "\\u003c").replace(">", "\\u003e")


def load(text: str) -> "Note":
    """The note that ``dump`` made.

    Raises:
        ItemError: it is none of ours.
    """
    if len(text) > _LONGEST:
        raise ItemError(f"the note of {NAME} is longer than {_LONGEST} characters")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ItemError(f"the note of {NAME} cannot be read")
    return Note(value)


class Note:
    """A note, whose values are asked for by their kind; one of another kind is refused."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value

    def word(self, name: str) -> str:
        """A word; empty when it is not said."""
        value = self._value.get(name, "")
        if not isinstance(value, str) or len(value) > 400:
            raise _Unfit(name)
        return value

    def words(self, name: str) -> list[str]:
        """Words, at most as many as an item has labels."""
        value = self._value.get(name, [])
        if not _are_words(value):
            raise _Unfit(name)
        return list(value)

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self._value.get(name, default)
        if not isinstance(value, int) or abs(value) >= 10**6:
            raise _Unfit(name)
        return value

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self._value.get(name) is True

    def languages(self, name: str) -> dict[str, list[str]]:
        """Words by language."""
        value = self._value.get(name, {})
        if not isinstance(value, dict) or not set(value) <= set(LOCALES):
            raise _Unfit(name)
        if not all(map(_are_words, value.values())):
            raise _Unfit(name)
        return value

    def rationales(self) -> dict[str, Text]:
        """What is said about choices for which a format has no place, by their ids."""
        value = self._value.get("rationales", {})
        if not isinstance(value, dict) or not all(map(_is_text, value.values())):
            raise _Unfit("rationales")
        return {id_: dict(text) for id_, text in value.items()}

    def rubric(self) -> list[Text]:
        """The lines of a rubric."""
        return rubric(self._value.get("rubric", []))


class _Unfit(ItemError):
    """A value of another kind."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the note of {NAME} has another kind of “{name}”")


def _are_words(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 2 * LABELS
        and all(isinstance(one, str) and len(one) <= 400 for one in value)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(said, str) for said in value.values())


def rubric(value: Any) -> list[Text]:
    """The lines of a rubric, each a text by language.

    Raises:
        ItemError: it is none.
    """
    if not isinstance(value, list) or len(value) > LABELS:
        raise ItemError("the rubric cannot be read")
    made = []
    for line in value:
        if not _is_text(line):
            raise ItemError("a line of a rubric is a text by language")
        made.append(dict(line))
    return made


def facts_of(item: DraftItem, *, scoring: str, points: int = 1) -> dict[str, Any]:
    """What a note says of any item: all that is not as the format would take it.

    ``scoring``, ``points``: those that the format itself says.
    """
    given = item.interaction or {}
    ids = [choice.id for choice in item.choices]
    usual = [letters(number) for number in range(len(ids))]
    facts: dict[str, Any] = {
        "choices": ids if ids != usual and item.type != "true_false" else None,
        "scoring": item.scoring if item.scoring != scoring else None,
        "points": item.points if item.points != points else None,
        "labels": list(item.labels),
        "stimulus": item.stimulus.id if item.stimulus else None,
    }
    if item.type in {"matching", "ordering"}:
        facts["rationales"] = {choice.id: choice.rationale for choice in item.choices if choice.rationale}
    if item.type == "matching":
        facts |= _targets(item, [target["id"] for target in given["targets"]])
    return facts


def _targets(item: DraftItem, order: list[str]) -> dict[str, Any]:
    paired = [pair.partition("=")[2] for pair in item.key]
    shown = list(dict.fromkeys([*paired, *order]))
    usual = [f"t{number}" for number in range(1, len(order) + 1)]
    return {"targets": shown if shown != usual else None, "order": order if order != shown else None}
