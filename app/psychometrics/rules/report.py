"""What a table of responses gives, as plain values for a page, a file or a screen.

Numbers are rounded to six places; what cannot be told is None, and ``notes`` say in plain words what to mind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.psychometrics.errors import NotComputed, NotConverged
from app.psychometrics.rules import classical, consistency, dif, marginal
from app.psychometrics.rules.gates import ACT, SHOW, Model, told, use
from app.psychometrics.rules.table import Table
from app.psychometrics.rules.tables import Tested

FEW = {
    "hide": f"fewer than {SHOW} persons: these figures say nothing about the items yet",
    "show": f"fewer than {ACT} persons: look, but change no item because of these figures",
}

MOST_NAMED = 8
"""Items in one sentence."""


def report(
    table: Table, model: Model, *, cut_score: int | None = None, compare: bool = False
) -> dict[str, Any]:
    """Every figure of a table. ``compare``: also the differences between its groups.

    Raises:
        NotComputed: the figures asked for do not exist, with the reason.
    """
    figures = classical.each_item(table)
    whole = classical.whole_test(table.scores)
    standing = use(whole.persons)
    notes = [FEW[standing]] if standing in FEW else []
    items = [_plain(item) for item in figures]
    notes += [_unanimous(item) for item in figures if item.facility in {0, 1}]
    test = _plain(whole) | _at_cut(table, cut_score)
    if whole.alpha is not None and whole.alpha < 0:
        notes.append("alpha is negative: the items do not belong together, so no standard error is told")
    if model is not Model.CLASSICAL:
        fitted = _fit(table, model)
        test |= {
            "log_likelihood": _round(fitted.log_likelihood),
            "parameters": fitted.parameters,
            "ability": {"mean": 0.0, "sd": 1.0},
        }
        for item, estimate in zip(items, fitted.items, strict=True):
            item.update(_plain(estimate))
            if estimate.why_not:
                notes.append(f"{item['id']} has no difficulty: {estimate.why_not}")
    made = {
        "model": str(model),
        "use": standing,
        "items": items,
        "test": test,
        "left_out": list(table.left_out),
        "notes": notes,
    }
    if table.groups is not None:
        made["by_group"] = _by_group(table, table.groups)
    if compare:
        made["groups"] = _compare(table, items, notes)
    return made


def _fit(table: Table, model: Model) -> marginal.Fit:
    """The model, or a refusal that names the items that are in its way."""
    try:
        return marginal.fit(table.scores, model)
    except NotConverged as error:
        names = ", ".join(table.items[place] for place in error.items[:MOST_NAMED])
        more = " and others" if len(error.items) > MOST_NAMED else ""
        raise NotConverged(f"{error.why}: {names}{more}" if names else error.why, error.items) from None


def _by_group(table: Table, groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The classical figures within each group; of a group that is too small only that it is."""
    members = np.array(groups)
    made: dict[str, dict[str, Any]] = {}
    for name in sorted(set(groups)):
        rows = members == name
        count = int(rows.sum())
        made[name] = {"persons": told(count), "use": use(count)}
        if count >= SHOW:
            part = replace(table, cells=table.cells[rows], groups=None)
            made[name] |= {
                "test": _plain(classical.whole_test(part.scores)),
                "items": [
                    {
                        "id": it.id,
                        "facility": _round(it.facility),
                        "discrimination": _round(it.discrimination),
                    }
                    for it in classical.each_item(part)
                ],
            }
    return made


def _compare(table: Table, items: list[dict[str, Any]], notes: list[str]) -> dict[str, int]:
    if table.groups is None:
        raise NotComputed("differences between groups need the column that names them")
    found = dif.study(table.scores, table.groups)
    for item, seen in zip(items, found.items, strict=True):
        item["dif"] = {
            "class": seen.ets and str(seen.ets),
            "general": _tested(seen.general),
            "pairs": [_pair(pair) for pair in seen.pairs],
            "logistic": seen.logistic
            and {
                "uniform": _tested(seen.logistic.uniform),
                "nonuniform": _tested(seen.logistic.nonuniform),
                "effect": _round(seen.logistic.effect),
            },
        }
    notes += [
        f"the group {name!r} is left out: {told(count) or 'a few'} persons, and {SHOW} are needed"
        for name, count in found.too_small.items()
    ]
    notes += [
        f"{one!r} and {other!r} differ on so many items that no fair match was found: mind that"
        for one, other in found.unsettled
    ]
    return found.groups


def _pair(pair: dif.Pair) -> dict[str, Any]:
    return {
        "reference": pair.reference,
        "focal": pair.focal,
        "delta": _round(pair.delta),
        "se": _round(pair.se),
        "class": pair.ets and str(pair.ets),
        **(_tested(pair.tested) or {"chi2": None, "df": None, "p": None}),
    }


def _at_cut(table: Table, cut_score: int | None) -> dict[str, Any]:
    if cut_score is None:
        return {}
    found = consistency.of(table.scores, cut_score=cut_score)
    return {
        "cut_score": cut_score,
        "conditional_sem": _round(classical.conditional_sem(cut_score, items=len(table.items))),
        "consistency": found and _plain(found),
    }


def _unanimous(item: classical.ItemFigures) -> str:
    who = "everybody" if item.facility == 1 else "nobody"
    return f"{item.id}: {who} answers it right, so it tells nobody apart"


def _tested(found: Tested | None) -> dict[str, Any] | None:
    return None if found is None else _plain(found)


def _plain(figures: Any) -> dict[str, Any]:
    """A record of figures as a mapping, without those that say why there are none."""
    values: Mapping[str, Any] = {name: getattr(figures, name) for name in figures.__slots__}
    return {name: _round(value) for name, value in values.items() if name != "why_not"}


def _round(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
