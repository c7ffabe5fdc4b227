"""The audit log: appended by acts, chained by the worker, and a change is seen."""

from sqlalchemy import text

from app.kernel.ids import new_id
from app.platform import audit
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
