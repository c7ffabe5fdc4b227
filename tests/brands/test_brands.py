"""A brand pack is whole and readable or it is refused; one resolver says which brand speaks."""

import ast
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.brands import packs
from app.brands.packs import Brand, all_brands, contrast
from app.brands.resolver import resolve
from app.platform.settings import ROOT

GOOD: dict[str, Any] = {
    "id": "other",
    "version": 1,
    "short_name": "Other",
    "name": {"kk": "Басқа", "ru": "Другой", "en": "Other"},
    "body": {"kk": "Басқа орган", "ru": "Другой орган", "en": "The other body"},
    "hosts": ["exams.other.example"],
    "brand_colour": "#0b5b5e",
    "accent_colour": "#b9791a",
    "contact": "office@other.example",
}


@pytest.fixture
def two_brands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shipped pack, and one more that owns a host."""
    for path in packs._FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "other.yaml").write_text(Brand.model_validate(GOOD).model_dump_json())
    monkeypatch.setattr(packs, "_FOLDER", tmp_path)
    all_brands.cache_clear()
    yield
    all_brands.cache_clear()


def test_a_whole_pack_is_taken() -> None:
    assert Brand.model_validate(GOOD).hosts == ("exams.other.example",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"brand_colour": "#7a9c9e"}, "contrast of 4.5:1"),
        ({"name": {"kk": "Басқа", "en": "Other"}}, "kk, ru and en are all required"),
        ({"body": {"kk": "Басқа орган", "ru": "", "en": "The other body"}}, "kk, ru and en are all required"),
        ({"hosts_": []}, "Extra inputs"),
        ({"brand_colour": "teal"}, "pattern"),
        ({"id": "Other Brand"}, "pattern"),
        ({"version": 0}, "greater than or equal to 1"),
    ],
)
def test_a_pack_that_is_not_whole_or_not_readable_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Brand.model_validate(GOOD | change)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#ffffff", "#ffffff") == 1
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_every_shipped_pack_is_valid_and_named_after_its_file() -> None:
    assert {path.stem for path in packs._FOLDER.glob("*.yaml")} == set(all_brands())
    assert len(all_brands()) >= 1


@pytest.mark.usefixtures("two_brands")
@pytest.mark.parametrize(
    ("brand_id", "host", "speaks"),
    [
        ("other", None, "other"),
        ("other", "127.0.0.1", "other"),
        ("ceasai", "exams.other.example", "ceasai"),  # what is written on the thing itself comes first
        (None, "exams.other.example", "other"),
        (None, "elsewhere.example", "ceasai"),
        (None, None, "ceasai"),
        ("no-longer-shipped", None, "ceasai"),
        ("no-longer-shipped", "exams.other.example", "other"),
    ],
)
def test_the_thing_itself_then_the_host_then_the_installation(
    brand_id: str | None, host: str | None, speaks: str
) -> None:
    assert resolve(default="ceasai", host=host, brand_id=brand_id).id == speaks


def test_an_installation_with_an_unknown_brand_says_so() -> None:
    with pytest.raises(KeyError):
        resolve(default="nobody")


def asked_without_a_thing(tree: ast.AST) -> list[int]:
    """Lines that ask the resolver with neither what a thing says nor a host."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "resolve"
        and not {keyword.arg for keyword in node.keywords} & {"brand_id", "host"}
    ]


def test_whoever_asks_for_a_brand_says_for_what() -> None:
    """A mail about an exam has no brand of its own: it speaks for the installation."""
    alone = {
        "app/exams/jobs.py",
        "app/proctoring/jobs.py",
        "app/psychometrics/jobs.py",
        "app/appeals/jobs.py",
    }
    wrong, read = [], 0
    for path in sorted((ROOT / "app").rglob("*.py")):
        text = path.read_text()
        read += "import resolve\n" in text
        name = path.relative_to(ROOT).as_posix()
        wrong += [f"{name}:{line}" for line in asked_without_a_thing(ast.parse(text)) if name not in alone]
    assert read >= 5
    assert wrong == []
    assert asked_without_a_thing(ast.parse("resolve(default=a)")) == [1]
