"""A draft item: what every format can be read into and written from. Plain values, no table.

A text is a mapping from language (kk, ru, en) to words; a language that nobody wrote is not in it.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.locales import LOCALES

Text = dict[str, str]

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""An id: of an item, a choice, a target, a situation."""

NO_RUBRIC = "the rubric is missing: a written task becomes an item only with one"
"""Told of an item that a file holds without one."""


@dataclass(frozen=True, slots=True)
class DraftChoice:
    """A choice: of a list to choose from or to order, the left side of a matching, a place of a picture."""

    id: str
    text: Text
    rationale: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftStimulus:
    """The situation that the items of a case share."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class DraftItem:
    """An item as somebody else's file says it.

    ``key``: choice ids; ``left=target`` pairs of a matching; all ids in order of an ordering; the number of a
    numeric one as decimal text. ``interaction``: what the type needs besides (targets, tolerance, accepted
    answers, rubric). ``labels``: ``name:value`` words such as ``domain:D1``. ``where`` is no part of what the
    item says.
    """

    id: str
    type: str
    stem: Text
    choices: tuple[DraftChoice, ...] = ()
    key: tuple[str, ...] = ()
    interaction: dict[str, Any] | None = None
    scoring: str = "all_or_nothing"
    points: int = 1
    stimulus: DraftStimulus | None = None
    labels: tuple[str, ...] = ()
    where: str = field(default="", compare=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages in which a text of the item is not there, in our order."""
        texts = [self.stem, *(choice.text for choice in self.choices), *_texts_of(self.interaction)]
        texts += [self.stimulus.text] if self.stimulus else []
        return tuple(locale for locale in LOCALES if any(locale not in text for text in texts))

    def document(self) -> dict[str, Any]:
        """What the item says, as plain values that JSON knows; ``from_document`` takes it back."""
        said = asdict(self)
        del said["where"]
        return said

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything the item says; 64 hex digits."""
        return sha256_hex(canonical_json(self.document()))


def from_document(said: dict[str, Any]) -> DraftItem:
    """The item that ``document`` gave."""
    stimulus = said["stimulus"]
    return DraftItem(
        **said
        | {
            "choices": tuple(DraftChoice(**choice) for choice in said["choices"]),
            "key": tuple(said["key"]),
            "stimulus": DraftStimulus(**stimulus) if stimulus else None,
            "labels": tuple(said["labels"]),
        }
    )


def _texts_of(interaction: dict[str, Any] | None) -> list[Text]:
    if interaction is None:
        return []
    texts = [target["text"] for target in interaction.get("targets", ())]
    if "accepted" in interaction:
        texts.append({locale: "" for locale, words in interaction["accepted"].items() if words})
    if "alt" in interaction:
        texts.append(interaction["alt"])
    return texts


_BLANKS = re.compile(r"[ \t]+")
_AROUND = re.compile(r" ?\n ?")


def tidy(text: str) -> str:
    """``text`` as we keep it: Unicode form NFC, lines that end with LF, single spaces, nothing around it.

    Our pages show a run of spaces as one; no-break spaces stay, since they are written on purpose.
    """
    for end in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    text = unicodedata.normalize("NFC", text)
    return _AROUND.sub("\n", _BLANKS.sub(" ", text)).strip()


def letters(number: int) -> str:
    """The id of the choice at that place, from 0, where a format has none of its own: a, b, c."""
    return chr(ord("a") + number)


def slug_of(name: str, number: int) -> str:
    """An id of an item from what a file calls it, or from its place in the file, from 1."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = "-".join(re.findall(r"[a-z0-9]+", folded))[:48].strip("-")
    return made if made and SLUG.fullmatch(name) else f"{made or 'item'}-{number}"
