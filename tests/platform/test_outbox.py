"""Jobs: asked for with what caused them, done once, tried again, and never lost."""

import threading
from datetime import timedelta
from typing import Any

from sqlmodel import select

from app.platform import outbox
from app.platform.models import Job, JobState
from app.worker import SLOW, handlers
from tests.world import World


def ask(world: World, kind: str = "test.work", **values: Any) -> bool:
    with world.write() as session:
        return outbox.enqueue_later(session, world.clock, kind, {"id": "1"}, **values)


def jobs(world: World) -> list[Job]:
    with world.read() as session:
        return list(session.exec(select(Job)).all())


def test_a_job_is_not_asked_for_when_its_transaction_fails(world: World) -> None:
    try:
        with world.write() as session:
            outbox.enqueue_later(session, world.clock, "test.work", {"id": "1"})
            raise RuntimeError
    except RuntimeError:
        pass
    assert jobs(world) == []


def test_the_same_key_twice_is_one_job(world: World) -> None:
    assert ask(world, dedupe_key="once") is True
    assert ask(world, dedupe_key="once") is False
    assert len(jobs(world)) == 1


def test_a_failing_job_waits_longer_each_time_and_is_left_dead(world: World) -> None:
    ask(world)

    def fail(_context: outbox.Context, _payload: dict[str, Any]) -> None:
        raise ValueError("secret text")

    for attempt in range(1, outbox.MAX_TRIES + 1):
        assert outbox.run_one(world.context, {"test.work": fail}) is True
        job = jobs(world)[0]
        assert job.tries == attempt
        assert job.error == "ValueError"
        if attempt < outbox.MAX_TRIES:
            assert job.state is JobState.READY
            assert job.run_at == world.clock.now() + outbox.backoff(attempt)
            assert outbox.run_one(world.context, {"test.work": fail}) is False
            world.clock.advance(outbox.backoff(attempt))
    assert jobs(world)[0].state is JobState.DEAD


def test_an_unknown_kind_is_kept_for_a_person(world: World) -> None:
    ask(world, kind="nobody.knows")
    outbox.run_one(world.context, {})
    assert jobs(world)[0].error == "unknown-kind"


def test_a_job_whose_worker_died_is_taken_over_after_its_lease(world: World) -> None:
    ask(world)
    assert outbox.claim(world.engine, world.clock) is not None
    assert outbox.claim(world.engine, world.clock) is None
    world.clock.advance(outbox.LEASE + timedelta(seconds=1))
    taken = outbox.claim(world.engine, world.clock)
    assert taken is not None
    assert taken.tries == 2


def test_a_worker_that_was_overtaken_may_not_close_the_job(world: World) -> None:
    ask(world)
    first = outbox.claim(world.engine, world.clock)
    world.clock.advance(outbox.LEASE + timedelta(seconds=1))
    outbox.claim(world.engine, world.clock)
    assert first is not None
    outbox._finish(world.context, first, None)
    assert jobs(world)[0].state is JobState.RUNNING


def test_many_workers_do_each_job_once(world: World) -> None:
    with world.write() as session:
        for number in range(60):
            outbox.enqueue_later(session, world.clock, "test.work", {"n": number})
    seen: list[int] = []
    lock = threading.Lock()

    def work(_context: outbox.Context, payload: dict[str, Any]) -> None:
        with lock:
            seen.append(payload["n"])

    threads = [
        threading.Thread(target=outbox.drain, args=(world.context, {"test.work": work})) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(60))


def test_done_jobs_are_forgotten_after_a_week(world: World) -> None:
    ask(world)
    outbox.drain(world.context, {"test.work": lambda _c, _p: None})
    world.clock.advance(outbox.KEEP_DONE + timedelta(seconds=1))
    with world.write() as session:
        outbox.purge(session, world.clock)
    assert jobs(world) == []


def test_a_lane_takes_its_kinds_and_the_other_lane_the_rest(world: World) -> None:
    """What takes minutes holds up nothing else, and every job is in one of the two lanes."""
    slow = frozenset({"test.slow"})
    ask(world, kind="test.slow")
    ask(world, kind="test.slow")
    ask(world, kind="test.quick")
    done: list[str] = []
    both: dict[str, outbox.Handler] = {
        "test.slow": lambda _context, _payload: done.append("test.slow"),
        "test.quick": lambda _context, _payload: done.append("test.quick"),
    }
    assert outbox.run_one(world.context, both, outbox.Lane(slow)) is True
    assert outbox.run_one(world.context, both, outbox.Lane(slow)) is False
    assert done == ["test.quick"]
    for _ in range(2):
        assert outbox.run_one(world.context, both, outbox.Lane(slow, others=False)) is True
    assert outbox.run_one(world.context, both, outbox.Lane(slow, others=False)) is False
    assert done == ["test.quick", "test.slow", "test.slow"]


def test_searches_and_statistics_are_in_the_slow_lane(world: World) -> None:
    with world.write() as session:
        outbox.enqueue_later(session, world.clock, "psychometrics.assemble", {"request_id": "none"})
        outbox.enqueue_later(session, world.clock, "psychometrics.compute", {"request_id": "none"})
        outbox.enqueue_later(session, world.clock, "nobody.knows", {"id": "1"})
    first = outbox.claim(world.engine, world.clock, outbox.Lane(SLOW))
    assert first is not None
    assert first.kind == "nobody.knows"
    assert outbox.claim(world.engine, world.clock, outbox.Lane(SLOW)) is None
    assert handlers().keys() >= SLOW
