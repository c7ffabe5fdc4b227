"""How a decided correction of an item changes what attempts score.

Item versions never change. A correction stands beside the version it corrects and names what holds instead.

Source: specification of exams, section 4, rule 21; docs/decisions/0020-rescores.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.exams.rules.scoring import ScoredItem
from app.question_banks.rules import ItemType


class OverrideKind(StrEnum):
    """What holds instead of an item's key."""

    NEW_KEY = "new_key"
    EVERYBODY = "everybody"
    """Everybody gets the points, also whoever left the item empty because no answer was right."""
    WITHDRAWN = "withdrawn"
    """The item does not count: its points leave the possible ones, and the cut score falls with them."""


@dataclass(frozen=True, slots=True)
class Override:
    """A correction of one item version. ``keys``: of a new key, each one that is right; else empty."""

    id: UUID
    item: UUID
    kind: OverrideKind
    keys: tuple[tuple[str, ...], ...] = ()


def overridden(
    items: Sequence[ScoredItem], versions: Sequence[UUID], overrides: Mapping[UUID, Override]
) -> tuple[ScoredItem, ...]:
    """The places of a form as they count now; a withdrawn one is absent.

    ``versions``: by place, the item version; ``overrides`` by item version.
    """
    pairs = ((item, overrides.get(version)) for item, version in zip(items, versions, strict=True))
    return tuple(
        item if one is None else _changed(item, one)
        for item, one in pairs
        if one is None or one.kind is not OverrideKind.WITHDRAWN
    )


def _changed(item: ScoredItem, override: Override) -> ScoredItem:
    if override.kind is OverrideKind.EVERYBODY:
        return replace(item, free=True)
    if item.type is ItemType.SHORT_TEXT:
        return replace(item, accepted=tuple(key[0] for key in override.keys))
    first, *others = override.keys
    return replace(item, key=first, also=tuple(others))


def cut_after(*, cut_score: int, max_points: int, remaining: int) -> int:
    """The cut score when only ``remaining`` of ``max_points`` still count: the same share, rounded down.

    Rounding down is in the candidates' favour. Points are whole numbers.
    """
    return cut_score if max_points == remaining else cut_score * remaining // max_points
