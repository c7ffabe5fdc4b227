"""The calendar file of RFC 5545: line ends, folding, escaping, and what changes with an appointment."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.calendar import FOLD, Appointment, escaped, folded, written

AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
ONE = Appointment(
    uid="0190a0a0@exams.example",
    sequence=0,
    begins_at=datetime(2026, 11, 26, 10, tzinfo=timezone(timedelta(hours=5))),
    ends_at=datetime(2026, 11, 26, 13, tzinfo=timezone(timedelta(hours=5))),
    summary="Емтихан; бірінші, 1\\2",
    location="Астана, Үлгі көшесі, 1",
    description="Бірінші жол\nекінші жол",
    url="https://exams.example/kk/exams",
    organizer_name='CEASAI "үлгі"',
    organizer_email="office@exams.example",
)


def unfolded(text: str) -> dict[str, str]:
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.pop() == ""
    return dict(re.split(r"[:;]", line, maxsplit=1) for line in lines)


def test_the_file_says_what_when_and_where() -> None:
    fields = unfolded(written(ONE, at=AT, language="kk"))
    assert fields["METHOD"] == "PUBLISH"
    assert (fields["DTSTART"], fields["DTEND"]) == ("20261126T050000Z", "20261126T080000Z")
    assert fields["DTSTAMP"] == "20261123T070000Z"
    assert (fields["UID"], fields["SEQUENCE"], fields["STATUS"]) == (ONE.uid, "0", "CONFIRMED")
    assert fields["SUMMARY"] == "LANGUAGE=kk:Емтихан\\; бірінші\\, 1\\\\2"
    assert fields["DESCRIPTION"] == "LANGUAGE=kk:Бірінші жол\\nекінші жол"
    assert fields["ORGANIZER"] == 'CN="CEASAI үлгі":mailto:office@exams.example'


def test_a_cancelled_appointment_is_taken_off_the_calendar() -> None:
    fields = unfolded(written(replace(ONE, cancelled=True, sequence=3), at=AT, language="kk"))
    assert (fields["METHOD"], fields["STATUS"], fields["SEQUENCE"]) == ("CANCEL", "CANCELLED", "3")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300))
def test_lines_are_folded_at_75_octets_without_cutting_a_letter(text: str) -> None:
    line = folded(text)
    assert line.endswith("\r\n")
    pieces = line.removesuffix("\r\n").split("\r\n")
    assert all(len(piece.encode()) <= FOLD for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a,b;c", "a\\,b\\;c"), ("a\\n", "a\\\\n"), ("one\r\ntwo\nthree", "one\\ntwo\\nthree"), ("", "")],
)
def test_text_is_escaped(text: str, kept: str) -> None:
    assert escaped(text) == kept


def test_nothing_typed_can_add_a_line() -> None:
    text = written(replace(ONE, location="x\r\nATTENDEE:y", organizer_name="a\r\nB:c"), at=AT, language="en")
    assert "ATTENDEE" not in unfolded(text)
    assert "\nB:c" not in text
