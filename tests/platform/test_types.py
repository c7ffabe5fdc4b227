"""The column types: an instant is aware and UTC, a word is one of its list, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col, select

from app.kernel.ids import new_id
from app.platform.models import Job, JobState
from tests.world import World

ASTANA = timezone(timedelta(hours=5))


def job(run_at: datetime) -> Job:
    return Job(kind="test.work", run_at=run_at, created_at=datetime(2026, 11, 23, tzinfo=UTC))


def test_an_instant_comes_back_aware_and_in_utc(world: World) -> None:
    made = job(datetime(2026, 11, 23, 12, 30, 1, 250_000, tzinfo=ASTANA))
    with world.write() as session:
        session.add(made)
        session.flush()
        job_id = made.id
    with world.read() as session:
        read = session.get_one(Job, job_id).run_at
    assert read.utcoffset() == timedelta()
    assert read == datetime(2026, 11, 23, 7, 30, 1, 250_000, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused(world: World) -> None:
    with pytest.raises(StatementError, match="naive datetime"), world.write() as session:
        session.add(job(datetime(2026, 11, 23, 12, 30)))  # noqa: DTZ001


def test_instants_of_any_zone_are_compared_as_instants(world: World) -> None:
    with world.write() as session:
        session.add(job(datetime(2026, 11, 23, 7, tzinfo=UTC)))
    before, after = (
        datetime(2026, 11, 23, 11, 59, tzinfo=ASTANA),
        datetime(2026, 11, 23, 12, 1, tzinfo=ASTANA),
    )
    with world.read() as session:
        found = [len(session.exec(select(Job).where(col(Job.run_at) > at)).all()) for at in (before, after)]
    assert found == [1, 0]


def test_a_word_is_stored_by_its_value(world: World) -> None:
    with world.write() as session:
        session.add(job(datetime(2026, 11, 23, tzinfo=UTC)))
    with world.read() as session:
        assert session.execute(text("SELECT state FROM job")).scalar_one() == JobState.READY.value
        assert session.exec(select(Job)).one().state is JobState.READY


def test_a_word_outside_its_list_is_refused_by_the_database(world: World) -> None:
    statement = text(
        "INSERT INTO job (id, kind, payload, state, tries, run_at, created_at) "
        "VALUES (:id, 'test.work', '{}', :state, 0, '2026-11-23 07:00:00', '2026-11-23 07:00:00')"
    )
    with world.write() as session:
        session.execute(statement, {"id": new_id().hex, "state": "ready"})
    for word in ("READY", "later", ""):
        with pytest.raises(IntegrityError), world.write() as session:
            session.execute(statement, {"id": new_id().hex, "state": word})
