"""Rating blind: the queue, the acts, and what the ratings come to."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts.rules import Role
from app.capstone.errors import (
    GivenBack,
    NothingToTake,
    RatedBefore,
    RatingMisses,
    RatingOfTrainee,
    ToldBefore,
)
from app.capstone.queries.rating import list_waiting
from app.capstone.queries.work import outcome_of, ratings_of
from app.capstone.rules.rating import Outcome
from app.capstone.service import rating
from app.exams.rules.rating import RATING_TIME
from app.kernel.errors import NotFound
from tests import factories
from tests.capstone.ground import COMMENT, CRITERIA, PDF, Ground, refusal
from tests.world import World


def queue(ground: Ground, rater: int) -> list[object]:
    with ground.world.read() as session:
        listed = list_waiting(session, ground.raters[rater], at=ground.world.clock.now(), page=1)
    return [one.id for one in listed.rows]


def outcome(ground: Ground, work: object) -> tuple[Outcome, int] | None:
    with ground.world.read() as session:
        found = outcome_of(session, work)
    return (found.outcome, found.points) if found else None


def form(level: int = 3, **more: str) -> dict[str, str]:
    sent = {f"level-{one}": str(level) for one in CRITERIA} | {f"comment-{one}": COMMENT for one in CRITERIA}
    return sent | more


def test_a_draft_waits_for_nobody(world: World) -> None:
    ground = Ground(world)
    work = ground.begun()
    assert queue(ground, 0) == []
    with pytest.raises(NotFound):
        ground.takes(work, 0)


def test_two_raters_have_it_and_a_third_does_not_see_it(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    assert queue(ground, 0) == queue(ground, 1) == queue(ground, 2) == [work]
    ground.takes(work, 0)
    ground.takes(work, 0)
    ground.takes(work, 1)
    assert queue(ground, 0) == queue(ground, 1) == [work]
    assert queue(ground, 2) == []
    with pytest.raises(NothingToTake):
        ground.takes(work, 2)
    assert ground.desk(ground.raters[2]).get(f"/en/ratings/{work}").status_code == 404


def test_a_trainer_of_the_candidate_neither_sees_nor_takes_nor_rates_it(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    ground.trains(ground.raters[0])
    assert queue(ground, 0) == []
    desk = ground.desk(ground.raters[0])
    assert desk.get(f"/en/ratings/{work}").status_code == 404
    file = ground.work(work).files[0].id
    assert desk.get(f"/en/ratings/{work}/files/{file}").status_code == 404
    for tail, data in (("/taking", {}), ("", form())):
        assert desk.post(f"/en/ratings/{work}{tail}", data).status_code == 409, tail
    assert refusal(ground.takes(work, 0)) is RatingOfTrainee
    with world.read() as session:
        noted = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'conflict.refused'")
        ).scalar_one()
        assert ratings_of(session, work) == []
    assert noted == 3


def test_a_trainer_can_give_back_what_they_took(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    ground.takes(work, 1)
    ground.trains(ground.raters[0])
    reply = ground.desk(ground.raters[0]).post(f"/en/ratings/{work}/return", {"reason": "I know them"})
    assert reply.headers["location"] == "/en/ratings?done=given-back"
    assert queue(ground, 2) == [work]


def test_an_officer_who_told_the_first_outcome_does_not_rate_the_second_work(world: World) -> None:
    ground = Ground(world)
    ground.told(1)
    ground.grants(ground.officer, Role.RATER)
    second = ground.begun()
    ground.hands_in(second)
    ground.raters.append(ground.officer)
    assert queue(ground, 0) == [second]
    assert queue(ground, 4) == []
    desk = ground.desk(ground.officer)
    assert desk.get(f"/en/ratings/{second}").status_code == 404
    assert refusal(ground.takes(second, 4)) is ToldBefore
    assert desk.post(f"/en/ratings/{second}", form()).status_code == 409
    with world.read() as session:
        whys = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'conflict.refused'")
        ).scalar_one()
    assert whys == 2


def test_nobody_rates_their_own(world: World) -> None:
    ground = Ground(world)
    ground.person = ground.raters[0]
    work = ground.handed_in()
    assert queue(ground, 0) == []
    assert refusal(ground.takes(work, 0)) is RatingOfTrainee


def test_a_rater_sees_neither_names_nor_points_of_others(world: World) -> None:
    ground = Ground(world)
    ground.person = factories.person(
        world, name_latin="Zyxwname Own", name_cyrillic="Зухнейм Ал", email="zyxw@people.example"
    )
    work = ground.begun()
    ground.stores(work, name="Zyxwname.pdf")
    for part in ("plan", "do", "check", "act", "aids"):
        ground.writes(work, part)
    ground.hands_in(work)
    ground.rates(work, 0, 4, risk=1)
    desk = ground.desk(ground.raters[1])
    desk.post(f"/en/ratings/{work}/taking")
    file = ground.work(work).files[0].id
    sent = desk.get(f"/en/ratings/{work}/files/{file}")
    assert sent.content == PDF
    assert sent.headers["content-disposition"] == f'attachment; filename="{ground.work(work).code}-plan.pdf"'
    assert sent.headers["x-content-type-options"] == "nosniff"
    shown = desk.get(f"/en/ratings/{work}").text + desk.get("/en/ratings").text + str(sent.headers)
    assert ground.work(work).code in shown
    for hidden in ("Zyxwname", "Зухнейм", "zyxw@", COMMENT, str(ground.person), "checked>"):
        assert hidden not in shown, hidden


def test_files_open_only_for_a_rater_who_has_it(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    address = f"/en/ratings/{work}/files/{ground.work(work).files[0].id}"
    desk = ground.desk(ground.raters[0])
    assert desk.get(address).status_code == 404
    ground.takes(work, 0)
    assert desk.get(address).status_code == 200
    world.clock.advance(RATING_TIME + timedelta(seconds=1))
    assert ground.desk(ground.raters[0]).get(address).status_code == 404


def test_a_rating_is_made_once_and_gives_every_criterion_a_level_and_a_comment(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    with pytest.raises(NothingToTake):
        ground.does(rating.rate, submission_id=work, rater_id=ground.raters[0], levels={}, comments={})
    ground.takes(work, 0)
    desk = ground.desk(ground.raters[0])
    wrong = form()
    del wrong["level-risk"]
    wrong["comment-cause"] = "short"
    reply = desk.post(f"/en/ratings/{work}", wrong)
    assert reply.status_code == 422
    assert "Choose a level." in reply.text
    assert COMMENT in reply.text
    assert reply.text.count("checked>") == 7
    all_levels, all_comments = dict.fromkeys(CRITERIA, 3), dict.fromkeys(CRITERIA, COMMENT)
    for levels, comments in (
        (all_levels | {"risk": 5}, all_comments),
        (all_levels, all_comments | {"risk": " "}),
    ):
        with pytest.raises(RatingMisses):
            ground.does(
                rating.rate,
                submission_id=work,
                rater_id=ground.raters[0],
                levels=levels,
                comments=comments,
            )
    assert desk.post(f"/en/ratings/{work}", form()).headers["location"] == "/en/ratings?done=rated"
    assert queue(ground, 0) == []
    with pytest.raises(RatedBefore):
        ground.takes(work, 0)
    assert desk.post(f"/en/ratings/{work}", form(4)).status_code == 409


def test_what_was_given_back_goes_to_a_colleague(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    ground.takes(work, 1)
    desk = ground.desk(ground.raters[0])
    assert desk.post(f"/en/ratings/{work}/return", {"reason": ""}).status_code == 422
    reply = desk.post(f"/en/ratings/{work}/return", {"reason": "I recognise the handwriting"})
    assert reply.headers["location"] == "/en/ratings?done=given-back"
    assert queue(ground, 0) == []
    with pytest.raises(GivenBack):
        ground.takes(work, 0)
    assert queue(ground, 2) == [work]
    assert ground.takes(work, 2) is None


def test_who_does_not_rate_in_time_makes_room_and_can_come_back(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    ground.takes(work, 1)
    world.clock.advance(RATING_TIME + timedelta(seconds=1))
    assert queue(ground, 2) == [work]
    ground.takes(work, 0)
    assert ground.rates(work, 2) is None
    with pytest.raises(NothingToTake):
        ground.takes(work, 1)
    assert queue(ground, 1) == []


def test_a_rating_that_took_longer_than_its_time_is_kept_while_a_place_is_free(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    world.clock.advance(RATING_TIME + timedelta(seconds=1))
    desk = ground.desk(ground.raters[0])
    assert desk.post(f"/en/ratings/{work}", form()).headers["location"] == "/en/ratings?done=rated"
    with world.read() as session:
        assert [one.rater_id for one in ratings_of(session, work)] == [ground.raters[0]]


def test_a_rating_that_came_when_others_have_it_stays_on_the_page(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.takes(work, 0)
    world.clock.advance(RATING_TIME + timedelta(seconds=1))
    ground.takes(work, 1)
    ground.takes(work, 2)
    reply = ground.desk(ground.raters[0]).post(f"/en/ratings/{work}", form())
    assert reply.status_code == 409
    assert reply.text.count(COMMENT) == len(CRITERIA)
    assert "What I found" not in reply.text
    assert "Record the rating" not in reply.text
    with world.read() as session:
        assert ratings_of(session, work) == []


def test_two_that_agree_settle_it(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.rates(work, 0, 3)
    assert outcome(ground, work) is None
    ground.rates(work, 1, 3, risk=4)
    assert outcome(ground, work) == (Outcome.PASSED, 25)
    assert queue(ground, 2) == []
    with pytest.raises(NotFound):
        ground.takes(work, 2)


def test_two_that_differ_are_followed_by_a_third(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.rates(work, 0, 4)
    ground.rates(work, 1, 2)
    assert outcome(ground, work) is None
    assert queue(ground, 2) == [work]
    assert queue(ground, 0) == []
    ground.rates(work, 2, 3)
    assert outcome(ground, work) == (Outcome.PASSED, 28)
    with world.read() as session:
        counted = outcome_of(session, work).counted
        ids = [str(one.id) for one in ratings_of(session, work)]
    assert counted == [ids[0], ids[2]]


def test_a_zero_where_none_may_be_calls_a_third(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.rates(work, 0, 3)
    ground.rates(work, 1, 3, notice=0)
    assert outcome(ground, work) is None
    ground.rates(work, 2, 3, notice=0)
    assert outcome(ground, work) == (Outcome.FAILED, 21)
