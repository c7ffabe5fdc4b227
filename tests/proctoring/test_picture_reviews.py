"""Reviewers and officers see pictures of a record they may read, one at a time, each look with its purpose."""

import pytest
from sqlalchemy import select

from app.exams.rules.states import Review
from app.proctoring.models import PictureView
from app.proctoring.queries.pictures import pictures_of
from app.proctoring.rules.pictures import Look, PictureKind, keeping_of
from app.proctoring.service import pictures, reviewing
from tests.exams.delivery_world import Candidate
from tests.proctoring.camera_world import WEBP
from tests.proctoring.ground import Ground
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def pictured(ground: Ground, who: Candidate, kind: PictureKind = PictureKind.SNAPSHOT) -> str:
    """A picture, as it came; the end of its address."""
    world, attempt_id = ground.world, who.attempt_id
    assert attempt_id is not None
    vault = pictures.Vault(world.settings.var_dir, world.app.state.secret)
    wrapped = vault.fresh(attempt_id, keeping_of(kind))
    file = vault.put(wrapped, attempt_id, keeping_of(kind), WEBP)
    incoming = pictures.Incoming(kind, WEBP, 1)
    with world.write() as session:
        assert pictures.add_key(session, world.clock, attempt_id, keeping_of(kind), wrapped)
        assert pictures.note(session, world.clock, attempt_id=attempt_id, incoming=incoming, file=file, seq=1)
        (shot,) = pictures_of(session, attempt_id)
    return f"{attempt_id}/pictures/{shot.id}"


def looks(world: World) -> list[tuple[object, Look]]:
    with world.read() as session:
        return [(row.actor_id, row.look) for row in session.scalars(select(PictureView))]


def test_rule_10_a_reviewer_sees_a_picture_once_they_have_the_record_and_the_look_is_kept(
    ground: Ground,
) -> None:
    who = ground.flagged()
    place = f"/en/reviews/{pictured(ground, who)}"
    desk = ground.desk(ground.first)
    assert desk.get(place).status_code == 404
    ground.does(reviewing.take, who, ground.first)
    assert place in desk.get(f"/en/reviews/{who.attempt_id}").text
    assert looks(ground.world) == []
    assert desk.get(place).content == WEBP
    assert ground.desk(ground.second).get(place).status_code == 404
    assert looks(ground.world) == [(ground.first, Look.FIRST_REVIEW)]


def test_rule_10_an_officer_sees_it_when_the_review_is_over(ground: Ground) -> None:
    who = ground.found(Review.IRREGULARITY)
    place = f"/en/results/{pictured(ground, who)}"
    assert ground.desk(ground.officer).get(place).content == WEBP
    assert ground.desk(ground.first).get(place).status_code == 403
    assert looks(ground.world) == [(ground.officer, Look.DECISION)]


def test_rule_9_a_reviewer_never_sees_the_document_which_says_who_it_is(ground: Ground) -> None:
    who = ground.flagged()
    place = pictured(ground, who, PictureKind.DOCUMENT)
    ground.does(reviewing.take, who, ground.first)
    desk = ground.desk(ground.first)
    page = desk.get(f"/en/reviews/{who.attempt_id}").text
    assert place not in page
    assert "The picture of the document is not shown here" in page
    assert desk.get(f"/en/reviews/{place}").status_code == 404
    assert looks(ground.world) == []


def test_an_officer_sees_the_document_too(ground: Ground) -> None:
    who = ground.found(Review.IRREGULARITY)
    place = f"/en/results/{pictured(ground, who, PictureKind.DOCUMENT)}"
    assert place in ground.desk(ground.officer).get(f"/en/results/{who.attempt_id}/record").text
    assert ground.desk(ground.officer).get(place).content == WEBP
