"""The audit log: appended by acts, chained by the worker, and a change is seen."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlmodel import col
from structlog.testing import capture_logs

from app.kernel.ids import new_id
from app.platform import audit
from app.platform.models import AuditEntry
from tests import factories
from tests.world import World


def acts(world: World, count: int) -> None:
    for number in range(count):
        with world.write() as session:
            audit.record(
                session,
                world.clock,
                actor_id=new_id(),
                action="test.act",
                subject_kind="thing",
                subject_id=str(number),
                reason="because",
                number=number,
            )


def test_the_worker_chains_what_was_recorded(world: World) -> None:
    acts(world, 5)
    world.work()
    acts(world, 3)
    world.work()
    with world.read() as session:
        assert audit.first_broken(session) is None
        assert session.execute(text("SELECT max(seq) FROM audit_entry")).scalar_one() == 8


def last_row(world: World) -> tuple[int, str, str]:
    with world.read() as session:
        row = session.scalars(
            select(AuditEntry).where(col(AuditEntry.seq).is_not(None)).order_by(col(AuditEntry.seq).desc())
        ).first()
        assert row is not None
        return row.seq or 0, row.hash or "", row.at.isoformat()


def test_the_worker_publishes_the_head_after_linking(world: World) -> None:
    acts(world, 5)
    world.clock.advance(timedelta(minutes=3))
    acts(world, 1)
    with capture_logs() as lines:
        world.work()
    heads = [line for line in lines if line["event"] == audit.PUBLISHED]
    assert (heads[-1]["seq"], heads[-1]["hash"], heads[-1]["at"]) == last_row(world)
    assert heads[-1]["seq"] >= 6
    assert set(heads[-1]) == {"event", "log_level", "seq", "hash", "at"}, "ids and codes only"
    with capture_logs() as lines:
        world.work()
    assert [line for line in lines if line["event"] == audit.PUBLISHED] == [], "nothing new, nothing said"


def test_what_was_not_linked_is_not_published(world: World) -> None:
    acts(world, 2)
    with capture_logs() as lines, pytest.raises(RuntimeError), world.write() as session:
        audit.link(session)
        raise RuntimeError
    assert lines == []
    with world.read() as session:
        assert audit.find_head(session) is None


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_the_head_is_shown_to_who_watches(world: World, role: str) -> None:
    browser = world.browser(factories.person(world, role))
    assert "No entry is bound yet" in browser.get("/en/admin/keys").text
    acts(world, 3)
    world.work()
    seq, hash_, _ = last_row(world)
    page = browser.get("/en/admin/keys").text
    assert f'<dd class="code">{hash_}</dd>' in page
    assert f'<dd class="num">{seq}</dd>' in page
    assert "23 November 2026, 12:00:00" in page


def test_a_changed_entry_is_found(world: World) -> None:
    acts(world, 4)
    world.work()
    with world.write() as session:
        _without_guards(world, session)
        session.execute(text("UPDATE audit_entry SET reason = 'other' WHERE seq = 3"))
    with world.read() as session:
        assert audit.first_broken(session) == 3


def test_a_removed_entry_is_found(world: World) -> None:
    acts(world, 4)
    world.work()
    with world.write() as session:
        _without_guards(world, session)
        session.execute(text("DELETE FROM audit_entry WHERE seq = 2"))
    with world.read() as session:
        assert audit.first_broken(session) == 2


def _without_guards(world: World, session: object) -> None:
    """What only somebody with rights over the schema can do."""
    if world.engine.dialect.name == "sqlite":
        for event in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{event}"))  # type: ignore[attr-defined]
    else:
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))  # type: ignore[attr-defined]
