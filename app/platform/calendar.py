"""An appointment as a calendar file that every calendar program reads.

Source: RFC 5545 (iCalendar), sections 3.1, 3.2, 3.3.5, 3.3.11 and 3.6.1; RFC 5546, sections 3.2.1 and 3.2.5.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

FOLD = 75
"""Octets of a line, the line break not counted."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One event. Instants are aware UTC; ``uid`` stays for good, and ``sequence`` rises with every change."""

    uid: str
    sequence: int
    begins_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    organizer_name: str
    organizer_email: str
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What the receiving program does with it."""
        return "CANCEL" if self.cancelled else "PUBLISH"


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon and comma escaped, a line break as a backslash and an n."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """A content line with its CRLF, in pieces of 75 octets at most; no letter is cut in two."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > FOLD:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _quoted(text: str) -> str:
    """A parameter value: no quotes and no control characters may stand in it."""
    return '"' + "".join(sign for sign in text if sign != '"' and sign.isprintable()) + '"'


def written(one: Appointment, *, at: datetime, language: str) -> str:
    """The file's text; ``at`` is when it was made, ``language`` (ISO 639-1) that of its words."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CEASAI//Exams//EN",
        f"METHOD:{one.method}",
        "BEGIN:VEVENT",
        f"UID:{escaped(one.uid)}",
        f"SEQUENCE:{one.sequence}",
        f"DTSTAMP:{_instant(at)}",
        f"DTSTART:{_instant(one.begins_at)}",
        f"DTEND:{_instant(one.ends_at)}",
        f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}",
        f"ORGANIZER;CN={_quoted(one.organizer_name)}:mailto:{one.organizer_email}",
        f"SUMMARY;LANGUAGE={language}:{escaped(one.summary)}",
        f"LOCATION;LANGUAGE={language}:{escaped(one.location)}",
        f"DESCRIPTION;LANGUAGE={language}:{escaped(one.description)}",
        f"URL:{one.url}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(folded(line) for line in lines)
