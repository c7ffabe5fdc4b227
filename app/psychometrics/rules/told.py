"""An item as people and files may be told of it: without counts of one to four persons, with its status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from app.psychometrics.rules.cells import Share, Sign, plain, share, shares_of, told_counts
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
    counts = _counts(figures["choices"], whole)
    choices, unanswered = _choices(figures["choices"], counts)
    over_all = _whole(whole, figures["choices"], counts)
    return ToldItem(
        position=whole.position,
        version_id=whole.version_id,
        whole=over_all,
        more={
            name: figures[name]
            for name in ("alpha_if_deleted", "moodle_index", "efficiency", "effective_weight")
        },
        choices=choices,
        unanswered=unanswered,
        curve=shares_of(
            [(group["right"], group["persons"]) for group in figures["curve"]],
            over_all.facility,
            part=whole.right,
            persons=whole.persons,
        ),
        languages=_languages(languages, whole, over_all),
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


def _languages(
    languages: Mapping[str, Counted], whole: Counted, over_all: ToldSlice
) -> Mapping[str, ToldSlice]:
    parts = list(languages.values())
    facility = shares_of(
        [(one.right, one.persons) for one in parts],
        over_all.facility,
        part=whole.right,
        persons=whole.persons,
    )
    omitted = shares_of(
        [(one.omitted, one.persons) for one in parts],
        over_all.omitted,
        part=whole.omitted,
        persons=whole.persons,
    )
    rapid = shares_of(
        [(one.rapid, one.figures["timed"]) for one in parts],
        over_all.rapid,
        part=whole.rapid,
        persons=whole.figures["timed"],
    )
    return {
        name: replace(_slice(one), facility=facility[place], omitted=omitted[place], rapid=rapid[place])
        for place, (name, one) in enumerate(languages.items())
    }


def _counts(rows: list[Mapping[str, Any]], whole: Counted) -> dict[str, int | None]:
    """By choice, and for omissions: how many, or None where it is hidden. They add up to all persons."""
    counts = {row["id"]: row["chosen"] for row in rows} | {_OMITTED: whole.omitted}
    told = told_counts(counts)
    if not rows:
        return {}
    # all but one to four persons did the same: how many they are would tell of these few
    nearly = {name for name, count in counts.items() if 0 < whole.persons - count < SMALLEST_CELL}
    if not plain(share(whole.right, whole.persons)):
        nearly |= {row["id"] for row in rows if row["key"]}
    for name in nearly:
        told[name] = None
    return told


def _whole(whole: Counted, rows: list[Mapping[str, Any]], told: Mapping[str, int | None]) -> ToldSlice:
    """Omissions and right answers, told no nearer than the counts of choices beside them."""
    made, hidden = _slice(whole), [name for name, count in told.items() if count is None]
    if not hidden:
        return made
    keys = {row["id"] for row in rows if row["key"]}
    sums = whole.persons - sum(count for count in told.values() if count is not None)
    if _OMITTED in hidden:
        made = replace(made, omitted=_bound(made.omitted, sums - (SMALLEST_CELL - 1) * (len(hidden) - 1)))
    if keys & set(hidden):
        seen = sum(told[name] or 0 for name in keys)
        others = len(set(hidden) - keys)
        few = sum(row["chosen"] for row in rows if row["id"] in hidden and row["id"] not in keys)
        few += whole.omitted if _OMITTED in hidden else 0
        least = sums - (SMALLEST_CELL - 1) * others if few <= (SMALLEST_CELL - 1) * others else 0
        made = replace(made, facility=_bound(made.facility, seen + least))
    return made


def _bound(one: Share | None, least: int) -> Share | None:
    """The share as a bound: at most four, or at least what the counts told beside it leave for it."""
    if one is None or not plain(one):
        return one
    if one.part == 0:
        return Share(SMALLEST_CELL - 1, one.whole, Sign.AT_MOST)
    return Share(least, one.whole, Sign.AT_LEAST) if 0 < least <= one.part else None


def _choices(
    rows: list[Mapping[str, Any]], told: Mapping[str, int | None]
) -> tuple[tuple[ToldChoice, ...], int | None]:
    if not rows:
        return (), None
    # a share of those who answered tells how many did not
    whole = None not in told.values()
    return tuple(
        ToldChoice(
            row["id"],
            row["key"],
            told[row["id"]],
            row["share"] if whole else None,
            row["rest"],
            row["discrimination"],
        )
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
