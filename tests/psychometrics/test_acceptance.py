"""What is refused when a proposed form is accepted: met before under another name, or worth other points."""

from datetime import timedelta

from sqlalchemy import select, text

from app.exams.models.forms import Form
from app.psychometrics.models import AssemblyRequest
from app.question_banks.models import ItemVersion
from tests.exams.delivery_world import count
from tests.psychometrics.test_assembly_pages import accept, an_exam, ask, proposed, searched
from tests.world import World


def test_the_same_questions_are_not_published_twice(world: World) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    world.clock.advance(timedelta(seconds=1))
    again = ask(world, manager, exam).headers["location"]
    world.work()
    assert accept(manager, place).status_code == 303
    refused = accept(manager, again)
    assert refused.status_code == 409
    assert "form-a" in refused.text
    assert count(world, Form) == 8


def test_a_form_asked_for_without_published_questions_shares_none_when_it_is_accepted(world: World) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    with world.write() as session:
        postgresql = world.engine.dialect.name == "postgresql"
        session.execute(
            text("ALTER TABLE assembly_request DISABLE TRIGGER USER")
            if postgresql
            else text("DROP TRIGGER assembly_request_no_update")
        )
        session.scalars(select(AssemblyRequest)).one().fresh = True
    assert accept(manager, place).status_code == 409
    assert count(world, Form) == 7


def test_a_form_of_other_points_is_not_published(world: World) -> None:
    exam = an_exam(world)
    manager, place = searched(world, exam)
    with world.write() as session:
        postgresql = world.engine.dialect.name == "postgresql"
        session.execute(
            text("ALTER TABLE item_version DISABLE TRIGGER USER")
            if postgresql
            else text("DROP TRIGGER item_version_no_update")
        )
        session.get_one(ItemVersion, proposed(world)[0][0]).points = 2
    refused = accept(manager, place)
    assert refused.status_code == 409
    assert "7" in refused.text
    assert count(world, Form) == 7
