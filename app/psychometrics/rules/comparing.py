"""Which items a search for forms may take, and how its forms compare. Without numpy: pages use it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from app.psychometrics.rules.gates import SHOW

ABILITIES = tuple(step / 2 for step in range(-6, 7))
"""Where the information of a form is told, in standard deviations of the persons."""
CAPPED = 20
"""Per cent of candidates that may meet an item. Source: specification of exams, section 7."""
Known = tuple[float, float | None, float | None]
"""Facility, and difficulty and slope of a model where there is one."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What statistics counted of an item last. ``models``: by name, estimates; see ``rules.snapshot``."""

    persons: int
    right: int
    models: Mapping[str, Mapping[str, Any]]


def known_of(counted: Mapping[str, Counted]) -> dict[str, Known]:
    """By item what a search is told of it, from as many persons on as figures are shown for.

    Difficulties of one model only, and only when it knows all of these items: those of two models, or some
    with and some without, are on no common scale.
    """
    enough = {name: one for name, one in counted.items() if one.persons >= SHOW}
    model = next(
        (
            model
            for model in ("2pl", "rasch")
            if all(one.models.get(model, {}).get("difficulty") is not None for one in enough.values())
        ),
        None,
    )
    return {
        name: (
            one.right / one.persons,
            one.models[model]["difficulty"] if model else None,
            one.models[model]["slope"] if model else None,
        )
        for name, one in enough.items()
    }


def exposure_of(met: int, delivered: int) -> float:
    """Share of attempts that met an item, from 0 to 1; 0 where none was delivered."""
    return met / delivered if delivered else 0.0


def takeable(cases: Mapping[str, str | None], left_out: Collection[str]) -> list[str]:
    """The items that are left, where a case set goes as a whole. ``cases``: by item its case set."""
    broken = {cases[name] for name in left_out if cases.get(name)}
    return [name for name, case in cases.items() if name not in left_out and case not in broken]


@dataclass(frozen=True, slots=True)
class Composed:
    """An item of a form. ``lengths``: signs of its own text by language; ``shared``: of its case's text."""

    id: str
    domain: str
    type: str
    level: str
    case: str | None
    lengths: Mapping[str, int]
    shared: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Composition:
    """What a form is made of. ``signs``: by language, all it takes to read it once."""

    domains: Mapping[str, int]
    types: Mapping[str, int]
    levels: Mapping[str, int]
    cases: int
    in_cases: int
    signs: Mapping[str, int]


def composition(items: Sequence[Composed]) -> Composition:
    """Count the items of a form; the text of a case set is read once."""
    cases = {item.case: item.shared for item in items if item.case}
    signs: Counter[str] = Counter()
    for lengths in (*(item.lengths for item in items), *cases.values()):
        signs.update(lengths)
    return Composition(
        domains=dict(sorted(Counter(item.domain for item in items).items())),
        types=dict(sorted(Counter(item.type for item in items).items())),
        levels=dict(sorted(Counter(item.level for item in items).items())),
        cases=len(cases),
        in_cases=sum(item.case is not None for item in items),
        signs=dict(signs),
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """How many items two forms have in common, by their names."""

    one: str
    other: str
    items: int


def overlaps(made: Mapping[str, Iterable[str]], before: Mapping[str, Iterable[str]]) -> list[Shared]:
    """Each pair of the forms ``made``, then each of them with each of those ``before``."""
    sets = {name: frozenset(items) for name, items in (*made.items(), *before.items())}
    pairs = (*combinations(made, 2), *product(made, before))
    return [Shared(one, other, len(sets[one] & sets[other])) for one, other in pairs]


def repeated(
    items: Iterable[str], forms: Mapping[str, Collection[str]], apart_from: Collection[str]
) -> str | None:
    """The form that has just these items, or one of ``apart_from`` that has any of them; None when none has.

    A candidate who repeats the exam must not meet under another name a form that was met before.
    """
    own = frozenset(items)
    return next(
        (
            name
            for name, held in forms.items()
            if own == set(held) or (name in apart_from and own & set(held))
        ),
        None,
    )


def free_names(taken: Collection[str], stem: str) -> Iterator[str]:
    """Names for new forms: the commonest beginning of those before, else ``stem``, and a letter."""
    heads = Counter(head for name in sorted(taken) if (head := name.rpartition("-")[0]))
    head = heads.most_common(1)[0][0] if heads else stem
    letters = "abcdefghijklmnopqrstuvwxyz"
    for first, second in product(("", *letters), letters):
        name = f"{head}-{first}{second}"
        if name not in taken:
            yield name
