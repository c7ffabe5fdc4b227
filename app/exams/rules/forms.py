"""How a form is put together from a bank, and which form a candidate meets.

Plain values in and out. Order comes from hashes of a stored seed, so that the same bank and seed give the
same forms on any machine, for ever.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product

from app.kernel.canonical import canonical_json, sha256_hex
from app.question_banks.rules import CHOSEN_FROM_A_LIST, BankPurpose, ItemType

CASES = "cases"
"""The dimension that counts items of case sets, besides the domains."""
MOST_STEPS = 200_000
"""Where the search gives up; a bank with room to choose from needs a few hundred steps."""
DELIVERED = CHOSEN_FROM_A_LIST | {
    ItemType.MATCHING,
    ItemType.ORDERING,
    ItemType.NUMERIC,
    ItemType.SHORT_TEXT,
    ItemType.WRITTEN,
}
"""Types that the exam page shows and that are scored, by a machine or by people; a form with any other is not
published."""


def delivered_from(purpose: BankPurpose) -> frozenset[ItemType]:
    """The types that forms of such a bank may hold: nobody rates what people write while they practise."""
    return DELIVERED if purpose is BankPurpose.CERTIFICATION else DELIVERED - {ItemType.WRITTEN}


@dataclass(frozen=True, slots=True)
class BankItem:
    """What assembly needs to know of an item.

    ``stimulus`` keeps the items of a case set together: its slug, which is the same in every installation.
    ``traits``: what the limits of a form count, as the type and the cognitive level.
    """

    slug: str
    domain: str
    stimulus: str | None = None
    enemies: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is placed as a whole: one item, or all items of a case set."""

    key: str
    slugs: tuple[str, ...]
    weight: Mapping[str, int]
    enemies: frozenset[str]
    traits: Counter[str]


@dataclass(slots=True)
class _Search:
    """One form after another is filled; ``steps`` bounds the work."""

    units: Sequence[_Unit]
    need: list[Counter[str]]
    seed: int
    placed: list[list[_Unit]] = field(default_factory=list)
    steps: int = 0


def order_key(seed: int, *parts: str) -> str:
    """A place in an order that only the seed decides: 64 hex digits."""
    return sha256_hex(canonical_json([str(seed), *parts]))


def _units(items: Collection[BankItem], seed: int) -> list[_Unit]:
    groups: dict[str, list[BankItem]] = {}
    for item in items:
        key = f"case:{item.stimulus}" if item.stimulus else f"item:{item.slug}"
        groups.setdefault(key, []).append(item)
    units = []
    for key, members in groups.items():
        weight = Counter(item.domain for item in members)
        if members[0].stimulus:
            weight[CASES] = len(members)
        slugs = tuple(sorted(item.slug for item in members))
        enemies = frozenset().union(*(item.enemies for item in members)) - frozenset(slugs)
        traits = Counter(trait for item in members for trait in item.traits)
        units.append(_Unit(key, slugs, weight, enemies, traits))
    # what is hardest to place comes first: case sets, then items with many enemies
    return sorted(units, key=lambda u: (CASES not in u.weight, -len(u.enemies), order_key(seed, u.key)))


def assemble(
    items: Collection[BankItem],
    *,
    domains: Mapping[str, int],
    forms: int,
    cases: int = 0,
    limits: Mapping[str, tuple[int, int]] | None = None,
    seed: int,
) -> tuple[tuple[str, ...], ...] | None:
    """Disjoint forms by item slug, in the order of delivery; None when none were found.

    Each form has exactly ``domains[d]`` items of each domain; at least ``cases`` items in case sets, none
    when that is 0, and no more than it takes while others can be had; of each trait in ``limits`` between the
    least and the most; whole case sets only, no two enemies. Items stand domain by domain, sets in one run.
    """
    wanted = Counter(dict(domains))
    usable = [item for item in items if item.domain in wanted]
    broken = {item.stimulus for item in items if item.domain not in wanted} - {None}
    usable = [item for item in usable if item.stimulus not in broken]
    if cases:
        wanted[CASES] = cases
    units = [unit for unit in _units(usable, seed) if cases or CASES not in unit.weight]
    search = _Search(units, [wanted.copy() for _ in range(forms)], seed, [[] for _ in range(forms)])
    if not _fill(search, 0, _supply(units)) or not _balance(search, limits or {}):
        return None
    return tuple(_delivery_order(form, seed) for form in search.placed)


def _supply(units: Sequence[_Unit]) -> Counter[str]:
    total: Counter[str] = Counter()
    for unit in units:
        total.update(unit.weight)
    return total


