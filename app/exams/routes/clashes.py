"""An answer in words, where one that was refused stands beside the one that is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.exams.queries.shown import ShownItem
from app.exams.rules.responses import in_controls
from app.exams.service.batch import Conflict
from app.question_banks.rules import ItemType


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that was changed elsewhere: both answers line by line, and the held one for its controls."""

    position: int
    held: list[str]
    refused: list[str]
    controls: tuple[str, ...]


def clash_of(conflict: Conflict, item: ShownItem, *, locale: str) -> Clash:
    """A conflict in the reader's language."""
    return Clash(
        conflict.position,
        _in_words(item, conflict.held, locale),
        _in_words(item, conflict.refused, locale),
        in_controls(item.shape, conflict.held),
    )


def _in_words(item: ShownItem, chosen: Sequence[str], locale: str) -> list[str]:
    texts = {choice["id"]: choice["text"][locale] for choice in item.choices}
    targets = {target["id"]: target["text"][locale] for target in item.targets}
    pairs = [word.partition("=") for word in in_controls(item.shape, chosen)]
    match item.shape.type:
        case ItemType.MATCHING:
            return [f"{texts[left]}: {targets[right]}" for left, _, right in pairs]
        case ItemType.ORDERING:
            in_order = sorted(pairs, key=lambda pair: (int(pair[2]), pair[0]))
            return [f"{place}. {texts[word]}" for word, _, place in in_order]
    return [texts.get(word, word) for word in chosen]
