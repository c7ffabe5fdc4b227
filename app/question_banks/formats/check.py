"""Whether a draft is an item at all: its texts can be shown, and its key answers it.

What a draft may still lack are languages; what makes an item good is asked later, by people.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from app.kernel.locales import LOCALES
from app.question_banks.formats import limits
from app.question_banks.formats.draft import SLUG, DraftItem, Text
from app.question_banks.formats.report import ItemError
from app.question_banks.rules import SCORING_OF, ItemType

HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
"""Shows nothing but changes what is shown: controls, turns of the reading direction, private characters."""
ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|applet|frame|base|meta|link)\b"
    r"|<[^<>]*[\s/\"']on[a-z]+\s*=|<[^<>]*\b(?:java|vb)script\s*:",
    re.IGNORECASE,
)
"""What a browser would run or load. It never runs here, and no honest item holds it."""

CHOSEN = frozenset({"single", "multiple", "true_false", "hotspot"})
TYPES = frozenset(str(kind) for kind in ItemType)
TRUE_FALSE = ("true", "false")
MOST_POINTS = 100
MOST_WORDS = 20_000
_SHAPES = {"rect": (4, 4), "circle": (3, 3), "poly": (6, 400)}


def check(item: DraftItem) -> None:
    """Refuse what is no item.

    Raises:
        ItemError: with the first thing that is wrong.
    """
    if item.type not in TYPES:
        raise ItemError(f"“{item.type[:40]}” is no type of item")
    if not SLUG.fullmatch(item.id) or len(item.id) > 64:
        raise ItemError(f"the id “{item.id[:64]}” is not of lower-case Latin letters, digits and hyphens")
    if not any(item.stem.values()):
        raise ItemError("the item asks nothing: its text is empty")
    if not 1 <= item.points <= MOST_POINTS:
        raise ItemError(f"the points are whole and between 1 and {MOST_POINTS}")
    if item.scoring not in SCORING_OF[ItemType(item.type)]:
        raise ItemError(f"the scoring rule “{item.scoring[:40]}” is not one for the type {item.type}")
    if len(item.choices) > limits.CHOICES:
        raise ItemError(f"more than {limits.CHOICES} choices")
    if len(item.labels) > limits.LABELS or any(len(label) > 400 for label in item.labels):
        raise ItemError(f"more than {limits.LABELS} labels, or one of more than 400 characters")
    for text in _all_texts(item):
        check_text(text)
    _check_choices(item)
    _check_key(item)


def check_text(text: str) -> None:
    """Refuse a text that is too long, hides something or would do something.

    Raises:
        ItemError: with the reason.
    """
    if len(text) > limits.TEXT:
        raise ItemError(f"a text has {len(text)} characters; at most {limits.TEXT} are kept")
    hidden = HIDDEN.search(text)
    if hidden is not None:
        raise ItemError(f"a text holds the hidden character U+{ord(hidden[0]):04X}")
    active = ACTIVE.search(text)
    if active is not None:
        raise ItemError(f"a text holds what a browser would run or load: {active[0][:40]}")


def _all_texts(item: DraftItem) -> Iterator[str]:
    parts: list[Text] = [item.stem]
    for choice in item.choices:
        parts += [choice.text, choice.rationale]
    given = item.interaction or {}
    parts += [target["text"] for target in given.get("targets", ())]
    parts += given.get("rubric", ())
    parts += [given["alt"]] if "alt" in given else []
    parts += [item.stimulus.text] if item.stimulus else []
    for text in parts:
        if not set(text) <= set(LOCALES):
            raise ItemError(f"a text is in a language that is none of {', '.join(LOCALES)}")
        yield from text.values()
    for words in given.get("accepted", {}).values():
        yield from words
    yield from item.labels


def _unique(words: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for word in words:
        if not SLUG.fullmatch(word) or len(word) > 64:
            raise ItemError(f"the id “{word[:40]}” of a {what} is not of lower-case Latin letters and digits")
        if word in seen:
            raise ItemError(f"the {what} “{word}” stands twice")
        seen.add(word)


def _check_choices(item: DraftItem) -> None:
    _unique((choice.id for choice in item.choices), "choice")
    _distinct([choice.text for choice in item.choices], "choice")
    _distinct([target["text"] for target in (item.interaction or {}).get("targets", ())], "target")


def _distinct(texts: list[Text], what: str) -> None:
    if any(not any(text.values()) for text in texts):
        raise ItemError(f"a {what} is empty")
    for locale in LOCALES:
        said = [text[locale] for text in texts if locale in text]
        twice = next((text for at, text in enumerate(said) if text in said[:at]), None)
        if twice is not None:
            raise ItemError(f"two {what}s say the same: “{twice[:60]}”")


def _check_key(item: DraftItem) -> None:
    ids, key, given = [choice.id for choice in item.choices], item.key, item.interaction or {}
    if item.type in CHOSEN:
        _check_chosen(item, ids)
    elif item.type == "ordering":
        if len(ids) < 2 or sorted(key) != sorted(ids):
            raise ItemError("the right order names each of two choices or more once")
    elif item.type == "matching":
        _check_matching(ids, key, [target["id"] for target in given.get("targets", ())])
    elif item.type == "numeric":
        if len(key) != 1 or decimal_text(key[0]) != key[0]:
            raise ItemError("the key of a numeric item is one number")
        if "-" in given.get("tolerance", "0") or decimal_text(given.get("tolerance", "0")) is None:
            raise ItemError("the tolerance of a numeric item is a number, 0 or more")
    elif item.type == "short_text":
        _check_accepted(given.get("accepted", {}))
    elif not 0 <= given.get("words", 0) <= MOST_WORDS:
        raise ItemError(f"the words of a written task are between 0 and {MOST_WORDS}")
    if item.type in {"numeric", "short_text", "written"} and ids:
        raise ItemError(f"an item of the type {item.type} has no choices")


def _check_chosen(item: DraftItem, ids: list[str]) -> None:
    if item.type == "true_false" and tuple(ids) != TRUE_FALSE:
        raise ItemError("an item with true and false has these two choices")
    if len(ids) < 2:
        raise ItemError("there are fewer than two choices")
    if not item.key:
        raise ItemError("no choice is marked as right")
    if not set(item.key) <= set(ids) or len(set(item.key)) != len(item.key):
        raise ItemError("the key names a choice that the item does not have, or one twice")
    if item.type in {"single", "true_false"} and len(item.key) != 1:
        raise ItemError("an item with one answer has one key")
    if item.type == "hotspot":
        _check_regions(item, ids)


def _check_regions(item: DraftItem, ids: list[str]) -> None:
    given = item.interaction or {}
    regions = given.get("regions", {})
    if not given.get("image"):
        raise ItemError("a hotspot has a picture")
    if set(regions) != set(ids):
        raise ItemError("every choice of a hotspot has its region of the picture")
    for region in regions.values():
        least, most = _SHAPES.get(region["shape"], (1, 0))
        if not least <= len(region["coords"]) <= most or any(abs(at) > 100_000 for at in region["coords"]):
            raise ItemError(f"a region of the shape “{str(region['shape'])[:20]}” has other coordinates")


def _check_matching(ids: list[str], key: tuple[str, ...], targets: list[str]) -> None:
    _unique(targets, "target")
    if len(targets) > limits.CHOICES:
        raise ItemError(f"more than {limits.CHOICES} targets")
    pairs = [pair.partition("=") for pair in key]
    if len(ids) < 2 or not targets:
        raise ItemError("a matching has two sides of two or more")
    if [left for left, _, _ in pairs] != ids or not {right for _, _, right in pairs} <= set(targets):
        raise ItemError("the key of a matching names each of its left sides once, with a target")


def _check_accepted(accepted: dict[str, list[str]]) -> None:
    words = [word for accepted_words in accepted.values() for word in accepted_words]
    if not words or not set(accepted) <= set(LOCALES):
        raise ItemError("a short text has at least one accepted answer")
    if any(not word.strip() or "\n" in word or len(word) > 200 for word in words) or len(words) > 100:
        raise ItemError("an accepted answer is one line of at most 200 characters, and there are at most 100")


_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:[.,]\d{0,12})?|[.,]\d{1,12})(?:[eE][+-]?\d{1,2})?", re.ASCII)


def decimal_text(text: str) -> str | None:
    """A number as we write it: decimal point, no exponent; None when it is none. Zeros at the end stay."""
    text = text.strip().replace("\u2212", "-")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    said = format(number, "f")
    if len(said) > 40:
        return None
    return said.removeprefix("-") if number == 0 else said
