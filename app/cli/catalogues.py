"""The catalogues as files: what translators write (.po) and what the product reads (.mo)."""

from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.kernel.locales import LOCALES
from app.platform.settings import ROOT, SettingsError

LOCALES_DIR = ROOT / "locales"


def path_of(locale: str, folder: Path | None = None) -> Path:
    """The .po file of a language."""
    return (folder or LOCALES_DIR) / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str, folder: Path | None = None) -> Catalog:
    """A language's catalogue as it stands in its .po file; empty when there is none."""
    path = path_of(locale, folder)
    if not path.exists():
        return Catalog(locale=locale, project="CEASAI", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def compile_all(folder: Path | None = None) -> None:
    """Build the .mo file of every language. A reader meets the old one or the new one, never half of it."""
    for locale in LOCALES:
        made = path_of(locale, folder).with_suffix(".mo")
        fresh = made.with_suffix(".new")
        with fresh.open("wb") as file:
            write_mo(file, read(locale, folder))
        fresh.replace(made)


def ensure_compiled(folder: Path | None = None) -> None:
    """Build the .mo files when one is missing or older than what translators wrote. Safe to repeat.

    Raises:
        SettingsError: one is missing or old, and the folder cannot be written.
    """
    if all(_is_current(path_of(locale, folder)) for locale in LOCALES):
        return
    try:
        compile_all(folder)
    except OSError as error:
        msg = (
            f"the catalogues under {folder or LOCALES_DIR} are not compiled, and this user may not write "
            "there: run `ceasai messages compile` as one who may"
        )
        raise SettingsError(msg) from error


def _is_current(written: Path) -> bool:
    made = written.with_suffix(".mo")
    return made.exists() and made.stat().st_mtime_ns >= written.stat().st_mtime_ns
