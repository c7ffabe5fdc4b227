"""What a draft still lacks before it can be an item, and which of its languages a change leaves behind.

A draft is looked at as the document of ``formats.draft``: plain values, texts by language. What a bank asks
beyond the words (domain, tasks, sources) stands in its labels, as ``name:value``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.kernel.locales import LOCALES
from app.question_banks.rules import MOST_WORDS, BankPurpose, ItemType
from app.question_banks.rules.rubrics import MOST_CRITERIA, criteria_of, criterion_of, points_in

Document = Mapping[str, Any]

KEPT_ONLY = frozenset({ItemType.HOTSPOT})
"""Types whose drafts are kept as they came: no page edits them yet, and none of them becomes an item here."""
LISTED_CHOICES = 4
"""Choices of a single-answer or multiple-response item of a bank: a, b, c, d."""
MOST_POINTS = 10
"""Points of an item of a bank."""
MOST_PARTS = 12
"""Choices, and targets, of an item of a bank."""
DOMAINS = tuple(f"D{number}" for number in range(1, 9))
MODULES = tuple(f"M{number}" for number in range(1, 11))
TASKS = tuple(f"T{number}" for number in range(1, 13))
"""The job tasks. Source: the job task analysis behind the blueprint."""
_OWN_LABELS = ("domain", "module", "cognitive", "task", "source", "enemy", "valid-until")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a bank asks of an item beyond its words; ``rest``: labels that name none of it."""

    domain: str = ""
    module: str = ""
    cognitive: str = ""
    valid_until: str = ""
    tasks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    enemies: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def facts_of(labels: Sequence[str]) -> Facts:
    """The facts that labels say."""
    said: dict[str, list[str]] = {name: [] for name in _OWN_LABELS}
    rest = []
    for label in labels:
        name, colon, value = label.partition(":")
        if colon and value and name in said:
            said[name].append(value)
        else:
            rest.append(label)
    first = {name: (said[name] or [""])[0] for name in ("domain", "module", "cognitive")}
    return Facts(
        **first,
        valid_until=(said["valid-until"] or [""])[0],
        tasks=tuple(said["task"]),
        sources=tuple(said["source"]),
        enemies=tuple(said["enemy"]),
        rest=tuple(rest),
    )


def labels_of(facts: Facts) -> tuple[str, ...]:
    """The labels that say the facts: those of ``facts_of``, in the order in which a bank is exported."""
    named = {
        "domain": (facts.domain,),
        "module": (facts.module,),
        "cognitive": (facts.cognitive,),
        "task": facts.tasks,
        "source": facts.sources,
        "enemy": facts.enemies,
        "valid-until": (facts.valid_until,),
    }
    own = tuple(f"{name}:{value}" for name, values in named.items() for value in values if value)
    return own + facts.rest


def texts_of(document: Document) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every text that a reader of one language sees, with its place."""
    yield ("stem",), document["stem"]
    parts = document["interaction"] or {}
    for choice in document["choices"]:
        yield ("choice", choice["id"]), choice["text"]
        yield ("rationale", choice["id"]), choice["rationale"]
    for target in parts.get("targets", ()):
        yield ("target", target["id"]), target["text"]
    for at, text in enumerate(parts.get("rubric", ())):
        yield ("rubric", str(at)), text
    if "accepted" in parts:
        yield ("accepted",), parts["accepted"]


def changed_languages(before: Document, after: Document) -> frozenset[str]:
    """The languages in which the two say something different."""
    first, second = dict(texts_of(before)), dict(texts_of(after))
    return frozenset(
        str(locale)
        for locale in LOCALES
        for place in first.keys() | second.keys()
        if first.get(place, {}).get(locale) != second.get(place, {}).get(locale)
    )


def stale_after(
    before: Document, after: Document, *, source: str, stale: Collection[str], vouched: Collection[str]
) -> tuple[str, ...]:
    """The languages that a save leaves behind its source language.

    A changed source marks every other language that says something and was not changed with it. A language is
    no longer behind once it is changed, or once somebody vouches that it says what the source says now.
    """
    changed = changed_languages(before, after)
    behind = set(stale)
    if source in changed:
        behind |= {str(locale) for locale in LOCALES} - {source}
    behind -= changed | set(vouched)
    said = {locale for _, text in texts_of(after) for locale, words in text.items() if words}
    return tuple(str(locale) for locale in LOCALES if locale in behind and locale in said)


class Gap(NamedTuple):
    """What a draft lacks: a word for it, and where (a language, the number of a choice, a figure)."""

    what: str
    locale: str = ""
    number: int = 0


def gaps(document: Document, *, purpose: BankPurpose, stale: Collection[str]) -> list[Gap]:
    """Everything that keeps a draft from being handed in; what a key must be is ``rules.faults``."""
    kind, facts = ItemType(document["type"]), facts_of(document["labels"])
    if kind in KEPT_ONLY:
        return [Gap("kept_only")]
    found = [*_language_gaps(document, stale)]
    if kind in {ItemType.SINGLE, ItemType.MULTIPLE} and len(document["choices"]) != LISTED_CHOICES:
        found.append(Gap("four_choices", number=LISTED_CHOICES))
    parts = (document["choices"], (document["interaction"] or {}).get("targets", ()))
    if any(len(one) > MOST_PARTS for one in parts):
        found.append(Gap("parts", number=MOST_PARTS))
    if document["points"] > MOST_POINTS:
        found.append(Gap("points", number=MOST_POINTS))
    if kind is ItemType.WRITTEN:
        found += _rubric_gaps(document["interaction"] or {}, document["points"])
    found += [Gap(name) for name in ("domain", "cognitive", "tasks", "sources") if not getattr(facts, name)]
    practice = purpose is BankPurpose.PRACTICE
    listed = kind in {ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE}
    if practice and listed and not facts.module:
        found.append(Gap("module"))
    if facts.module and not (practice and listed):
        found.append(Gap("no_module"))
    return found


def _rubric_gaps(parts: Mapping[str, Any], points: int) -> Iterator[Gap]:
    rubric = parts.get("rubric", ())
    if not 1 <= parts.get("words", 0) <= MOST_WORDS:
        yield Gap("words", number=MOST_WORDS)
    if not rubric:
        yield Gap("rubric")
    if len(rubric) > MOST_CRITERIA:
        yield Gap("criteria", number=MOST_CRITERIA)
    for at, text in enumerate(rubric, 1):
        if criterion_of(text) is None:
            yield Gap("criterion", number=at)
    criteria = criteria_of(rubric)
    if criteria is not None and points_in(criteria) != points:
        yield Gap("rubric_points", number=points_in(criteria))


def _language_gaps(document: Document, stale: Collection[str]) -> Iterator[Gap]:
    situation = document["stimulus"]
    for locale in map(str, LOCALES):
        places = [place for place, text in texts_of(document) if not text.get(locale)]
        if any(place[0] != "rationale" for place in places):
            yield Gap("language", locale)
        elif places:
            yield Gap("rationale", locale, len(places))
        if situation is not None and not situation["text"].get(locale):
            yield Gap("situation", locale)
        if locale in stale:
            yield Gap("stale", locale)
