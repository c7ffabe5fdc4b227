"""A brand pack and where it comes from."""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.kernel.locales import LOCALES, Trilingual

_FOLDER = Path(__file__).with_name("packs")


class Brand(BaseModel):
    """How an installation presents itself: presentation only, never a tenant.

    Raises (on validation):
        ValueError: a language is missing, or the colour is too light to read (WCAG 2.2, 1.4.3).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    version: int = Field(ge=1)
    short_name: str = Field(min_length=2, max_length=32)
    name: Trilingual
    body: Trilingual
    """The certification body's full name."""
    hosts: tuple[str, ...] = ()
    brand_colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    accent_colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    contact: str

    @field_validator("name", "body")
    @classmethod
    def _three(cls, value: Trilingual) -> Trilingual:
        if set(value) != {str(locale) for locale in LOCALES} or not all(value.values()):
            msg = "kk, ru and en are all required"
            raise ValueError(msg)
        return value

    @field_validator("brand_colour")
    @classmethod
    def _readable(cls, value: str) -> str:
        if contrast(value, "#ffffff") < 4.5:
            msg = "the brand colour needs a contrast of 4.5:1 on white"
            raise ValueError(msg)
        return value


def _luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in re.findall("..", colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two ``#rrggbb`` colours, 1 to 21. Source: WCAG 2.2, relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def all_brands() -> dict[str, Brand]:
    """Every shipped pack by id; read once.

    Raises:
        ValueError: a pack is not valid.
    """
    packs = (
        Brand.model_validate(yaml.safe_load(path.read_text())) for path in sorted(_FOLDER.glob("*.yaml"))
    )
    return {pack.id: pack for pack in packs}
