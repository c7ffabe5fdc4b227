"""An item as people and files may be told of it: without counts of one to four persons, with its status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from app.psychometrics.rules.cells import Share, share, told_counts
from app.psychometrics.rules.gates import SMALLEST_CELL
from app.psychometrics.rules.verdict import Seen, Verdict, verdict

_OMITTED = ""


class Counted(NamedTuple):
    """An item in one language as it is kept: whole counts, and ``figures`` as in ``rules.snapshot``."""

    position: int
    version_id: UUID
    persons: int
    right: int
    omitted: int
    rapid: int
    met: int
    delivered: int
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToldChoice:
    """A choice. All but ``id`` and ``key`` are None where too few took it, or that would follow."""

    id: str
    key: bool
    chosen: int | None
    share: float | None
    rest: float | None
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class ToldSlice:
    """An item in one language. ``seconds``: the median."""

    persons: int
    facility: Share | None
    discrimination: float | None
    omitted: Share | None
    rapid: Share | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ToldItem:
    """An item. ``curve``: shares of right answers, from the weakest group of persons to the strongest.

    ``more``: the figures without counts, by name: ``alpha_if_deleted``, ``moodle_index``, ``efficiency``,
    ``effective_weight``. ``dif``, ``models``: as in ``rules.snapshot``, where they exist. ``met``: of all
    attempts of the exam, those that were shown it.
    """

    position: int
    version_id: UUID
    whole: ToldSlice
    more: Mapping[str, float | None]
    choices: tuple[ToldChoice, ...]
    unanswered: int | None
    curve: tuple[Share | None, ...]
    languages: Mapping[str, ToldSlice]
    dif: Mapping[str, Any] | None
    models: Mapping[str, Any]
    met: Share | None
    verdict: Verdict

    @property
    def ets(self) -> str | None:
        """The class of the difference between languages; None where they could not be compared."""
        return self.dif["class"] if self.dif else None


def tell(whole: Counted, languages: Mapping[str, Counted]) -> ToldItem:
    """What may be told of an item over all persons and in the languages that have figures of their own."""
    figures = whole.figures
    choices, unanswered = _choices(figures["choices"], whole)
    return ToldItem(
        position=whole.position,
        version_id=whole.version_id,
        whole=_slice(whole),
        more={
            name: figures[name]
            for name in ("alpha_if_deleted", "moodle_index", "efficiency", "effective_weight")
        },
        choices=choices,
        unanswered=unanswered,
        curve=tuple(share(group["right"], group["persons"]) for group in figures["curve"]),
        languages={name: _slice(one) for name, one in languages.items()},
        dif=figures["dif"],
        models=figures.get("models", {}),
        met=share(whole.met, whole.delivered),
        verdict=_verdict(whole),
    )


def _slice(one: Counted) -> ToldSlice:
    return ToldSlice(
        persons=one.persons,
        facility=share(one.right, one.persons),
        discrimination=one.figures["discrimination"],
        omitted=share(one.omitted, one.persons),
        rapid=share(one.rapid, one.figures["timed"]),
        seconds=one.figures["seconds"],
    )


def _choices(rows: list[Mapping[str, Any]], whole: Counted) -> tuple[tuple[ToldChoice, ...], int | None]:
    counts = {row["id"]: row["chosen"] for row in rows} | {_OMITTED: whole.omitted}
    told = told_counts(counts)
    if not rows:
        return (), None
    return tuple(
        ToldChoice(row["id"], row["key"], told[row["id"]], row["share"], row["rest"], row["discrimination"])
        if told[row["id"]] is not None
        else ToldChoice(row["id"], row["key"], None, None, None, None)
        for row in rows
    ), told[_OMITTED]


def _verdict(whole: Counted) -> Verdict:
    figures = whole.figures
    timed = figures["timed"]
    return verdict(
        Seen(
            persons=whole.persons,
            facility=figures["facility"],
            discrimination=figures["discrimination"],
            omitted=whole.omitted / whole.persons,
            rapid=whole.rapid / timed if timed >= SMALLEST_CELL else 0.0,
            ets=figures["dif"]["class"] if figures["dif"] else None,
            wrong=tuple(
                row["discrimination"]
                for row in figures["choices"]
                if not row["key"] and row["discrimination"] is not None and row["chosen"] >= SMALLEST_CELL
            ),
        )
    )
