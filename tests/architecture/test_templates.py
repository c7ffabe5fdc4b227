"""Templates parse, obey the content security policy, and every form carries the cross-site field."""

import re
from pathlib import Path

import pytest

from app.kernel.locales import LOCALES
from app.web.pages import environment

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "app").glob("*/templates/**/*.html"))
SCRIPTS = sorted((ROOT / "app/web/static/js").glob("*.js"))
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]+\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "event attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b|hx-on:", re.I),
    "js: expression": re.compile(r"=\s*[\"']\s*js:", re.I),
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
    "trigger filter": '<p hx-trigger="click[ctrlKey]">',
    "foreign address": '<img src="https://elsewhere.example/a.png">',
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_parses_in_every_language(path: Path) -> None:
    relative = path.relative_to(path.parents[[p.name for p in path.parents].index("templates")]).as_posix()
    for locale in LOCALES:
        environment(locale).get_template(relative)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_nothing_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


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
