"""What the exam page costs: statements by request, bytes of a page."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from app import web
from app.exams.rules.delivery import SEEN_EVERY, SILENCE
from tests.exams.delivery_world import Candidate, candidate, make_exam
from tests.world import World

VIEWER = 1
"""Statements that every signed-in request needs: who is it?"""


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    yield seen
    event.remove(world.engine, "before_cursor_execute", note)


def ready(world: World, items: int = 6) -> tuple[Candidate, str]:
    who = candidate(world, make_exam(world, items=items))
    return who, who.lease()


def test_saving_one_answer_takes_three_statements_and_a_fourth_every_15_seconds(world: World) -> None:
    who, lease = ready(world)
    with statements(world) as seen:
        assert who.save(1, "a", lease=lease).status_code == 200
    assert len(seen) == VIEWER + 3, seen
    world.clock.advance(timedelta(seconds=15))
    with statements(world) as seen:
        assert who.save(1, "b", version=1, lease=lease).status_code == 200
    assert len(seen) == VIEWER + 4, seen


def test_saving_three_answers_stays_within_eight(world: World) -> None:
    who, lease = ready(world)
    world.clock.advance(timedelta(seconds=15))
    data = {f"a-{n}": "a" for n in (1, 2, 3)} | {f"v-{n}": "0" for n in (1, 2, 3)}
    with statements(world) as seen:
        reply = who.browser.post(f"{who.place}/answers", data | {"lease": lease}, HX_Request="true")
    assert reply.status_code == 200
    assert len(seen) <= 8, seen


def test_a_page_takes_the_same_few_statements_however_long_the_form_is(world: World) -> None:
    short, _ = ready(world)
    with statements(world) as few:
        short.page("?n=1")
    long = candidate(world, make_exam(world, slug="long-exam", items=80))
    with statements(world) as many:
        long.page("?n=1")
    with statements(world) as everything:
        long.page("?view=all")
    assert len(few) == len(many) == len(everything) <= VIEWER + 4, many


def test_an_item_page_of_a_form_of_80_is_small(world: World) -> None:
    who = candidate(world, make_exam(world, items=80))
    page = who.page("?n=40")
    assert len(gzip.compress(page.content)) < 6_000


def test_the_page_says_that_it_is_there_as_often_as_that_is_written_down_and_in_time() -> None:
    script = (Path(web.__file__).parent / "static/js/exam.js").read_text()
    beat = re.search(r"const BEAT = (\d+);", script)
    assert beat
    every = timedelta(milliseconds=int(beat.group(1)))
    assert SEEN_EVERY <= every, "one that is not written down takes a lock for nothing"
    assert 3 * every <= SILENCE, "two that are lost do not interrupt anybody"
