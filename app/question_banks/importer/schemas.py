"""The shapes of a bank's files. Source: docs/content-format.md."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from app.platform.content import Plain, Slug, Strict, Text
from app.question_banks.rules import BankPurpose, Cognitive, ItemType, ScoringRule

CHOICES = ("a", "b", "c", "d")


Share = Annotated[int, Field(ge=0, le=100)]


class BlueprintFile(Strict):
    """What the bank must be able to give: so many different forms with so many items of each domain.

    Shares are per cent of all items: ``case_share`` at least, ``cognitive`` within ``rules.MIX_TOLERANCE``.
    """

    forms: Annotated[int, Field(ge=1, le=20)]
    domains: Annotated[
        dict[Annotated[str, Field(pattern=r"^D\d{1,2}$")], Annotated[int, Field(ge=1)]], Field(min_length=1)
    ]
    cognitive: dict[Annotated[Cognitive, Field(strict=False)], Share]
    case_share: Share


class BankFile(Strict):
    """``bank.yaml``."""

    id: Slug
    purpose: Annotated[BankPurpose, Field(strict=False)]
    specimen: bool
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$", max_length=16)]
    title: Text
    blueprint: BlueprintFile | None = None


class ChoiceFile(Strict):
    """A choice of an item: what is chosen, put in order, or paired with a target."""

    id: Slug
    text: Text
    rationale: Text


class Interaction(Strict):
    """What a type needs besides choices and key; each type has its own. Source: ``rules.Answering``."""


class TargetFile(Strict):
    """What choices of a matching are paired with."""

    id: Slug
    text: Text


class MatchingFile(Interaction):
    """More targets than choices leave some over; one target may serve several choices."""

    targets: Annotated[list[TargetFile], Field(max_length=12)]


class NumericFile(Interaction):
    """How far from the key a number may lie, both ends included; a decimal as text."""

    tolerance: Annotated[str, Field(max_length=16)]


class AcceptedFile(Strict):
    """The texts accepted, by language; an answer is compared with those of all three."""

    kk: list[Plain]
    ru: list[Plain]
    en: list[Plain]


class ShortTextFile(Interaction):
    """What a short text may say."""

    accepted: AcceptedFile
    case_sensitive: bool


class RegionFile(Strict):
    """A part of a picture, in its own units: see ``rules.faults`` for the numbers of each shape."""

    shape: Literal["rect", "circle", "poly"]
    coords: Annotated[list[Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=60)]


class HotspotFile(Interaction):
    """A picture, its size in its own units, what it shows in words, and the region of each choice."""

    image: Slug
    width: Annotated[int, Field(ge=1, le=10_000)]
    height: Annotated[int, Field(ge=1, le=10_000)]
    alt: Text
    regions: dict[str, RegionFile]


class WrittenFile(Interaction):
    """What raters look at, one text a criterion (``rules.rubrics``), and how long an answer is, in words."""

    rubric: list[Text]
    words: int


class RolesFile(Strict):
    """Who wrote, reviewed and compared the languages: codes, never names."""

    author: Slug
    reviewer: Slug
    translation_checker: Slug


class ItemFile(Strict):
    """An item, alone in its file or one of a case set."""

    id: Slug
    type: Annotated[ItemType, Field(strict=False)]
    module: Annotated[str, Field(pattern=r"^M\d{1,2}$")] | None = None
    domain: Annotated[str, Field(pattern=r"^D\d{1,2}$")]
    tasks: Annotated[list[Annotated[str, Field(pattern=r"^T([1-9]|1[0-2])$")]], Field(min_length=1)]
    cognitive: Annotated[Cognitive, Field(strict=False)]
    points: Annotated[int, Field(ge=1, le=10)]
    scoring: Annotated[ScoringRule, Field(strict=False)]
    key: Annotated[list[str], Field(max_length=12)]
    stem: Text
    choices: Annotated[list[ChoiceFile], Field(max_length=12)] = Field(default_factory=list)
    interaction: Interaction | None = None
    sources: Annotated[list[Plain], Field(min_length=1)]
    valid_until: date | None = None
    enemies: list[Slug] = Field(default_factory=list)
    roles: RolesFile


class MatchingItemFile(ItemFile):
    """An item of its type."""

    interaction: MatchingFile


class NumericItemFile(ItemFile):
    """An item of its type."""

    interaction: NumericFile


class ShortTextItemFile(ItemFile):
    """An item of its type."""

    interaction: ShortTextFile


class HotspotItemFile(ItemFile):
    """An item of its type."""

    interaction: HotspotFile


class WrittenItemFile(ItemFile):
    """An item of its type."""

    interaction: WrittenFile


ITEM_FILES: dict[str, type[ItemFile]] = {
    "matching": MatchingItemFile,
    "numeric": NumericItemFile,
    "short_text": ShortTextItemFile,
    "hotspot": HotspotItemFile,
    "written": WrittenItemFile,
}
"""The shapes of the types that have more than choices; all others are plain ``ItemFile``."""


class CaseSetFile(Strict):
    """Items that share a stimulus and stay together on a form; each has the shape of its own type."""

    id: Slug
    type: Literal["case_set"]
    stimulus: Text
    items: Annotated[list[dict[str, Any]], Field(min_length=2, max_length=10)]
