"""Everything that is kept of the first attempts on a form: the test, each item, each language.

An item of several points counts as right when all of them were reached; where a form has such items, nothing
is said about its cut score. Numbers are rounded to six places, counts are whole, what does not exist is None.
The reasons why something is missing are words: pages make sentences of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.psychometrics.errors import NotComputed, NotConverged
from app.psychometrics.rules import cells, classical, consistency, dif, marginal, timing
from app.psychometrics.rules.gates import PERSONS, SHOW, Model
from app.psychometrics.rules.snapshot_input import Place, Taken
from app.psychometrics.rules.table import OMITTED, Scores, Table

Figures = dict[str, Any]


def snapshot(places: Sequence[Place], taken: Sequence[Taken], *, cut_score: int) -> Figures:
    """The figures of a form; see ``_whole`` and ``_item`` for their names.

    Raises:
        NotComputed: fewer persons than figures are shown for.
    """
    if len(taken) < SHOW:
        raise NotComputed(f"figures need {SHOW} persons; there are {len(taken)}")
    table = _table(places, taken)
    made = _whole(table, places, taken, cut_score=cut_score)
    items = [
        _item(figures, table.scores, taken, place, number)
        for number, (place, figures) in enumerate(zip(places, classical.each_item(table), strict=True))
    ]
    persons = Counter(one["language"] for one in taken)
    shown = cells.shown_languages({name: count for name, count in persons.items() if name}, len(taken))
    made["languages"] = {name or "several": count for name, count in persons.items()}
    made["shown_languages"] = list(shown)
    _languages(items, table, taken, shown)
    made["dif"] = _differences(items, table, [one["language"] for one in taken], shown)
    made["models"] = [_model(items, table.scores, model) for model in (Model.RASCH, Model.TWO_PARAMETERS)]
    made["items"] = items
    return made


def _table(places: Sequence[Place], taken: Sequence[Taken]) -> Table:
    rows = [
        [
            OMITTED if reached is None else int(reached == place["possible"])
            for place, reached in zip(places, one["points"], strict=True)
        ]
        for one in taken
    ]
    return Table(tuple(place["item"] for place in places), np.array(rows, dtype=np.int8), None, ())


def _whole(table: Table, places: Sequence[Place], taken: Sequence[Taken], *, cut_score: int) -> Figures:
    test = asdict(classical.whole_test(table.scores))
    dichotomous = all(place["possible"] == 1 for place in places)
    if dichotomous and 1 <= cut_score <= len(places):
        found = consistency.of(table.scores, cut_score=cut_score)
        test["conditional_sem"] = classical.conditional_sem(cut_score, items=len(places))
        test["consistency"] = None if found is None else rounded(asdict(found))
    totals = Counter(sum(reached or 0 for reached in one["points"]) for one in taken)
    return {
        "test": rounded(test),
        "dichotomous": dichotomous,
        "scores": {str(score): count for score, count in sorted(totals.items())},
        "speed": {
            "median_seconds": timing.middle([one["spent"] for one in taken]),
            "closed_by_time": sum(one["closed_by_time"] for one in taken),
            "not_reached": sum(one["points"][-1] is None for one in taken),
        },
    }


def _item(
    figures: classical.ItemFigures, scores: Scores, taken: Sequence[Taken], place: Place, number: int
) -> Figures:
    rest = scores.sum(axis=1) - scores[:, number]
    made = rounded(asdict(figures)) | _counted(taken, place, number)
    made["choices"] = [
        rounded(asdict(choice))
        for choice in classical.distractors(
            [one["chosen"][number] for one in taken],
            rest,
            choices=place["choices"],
            key=frozenset(place["key"]),
        )
    ]
    made["curve"] = _curve(scores[:, number], rest)
    return made


def _counted(taken: Sequence[Taken], place: Place, number: int) -> Figures:
    """Whole numbers over some attempts, and the median of the seconds."""
    reached = [one["points"][number] for one in taken]
    seconds = [spent for one in taken if (spent := one["seconds"][number]) is not None]
    return {
        "persons": len(reached),
        "points": sum(one or 0 for one in reached),
        "possible": place["possible"] * len(reached),
        "right": sum(one == place["possible"] for one in reached),
        "omitted": sum(one is None for one in reached),
        "timed": len(seconds),
        "rapid": timing.rapid(seconds),
        "seconds": timing.middle(seconds),
    }


def _curve(item: NDArray[np.float64], rest: NDArray[np.float64]) -> list[dict[str, int]]:
    """How many of each group are right, from those with the fewest points on the other items to the most.

    Whoever has as many points as another is in the same group, so that groups are of like size at most.
    """
    count = cells.groups(item.size)
    if count < 2:
        return []
    order = np.argsort(rest, kind="stable")
    parts: dict[int, list[float]] = {}
    first: dict[float, int] = {}
    for rank, person in enumerate(order.tolist()):
        group = first.setdefault(float(rest[person]), rank * count // item.size)
        parts.setdefault(group, []).append(float(item[person]))
    return [{"persons": len(part), "right": int(sum(part))} for _, part in sorted(parts.items())]


def _languages(items: list[Figures], table: Table, taken: Sequence[Taken], shown: Sequence[str]) -> None:
    for item in items:
        item["by_language"] = {}
    for name in shown:
        own = [one for one in taken if one["language"] == name]
        rows = np.array([one["language"] == name for one in taken])
        part = Table(table.items, table.cells[rows], None, ())
        for number, (item, found) in enumerate(zip(items, classical.each_item(part), strict=True)):
            counted = _counted(own, {"possible": item["possible"] // item["persons"]}, number)  # type: ignore[typeddict-item]
            item["by_language"][name] = counted | {
                "facility": _round(found.facility),
                "discrimination": _round(found.discrimination),
            }


def _differences(
    items: list[Figures], table: Table, languages: Sequence[str], shown: Sequence[str]
) -> Figures:
    """Compare the languages on each item; ``why``: a word that says why it could not be done."""
    for item in items:
        item["dif"] = None
    if len(shown) < 2 or len(items) < 2:
        return {"why": "one_language", "unsettled": []}
    rows = np.array([name in shown for name in languages])
    found = dif.study(table.scores[rows], [name for name in languages if name in shown])
    for item, seen in zip(items, found.items, strict=True):
        item["dif"] = {
            "class": seen.ets and str(seen.ets),
            "general": seen.general and rounded(asdict(seen.general)),
            "pairs": [_pair(pair) for pair in seen.pairs],
            "logistic": seen.logistic and rounded(asdict(seen.logistic)),
        }
    return {"why": None, "unsettled": [list(pair) for pair in found.unsettled]}


def _pair(pair: dif.Pair) -> Figures:
    return rounded(asdict(pair)) | {"ets": pair.ets and str(pair.ets)}


def _model(items: list[Figures], scores: Scores, model: Model) -> Figures:
    """Fit one model; ``why``: ``too_few``, ``not_computed``, or ``not_converged`` with the ``items``."""
    made: Figures = {"model": str(model), "why": None, "items": []}
    if scores.shape[0] < PERSONS[model]:
        return made | {"why": "too_few"}
    try:
        fitted = marginal.fit(scores, model)
    except NotConverged as error:
        return made | {"why": "not_converged", "items": [items[place]["id"] for place in error.items]}
    except NotComputed:
        return made | {"why": "not_computed"}
    for item, estimate in zip(items, fitted.items, strict=True):
        item.setdefault("models", {})[str(model)] = rounded(asdict(estimate))
    return made | {"log_likelihood": _round(fitted.log_likelihood), "parameters": fitted.parameters}


def rounded(figures: dict[str, Any]) -> Figures:
    """The figures with six places, also inside figures of their own."""
    return {
        name: rounded(value) if isinstance(value, dict) else _round(value) for name, value in figures.items()
    }


def _round(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
