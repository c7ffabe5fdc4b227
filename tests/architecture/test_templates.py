"""Templates parse, obey the content security policy, and every form carries the cross-site field."""

import ast
import re
from pathlib import Path

import pytest

from app.kernel.locales import LOCALES
from app.web.pages import environment

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "app").glob("*/templates/**/*.html"))
LETTERS = sorted((ROOT / "app").glob("*/templates/**/*.txt"))
SCRIPTS = sorted((ROOT / "app/web/static/js").glob("*.js"))
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]+\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "event attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b|hx-on:", re.I),
    "js: expression": re.compile(r"=\s*[\"']\s*js:", re.I),
    "unescaped value": re.compile(r"\|\s*safe\b|\bautoescape\s+false", re.I),
    "trigger filter": re.compile(r"hx-trigger\s*=\s*[\"'][^\"']*\["),
    "foreign address": re.compile(
        r"(?:src|href)\s*=\s*[\"'](?:https?:)?//(?!\{\{)(?!www\.linkedin\.com)", re.I
    ),
}
BROKEN = {
    "inline style": '<p style="color:red">',
    "style element": "<style>",
    "inline script": "<script>alert(1)</script>",
    "event attribute": '<p onclick="x()">',
    "hx-on": '<p hx-on:click="x">',
    "js: expression": "<p hx-vals='js:{a:1}'>",
    "unescaped value": "<p>{{ cohort.name | safe }}</p>",
    "trigger filter": '<p hx-trigger="click[ctrlKey]">',
    "foreign address": '<img src="https://elsewhere.example/a.png">',
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 10
    assert len(LETTERS) > 10


@pytest.mark.parametrize("path", TEMPLATES + LETTERS, ids=name)
def test_a_template_parses_in_every_language(path: Path) -> None:
    relative = path.relative_to(path.parents[[p.name for p in path.parents].index("templates")]).as_posix()
    for locale in LOCALES:
        environment(locale).get_template(relative)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_nothing_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


SHOWN = ("aria-label", "alt", "title", "placeholder", "data-label")
WORDS = re.compile(r"[^\W\d_]{3,}")
ADDRESS = re.compile(r"\S*/\S*|#\S*")
INSIDE_A_TAG = re.compile(r"\b(?:aria-[a-z]+|href|class|id)=")
"""A macro that writes attributes, not text."""


def literals(text: str) -> list[str]:
    """What a template says without asking the catalogue."""
    text = re.sub(r"\{#.*?#\}", " ", text, flags=re.S)
    text = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", " ", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", "", text, flags=re.S)
    text = re.sub(r"\{%.*?%\}", " ", text, flags=re.S)
    said = [value for name in SHOWN for value in re.findall(rf'\b{name}="([^"]*)"', text)]
    text = re.sub(r"<[^>]*>", "\n", text)
    said += [line.strip() for line in text.splitlines()]
    return [
        words for words in said if WORDS.search(ADDRESS.sub("", words)) and not INSIDE_A_TAG.search(words)
    ]


def in_one_language(path: Path) -> bool:
    """Page-long texts are written once in each language, each in a file of its own."""
    return path.name.split(".")[-2] in set(LOCALES)


@pytest.mark.parametrize("path", [p for p in TEMPLATES + LETTERS if not in_one_language(p)], ids=name)
def test_a_template_says_nothing_the_catalogues_do_not_know(path: Path) -> None:
    assert literals(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>Written straight into the page</p>",
        '<p>{{ _("Good") }} and bad</p>',
        '<img alt="A picture">',
        '<td data-label="When">{{ x }}</td>',
        "{% if x %}Yes, it is{% endif %}",
        "{% autoescape false %}\nHello!\n",
    ],
)
def test_literal_text_is_seen(text: str) -> None:
    assert len(literals(text)) == 1


def test_what_the_catalogues_know_is_no_literal_text() -> None:
    assert (
        literals('<p class="a b">{{ _("Good") }} {% trans n=n %}Well {{ n }}{% endtrans %} (2.5) – kk</p>')
        == []
    )


def trusted_markup(source: str) -> list[str]:
    """Where a program declares a text that is not its own to be markup."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if ast.unparse(call.func).split(".")[-1] == "Markup"
        and not all(isinstance(argument, ast.Constant) for argument in call.args)
    ]


TRUSTED = {
    "app/web/folding.py",  # sentences of our catalogues
    "app/courses/routes/sheets.py",  # sanitised when it was imported
    "app/courses/queries/lessons.py",  # as above
}


def test_nothing_but_our_own_sentences_and_imported_lessons_is_declared_to_be_markup() -> None:
    sources = {name(path): path.read_text() for path in sorted((ROOT / "app").rglob("*.py"))}
    assert {path for path, source in sources.items() if trusted_markup(source)} == TRUSTED


@pytest.mark.parametrize(
    "source", ["Markup(name)", 'markupsafe.Markup(f"<b>{name}</b>")', 'Markup("<b>" + name)']
)
def test_declaring_a_text_to_be_markup_is_seen(source: str) -> None:
    assert len(trusted_markup(source)) == 1
    assert trusted_markup('Markup("<b>{}</b>").format(name)') == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_each_ban_is_able_to_fail(what: str) -> None:
    assert FORBIDDEN[what].search(BROKEN[what])


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_posting_form_carries_the_cross_site_field(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), flags=re.S | re.I):
        assert "csrf_field()" in form, form[:200]


def test_scripts_never_evaluate_text() -> None:
    assert SCRIPTS
    for path in SCRIPTS:
        assert not re.search(r"\beval\(|new Function|innerHTML\s*=|document\.write", path.read_text()), name(
            path
        )


def test_vendored_files_are_unchanged() -> None:
    import hashlib

    folder = ROOT / "app/web/static/vendor"
    manifest = dict(
        reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().strip().splitlines()
    )
    files = {
        p.relative_to(folder).as_posix(): p
        for p in folder.rglob("*")
        if p.is_file() and p.name != "SHA256SUMS"
    }
    assert set(manifest) == set(files)
    for key, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == manifest[key], key
