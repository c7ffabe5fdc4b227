"""What the paper says, in each language: sentences and facts, before anything is drawn."""

from dataclasses import dataclass

from app.certificates.facts import CertificateFacts
from app.certificates.pdf.faces import PLAIN, STATELY, face_for, normal
from app.certificates.rules.states import Kind
from app.kernel.locales import LOCALES
from app.web.formats import formats
from app.web.translations import N_, say

_VERSION = N_("%(scheme)s, version %(version)s")
_CERTIFIED = N_(
    "The holder passed a supervised examination. "
    "The certification body examined the evidence and decided to award this title."
)
_COMPLETED = N_("The holder read every lesson of the course to the end and answered every knowledge check.")
_DENIAL = N_("This is not a certification: it confirms training, not an examination.")


@dataclass(frozen=True, slots=True)
class Column:
    """One language's third of the page. ``facts`` are (label, value)."""

    language: str
    heading: str
    title: str
    statement: str
    facts: tuple[tuple[str, str], ...]
    denial: str | None
    """Says that a completion is no certification."""
    check: str
    specimen: str
    specimen_says: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is drawn, in a face that holds all its letters."""

    text: str
    face: str
    language: str


def names(facts: CertificateFacts) -> tuple[Name, ...]:
    """The holder's names that the fonts can show, Cyrillic first; the credential holds every name."""
    shown, order = [], STATELY if facts.kind == Kind.CERTIFICATION else PLAIN
    for text, language in ((facts.name_cyrillic, "kk"), (facts.name_latin, "en")):
        face = face_for(text, order) if text else None
        if text and face:
            shown.append(Name(normal(text), face, language))
    return tuple(shown)


def column(facts: CertificateFacts, language: str, timezone: str) -> Column:
    """The sentences of one language. ``timezone`` is the zone whose calendar the dates follow."""
    fmt = formats(language, timezone)
    certified = facts.kind == Kind.CERTIFICATION
    rows = [
        (say(language, "Scheme"), say(language, _VERSION, scheme=facts.scheme, version=facts.scheme_version))
        if certified
        else (say(language, "Course version"), facts.scheme_version)
    ]
    if facts.level:
        rows.append((say(language, "Level"), facts.level))
    if facts.scope:
        rows.append((say(language, "Scope"), facts.scope[language]))
    if certified and facts.languages:
        spoken = ", ".join(str(fmt.babel.languages[one]) for one in LOCALES if one in facts.languages)
        rows.append((say(language, "Language of the examination"), spoken))
    rows.append((say(language, "Date of issue"), fmt.date(facts.issued_at)))
    if facts.expires_at:
        rows.append((say(language, "Valid until"), fmt.date(facts.expires_at)))
    return Column(
        language=language,
        heading=say(language, "Certificate") if certified else say(language, "Certificate of completion"),
        title=normal(facts.title[language]),
        statement=say(language, _CERTIFIED if certified else _COMPLETED),
        facts=tuple(rows),
        denial=None if certified else say(language, _DENIAL),
        check=say(language, "Open this address or scan the QR code to see whether it is still valid."),
        specimen=say(language, "SPECIMEN"),
        specimen_says=say(language, "Specimen from a demonstration: it confirms nothing."),
    )


def columns(facts: CertificateFacts, timezone: str) -> tuple[Column, ...]:
    """Kazakh, Russian, English: the same things in the same order."""
    return tuple(column(facts, str(language), timezone) for language in LOCALES)
