"""Translations: collect the sentences, compile the catalogues, say what is missing."""

import re
from io import BytesIO

import typer
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from app.cli import catalogues
from app.cli.catalogues import LOCALES_DIR, path_of, read
from app.kernel.locales import LOCALES
from app.platform.settings import ROOT

_app = typer.Typer(no_args_is_help=True, help=__doc__)
_METHODS = [
    ("**/errors.py", "app.web.extraction:error_codes"),
    ("**/errors/**.py", "app.web.extraction:error_codes"),
    ("**/web/headers.py", "ignore"),
    ("**.py", "app.web.extraction:python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**/templates/**.txt", "jinja2.ext:babel_extract"),
]
_OPTIONS = {
    "**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"},
    "**/templates/**.txt": {"newstyle_gettext": "true"},
}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "pgettext": ((1, "c"), 2),
    "say": (2,),
}


def extract() -> Catalog:
    """Every sentence the code and the templates mark, with the codes of all refusals."""
    catalogue = Catalog(project="CEASAI", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        str(ROOT / "app"),
        _METHODS,
        _OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
    )
    for path, _line, message, comments, context in found:
        catalogue.add(message, None, [(f"app/{path}", 0)], auto_comments=comments, context=context)
    return catalogue


def dump(catalogue: Catalog) -> bytes:
    """A .po file's bytes: sorted, without dates and line numbers, so that a diff shows only changes."""
    out = BytesIO()
    write_po(
        out,
        catalogue,
        sort_output=True,
        include_lineno=False,
        omit_header=False,
        ignore_obsolete=True,
        width=110,
    )
    text = out.getvalue().decode()
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Tr|Language-Team|Report-).*\n',
        "",
        text,
        flags=re.MULTILINE,
    )
    return re.sub(r"\A(#.*\n)+", "", text).encode()


@_app.command()
def update() -> None:
    """Bring messages.pot and the three .po files up to date with the code; keep what is translated."""
    template = extract()
    LOCALES_DIR.mkdir(exist_ok=True)
    (LOCALES_DIR / "messages.pot").write_bytes(dump(template))
    for locale in LOCALES:
        old, new = read(locale), Catalog(locale=locale, project="CEASAI", charset="utf-8", fuzzy=False)
        for message in template:
            if not message.id:
                continue
            known = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            string = known.string if known else None
            if isinstance(message.id, tuple) and isinstance(string, str):
                string = None
            new.add(
                message.id,
                string,
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
        path_of(locale).parent.mkdir(parents=True, exist_ok=True)
        path_of(locale).write_bytes(dump(new))
    compile_()


@_app.command("compile")
def compile_() -> None:
    """Build the .mo files that the product reads."""
    catalogues.compile_all()


@_app.command()
def check() -> None:
    """Fail when a sentence is missing in a language, or a catalogue is not up to date with the code."""
    problems = missing()
    for line in problems:
        typer.echo(line)
    typer.echo(f"{len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


def missing() -> list[str]:
    """What is not translated, or not in the catalogue at all: ``locale: sentence``."""
    problems = []
    template = extract()
    for locale in LOCALES:
        catalogue = read(locale)
        for message in template:
            if not message.id:
                continue
            known = catalogue.get(
                message.id if isinstance(message.id, str) else message.id[0], message.context
            )
            strings = (
                []
                if known is None or known.string is None
                else ([known.string] if isinstance(known.string, str) else list(known.string))
            )
            needs_text = locale != "en" or message.context == "error"
            if known is None or (needs_text and (not strings or not all(strings))):
                problems.append(f"{locale}: {message.context or ''} {message.id}")
    return problems


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="messages")
