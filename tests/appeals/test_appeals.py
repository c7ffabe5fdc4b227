"""Appeals of persons (section 3, APPEAL; section 5, rules 7 and 9), over HTTP on both databases."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.appeals.models.panel import Appeal, AppealVote
from app.appeals.queries import panel as queries
from app.certificates.models import CertificationCase
from app.exams.models.attempts import Attempt
from app.exams.queries.attempts import past_attempts
from app.exams.rules.states import AppealState, Axis, Lifecycle, ResultState, Review
from app.exams.service import releasing
from app.platform.models import AuditEntry
from app.proctoring.queries.reviews import had_any_part
from tests import factories
from tests.appeals.world import chain
from tests.exams.delivery_world import Candidate, attempt, count
from tests.exams.test_applications import trains
from tests.proctoring.ground import Ground
from tests.world import Browser, World

BODY = "The second voice was the proctor, who answered me"
REASONS = "The recording shows that the proctor spoke, and nobody else"


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def member(world: World) -> UUID:
    return factories.person(world, "appeals_panel")


def appeal_page(who: Candidate) -> str:
    return f"/en/exams/attempts/{who.attempt_id}/appeal"


def files(who: Candidate, body: str = BODY) -> Any:
    return who.world.browser(who.person_id).post(appeal_page(who), {"body": body})


def invalidated(ground: Ground) -> Candidate:
    """Somebody whose result an officer invalidated after a finding."""
    who = ground.found(Review.IRREGULARITY)
    with ground.world.write() as session:
        assert who.attempt_id is not None
        done = releasing.invalidate(
            session,
            ground.world.clock,
            attempt_id=who.attempt_id,
            officer_id=ground.officer,
            reason="Somebody else answered",
            kept_out=had_any_part(ground.officer),
        )
        assert done is None
    ground.world.work()
    ground.world.clock.advance(timedelta(minutes=1))
    return who


def the_appeal(world: World) -> UUID:
    with world.read() as session:
        return session.exec(select(Appeal.id).order_by(col(Appeal.filed_at).desc())).first() or UUID(int=0)


def sits(world: World, person: UUID, appeal: UUID) -> Browser:
    """A member with a seat."""
    desk = world.browser(person)
    assert desk.post(f"/en/appeals/{appeal}/taking", {}).status_code == 303
    return desk


def votes(desk: Browser, appeal: UUID, verdict: str, reasons: str = REASONS) -> Any:
    return desk.post(f"/en/appeals/{appeal}/votes", {"verdict": verdict, "reasons": reasons})


def decided(world: World, appeal: UUID, *verdicts: str) -> list[UUID]:
    """Members who voted so, one after the other."""
    members = [member(world) for _ in verdicts]
    for person, verdict in zip(members, verdicts, strict=True):
        assert votes(sits(world, person, appeal), appeal, verdict).status_code == 303
    world.work()
    return members


def past(world: World, who: Candidate) -> list[Lifecycle]:
    """What counts when the exam is repeated."""
    with world.read() as session:
        one = attempt(world, who.attempt_id)
        return [known.state for known in past_attempts(session, who.person_id, one.exam_id)]


def test_an_upheld_appeal_reverses_the_finding_and_restores_the_result(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    page = world.browser(who.person_id).get(appeal_page(who)).text
    assert "Why the decision is wrong" in page
    assert (
        appeal_page(who)
        in world.browser(who.person_id).get(f"/en/exams/attempts/{who.attempt_id}/result").text
    )
    assert files(who).status_code == 303
    appeal = the_appeal(world)
    assert attempt(world, who.attempt_id).appeal is AppealState.FILED
    first, second = member(world), member(world)
    desk = world.browser(first)
    assert f"/en/appeals/{appeal}" in desk.get("/en/appeals").text
    shut = desk.get(f"/en/appeals/{appeal}").text
    assert BODY not in shut
    sits(world, first, appeal)
    assert attempt(world, who.attempt_id).appeal is AppealState.PANEL
    opened = desk.get(f"/en/appeals/{appeal}").text
    for text in (BODY, "Somebody else answered", "A second voice was heard twice", "Your vote"):
        assert text in opened, text
    assert votes(desk, appeal, "uphold").status_code == 303
    other = sits(world, second, appeal)
    assert REASONS not in other.get(f"/en/appeals/{appeal}").text
    assert attempt(world, who.attempt_id).result is ResultState.INVALIDATED
    assert votes(other, appeal, "uphold", "Only one voice was the candidate's own").status_code == 303
    one = attempt(world, who.attempt_id)
    assert (one.appeal, one.review, one.result) == (
        AppealState.UPHELD,
        Review.REVERSED,
        ResultState.REISSUED,
    )
    told = [(step.axis, step.to_state, step.actor_id) for step in chain(world, who.attempt_id)][-5:]
    assert told == [
        (Axis.APPEAL, "filed", who.person_id),
        (Axis.APPEAL, "panel", first),
        (Axis.APPEAL, "upheld", second),
        (Axis.REVIEW, "reversed", second),
        (Axis.RESULT, "reissued", second),
    ]
    world.work()
    mine = world.browser(who.person_id).get(appeal_page(who)).text
    for text in (
        "Upheld",
        REASONS,
        "Only one voice was the candidate",
        "2 of 2 members",
        "The finding is reversed",
    ):
        assert text in mine, text
    assert (
        "You have passed the exam"
        in world.browser(who.person_id).get(f"/en/exams/attempts/{who.attempt_id}/result").text
    )
    record = world.browser(who.person_id).get(f"/en/exams/attempts/{who.attempt_id}/record").text
    assert "the appeal" in record, "each look of the panel is in the candidate's record"
    assert f"/en/appeals/{appeal}" in desk.get("/en/appeals").text
    assert "Only one voice" in desk.get(f"/en/appeals/{appeal}").text


def test_a_restored_result_goes_to_an_officer_who_decides_about_the_certificate(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    decided(world, the_appeal(world), "uphold", "uphold")
    with world.read() as session:
        wanted = select(CertificationCase.decided_at).where(CertificationCase.attempt_id == who.attempt_id)
        assert session.exec(wanted).all() == [None]


def test_a_dismissed_appeal_changes_nothing_and_gives_its_reasons(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    decided(world, the_appeal(world), "dismiss", "dismiss")
    one = attempt(world, who.attempt_id)
    assert (one.appeal, one.review, one.result) == (
        AppealState.DISMISSED,
        Review.IRREGULARITY,
        ResultState.INVALIDATED,
    )
    page = world.browser(who.person_id).get(appeal_page(who)).text
    assert "Dismissed" in page
    assert REASONS in page
    assert "File the appeal" not in page
    assert files(who, "Once more, because I am right").status_code == 409


def test_a_third_member_decides_where_two_differ_and_the_queue_does_not_tell(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    decided(world, appeal, "uphold", "dismiss")
    assert attempt(world, who.attempt_id).appeal is AppealState.PANEL
    third = member(world)
    assert f"/en/appeals/{appeal}" in world.browser(third).get("/en/appeals").text
    assert (
        votes(sits(world, third, appeal), appeal, "dismiss", "What the proctor heard stands").status_code
        == 303
    )
    assert attempt(world, who.attempt_id).appeal is AppealState.DISMISSED
    page = world.browser(who.person_id).get(appeal_page(who)).text
    assert "2 of 3 members" in page


def test_a_withheld_result_is_told_when_the_finding_falls_and_no_officer_decides_meanwhile(
    world: World,
) -> None:
    ground = Ground(world)
    who = ground.found(Review.IRREGULARITY)
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
    world.clock.advance(timedelta(minutes=1))
    files(who)
    desk = world.browser(ground.officer)
    assert str(who.attempt_id) not in desk.get("/en/results").text
    sent = desk.post(
        f"/en/results/{who.attempt_id}/invalidation", {"invalid_reason": "Somebody else answered"}
    )
    assert sent.status_code in {404, 409}
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
    decided(world, the_appeal(world), "uphold", "uphold")
    assert attempt(world, who.attempt_id).result is ResultState.RELEASED


def test_an_upheld_appeal_against_a_failed_result_makes_the_attempt_not_count(ground: Ground) -> None:
    world = ground.world
    who = ground.candidate(passes=False)
    world.clock.advance(timedelta(minutes=1))
    page = world.browser(who.person_id).get(appeal_page(who)).text
    assert "You have not passed this exam" in page
    assert past(world, who) == [Lifecycle.SCORED]
    files(who, "There was building work in the next room all morning")
    decided(world, the_appeal(world), "uphold", "uphold")
    one = attempt(world, who.attempt_id)
    assert (one.result, one.review, one.appeal) == (ResultState.RELEASED, Review.NONE, AppealState.UPHELD)
    assert past(world, who) == [Lifecycle.VOID], "it uses up no attempt and makes nobody wait"
    page = world.browser(who.person_id).get(appeal_page(who)).text
    assert "This attempt does not count when you sit the exam again" in page


@pytest.mark.parametrize(
    ("case", "says"),
    [("passed", "Nothing was decided against you"), ("review", "is being reviewed"), ("late", "ended on")],
)
def test_what_cannot_be_appealed_against_says_why(ground: Ground, case: str, says: str) -> None:
    world = ground.world
    if case == "passed":
        who = ground.candidate()
    elif case == "review":
        who = ground.referred()
    else:
        who = invalidated(ground)
        world.clock.advance(timedelta(days=31))
    assert says in world.browser(who.person_id).get(appeal_page(who)).text
    assert files(who).status_code == 409
    assert count(world, Appeal) == 0


def test_only_ones_own_attempt_and_one_appeal_at_a_time(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    stranger = world.browser(factories.person(world, "candidate"))
    assert stranger.get(appeal_page(who)).status_code == 404
    assert stranger.post(appeal_page(who), {"body": BODY}).status_code == 404
    assert files(who, "short").status_code == 422
    assert files(who).status_code == 303
    assert files(who).status_code == 303, "the same text twice is one appeal"
    assert files(who, BODY + ", again").status_code == 409
    assert count(world, Appeal) == 1


def test_nobody_of_the_first_decision_hears_it(ground: Ground) -> None:
    """Section 3: nobody from the first decision; rule 9: no trainer, in the queue and in the act."""
    world = ground.world
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    trainer = factories.person(world, "instructor", "appeals_panel")
    trains(world, trainer, who.person_id)
    had: dict[str, UUID] = {
        "proctor": ground.proctor,
        "first reviewer": ground.first,
        "second reviewer": ground.second,
        "officer": ground.officer,
        "trainer": trainer,
        "candidate": who.person_id,
    }
    for name, person in had.items():
        if name != "trainer":
            factories.grant(world, person, "appeals_panel")
        desk = world.browser(person)
        assert f"/en/appeals/{appeal}" not in desk.get("/en/appeals").text, name
        assert desk.get(f"/en/appeals/{appeal}").status_code == 404, name
        assert desk.post(f"/en/appeals/{appeal}/taking", {}).status_code == 409, name
        assert votes(desk, appeal, "uphold").status_code == 409, name
    assert count(world, AppealVote) == 0
    with world.read() as session:
        refused = session.exec(
            select(AuditEntry.id).where(
                AuditEntry.action == "conflict.refused", AuditEntry.subject_kind == "appeal"
            )
        ).all()
    assert len(refused) == 2 * len(had)


def test_after_a_dismissed_appeal_only_a_new_decision_can_be_appealed(ground: Ground) -> None:
    world = ground.world
    who = ground.found(Review.IRREGULARITY)
    world.clock.advance(timedelta(minutes=1))
    files(who)
    heard = decided(world, the_appeal(world), "dismiss", "dismiss")
    assert files(who, "Once more about the finding").status_code == 409
    world.clock.advance(timedelta(minutes=1))
    with world.write() as session:
        assert who.attempt_id is not None
        releasing.invalidate(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            officer_id=ground.officer,
            reason="Somebody else answered",
            kept_out=had_any_part(ground.officer),
        )
    world.clock.advance(timedelta(minutes=1))
    assert files(who, "Now the result is gone, and wrongly").status_code == 303
    again = the_appeal(world)
    assert world.browser(heard[0]).post(f"/en/appeals/{again}/taking", {}).status_code == 409


def test_queue_and_clocks_list_every_open_appeal_once(ground: Ground) -> None:
    world = ground.world
    for _ in range(2):
        files(invalidated(ground))
    with world.read() as session:
        listed = queries.list_waiting(session, member(world), at=world.clock.now(), page=1)
        assert len(listed.rows) == 2
        assert len(queries.list_clocks(session, at=world.clock.now(), page=1).rows) == 2
        assert set(session.exec(select(Attempt.appeal)).all()) == {AppealState.FILED}
