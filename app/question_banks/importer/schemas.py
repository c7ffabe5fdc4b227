"""The shapes of a bank's files. Source: docs/content-format.md."""

from datetime import date
from typing import Annotated, Literal

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
    """A choice of an item."""

    id: Literal["a", "b", "c", "d"]
    text: Text
    rationale: Text


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
    key: Annotated[list[str], Field(min_length=1)]
    stem: Text
    choices: Annotated[list[ChoiceFile], Field(min_length=4, max_length=4)]
    sources: Annotated[list[Plain], Field(min_length=1)]
    valid_until: date | None = None
    enemies: list[Slug] = Field(default_factory=list)
    roles: RolesFile


class CaseSetFile(Strict):
    """Items that share a stimulus and stay together on a form."""

    id: Slug
    type: Literal["case_set"]
    stimulus: Text
    items: Annotated[list[ItemFile], Field(min_length=2, max_length=10)]
