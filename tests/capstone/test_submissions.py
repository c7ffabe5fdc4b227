"""Working on a capstone and handing it in."""

import pytest
from sqlalchemy import text, update

from app.capstone.errors import (
    CapstoneChanged,
    CapstoneFull,
    CapstoneHandedIn,
    CapstoneIncomplete,
    CapstoneOpen,
    CapstoneOver,
    CapstonePassed,
    CapstoneTooMuch,
    SameFile,
)
from app.capstone.models import CapstoneFile, CapstoneSubmission, CapstoneText
from app.capstone.queries import work as reads
from app.capstone.queries.work import own_submissions
from app.capstone.service import submissions
from app.kernel.canonical import sha256_hex
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.database import insert_once
from tests import factories
from tests.capstone.ground import PARTS, PDF, Ground, confirmed_on
from tests.world import World


def test_one_submission_is_open_at_a_time(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    with pytest.raises(CapstoneOpen):
        ground.begun()
    for part in PARTS:
        ground.writes(work, part)
    ground.hands_in(work)
    with pytest.raises(CapstoneOpen):
        ground.begun()


def test_the_database_itself_keeps_a_second_one_out(world: World) -> None:
    ground = Ground(world)
    work, now = ground.begun(), world.clock.now()
    with world.write() as session:
        first = session.get_one(CapstoneSubmission, work)
        fresh = insert_once(
            session,
            CapstoneSubmission,
            id=new_id(),
            code="AAAA-BBBB",
            person_id=ground.person,
            brief_id=first.brief_id,
            number=2,
            begun_at=now,
            changed_at=now,
            raters=2,
        )
    assert not fresh


def test_what_is_written_is_kept_as_it_is_and_an_empty_text_is_removed(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    ground.writes(work, "plan", "Қауіп\n\n  бірінші <b>")
    assert ground.work(work).texts["plan"].body == "Қауіп\n\n  бірінші <b>"
    ground.writes(work, "plan", "once more")
    assert ground.work(work).texts["plan"].body == "once more"
    ground.writes(work, "plan", "  ")
    assert ground.work(work).texts == {}


def test_the_line_ends_of_a_browser_cost_no_characters(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    lines = "\r\n".join(["a" * 99] * 30)
    reply = ground.sends(work, "aids", body=lines)
    assert reply.status_code == 303
    assert ground.work(work).texts["aids"].body == "\n".join(["a" * 99] * 30)


def test_a_part_takes_no_more_than_it_says(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    for number in range(3):
        ground.stores(work, PDF + bytes([number + 65]) + b"\n%%EOF")
    with pytest.raises(CapstoneFull):
        ground.stores(work, PDF + b"another\n%%EOF")
    with pytest.raises(CapstoneFull):
        ground.stores(work, part="aids")
    with pytest.raises(NotFound):
        ground.writes(work, "aids", "a" * 3001)
    with pytest.raises(NotFound):
        ground.writes(work, "unknown")
    assert len(ground.work(work).files) == 3


def test_the_same_file_is_stored_once_and_all_together_have_a_limit(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    ground.stores(work)
    with pytest.raises(SameFile):
        ground.stores(work, name="b.pdf")
    big = b"%PDF-1.7\n" + b"a" * (5 * 1024 * 1024 - 100)
    for place, part in enumerate(("do", "do", "check")):
        ground.stores(work, big + str(place).encode() + b"\n%%EOF", part)
    ground.stores(work, big[: 4 * 1024 * 1024] + b"\n%%EOF", "check")
    with pytest.raises(CapstoneTooMuch):
        ground.stores(work, big + b"x\n%%EOF", "act")


def test_the_hand_in_takes_what_was_shown_and_nothing_else(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    for part in PARTS[1:]:
        ground.writes(work, part)
    with pytest.raises(CapstoneIncomplete):
        ground.hands_in(work)
    ground.stores(work)
    shown = ground.work(work).state
    ground.writes(work, "act", "changed in another window")
    with pytest.raises(CapstoneChanged):
        ground.does(submissions.hand_in, person_id=ground.person, submission_id=work, confirmed=shown)
    ground.hands_in(work)
    after = ground.work(work)
    assert after.digest == after.state
    assert after.handed_in_at == world.clock.now()


def test_after_the_hand_in_nothing_changes(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    before = ground.work(work)
    with pytest.raises(CapstoneHandedIn):
        ground.writes(work, "plan", "later")
    with pytest.raises(CapstoneHandedIn):
        ground.stores(work, PDF + b"later\n%%EOF")
    with pytest.raises(CapstoneHandedIn):
        ground.does(
            submissions.remove_file,
            person_id=ground.person,
            submission_id=work,
            file_id=before.files[0].id,
        )
    with pytest.raises(CapstoneHandedIn):
        ground.hands_in(work)
    assert ground.work(work) == before


def test_nobody_comes_to_the_work_of_another(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    ground.stores(work)
    file = ground.work(work).files[0].id
    other = ground.desk(factories.person(world))
    assert other.get(f"/en/capstone/{work}/files/{file}").status_code == 404
    assert other.get(f"/en/capstone/{work}/submission").status_code == 404
    assert other.get(f"/en/capstone/{work}/parts/plan").status_code == 404
    assert ground.sends(work, "plan", desk=other, body="x").status_code == 404
    assert ground.sends(work, "plan", desk=other, remove=str(file)).status_code == 404
    assert other.post(f"/en/capstone/{work}/submission").status_code == 404
    assert len(ground.work(work).files) == 1


def test_after_a_fail_there_is_one_resubmission_with_a_copy(world: World) -> None:
    ground = Ground(world)
    first = ground.told(1)
    second = ground.begun()
    copied, before = ground.work(second), ground.work(first)
    assert copied.number == 2
    assert {part: one.body for part, one in copied.texts.items()} == {
        part: one.body for part, one in before.texts.items()
    }
    assert [one.sha256 for one in copied.files] == [one.sha256 for one in before.files]
    ground.writes(second, "plan", "better now")
    ground.hands_in(second)
    assert ground.work(first) == before
    ground.rates(second, 0, 1)
    ground.rates(second, 1, 1)
    ground.tells(second)
    with pytest.raises(CapstoneOver):
        ground.begun()


def test_a_resubmission_copies_only_what_its_brief_asks_for(world: World) -> None:
    ground = Ground(world)
    first, now = ground.told(1), world.clock.now()
    with world.write() as session:
        session.add(CapstoneText(submission_id=first, part="former", body="x", saved_at=now))
        session.execute(update(CapstoneFile).values(part="former"))
    copied = ground.work(ground.begun())
    assert set(copied.texts) == set(PARTS)
    assert copied.files == ()


def test_what_is_passed_is_not_begun_again(world: World) -> None:
    ground = Ground(world)
    ground.told(3)
    with pytest.raises(CapstonePassed):
        ground.begun()


def test_the_whole_way_by_pages_without_script(world: World) -> None:
    ground = Ground(world)
    desk = ground.desk()
    assert desk.post("/en/capstone").status_code == 303
    with world.read() as session:
        work = own_submissions(session, ground.person)[0]
    for part in PARTS[1:]:
        reply = ground.sends(work, part, desk=desk, body="I found <b>this</b>", look="1")
        assert (reply.status_code, reply.headers["location"]) == (303, "/en/capstone")
    assert ground.sends(work, "plan", desk=desk, file=("Жоспар 1.pdf", PDF)).status_code == 303
    page = desk.get(f"/en/capstone/{work}/parts/plan").text
    digest = sha256_hex(PDF)
    assert "Жоспар 1.pdf" in page
    assert " ".join(digest[start : start + 8] for start in range(0, 64, 8)) in page
    assert f"{len(PDF)} bytes" in page
    assert "I found &lt;b&gt;this&lt;/b&gt;" in desk.get(f"/en/capstone/{work}/parts/{PARTS[1]}").text
    shown = desk.get(f"/en/capstone/{work}/submission").text
    reply = desk.post(f"/en/capstone/{work}/submission", {"confirmed": confirmed_on(shown)})
    assert reply.headers["location"] == "/en/capstone?done=handed-in"
    receipt = desk.get("/en/capstone").text
    after = ground.work(work)
    assert after.code in receipt
    assert "<textarea" not in receipt
    assert desk.get(f"/en/capstone/{work}/submission").status_code == 303
    assert desk.get(f"/en/capstone/{work}/parts/plan").headers["location"] == "/en/capstone"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "Choose a file that is not empty."),
        ("../../a.pdf", PDF, "Rename the file"),
        ("a.pdf", b"MZ", "Only PDF, Word"),
        ("a.png", PDF, "does not fit what the file holds"),
        ("a.txt", b"<script>x</script>", "markup of a web page"),
        ("a.txt", b"a" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        ("a.docx", b"PK\x03\x04 nothing", "damaged"),
        ("a.pdf", PDF.replace(b"the work", b"/Author (A)"), "name an author"),
    ],
)
def test_a_file_that_is_not_taken_says_why_and_nothing_is_stored(
    world: World, name: str, content: bytes, words: str
) -> None:
    ground = Ground(world)
    work = ground.begun()
    reply = ground.sends(work, "plan", body="A text that is kept", file=(name, content))
    assert reply.status_code == 422
    assert words in reply.text
    assert ground.work(work).files == ()
    assert ground.work(work).texts["plan"].body == "A text that is kept"


def test_a_full_part_says_so_on_the_page(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    desk = ground.desk()
    ground.sends(work, "plan", desk=desk, file=("a.pdf", PDF))
    again = ground.sends(work, "plan", desk=desk, file=("a.pdf", PDF)).text
    assert "The same file is stored here already." in again
    assert "This part takes no more files." in ground.sends(work, "aids", desk=desk, file=("a.pdf", PDF)).text


def test_a_text_that_is_too_long_stays_on_the_page(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    reply = ground.sends(work, "aids", body="b" * 3001)
    assert reply.status_code == 422
    assert "3000 characters at most" in reply.text
    assert "b" * 3001 in reply.text


def test_a_text_of_another_window_is_not_written_over_unseen(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    desk = ground.desk()
    ground.writes(work, "plan", "Of the first window")
    first = reads.version("")
    address, sent = f"/en/capstone/{work}/parts/plan", {"body": "Of the second", "based_on": first}
    reply = desk.post(address, sent)
    assert reply.status_code == 409
    assert all(words in reply.text for words in ("Of the first window", "Of the second", "Another text was"))
    assert ground.work(work).texts["plan"].body == "Of the first window"
    assert desk.post(address, {"body": "Of the first window", "based_on": first}).status_code == 303
    assert ground.sends(work, "plan", desk=desk, body="Of the second").status_code == 303
    assert ground.work(work).texts["plan"].body == "Of the second"


def test_a_file_is_removed_and_what_was_typed_meanwhile_is_kept(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    ground.stores(work)
    file = ground.work(work).files[0].id
    reply = ground.sends(work, "plan", body="Typed meanwhile", remove=str(file))
    assert reply.headers["location"].endswith("/parts/plan?done=removed")
    after = ground.work(work)
    assert (after.files, after.texts["plan"].body) == ((), "Typed meanwhile")
    assert ground.sends(work, "plan", body="Typed meanwhile", remove="../x").status_code == 404
    assert ground.sends(work, "unknown", body="x").status_code == 404


def test_ones_own_file_is_a_download_and_its_opening_is_written_down(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    ground.stores(work, name="Жоспар.pdf")
    file = ground.work(work).files[0].id
    reply = ground.desk().get(f"/en/capstone/{work}/files/{file}")
    assert reply.content == PDF
    assert reply.headers["content-disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''%D0%96" in reply.headers["content-disposition"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    with world.read() as session:
        found = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'capstone.file_opened'")
        ).scalar_one()
    assert found == 1