def _fill(search: _Search, index: int, supply: Counter[str]) -> bool:
    """Place the unit at ``index`` or leave it out, and go on; ``supply`` is what is still to come."""
    open_need: Counter[str] = Counter()
    for need in search.need:
        open_need.update(+need)
    if not open_need:
        return True
    search.steps += 1
    if (
        index == len(search.units)
        or search.steps > MOST_STEPS
        or any(count > supply[what] for what, count in open_need.items())
    ):
        return False
    unit = search.units[index]
    rest = supply - Counter(unit.weight)
    enough = CASES in unit.weight and open_need[CASES] == 0
    if enough and _fill(search, index + 1, rest):
        return True
    for form in _forms_for(search, unit):
        search.need[form].subtract(unit.weight)
        search.placed[form].append(unit)
        if _fill(search, index + 1, rest):
            return True
        search.placed[form].pop()
        search.need[form].update(unit.weight)
    return not enough and _fill(search, index + 1, rest)


def _forms_for(search: _Search, unit: _Unit) -> list[int]:
    """Where the unit fits; the form that still needs most comes first, ties by the seed."""
    fitting = [
        form
        for form, need in enumerate(search.need)
        if all(need[what] >= count for what, count in unit.weight.items() if what != CASES)
        and not any(_hostile(unit, other) for other in search.placed[form])
    ]
    main = max(unit.weight, key=lambda what: (unit.weight[what], what))
    return sorted(
        fitting, key=lambda form: (-search.need[form][main], order_key(search.seed, unit.key, str(form)))
    )


def _balance(search: _Search, limits: Mapping[str, tuple[int, int]]) -> bool:
    """Exchange units of the same weight until every form keeps its limits; False when no exchange helps."""
    placed = {unit.key for form in search.placed for unit in form}
    spare = [unit for unit in search.units if unit.key not in placed]
    groups = [*search.placed, spare]
    while any(_excess(form, limits) for form in search.placed):
        # each exchange lessens the excess, so this comes to an end
        if not any(
            _exchange(groups, here, there, limits) for here, there in combinations(range(len(groups)), 2)
        ):
            return False
    return True


def _exchange(
    groups: Sequence[list[_Unit]], here: int, there: int, limits: Mapping[str, tuple[int, int]]
) -> bool:
    """Make the first exchange between two groups that lessens their excess; the last group is no form."""
    one, other = groups[here], groups[there]
    free = there == len(groups) - 1
    before = _excess(one, limits) + (0 if free else _excess(other, limits))
    if before == 0:
        return False
    for a, b in product(range(len(one)), range(len(other))):
        if one[a].weight != other[b].weight or one[a].traits == other[b].traits:
            continue
        one[a], other[b] = other[b], one[a]
        after = _excess(one, limits) + (0 if free else _excess(other, limits))
        if after < before and _peaceful(one, a) and (free or _peaceful(other, b)):
            return True
        one[a], other[b] = other[b], one[a]
    return False


def _excess(form: Sequence[_Unit], limits: Mapping[str, tuple[int, int]]) -> int:
    """By how many items a form is outside of its limits."""
    counts = Counter[str]()
    for unit in form:
        counts.update(unit.traits)
    return sum(max(least - counts[what], counts[what] - most, 0) for what, (least, most) in limits.items())


def _peaceful(form: Sequence[_Unit], index: int) -> bool:
    return not any(_hostile(form[index], other) for at, other in enumerate(form) if at != index)


def _hostile(one: _Unit, other: _Unit) -> bool:
    return not one.enemies.isdisjoint(other.slugs) or not other.enemies.isdisjoint(one.slugs)


def _delivery_order(form: Sequence[_Unit], seed: int) -> tuple[str, ...]:
    def place(unit: _Unit) -> tuple[str, str]:
        return min(what for what in unit.weight if what != CASES), order_key(seed, "order", unit.key)

    return tuple(slug for unit in sorted(form, key=place) for slug in unit.slugs)


def form_hash(*, blueprint: str, minutes: int, cut_score: int, places: Sequence[tuple[str, str, int]]) -> str:
    """What freezes a form: SHA-256 over its places (content hash, domain, points), 64 hex digits."""
    return sha256_hex(
        canonical_json(
            {
                "blueprint": blueprint,
                "minutes": minutes,
                "cut_score": cut_score,
                "places": [list(place) for place in places],
            }
        )
    )


def choose_form(
    published: Collection[str], seen: Collection[str], *, key: str, may_repeat: bool
) -> str | None:
    """The form an attempt gets: one not seen before, spread by ``key`` over the candidates.

    ``may_repeat``: practice only, when every form was seen. None: no form is left.
    """
    fresh = [form for form in published if form not in set(seen)]
    if not fresh and may_repeat:
        fresh = list(published)
    return min(fresh, key=lambda form: sha256_hex(f"{key}:{form}".encode()), default=None)


def fit_to_publish(*, active: bool, current: bool, valid_until: date | None, on: date) -> bool:
    """Whether an item version may stand on a form that is published on that day.

    ``current``: it is still its item's version; ``valid_until``: the last day of a rule that it rests on.
    """
    return active and current and (valid_until is None or valid_until >= on)
