"""What forms are to have alike, and how alike they came out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp
from typing import Any

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.assembly import Candidate, Demand, Target

ABILITIES = (-1.0, 0.0, 1.0)
"""Where information is made alike: low, middle and high ability, in standard deviations of the persons."""
FACILITY, DIFFICULTY, INFORMATION = 0.005, 0.02, 0.02
"""Tolerances: of the mean facility, of the mean difficulty, and as a share of the information wanted."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What statistics say of an item; the model's are None for classical statistics."""

    facility: float
    difficulty: float | None = None
    slope: float | None = None


def proportional(items: Collection[Candidate], length: int) -> dict[str, int]:
    """So many items of each domain as the bank has them, by the largest remainders, with sum ``length``."""
    have = Counter(item.domain for item in items)
    shares = {domain: length * count / have.total() for domain, count in sorted(have.items())}
    made = {domain: int(share) for domain, share in shares.items()}
    rest = sorted(shares, key=lambda domain: (made[domain] - shares[domain], domain))
    for domain in rest[: length - sum(made.values())]:
        made[domain] += 1
    return {domain: count for domain, count in made.items() if count}


def parameters(report: object) -> dict[str, Parameters]:
    """By item what a report of statistics says.

    Raises:
        NotComputed: it is no such report.
    """
    items = report.get("items") if isinstance(report, Mapping) else None
    if not isinstance(items, list):
        raise NotComputed("this is no report of statistics: it has no list of items")
    made = {}
    for item in items:
        values = (
            [item.get(name) for name in ("facility", "difficulty", "slope")]
            if isinstance(item, Mapping)
            else []
        )
        if not values or values[0] is None or not all(_is_number(value) for value in values):
            raise NotComputed("this is no report of statistics: an item is without facility")
        made[str(item.get("id"))] = Parameters(float(values[0]), *values[1:])
    return made


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, float | int) and not isinstance(value, bool))


def measured(
    items: Collection[Candidate], known: Mapping[str, Parameters]
) -> tuple[list[Candidate], list[str]]:
    """The items with what forms are to have alike, and the ids of those that nothing is known of.

    These count as their domain's mean. With a model for every item that is known, forms are to have
    information and difficulty alike, otherwise facility.
    """
    seen = [known[item.id] for item in items if item.id in known]
    model = bool(seen) and all(it.difficulty is not None and it.slope is not None for it in seen)
    values = {item.id: _measures(known[item.id], model=model) for item in items if item.id in known}
    overall = _mean(list(values.values()))
    means = {}
    for domain in {item.domain for item in items}:
        inside = [values[item.id] for item in items if item.domain == domain and item.id in values]
        means[domain] = _mean(inside) or overall
    made = [replace(item, measures=values.get(item.id, means[item.domain])) for item in items]
    return made, sorted(item.id for item in items if item.id not in known)


def _measures(it: Parameters, *, model: bool) -> dict[str, float]:
    if not model:
        return {"facility": it.facility}
    slope, difficulty = float(it.slope or 0), float(it.difficulty or 0)
    return {"difficulty": difficulty} | {
        f"information at {ability:g}": information(slope, difficulty, ability) for ability in ABILITIES
    }


def information(slope: float, difficulty: float, ability: float) -> float:
    """Fisher's information of a two-parameter item at an ability."""
    right = 1 / (1 + exp(-slope * (ability - difficulty)))
    return slope**2 * right * (1 - right)


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}


def targets(items: Collection[Candidate], domains: Mapping[str, int]) -> dict[str, Target]:
    """What every form can have: the mean of each domain's items, times how many a form takes of it."""
    length = sum(domains.values())
    made = {}
    for name in sorted({name for item in items for name in item.measures}):
        total = 0.0
        for domain, count in domains.items():
            values = [item.measures.get(name, 0.0) for item in items if item.domain == domain]
            total += count * sum(values) / max(1, len(values))
        wide = {"facility": FACILITY * length, "difficulty": DIFFICULTY * length}
        made[name] = Target(total, wide.get(name) or INFORMATION * total)
    return made


def compared(items: Collection[Candidate], forms: Sequence[Sequence[str]], demand: Demand) -> dict[str, Any]:
    """The forms beside each other: ``forms`` with their counts and means, ``overlap`` of each pair."""
    by_id = {item.id: item for item in items}
    rows = []
    for form in forms:
        taken = [by_id[name] for name in form]
        traits = Counter(trait for item in taken for trait in item.traits)
        rows.append(
            {
                "items": list(form),
                "domains": dict(sorted(Counter(item.domain for item in taken).items())),
                "in_cases": sum(item.case is not None for item in taken),
                "traits": dict(sorted(traits.items())),
                "measures": {
                    name: round(
                        _told(name, sum(item.measures.get(name, 0.0) for item in taken), len(taken)), 4
                    )
                    for name in sorted(demand.targets)
                },
            }
        )
    return {
        "forms": rows,
        "targets": {
            name: round(_told(name, target.total, demand.length), 4)
            for name, target in sorted(demand.targets.items())
        },
        "overlap": [
            {"forms": [one + 1, other + 1], "items": len(set(forms[one]) & set(forms[other]))}
            for one, other in combinations(range(len(forms)), 2)
        ],
    }


def _told(name: str, total: float, length: int) -> float:
    """Information adds up; difficulty and facility are told as means."""
    return total if name.startswith("information") else total / length
