"""A search for forms as a job asks for it: plain values in, the forms and what they have alike out."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, TypedDict

from app.psychometrics.rules.assembly import Candidate, Demand, assemble
from app.psychometrics.rules.comparing import ABILITIES
from app.psychometrics.rules.parallel import Parameters, information, measured, targets


class ItemAsked(TypedDict):
    """An item that may be taken. ``known``: facility, difficulty and slope, or None; see ``Candidate``."""

    id: str
    domain: str
    case: str | None
    enemies: list[str]
    traits: list[str]
    exposure: float
    known: tuple[float, float | None, float | None] | None


def propose(
    *, items: Sequence[ItemAsked], demand: Mapping[str, Any], seed: int, seconds: float
) -> dict[str, Any]:
    """Forms that keep the demand (the fields of ``Demand`` but for its targets), searched for ``seconds``.

    ``status``, ``gap``, ``deviation``, ``bound``: see ``Result``, with six decimal places; ``shortages``;
    ``measures``: what the forms were made alike in; ``forms``: each with its ``items`` in order and what is
    known of them.

    Raises:
        NotComputed: the solver failed.
    """
    known = {item["id"]: Parameters(*item["known"]) for item in items if item["known"]}
    found, _ = measured([_candidate(item) for item in items], known)
    wanted = Demand(
        **{**demand, "limits": {name: (least, most) for name, (least, most) in demand["limits"].items()}},
        targets=targets(found, demand["domains"]),
    )
    result = assemble(found, wanted, seed=seed, seconds=seconds)
    return {
        "status": str(result.status),
        "gap": _finite(result.gap),
        "deviation": _finite(result.deviation),
        "bound": _finite(result.bound),
        "shortages": [
            {"kind": one.kind, "name": one.name, "have": one.have, "needed": one.needed, "forms": one.forms}
            for one in result.shortages
        ],
        "measures": sorted(wanted.targets),
        "forms": [{"items": list(form)} | _described(form, known) for form in result.forms],
    }


def _candidate(item: ItemAsked) -> Candidate:
    return Candidate(
        id=item["id"],
        domain=item["domain"],
        case=item["case"],
        enemies=frozenset(item["enemies"]),
        traits=frozenset(item["traits"]),
        exposure=item["exposure"],
    )


def _finite(value: float | None) -> float | None:
    return round(value, 6) if value is not None and isfinite(value) else None


def _described(form: Sequence[str], known: Mapping[str, Parameters]) -> dict[str, Any]:
    """What is known of a form's items; ``information`` only where the model knows every one."""
    seen = [known[name] for name in form if name in known]
    model = [it for it in seen if it.difficulty is not None and it.slope is not None]
    return {
        "known": len(seen),
        "facility": _mean([it.facility for it in seen]),
        "modelled": len(model),
        "difficulty": _mean([float(it.difficulty or 0) for it in model]),
        "information": [
            round(sum(information(float(it.slope or 0), float(it.difficulty or 0), at) for it in model), 6)
            for at in ABILITIES
        ]
        if len(model) == len(form)
        else None,
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None
