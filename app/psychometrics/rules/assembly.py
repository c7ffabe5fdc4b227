"""Parallel forms out of a bank: every rule kept exactly, the forms as alike as the time allows.

A mixed-integer programme: one binary a unit and form, where a unit is an item or all items of a case set. The
largest distance of any form from its targets is made small, in parts of what is tolerated, so that forms
within tolerance are the best there are and the search ends. The seed only decides in which order units are
looked at, and with it which of many equal solutions is found.

Source: van der Linden (2005), Linear Models for Optimal Test Design, chapters 3 to 6: minimax targets, enemy
sets, item sets, exposure and overlap; solved by HiGHS through ``scipy.optimize.milp``.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from app.kernel.canonical import canonical_json, sha256_hex
from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.gates import Assembled

STATUS = {0: Assembled.BEST, 1: Assembled.TIME_OVER, 2: Assembled.IMPOSSIBLE}
"""By scipy's number: solved, a limit reached, infeasible; any other is a failure of the solver."""
SLACK = 1e-5
"""Tolerances; what the solver calls equal."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be taken. ``case``: its case set; ``traits``: what limits count, as type, level, key.

    ``measures``: what the forms are to have alike, by name: a difficulty, information at an ability. An item
    without a measure adds nothing to it. ``exposure``: share of candidates that has met it, from 0 to 1.
    """

    id: str
    domain: str
    case: str | None = None
    enemies: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    measures: Mapping[str, float] = field(default_factory=dict)
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """What a form's sum of a measure should be, and how far off is as good as there."""

    total: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Demand:
    """What every form must have.

    ``domains``: items by domain, exactly. ``limits``: least and most items by trait. ``cases``: least items
    in case sets, none when it is 0. ``most_forms``: how many forms an item may be in; ``overlap``: items that
    two forms may share. ``exposure_cap``: items met by more are not taken.
    """

    domains: Mapping[str, int]
    forms: int
    cases: int = 0
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    most_forms: int = 1
    overlap: int = 0
    exposure_cap: float = 1.0

    @property
    def length(self) -> int:
        """Items of a form."""
        return sum(self.domains.values())


@dataclass(frozen=True, slots=True)
class Result:
    """What was found. ``forms``: item ids in order; empty when there are none.

    ``deviation``: the largest distance from a target, in tolerances: at most 1 is within. ``bound``: none is
    closer. ``gap``: (deviation - bound) / deviation, 0 when nothing closer exists or is wanted.
    """

    status: Assembled
    forms: tuple[tuple[str, ...], ...]
    deviation: float | None
    bound: float | None
    gap: float | None
    shortages: tuple["Shortage", ...] = ()


@dataclass(frozen=True, slots=True)
class Shortage:
    """What the bank has too little of. ``kind``: domain, trait or cases; ``name``: which, empty for cases."""

    kind: str
    name: str
    have: int
    needed: int
    forms: int

    def __str__(self) -> str:
        """In English, for the command line."""
        what = {"domain": f"of {self.name}", "trait": f"“{self.name}”", "cases": "in case sets"}[self.kind]
        return f"{self.have} items {what} fit, and {self.forms} forms need {self.needed}"


@dataclass(frozen=True, slots=True)
class _Unit:
    members: tuple[Candidate, ...]
    ids: frozenset[str]
    enemies: frozenset[str]

    def counts(self) -> Counter[str]:
        return Counter(item.domain for item in self.members)


