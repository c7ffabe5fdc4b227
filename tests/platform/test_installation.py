"""What a database is, it stays; and it is asked before anything is served."""

import pytest
from sqlalchemy import text

from app.platform import installation
from app.platform.database import make_engine, read_session
from app.platform.settings import Settings, SettingsError
from tests.world import World


def mark(world: World, *, demonstration: bool) -> None:
    with world.write() as session:
        installation.mark(session, world.clock, demonstration=demonstration, data_region="kz")


def test_marking_again_as_the_same_changes_nothing(world: World) -> None:
    with world.read() as session:
        before = session.execute(text("SELECT * FROM installation")).all()
    mark(world, demonstration=True)
    with world.read() as session:
        assert session.execute(text("SELECT * FROM installation")).all() == before
    assert len(before) == 1


def test_a_demonstration_never_becomes_the_real_thing(world: World) -> None:
    with pytest.raises(SettingsError, match="created as a demonstration and stays so for life"):
        mark(world, demonstration=False)
    with world.read() as session:
        assert installation.facts(session, world.settings).demonstration is True


@pytest.mark.parametrize("region", ["eu", "KZ", ""])
def test_a_database_is_served_in_its_own_data_region_only(world: World, region: str) -> None:
    elsewhere = world.settings.model_copy(update={"data_region": region})
    with world.read() as session, pytest.raises(SettingsError, match="CEASAI_DATA_REGION: .*'kz'"):
        installation.facts(session, elsewhere)
    with world.read() as session:
        assert installation.facts(session, world.settings).data_region == "kz"


def test_a_database_without_tables_is_not_served(settings: Settings, tmp_path: object) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/empty.db")
    with read_session(engine) as session, pytest.raises(SettingsError, match="run `ceasai init`"):
        installation.facts(session, settings)
    engine.dispose()
