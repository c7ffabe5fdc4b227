"""The capstone's rules: briefs, raters and what their ratings come to, and which files are taken."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.capstone.queries.briefs import shipped
from app.capstone.rules import uploads
from app.capstone.rules.briefs import Brief, Criterion, Deliverable
from app.capstone.rules.rating import (
    RATING_TIME,
    Outcome,
    Place,
    Rated,
    Standing,
    Taking,
    complete,
    decide_capstone,
    may_begin,
    rated,
    raters_needed,
    standing_of,
    taking,
)
from app.capstone.rules.uploads import Kind, Problem, Sound, read_upload
from app.kernel.locales import LOCALES

BRIEF = shipped()
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


def says(points: int, outcome: Outcome | None = None) -> Rated:
    return Rated(points, outcome or (PASSED if points >= BRIEF.pass_points else FAILED))


def levels(*given: int) -> dict[str, int]:
    return dict(zip((one.id for one in BRIEF.criteria), given, strict=True))


# --- the brief


def test_the_shipped_brief_asks_what_the_lesson_says_in_three_languages() -> None:
    assert (BRIEF.most, BRIEF.pass_points, BRIEF.gap) == (32, 20, 6)
    assert [place for place, one in enumerate(BRIEF.criteria, 1) if one.needed] == [1, 2, 7]
    texts = [one.title for one in (*BRIEF.deliverables, *BRIEF.criteria)]
    texts += [one.asks for one in BRIEF.deliverables]
    texts += [text for one in BRIEF.criteria for text in one.levels.values()]
    for text in (BRIEF.title, BRIEF.summary, *texts):
        assert set(text) == {str(locale) for locale in LOCALES}
        assert all(text.values())


def test_a_brief_is_the_same_after_it_was_written_down() -> None:
    assert Brief.model_validate(BRIEF.model_dump(mode="json")) == BRIEF


def changed(**values: Any) -> dict[str, Any]:
    return BRIEF.model_dump() | values


@pytest.mark.parametrize(
    "wrong",
    [
        changed(pass_points=33),
        changed(gap=32),
        changed(deliverables=[*BRIEF.deliverables, BRIEF.deliverables[0]]),
        changed(criteria=[*BRIEF.criteria, BRIEF.criteria[0]]),
        changed(unknown=1),
    ],
)
def test_a_brief_that_does_not_fit_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Brief.model_validate(wrong)


def test_a_part_takes_something_and_a_criterion_describes_its_ends() -> None:
    words = BRIEF.title
    with pytest.raises(ValidationError):
        Deliverable(id="a", title=words, asks=words, characters=0, files=0)
    for described in ({0: words}, {4: words}, {0: words, 4: words, 5: words}):
        with pytest.raises(ValidationError):
            Criterion(id="a", title=words, levels=described)


# --- ratings


def test_a_rating_has_a_level_for_each_criterion_and_no_other() -> None:
    good = levels(*[2] * 8)
    assert complete(good, BRIEF)
    assert not complete(good | {"risk": 5}, BRIEF)
    assert not complete(good | {"risk": -1}, BRIEF)
    assert not complete(good | {"other": 1}, BRIEF)
    assert not complete({key: 2 for key in list(good)[1:]}, BRIEF)


def test_a_rating_passes_at_the_mark_and_with_no_zero_where_none_may_be() -> None:
    assert rated(levels(2, 2, 4, 4, 4, 0, 4, 0), BRIEF) == Rated(20, PASSED)
    assert rated(levels(2, 2, 4, 4, 3, 0, 4, 0), BRIEF) == Rated(19, FAILED)
    # the example of the lesson's own check
    assert rated(levels(3, 0, 4, 3, 3, 3, 4, 3), BRIEF) == Rated(23, FAILED)


def test_a_third_rater_is_asked_when_totals_or_outcomes_differ() -> None:
    assert raters_needed([], BRIEF) == raters_needed([says(20)], BRIEF) == 2
    assert raters_needed([says(20), says(26)], BRIEF) == 2
    assert raters_needed([says(20), says(27)], BRIEF) == 3
    assert raters_needed([says(27), says(20)], BRIEF) == 3
    assert raters_needed([says(19), says(20)], BRIEF) == 3
    assert raters_needed([says(24), says(24, FAILED)], BRIEF) == 3


def test_nothing_is_decided_while_a_rating_is_missing() -> None:
    assert decide_capstone([], BRIEF) is None
    assert decide_capstone([says(30)], BRIEF) is None
    assert decide_capstone([says(18), says(25)], BRIEF) is None


@pytest.mark.parametrize(
    ("totals", "outcome", "points", "counted"),
    [
        ((20, 26), PASSED, 23, (0, 1)),
        ((20, 21), PASSED, 21, (0, 1)),
        ((18, 19), FAILED, 19, (0, 1)),
        ((18, 25, 24), PASSED, 25, (1, 2)),
        ((18, 25, 10), FAILED, 14, (0, 2)),
        ((20, 27, 28), PASSED, 28, (1, 2)),
        ((20, 28, 24), PASSED, 26, (1, 2)),
        ((2, 19, 10), FAILED, 6, (0, 2)),
    ],
)
def test_the_outcome_that_most_gave_stands_with_the_mean_of_the_two_closest(
    totals: tuple[int, ...], outcome: Outcome, points: int, counted: tuple[int, ...]
) -> None:
    found = decide_capstone([says(one) for one in totals], BRIEF)
    assert found is not None
    assert (found.outcome, found.points, found.counted) == (outcome, points, counted)


any_rating = st.builds(
    lambda given: rated(levels(*given), BRIEF),
    st.lists(st.integers(min_value=0, max_value=4), min_size=8, max_size=8),
)


@given(st.lists(any_rating, min_size=3, max_size=3))
def test_points_never_speak_against_the_outcome_and_order_changes_nothing(three: list[Rated]) -> None:
    found = decide_capstone(three, BRIEF)
    assert found is not None
    agreeing = [one for one in three if one.outcome is found.outcome]
    assert len(agreeing) >= 2
    if found.outcome is PASSED:
        assert found.points >= BRIEF.pass_points
    assert min(one.points for one in agreeing) <= found.points <= max(one.points for one in agreeing)
    again = decide_capstone([three[1], three[0], three[2]], BRIEF)
    assert again is not None
    assert (again.outcome, again.points) == (found.outcome, found.points)


# --- raters


def test_a_submission_has_as_many_raters_as_it_needs() -> None:
    me, one, other = uuid4(), uuid4(), uuid4()

    def ask(*places: Place, needed: int = 2, at: datetime = AT) -> Taking:
        return taking(places, me, needed=needed, at=at)

    held, second = Place(one, AT), Place(other, AT)
    assert ask() is ask(held) is Taking.FREE
    assert ask(held, second) is Taking.TAKEN
    assert ask(held, second, needed=3) is Taking.FREE
    assert ask(Place(me, AT), held) is Taking.MINE
    assert ask(Place(me, AT, given_back=True)) is Taking.GIVEN_BACK
    assert ask(Place(me, AT, rated=True)) is Taking.RATED
    assert ask(held, Place(other, AT, given_back=True)) is Taking.FREE


def test_who_does_not_rate_in_time_makes_room_and_a_rating_keeps_its_place() -> None:
    me, one, other = uuid4(), uuid4(), uuid4()
    places = [Place(one, AT), Place(other, AT, rated=True)]
    assert taking(places, me, needed=2, at=AT + RATING_TIME) is Taking.TAKEN
    late = AT + RATING_TIME + timedelta(seconds=1)
    assert taking(places, me, needed=2, at=late) is Taking.FREE
    assert taking(places, one, needed=2, at=late) is Taking.FREE
    done = [Place(one, AT, rated=True), Place(other, AT, rated=True)]
    assert taking(done, me, needed=2, at=late) is Taking.TAKEN


@pytest.mark.parametrize(
    ("told", "open_now", "standing", "begins"),
    [
        ([], False, Standing.NONE, True),
        ([], True, Standing.OPEN, False),
        ([FAILED], False, Standing.FAILED, True),
        ([FAILED], True, Standing.OPEN, False),
        ([FAILED, FAILED], False, Standing.FAILED, False),
        ([PASSED], False, Standing.PASSED, False),
        ([FAILED, PASSED], False, Standing.PASSED, False),
    ],
)
def test_it_is_begun_once_and_once_more_after_a_fail(
    told: list[Outcome], open_now: bool, standing: Standing, begins: bool
) -> None:
    assert standing_of(told, open_now=open_now) is standing
    assert may_begin(told, open_now=open_now) is begins


# --- files


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.7\n" + body + b"\ntrailer\n%%EOF\n"


def png(width: int = 10, height: int = 10) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    return head + b"\x08\x02\x00\x00\x00" + b"crc1" + struct.pack(">I", 0) + b"IEND" + b"crc2"


def docx(**more: bytes) -> bytes:
    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return packed.getvalue()


def stream(content: bytes) -> bytes:
    return b"<< /Filter /FlateDecode >>\nstream\r\n" + zlib.compress(content) + b"\nendstream\n"


def xmp(author: bytes, title: bytes = b"Plan") -> bytes:
    creator = b"<dc:creator><rdf:Seq><rdf:li>" + author + b"</rdf:li></rdf:Seq></dc:creator>"
    return creator + b"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>" + title + b"</rdf:li></rdf:Alt>"


def core(creator: bytes, changed_by: bytes) -> bytes:
    return (
        b"<cp:coreProperties><dc:title>Plan</dc:title><dc:creator>" + creator + b"</dc:creator>"
        b"<cp:lastModifiedBy>" + changed_by + b"</cp:lastModifiedBy></cp:coreProperties>"
    )


def outside(kind: str, mode: bytes = b"External") -> bytes:
    return (
        b"<Relationships><Relationship Id='a>b' Type=\"http://schemas.example/relationships/"
        + kind.encode()
        + b'" Target="https://elsewhere.example/x" TargetMode="'
        + mode
        + b'"/></Relationships>'
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf(b"/Author () /Title (The plan)")),
        ("a.pdf", pdf(b"/Author (\xfe\xff) /Author <FEFF> /Author < >")),
        ("a.pdf", pdf(xmp(b""))),
        ("a.pdf", pdf(xmp(b" ") + b"<dc:creator> <rdf:li>cut")),
        ("a.pdf", pdf(stream(b"a page") + b"stream\nnot packed endstream stream\n cut")),
        ("a.docx", docx(**{"docProps/core.xml": core(b"", b" ")})),
        ("a.docx", docx(**{"docProps/core.xml": b"<dc:creator/><cp:lastModifiedBy/>"})),
        ("a.docx", docx(**{"word/_rels/document.xml.rels": outside("hyperlink")})),
        ("a.docx", docx(**{"word/_rels/document.xml.rels": outside("image", b"Internal")})),
    ],
)
def test_what_names_no_author_and_fetches_nothing_is_taken(name: str, content: bytes) -> None:
    assert isinstance(read_upload(name, content), Sound)


def test_four_kinds_are_taken_each_known_by_its_bytes() -> None:
    assert read_upload("plan.pdf", pdf()) == Sound("plan.pdf", Kind.PDF)
    assert read_upload(" Жоспар.DOCX ", docx()) == Sound("Жоспар.DOCX", Kind.DOCX)
    assert read_upload("a.png", png()) == Sound("a.png", Kind.PNG)
    assert read_upload("a.md", "Қауіп < 5 %\n".encode()) == Sound("a.md", Kind.TEXT)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.pdf", b"", Problem.EMPTY),
        ("a.txt", b"a" * (uploads.MAX_FILE + 1), Problem.TOO_LARGE),
        ("", pdf(), Problem.NAME),
        ("../a.pdf", pdf(), Problem.NAME),
        ("a\\b.pdf", pdf(), Problem.NAME),
        ("C:a.pdf", pdf(), Problem.NAME),
        (".a.pdf", pdf(), Problem.NAME),
        ("a\u202efdp.pdf", pdf(), Problem.NAME),
        ("a" * 120 + ".pdf", pdf(), Problem.NAME),
        ("a.pdf", b"MZ\x90\x00 a program", Problem.KIND),
        ("a.html", b"<html></html>", Problem.KIND),
        ("a.pdf", png(), Problem.ENDING),
        ("a.txt", pdf(), Problem.ENDING),
        ("a.pdf", b"%PDF-1.7 cut", Problem.BROKEN),
        ("a.pdf", pdf(b"/Encrypt 5 0 R"), Problem.LOCKED),
        ("a.pdf", pdf(b"/S /JavaScript"), Problem.ACTIVE),
        ("a.pdf", pdf(b"/Type /EmbeddedFile"), Problem.ACTIVE),
        ("a.png", png()[:30], Problem.BROKEN),
        ("a.png", png().replace(b"IHDR", b"XHDR"), Problem.BROKEN),
        ("a.png", png().replace(b"IEND", b"XEND"), Problem.BROKEN),
        ("a.png", png(0, 5), Problem.UNFOLDS),
        ("a.png", png(5, 10_001), Problem.UNFOLDS),
        ("a.png", png(9_000, 9_000), Problem.UNFOLDS),
        ("a.txt", b"\xff\xfe\x00", Problem.ENCODING),
        ("a.txt", b"a\x00b", Problem.ENCODING),
        ("a.txt", b"  < script>alert(1)</script>", Problem.MARKUP),
        ("a.txt", b"text <IMG src=x onerror=y>", Problem.MARKUP),
        ("a.pdf", pdf(b"/Type /Embedded#46ile"), Problem.ACTIVE),
        ("a.pdf", pdf(b"/Names << /EmbeddedFiles 5 0 R >>"), Problem.ACTIVE),
        ("a.pdf", pdf(stream(b"<< /S /#4aavaScript >>")), Problem.ACTIVE),
        ("a.pdf", pdf(stream(b"plain") + stream(b"/Launch")), Problem.ACTIVE),
        ("a.pdf", pdf(stream(bytes(41 * 1024 * 1024))), Problem.UNFOLDS),
        ("a.pdf", pdf(b"/Author (Aigerim)"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author(\xfe\xff\x04\x10)"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author <FEFF0410>"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author 12 0 R"), Problem.AUTHOR),
        ("a.pdf", pdf(stream(b"<< /Author (A) >>")), Problem.AUTHOR),
        ("a.pdf", pdf(xmp(b"Aigerim")), Problem.AUTHOR),
        ("a.docx", docx(**{"docProps/core.xml": core(b"Aigerim", b"")}), Problem.AUTHOR),
        ("a.docx", docx(**{"docProps/core.xml": core(b"", "Ә".encode())}), Problem.AUTHOR),
        ("a.docx", docx(**{"word/_rels/settings.xml.rels": outside("attachedTemplate")}), Problem.ACTIVE),
        ("a.docx", docx(**{"_rels/.rels": outside("image", b"&#69;xternal")}), Problem.ACTIVE),
        ("a.docx", docx(**{"_rels/.rels": b"<!DOCTYPE x>"}), Problem.ACTIVE),
        ("a.docx", docx()[:-30], Problem.BROKEN),
        ("a.docx", docx(**{"../x": b"a"}), Problem.BROKEN),
        ("a.docx", docx(**{"/x": b"a"}), Problem.BROKEN),
        ("a.docx", docx(**{"word/vbaProject.bin": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{"word/embeddings/a.bin": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{"word/a.exe": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{f"word/{n}": b"" for n in range(500)}), Problem.UNFOLDS),
        ("a.docx", docx(**{"word/bomb": bytes(41 * 1024 * 1024)}), Problem.UNFOLDS),
    ],
)
def test_what_is_hostile_or_broken_is_not_taken_and_says_why(
    name: str, content: bytes, problem: Problem
) -> None:
    assert read_upload(name, content) is problem


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_another_packed_file_is_no_document() -> None:
    assert read_upload("a.docx", packed(a=b"1")) is Problem.KIND


def test_a_locked_document_is_said_to_be_locked() -> None:
    content = bytearray(docx())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    assert read_upload("a.docx", bytes(content)) is Problem.LOCKED


def test_a_document_packed_in_an_unusual_way_is_not_opened() -> None:
    content = bytearray(docx())
    place = content.index(b"PK\x01\x02")
    content[place + 10] = 14
    assert read_upload("a.docx", bytes(content)) is Problem.BROKEN


def test_a_member_that_is_damaged_makes_the_document_broken() -> None:
    content = docx(**{"word/media.bin": b"0123456789" * 100})
    place = content.index(b"word/media.bin") + len("word/media.bin")
    assert read_upload("a.docx", content[:place] + b"\xff\xff\xff" + content[place + 3 :]) is Problem.BROKEN


def far_away(content: bytes) -> bytes:
    """A packed document whose first member claims to begin at the last place of 64 bits."""
    head = content.index(b"PK\x01\x02")
    named = content[head + 46 : head + 46 + struct.unpack("<H", content[head + 28 : head + 30])[0]]
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    entry = bytearray(content[head : head + 46])
    entry[30:32] = struct.pack("<H", len(extra))
    entry[42:46] = b"\xff" * 4
    rest = content[head + 46 + len(named) :]
    end = rest.index(b"PK\x05\x06")
    size = struct.unpack("<I", rest[end + 12 : end + 16])[0] + len(extra)
    rest = rest[: end + 12] + struct.pack("<I", size) + rest[end + 16 :]
    return content[:head] + bytes(entry) + named + extra + rest


def test_a_member_that_begins_nowhere_makes_the_document_broken() -> None:
    assert read_upload("a.docx", far_away(docx())) is Problem.BROKEN


@given(st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=12))
def test_a_document_with_changed_bytes_is_answered_too(flips: list[tuple[int, int]]) -> None:
    content = bytearray(docx(**{"docProps/core.xml": core(b"", b"")}))
    for place, byte in flips:
        content[place % len(content)] = byte
    assert isinstance(read_upload("a.docx", bytes(content)), Problem | Sound)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reader(content: bytes) -> None:
    for name, start in (
        ("a.docx", b"PK\x03\x04"),
        ("a.pdf", b"%PDF-"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.txt", b""),
    ):
        assert isinstance(read_upload(name, start + content), Problem | Sound)
