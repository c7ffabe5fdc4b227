"""The live board: what it says of everybody, whom it lists, and that a poll brings only what changed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import event

from app.exams import jobs
from app.exams.rules.states import Lifecycle
from tests.exams import bench
from tests.exams.board_world import Watch, pulse, row, rows
from tests.factories import person
from tests.world import World

MINUTE = timedelta(minutes=1)


def test_the_board_says_who_is_where_how_far_and_when_they_were_last_heard_of(world: World) -> None:
    watch = Watch(world, candidates=2, sit=1)
    who = watch.who[0]
    who.save(1, "a", lease=who.lease())
    who.save(2, "b", lease=who.lease())
    world.clock.advance(45 * timedelta(seconds=1))
    page = watch.staff.get(watch.board)
    assert page.status_code == HTTPStatus.OK
    said = row(page.text, watch.attempts[0])
    for words in ("Sample Candidate", "English", "In progress", "half a minute ago", "2 of 24", "40 min"):
        assert words in said, said
    waits = row(page.text, watch.attempts[1])
    assert "Booked" in waits
    assert "Not started, the hour has passed" in waits


def test_cleared_answers_do_not_count_as_saved(world: World) -> None:
    watch = Watch(world, candidates=1)
    who = watch.who[0]
    who.save(1, "a", lease=who.lease())
    who.save(1, version=1, clear="1", lease=who.lease())
    assert "0 of 24" in row(watch.staff.get(watch.board).text, watch.attempts[0])


def test_events_are_named_and_counted(world: World) -> None:
    watch = Watch(world, candidates=1)
    who = watch.who[0]
    lease = who.lease()
    who.save(1, "a", lease=lease)
    who.save(1, "b", lease=lease)
    who.locale = "kk"
    who.page()
    type(who)(world, who.person_id, who.attempt_id).page()
    world.clock.advance(timedelta(seconds=61))
    world.work()
    said = row(watch.staff.get(watch.board).text, watch.attempts[0])
    for words in ("1 refused save", "2 changes of language", "1 change of window", "1 interruption"):
        assert words in said, said
    assert "Connection lost" in said


def test_nothing_on_the_board_rates_anybody(world: World) -> None:
    watch = Watch(world, candidates=1)
    who = watch.who[0]
    who.save(1, "a", lease=who.lease())
    who.hand_in(lease=who.lease())
    page = watch.staff.get(watch.board).text
    assert "Handed in at" in row(page, watch.attempts[0])
    for word in ("passed", "failed", "points", "score", "suspic", "risk"):
        assert word not in row(page, watch.attempts[0]).lower()


def test_who_sits_in_the_room_is_sorted_by_seat_or_by_name(world: World) -> None:
    watch = Watch(world, candidates=3, sit=0)
    assert rows(watch.staff.get(watch.board).text) == watch.attempts
    by_name = watch.staff.get(f"{watch.board}?sort=name").text
    assert sorted(rows(by_name)) == sorted(watch.attempts)
    assert "Sort by seat" in by_name
    assert rows(watch.staff.get(f"{watch.board}?sort=score").text) == watch.attempts


def test_a_filter_lists_who_needs_a_look_who_writes_and_who_has_handed_in(world: World) -> None:
    watch = Watch(world, candidates=4, sit=3)
    writes, paused, done, absent = watch.attempts
    watch.for_some("pause", 1, reason="Alarm")
    watch.who[2].hand_in(lease=watch.who[2].lease())

    def listed(word: str) -> list[object]:
        return list(rows(watch.staff.get(f"{watch.board}?filter={word}").text))

    assert listed("attention") == [paused, absent]
    assert listed("writing") == [writes, paused]
    assert listed("done") == [done]
    assert listed("all") == listed("anything else") == watch.attempts
    page = watch.staff.get(watch.board).text
    assert "2 people need a look." in page
    assert "Needs a look: 2" in page


def test_a_poll_is_empty_while_nothing_changes_and_brings_only_the_rows_that_did(world: World) -> None:
    watch = Watch(world, candidates=3)
    address = pulse(watch.staff.get(watch.board).text)
    assert watch.poll(address).status_code == HTTPStatus.NO_CONTENT
    who = watch.who[1]
    who.save(1, "a", lease=who.lease())
    reply = watch.poll(address)
    assert reply.status_code == HTTPStatus.OK
    assert rows(reply.text) == [watch.attempts[1]]
    assert "1 of 24" in reply.text
    assert "<html" not in reply.text
    assert watch.poll(pulse(reply.text)).status_code == HTTPStatus.NO_CONTENT


def test_the_time_of_a_page_moves_while_it_asks_although_nothing_else_changes(world: World) -> None:
    watch = Watch(world, candidates=1, sit=0)
    page = watch.staff.get(watch.board).text
    before = re.search(r"As of ([\d:]+)", page)
    assert watch.poll(pulse(page), after=29).status_code == HTTPStatus.NO_CONTENT
    reply = watch.poll(pulse(page), after=1)
    assert reply.status_code == HTTPStatus.OK
    assert rows(reply.text) == []
    after = re.search(r'hx-target="#as-of".*As of ([\d:]+)', reply.text, re.S)
    assert before
    assert after
    first, second = (time.fromisoformat(found.group(1)) for found in (before, after))
    assert datetime.combine(date.min, second) - datetime.combine(date.min, first) == MINUTE / 2
    assert watch.poll(pulse(reply.text)).status_code == HTTPStatus.NO_CONTENT
    for told in ("", "yesterday", "9" * 13):
        odd = re.sub(r"at=\d+", f"at={told}", pulse(reply.text))
        assert watch.poll(odd, after=0).status_code == HTTPStatus.OK


def test_a_page_goes_on_asking_after_a_reply_that_is_no_board(world: World) -> None:
    watch = Watch(world, candidates=1)
    asks = re.search(r'<div id="pulse"[^>]*>', watch.staff.get(watch.board).text)
    assert asks
    for kind in ("4xx", "5xx"):
        assert f'hx-status:{kind}="swap:none"' in asks.group()


def test_a_row_that_a_page_lists_stays_until_the_page_is_loaded_again(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.for_some("pause", 0, reason="Alarm")
    shown = f"{watch.board}?filter=attention"
    page = watch.staff.get(shown).text
    assert rows(page) == [watch.attempts[0]]
    watch.for_some("resume", 0)
    reply = watch.poll(pulse(page))
    assert rows(reply.text) == [watch.attempts[0]], "it is told anew and not taken away under the hand"
    assert "In progress" in row(reply.text, watch.attempts[0])
    watch.for_some("pause", 1, reason="Alarm")
    grown = watch.poll(pulse(reply.text))
    assert rows(grown.text) == watch.attempts
    assert 'hx-target="#rows"' in grown.text
    assert rows(watch.staff.get(shown).text) == [watch.attempts[1]]


def test_counts_of_what_is_not_listed_are_told_too(world: World) -> None:
    watch = Watch(world, candidates=2)
    page = watch.staff.get(f"{watch.board}?filter=done").text
    watch.for_some("pause", 0, reason="Alarm")
    reply = watch.poll(pulse(page))
    assert rows(reply.text) == []
    assert "Needs a look: 1" in reply.text


@pytest.mark.parametrize("version", ["x", "----" * 5, "é" * 12])
def test_a_version_that_no_page_has_brings_the_whole_list(world: World, version: str) -> None:
    watch = Watch(world, candidates=3)
    reply = watch.staff.get(f"{watch.board}?version={version}", HX_Request="true")
    assert reply.status_code == HTTPStatus.OK
    assert rows(reply.text) == watch.attempts


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(world.engine, "before_cursor_execute", note)
    yield asked
    event.remove(world.engine, "before_cursor_execute", note)


def test_everybody_who_polls_within_a_second_shares_one_look(world: World) -> None:
    watch = Watch(world, candidates=3)
    addresses = [pulse(one.get(watch.board).text) for one in (watch.staff, watch.door)]
    world.clock.advance(timedelta(seconds=5))
    with statements(world) as asked:
        for one, address in zip((watch.staff, watch.door), addresses, strict=True):
            one.get(address, HX_Request="true")
    assert sum("FROM response " in statement for statement in asked) == 1


def test_the_board_costs_as_many_statements_for_many_as_for_one(world: World) -> None:
    watch = Watch(world, candidates=1, sit=0)
    watch.staff.get(watch.board)  # the first request also notes that the viewer is there
    counted, sitting = [], watch.sitting
    for candidates in (1, 4):
        while len(watch.candidates) < candidates:
            watch.candidates.append(bench.candidate(world))
            bench.place(world, watch.candidates[-1], sitting)
        with statements(world) as asked:
            assert len(rows(watch.staff.get(watch.board).text)) == candidates
        counted.append(len(asked))
        watch.candidates.clear()
        sitting = bench.sitting(world, proctors=[watch.proctor])
        watch.room = f"/en/rooms/{sitting}"
    assert counted[0] == counted[1]


def test_the_page_shows_what_the_viewer_has_just_done(world: World) -> None:
    watch = Watch(world, candidates=1)
    watch.staff.get(watch.board)
    watch.for_some("pause", 0, reason="Alarm")
    assert "Paused" in row(watch.staff.get(watch.board).text, watch.attempts[0]), "in the same second"


def test_a_trainer_never_sees_their_trainee_on_the_board(world: World) -> None:
    watch = Watch(world, candidates=2)
    for trainer in (watch.manager, watch.proctor):
        watch.trained_by(trainer, 1)
    for one in (watch.staff, watch.door):
        page = one.get(watch.board).text
        assert rows(page) == [watch.attempts[0]]
        assert "1 candidate in this room was trained by you" in page
        watch.who[1].save(1, "a", lease=watch.who[1].lease())
        assert watch.poll(pulse(page), by=one).status_code in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
        assert str(watch.attempts[1]) not in watch.poll(pulse(page), by=one).text


def test_a_proctor_watches_their_own_rooms_only(world: World) -> None:
    watch = Watch(world, candidates=1)
    assert watch.door.get(watch.board).status_code == HTTPStatus.OK
    assert watch.board in watch.door.get(watch.room).text
    assert watch.board in watch.staff.get(f"/en/sittings/{watch.sitting}").text
    stranger = world.browser(person(world, "proctor"))
    for reply in (
        stranger.get(watch.board),
        stranger.get(f"{watch.room}/messages"),
        watch.for_all("pause", by=stranger, reason="Alarm"),
        watch.for_all("messages", by=stranger, what="quiet", language="en", key="key-0001"),
        stranger.post(watch.board, {"act": "pause", "who": "all"}),
    ):
        assert reply.status_code == HTTPStatus.NOT_FOUND
    assert watch.state() is Lifecycle.IN_PROGRESS


def test_silence_is_seen_on_the_board_before_the_worker_marks_it(world: World) -> None:
    watch = Watch(world, candidates=1)
    watch.who[0].browser.get(f"{watch.who[0].place}/time", X_Exam_Script="1", HX_Request="true")
    world.clock.advance(timedelta(seconds=61))
    page = watch.staff.get(f"{watch.board}?filter=attention").text
    assert "Nothing heard for over a minute" in row(page, watch.attempts[0])
    jobs.note_silence(world.context)
    assert "Connection lost" in row(watch.staff.get(watch.board).text, watch.attempts[0])
