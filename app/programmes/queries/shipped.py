"""What ships with the product: the programmes and the regions, from files."""

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from app.kernel.locales import Trilingual
from app.kernel.ordering import kazakh_sort_key
from app.programmes.rules import MilestoneWord

_DATA = Path(__file__).parents[1] / "data"


class Phase(BaseModel):
    """A phase of a programme's roadmap; without ``months`` it has no end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_month: int = Field(ge=0)
    months: int | None = Field(default=None, ge=1)
    title: Trilingual
    summary: Trilingual


class ShippedProgramme(BaseModel):
    """A programme as the product ships it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    title: Trilingual
    summary: Trilingual
    target: int = Field(gt=0)
    target_word: MilestoneWord
    starts_on: date
    ends_on: date | None = None
    list_price_pence: int | None = None
    regional: bool
    capstone_required: bool = False
    """Whether certification needs a passed capstone. Source: specification of the curriculum, section 1."""
    phases: tuple[Phase, ...]


@cache
def shipped() -> dict[str, ShippedProgramme]:
    """The programmes that ship with the product, by slug, in the order of the file."""
    rows = yaml.safe_load((_DATA / "programmes.yaml").read_text(encoding="utf-8"))
    found = [ShippedProgramme.model_validate(row) for row in rows]
    return {row.slug: row for row in found}


@cache
def regions() -> dict[str, Trilingual]:
    """The 20 regions: names in three languages by ISO 3166-2:KZ code."""
    rows = yaml.safe_load((_DATA / "regions.yaml").read_text(encoding="utf-8"))
    return {row["iso"]: {key: row[key] for key in ("kk", "ru", "en")} for row in rows}


@cache
def region_names(locale: str) -> dict[str, str]:
    """The regions in a language, by their codes, in the order of their names."""
    named = {iso: names[locale] for iso, names in regions().items()}
    return dict(sorted(named.items(), key=lambda one: kazakh_sort_key(one[1])))