def assemble(items: Collection[Candidate], demand: Demand, *, seed: int, seconds: float) -> Result:
    """Forms that keep every demand, as near to their targets as ``seconds`` of search allow.

    Raises:
        NotComputed: the solver failed.
    """
    units = _units(items, demand, seed)
    missing = _shortages(units, demand)
    if missing:
        return Result(Assembled.IMPOSSIBLE, (), None, None, None, missing)
    model = _Model(units, demand)
    found = milp(
        model.cost,
        integrality=model.integral,
        bounds=Bounds(model.lower, model.upper),
        constraints=model.constraint(),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.status not in STATUS:
        raise NotComputed(f"the search for forms failed: {found.message}")
    if found.x is None:
        return Result(STATUS[found.status], (), None, None, None)
    chosen = found.x[: len(units) * demand.forms].reshape(demand.forms, len(units)) > 0.5
    deviation, bound = _distance(units, chosen, demand), float(found.mip_dual_bound)
    within = deviation <= 1 + SLACK
    return Result(
        Assembled.WITHIN_TOLERANCE if within else STATUS[found.status],
        tuple(_order(units, row, seed) for row in chosen),
        deviation,
        bound,
        0.0 if within else max(0.0, (deviation - bound) / deviation),
    )


def _units(items: Collection[Candidate], demand: Demand, seed: int) -> list[_Unit]:
    """What may be taken as a whole; a case set of which one item may not be taken is left out."""
    groups: dict[str, list[Candidate]] = {}
    for item in items:
        groups.setdefault(f"case:{item.case}" if item.case else f"item:{item.id}", []).append(item)
    units = []
    for key, members in groups.items():
        fit = all(item.domain in demand.domains and item.exposure <= demand.exposure_cap for item in members)
        if not fit or (key.startswith("case:") and not demand.cases):
            continue
        ordered = tuple(sorted(members, key=lambda item: item.id))
        ids = frozenset(item.id for item in ordered)
        units.append(_Unit(ordered, ids, frozenset().union(*(item.enemies for item in ordered)) - ids))
    return sorted(units, key=lambda unit: order_key(seed, *sorted(unit.ids)))


def order_key(seed: int, *parts: str) -> str:
    """A place in an order that only the seed decides: 64 hex digits."""
    return sha256_hex(canonical_json([str(seed), *parts]))


def _shortages(units: Sequence[_Unit], demand: Demand) -> tuple[Shortage, ...]:
    """What the bank has too little of at first sight; the search finds the rest."""
    have: Counter[str] = Counter()
    for unit in units:
        have.update(unit.counts())
    places = min(demand.forms, demand.most_forms)
    said = []

    def ask(have: int, kind: str, name: str, wanted: int) -> None:
        needed = -(-demand.forms * wanted // places)
        if have < needed:
            said.append(Shortage(kind, name, have, needed, demand.forms))

    for domain, count in demand.domains.items():
        ask(have[domain], "domain", domain, count)
    for trait, (least, _) in demand.limits.items():
        ask(sum(trait in item.traits for unit in units for item in unit.members), "trait", trait, least)
    ask(sum(len(unit.members) for unit in units if unit.members[0].case), "cases", "", demand.cases)
    return tuple(said)


class _Model:
    """The programme's columns and rows.

    Columns: unit × form (form by form), the largest deviation, then what each pair of forms may share.
    """

    def __init__(self, units: Sequence[_Unit], demand: Demand) -> None:
        self.units, self.demand = units, demand
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        self.width = len(units)
        self.far = demand.forms * self.width
        pairs = list(combinations(range(demand.forms), 2)) if demand.most_forms > 1 else []
        size = self.far + 1 + len(pairs) * self.width
        self.cost = np.zeros(size)
        self.cost[self.far] = 1
        self.integral = np.ones(size)
        self.integral[self.far :] = 0  # what two forms share is whole because the forms are
        self.lower, self.upper = np.zeros(size), np.ones(size)
        # within tolerance is as good as there: otherwise the search would polish what nobody can notice
        self.lower[self.far], self.upper[self.far] = 1, np.inf
        for form in range(demand.forms):
            self._contents(form)
            self._targets(form)
        self._sharing(pairs)

    def constraint(self) -> LinearConstraint:
        """All rows as one sparse matrix."""
        lengths = [len(columns) for columns, *_ in self.rows]
        at = np.repeat(np.arange(len(self.rows)), lengths)
        columns = np.concatenate([np.array(row[0], dtype=int) for row in self.rows])
        values = np.concatenate([np.array(row[1], dtype=float) for row in self.rows])
        matrix = coo_array((values, (at, columns)), shape=(len(self.rows), self.cost.size)).tocsr()
        return LinearConstraint(matrix, [row[2] for row in self.rows], [row[3] for row in self.rows])

    def _row(self, terms: Mapping[int, float], least: float, most: float) -> None:
        self.rows.append((list(terms), list(terms.values()), least, most))

    def _each(self, form: int, weigh: Mapping[int, float]) -> dict[int, float]:
        return {form * self.width + place: weight for place, weight in weigh.items()}

    def _contents(self, form: int) -> None:
        """Domains exactly, limits, cases, and no two enemies."""
        demand = self.demand
        for domain, count in demand.domains.items():
            weigh = {place: unit.counts()[domain] for place, unit in enumerate(self.units)}
            self._row(self._each(form, {place: n for place, n in weigh.items() if n}), count, count)
        for trait, (least, most) in demand.limits.items():
            weigh = {
                place: sum(trait in item.traits for item in unit.members)
                for place, unit in enumerate(self.units)
            }
            self._row(self._each(form, {place: n for place, n in weigh.items() if n}), least, most)
        if demand.cases:
            weigh = {
                place: len(unit.members) for place, unit in enumerate(self.units) if unit.members[0].case
            }
            self._row(self._each(form, weigh), demand.cases, demand.length)
        for one, other in combinations(range(self.width), 2):
            if _hostile(self.units[one], self.units[other]):
                self._row(self._each(form, {one: 1, other: 1}), 0, 1)

    def _targets(self, form: int) -> None:
        """The sum of a measure less its target, in tolerances, is at most the largest deviation."""
        for name, target in self.demand.targets.items():
            weigh = {place: _sum(unit, name) / target.tolerance for place, unit in enumerate(self.units)}
            terms = self._each(form, weigh)
            wanted = target.total / target.tolerance
            self._row(terms | {self.far: -1}, -np.inf, wanted)
            self._row(terms | {self.far: 1}, wanted, np.inf)

    def _sharing(self, pairs: Sequence[tuple[int, int]]) -> None:
        """No unit in too many forms, no two forms with too much in common."""
        forms = self.demand.forms
        for place in range(self.width):
            self._row({form * self.width + place: 1 for form in range(forms)}, 0, self.demand.most_forms)
        for number, (one, other) in enumerate(pairs):
            first = self.far + 1 + number * self.width
            for place in range(self.width):
                both = {one * self.width + place: 1.0, other * self.width + place: 1.0, first + place: -1.0}
                self._row(both, -1, 1)
            shared = {first + place: len(unit.members) for place, unit in enumerate(self.units)}
            self._row(shared, 0, self.demand.overlap)


def _hostile(one: _Unit, other: _Unit) -> bool:
    return bool(one.enemies & other.ids or other.enemies & one.ids)


def _sum(unit: _Unit, name: str) -> float:
    return sum(item.measures.get(name, 0.0) for item in unit.members)


def _distance(units: Sequence[_Unit], chosen: NDArray[np.bool_], demand: Demand) -> float:
    """The largest deviation of the forms as they are, in tolerances."""
    return max(
        (
            abs(sum(_sum(units[place], name) for place in np.flatnonzero(row).tolist()) - target.total)
            / target.tolerance
            for row in chosen
            for name, target in demand.targets.items()
        ),
        default=0.0,
    )


def _order(units: Sequence[_Unit], row: NDArray[np.bool_], seed: int) -> tuple[str, ...]:
    """Domain by domain, case sets in one run, otherwise as the seed has it."""
    taken = sorted(
        (units[place] for place in np.flatnonzero(row).tolist()),
        key=lambda unit: (min(unit.counts()), order_key(seed, "order", *sorted(unit.ids))),
    )
    return tuple(item.id for unit in taken for item in unit.members)
