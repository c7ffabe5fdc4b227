"""A file is read in a process of its own that is bound in time and memory, and what it says comes back whole."""

import resource
import subprocess
import sys
from pathlib import Path
from threading import current_thread, main_thread
from time import monotonic

import anyio
import pytest
from structlog.testing import capture_logs

from app.question_banks.errors import ImportBusy
from app.question_banks.formats import apart
from app.question_banks.formats.draft import from_document
from app.question_banks.formats.gift.reading import read
from app.question_banks.formats.report import FormatError, Parsed
from tests.question_banks.formats.hostile import CASES, moodle
from tests.rig.wire import in_its_own_loop

GIFT = (
    "::a::Қай қала? {=Астана ~Алматы}\n\n// comment\n::b::Бос {~x ~y}\n\n[html]<p><b>x</b> {=a ~b}\n".encode()
)


def apart_from(data: bytes, form: str = "gift", language: str | None = "kk") -> Parsed:
    return in_its_own_loop(apart.read_apart(data, form, language))


def test_what_was_read_apart_is_what_is_read_here() -> None:
    here, there = read(GIFT, language="kk"), apart_from(GIFT)
    assert there == here
    assert [one.where for one in there.drafts] == [one.where for one in here.drafts]


def test_a_refused_file_is_refused_with_its_line() -> None:
    with pytest.raises(FormatError, match="declared, which is not allowed"):
        apart_from(CASES["entities"][1](), "moodle-xml")


def test_a_reader_that_takes_too_long_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WAIT", 0.01)
    with pytest.raises(FormatError, match="more time or memory"):
        apart_from(moodle("<p>x</p>"), "moodle-xml")


def test_no_more_files_are_read_at_a_time_than_may_be() -> None:
    async def three() -> list[str]:
        ends: list[str] = []

        async def one() -> None:
            try:
                await apart.read_apart(GIFT, "gift", "kk")
                ends.append("read")
            except ImportBusy:
                ends.append("busy")

        async with anyio.create_task_group() as group:
            for _ in range(apart.AT_ONCE + 1):
                group.start_soon(one)
        return ends

    assert sorted(in_its_own_loop(three())) == ["busy", *["read"] * apart.AT_ONCE]
    assert apart_from(GIFT).seen == 3, "the places are free again"


def test_the_process_knows_no_setting_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tells = tmp_path / "tells"
    tells.write_text(
        '#!/bin/sh\ncat > /dev/null\nprintf \'{"refused": ["%s", "x"]}\' "$CEASAI_SECRET"\n', encoding="utf-8"
    )
    tells.chmod(0o700)
    monkeypatch.setenv("CEASAI_SECRET", "not for readers")
    monkeypatch.setattr(sys, "executable", str(tells))
    with pytest.raises(FormatError) as refused:
        apart_from(GIFT)
    assert (refused.value.where, refused.value.why) == ("", "x")


def test_a_process_that_ends_before_it_has_the_file_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dies = tmp_path / "dies"
    dies.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    dies.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(dies))
    for data in (GIFT, bytes(4_000_000)):
        with pytest.raises(FormatError, match="more time or memory"):
            apart_from(data)


def test_the_process_is_bound() -> None:
    program = (
        "import os, resource; from app.question_banks.formats import apart; apart._bound();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[1], resource.getrlimit(resource.RLIMIT_CPU)[1],"
        " resource.getrlimit(resource.RLIMIT_FSIZE)[1])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(apart.MEMORY), str(apart.SECONDS), "0"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 0, "the server itself is not bound"


def _stands_in(monkeypatch: pytest.MonkeyPatch, folder: Path, does: str) -> None:
    """A reader that does what a shell does."""
    reader = folder / "reader"
    reader.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    reader.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(reader))


def test_a_reader_that_says_more_than_it_may_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(apart, "SAID", 1_000_000)
    monkeypatch.setattr(apart, "WAIT", 20.0)
    _stands_in(monkeypatch, tmp_path, 'echo $$ > "${0}.pid"; exec yes')
    before = monotonic()
    with pytest.raises(FormatError, match="more time or memory"):
        apart_from(GIFT)
    assert monotonic() - before < 15, "not only when the time is over"
    assert not Path(f"/proc/{(tmp_path / 'reader.pid').read_text().strip()}").exists()


@pytest.mark.parametrize(("does", "told"), [("exit 7", [7]), ("exit 3", []), ("kill -9 $$", [])])
def test_a_reader_that_fails_by_no_limit_leaves_its_return_code_in_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, does: str, told: list[int]
) -> None:
    _stands_in(monkeypatch, tmp_path, does)
    with capture_logs() as lines, pytest.raises(FormatError):
        apart_from(GIFT)
    assert [line["code"] for line in lines] == told


def test_what_was_read_is_taken_apart_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def watched(said: dict[str, object]) -> object:
        threads.append(current_thread())
        return from_document(said)

    monkeypatch.setattr(apart, "from_document", watched)
    assert len(apart_from(GIFT).drafts) == len(threads) == 2
    assert main_thread() not in threads
