"""Objections: what a candidate may file and reads, who hears them, and that no item leaks."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.appeals.errors import (
    ChallengeMoved,
    ChallengeOpen,
    ChallengeTooLate,
    OwnTraineeTouched,
    ResultNotReleased,
    SecondPersonNeeded,
    TooManyChallenges,
    TrainsPeople,
)
from app.appeals.models.challenges import ChallengeStep, ItemChallenge
from app.appeals.queries import challenges as queries
from app.appeals.routes import hearing
from app.appeals.rules.challenges import FILE_WITHIN, MOST_OPEN, ChallengeState, Verdict
from app.appeals.service import challenges
from app.exams.rules.states import ReleasePolicy
from app.kernel.errors import NotFound
from app.platform.models import AuditEntry
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.appeals.world import WRONG, exam_of, item_at, reviewer, sat
from tests.exams.acts import refusal
from tests.exams.delivery_world import SECRET, Candidate, candidate, count, make_exam
from tests.world import World

BODY = "Two of the answers were right since the law changed in May."
ANSWERS = {"kk": "Жауап", "ru": "Ответ", "en": "The reference was out of date."}


def file_one(world: World, who: Candidate, position: int = 1, body: str = BODY, locale: str = "en") -> UUID:
    assert who.attempt_id is not None
    with world.write() as session:
        return challenges.file_challenge(
            session,
            world.clock,
            candidate_id=who.person_id,
            attempt_id=who.attempt_id,
            position=position,
            body=body,
            locale=locale,
        )


def read(world: World, by: UUID, *ids: UUID, verdict: Verdict = Verdict.UPHOLD) -> Any:
    with world.write() as session:
        return challenges.propose_answer(
            session, world.clock, person_id=by, challenge_ids=ids, verdict=verdict, note="seen"
        )


def decide(world: World, by: UUID, *ids: UUID, wish: Verdict = Verdict.UPHOLD) -> Any:
    with world.write() as session:
        return challenges.decide(
            session, world.clock, person_id=by, challenge_ids=ids, wish=wish, answer=ANSWERS, note=None
        )


def state(world: World, challenge_id: UUID) -> ChallengeState:
    with world.read() as session:
        return session.get_one(ItemChallenge, challenge_id).state


def trained_by(world: World, trainer: UUID, learner: UUID, *, ended: bool) -> None:
    now = world.clock.now()
    with world.write() as session:
        session.add(
            TrainingRelation(
                trainer_id=trainer,
                learner_id=learner,
                basis=TrainingBasis.MENTOR,
                since=now - timedelta(days=400),
                until=now - timedelta(days=30) if ended else None,
                source="",
            )
        )


@pytest.fixture
def who(world: World) -> Candidate:
    return sat(world, exam_of(world), "c", 3)


def test_rule_7_a_candidate_objects_by_number_and_reads_the_answer_in_their_language(world: World) -> None:
    who = sat(world, exam_of(world), "c", 3, locale="kk")
    page = who.browser.get(f"/kk/exams/attempts/{who.attempt_id}/result").text
    here = f"/kk/exams/attempts/{who.attempt_id}/challenges"
    assert here in page
    reply = who.browser.post(here, {"number": "1", "body": BODY})
    assert reply.status_code == 303
    first, second = world.browser(reviewer(world)), world.browser(factories.person(world, "appeals_panel"))
    tail = f"/en/challenges/items/{item_at(who)}"
    assert tail in first.get("/en/challenges").text
    page = first.get(tail).text
    for shown in (BODY, "Stem 1.1 қаз", "Stem 1.1 рус", "Stem 1.1 eng", SECRET):
        assert shown in page, shown
    with world.read() as session:
        one = session.exec(select(ItemChallenge.id)).one()
    form = {"challenge": [str(one)], "verdict": "uphold", "note": "The law of May"}
    assert first.post(f"{tail}/proposal", form).status_code == 303
    answer = {"challenge": [str(one)], "verdict": "uphold", "answer_kk": "Заң мамырда өзгерді."}
    assert first.post(f"{tail}/decision", answer).status_code == 409, "the first reader does not decide"
    wrong = second.post(f"{tail}/decision", answer | {"answer_kk": ""})
    assert wrong.status_code == 422
    assert 'id="answer_kk-e"' in wrong.text
    assert second.post(f"{tail}/decision", answer).status_code == 303
    told = who.browser.get(here).text
    assert "Заң мамырда өзгерді." in told
    assert "The law of May" not in told, "colleagues' notes stay with them"
    world.work()
    assert [mail.text.count(here) for mail in world.box.mails if mail.text.count("/challenges")] == [1]
    assert count(world, AuditEntry, AuditEntry.subject_kind == "item_challenge") == 3


def test_nothing_of_an_item_is_on_the_candidates_page(world: World, who: Candidate) -> None:
    first, second = reviewer(world), reviewer(world)
    made = file_one(world, who)
    read(world, first, made)
    decide(world, second, made)
    page = who.browser.get(f"{who.place}/challenges").text
    for hidden in ("Stem", "Choice", "rationale", "Case text", "item-1", str(item_at(who)), "seen"):
        assert hidden not in page, hidden
    assert ANSWERS["en"] in page


def test_the_same_objection_twice_is_one_and_another_one_to_the_place_waits(
    world: World, who: Candidate
) -> None:
    assert file_one(world, who) == file_one(world, who)
    with pytest.raises(ChallengeOpen):
        file_one(world, who, body="Something else altogether is wrong with it.")
    assert file_one(world, who, position=0) != file_one(world, who, position=2)
    assert count(world, ItemChallenge) == 3


def test_an_objection_comes_in_time_after_the_release_and_not_without_end(
    world: World, who: Candidate
) -> None:
    hidden = sat(world, exam_of(world, release=ReleasePolicy.AFTER_REVIEW, slug="other"), "c", 3)
    with pytest.raises(ResultNotReleased):
        file_one(world, hidden)
    world.clock.advance(FILE_WITHIN)
    file_one(world, who, position=6)
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(ChallengeTooLate):
        file_one(world, who, position=5)


def test_so_many_objections_wait_at_once_and_no_more(world: World) -> None:
    who = candidate(world, make_exam(world, items=MOST_OPEN + 2))
    who.hand_in()
    for place in range(1, MOST_OPEN + 1):
        file_one(world, who, position=place)
    with pytest.raises(TooManyChallenges):
        file_one(world, who, position=MOST_OPEN + 1)


def test_another_persons_attempt_is_not_found_and_a_wrong_number_is_said_at_the_field(
    world: World, who: Candidate
) -> None:
    stranger = world.browser(factories.person(world))
    assert stranger.get(f"{who.place}/challenges").status_code == 404
    assert stranger.post(f"{who.place}/challenges", {"body": BODY}).status_code == 404
    for number in ("7", "0", "x"):
        reply = who.browser.post(f"{who.place}/challenges", {"number": number, "body": BODY})
        assert reply.status_code == 422
        assert 'id="number-e"' in reply.text
        assert BODY in reply.text, "what was typed is kept"
    assert who.browser.post(f"{who.place}/challenges", {"body": "short"}).status_code == 422


def test_two_people_decide_and_each_step_once(world: World, who: Candidate) -> None:
    first, second = reviewer(world), reviewer(world)
    made = file_one(world, who)
    with pytest.raises(ChallengeMoved):
        decide(world, second, made)
    assert read(world, first, made, verdict=Verdict.DISMISS) is None
    with pytest.raises(ChallengeMoved):
        read(world, second, made)
    with pytest.raises(SecondPersonNeeded):
        decide(world, first, made)
    assert decide(world, second, made) is None
    assert state(world, made) is ChallengeState.UPHELD
    with pytest.raises(ChallengeMoved):
        decide(world, second, made, wish=Verdict.DISMISS)
    with pytest.raises(ChallengeMoved):
        read(world, first)
    with world.read() as session:
        rows = session.exec(select(ChallengeStep).order_by(ChallengeStep.id)).all()
        taken = [(row.actor_id, str(row.verdict)) for row in rows]
    assert taken == [(first, "dismiss"), (second, "uphold")]


def test_rule_9_a_trainer_neither_sees_nor_hears_the_objection_of_their_trainee(
    world: World, who: Candidate
) -> None:
    trainer, other = reviewer(world), sat(world, exam_of(world, slug="second"), "c", 3)
    trained_by(world, trainer, who.person_id, ended=True)
    mine, whole = file_one(world, who), file_one(world, who, position=0)
    free = file_one(world, other)
    desk = world.browser(trainer)
    queue = desk.get("/en/challenges").text
    assert str(item_at(who)) not in queue
    assert str(whole) not in queue
    assert str(item_at(other)) in queue
    assert "2 more wait for a colleague" in queue
    assert desk.get(f"/en/challenges/items/{item_at(who)}").status_code == 404
    assert desk.get(f"/en/challenges/{whole}").status_code == 404
    assert refusal(read(world, trainer, mine)) is OwnTraineeTouched
    colleague = reviewer(world)
    assert read(world, colleague, mine) is None
    assert refusal(decide(world, trainer, mine)) is OwnTraineeTouched
    assert read(world, trainer, free) is None
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 2


def test_who_trains_anybody_now_sees_no_item_at_all(world: World, who: Candidate) -> None:
    trainer = reviewer(world)
    trained_by(world, trainer, factories.person(world), ended=False)
    made = file_one(world, who)
    desk = world.browser(trainer)
    assert str(item_at(who)) not in desk.get("/en/challenges").text
    assert desk.get(f"/en/challenges/items/{item_at(who)}").status_code == 404
    assert desk.get(f"/en/rescores/items/{item_at(who)}").status_code == 409
    assert refusal(read(world, trainer, made)) is TrainsPeople


def test_nobody_hears_their_own_objection(world: World) -> None:
    who = sat(world, exam_of(world), "c", 3)
    made = file_one(world, who)
    assert refusal(read(world, who.person_id, made)) is OwnTraineeTouched
    with world.read() as session, pytest.raises(NotFound):
        queries.heard(session, who.person_id, at=world.clock.now(), version_id=item_at(who))


def test_objections_are_answered_in_portions_and_only_those_of_the_item_that_was_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "AT_ONCE", 1)
    who = sat(world, exam_of(world), WRONG, 3)
    desk = world.browser(reviewer(world))
    for place in (1, 2):
        reply = who.browser.post(
            f"/en/exams/attempts/{who.attempt_id}/challenges",
            {"number": str(place), "body": "Both are right, I think"},
        )
        assert reply.status_code == 303
    with world.read() as session:
        ids = {row.position: str(row.id) for row in session.exec(select(ItemChallenge))}
    here = f"/en/challenges/items/{item_at(who)}"
    form = {"verdict": "uphold", "note": "Looked at"}
    assert desk.post(f"{here}/proposal", form | {"challenge": [ids[2]]}).status_code == 409
    assert desk.get(here).text.count('name="challenge"') == 1
    assert desk.post(f"{here}/proposal", form | {"challenge": [ids[1]]}).status_code == 303
    second = world.browser(reviewer(world))
    answer = {"verdict": "uphold", "answer_en": "It was"}
    assert second.post(f"{here}/decision", answer | {"challenge": [ids[2]]}).status_code == 409
