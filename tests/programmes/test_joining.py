"""Joining a cohort: by link, by registration, once; what is carried over; who becomes whose trainer."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.platform.outbox import enqueue_later
from app.programmes.models import CohortMember, Invitation, Milestone, TrainingRelation
from app.programmes.queries import trained
from app.programmes.rules import MilestoneWord
from app.programmes.service import joining
from tests import factories
from tests.programmes import ground
from tests.world import World


def milestones(world: World, cohort_id: UUID) -> set[tuple[str, str]]:
    with world.read() as session:
        rows = session.execute(
            select(col(Milestone.person_key), col(Milestone.word)).where(
                col(Milestone.cohort_id) == cohort_id
            )
        )
        return {(row.person_key, str(row.word)) for row in rows}


def test_the_join_link_is_shown_once_kept_hashed_and_replaced_by_a_new_one(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    browser = world.browser(boss)
    links = []
    for _ in range(2):
        made = browser.post(f"/en/cohorts/{cohort_id}/join-link")
        assert made.headers["cache-control"] == "no-store"
        found = re.search(r"http://127\.0\.0\.1:8000(/kk/join/[^\"]+)", made.text)
        assert found
        links.append(found.group(1))
    assert links[0].rsplit("/")[-1] not in browser.get(f"/en/cohorts/{cohort_id}").text
    guest = world.browser(factories.person(world))
    assert guest.get(links[0]).status_code == 404
    assert guest.get(links[1]).status_code == 200
    browser.post(f"/en/cohorts/{cohort_id}/join-link/end")
    assert guest.get(links[1]).status_code == 404
    assert guest.post(links[1]).status_code == 404


def test_joining_twice_is_joining_once(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss, sector="energy", employer="Steppe Bank")
    token = ground.join_link(world, cohort_id, boss)
    guest = factories.person(world)
    browser = world.browser(guest)
    assert browser.get(f"/en/join/{token}").status_code == 200
    for _ in range(2):
        assert browser.post(f"/en/join/{token}").status_code == 303
    with world.read() as session:
        rows = session.execute(
            select(col(CohortMember.person_id), col(CohortMember.region), col(CohortMember.employer))
        ).all()
    assert [tuple(row) for row in rows] == [(guest, "KZ-71", "Steppe Bank")]
    assert milestones(world, cohort_id) == {(str(guest), "invited"), (str(guest), "registered")}


def test_nobody_joins_a_closed_cohort(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    token = ground.join_link(world, cohort_id, boss)
    ground.close(world, cohort_id)
    guest = world.browser(factories.person(world))
    assert guest.get(f"/en/join/{token}").status_code == 410
    assert guest.post(f"/en/join/{token}").status_code == 410


def test_what_was_reached_before_comes_along(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    first, second = ground.cohort(world, boss), ground.cohort(world, boss)
    guest = factories.person(world)
    earlier = world.clock.now()
    ground.milestone(world, guest, "registered", "active", "sat", "passed")  # in no cohort yet
    world.clock.advance(timedelta(days=3))
    browser = world.browser(guest)
    for cohort_id in (first, second):
        browser.post(f"/en/join/{ground.join_link(world, cohort_id, boss)}")
        assert {word for _, word in milestones(world, cohort_id)} == {
            "invited",
            "registered",
            "active",
            "sat",
            "passed",
        }
    with world.read() as session:
        members = session.execute(select(col(CohortMember.state), col(CohortMember.last_active_at))).all()
        days = session.execute(
            select(col(Milestone.at)).where(
                col(Milestone.word) == "passed", col(Milestone.cohort_id) == first
            )
        ).scalar_one()
    assert [(row.state, row.last_active_at) for row in members] == [("passed", earlier)] * 2
    assert days == earlier
    ground.milestone(world, guest, "certified")
    assert "certified" in {word for _, word in milestones(world, first) & milestones(world, second)}


def register(world: World, person_id: UUID) -> None:
    with world.write() as session:
        enqueue_later(session, world.clock, "person.registered", {"person_id": person_id})
    world.work()


@pytest.mark.parametrize("confirmed", [True, False])
def test_registering_accepts_what_waits_for_a_confirmed_address_only(world: World, confirmed: bool) -> None:
    boss = factories.person(world, "programme_manager")
    first, second, closed = (ground.cohort(world, boss) for _ in range(3))
    for cohort_id in (first, second, closed):
        world.browser(boss).post(
            f"/en/cohorts/{cohort_id}/invitations", {"addresses": "New@people.example", "step": "send"}
        )
    ground.close(world, closed)
    values = {} if confirmed else {"email_confirmed_at": None}
    guest = factories.person(world, email="new@people.example", **values)
    register(world, guest)
    register(world, guest)
    with world.read() as session:
        joined = set(
            session.scalars(select(col(CohortMember.cohort_id)).where(col(CohortMember.person_id) == guest))
        )
        accepted = session.scalars(
            select(col(Invitation.person_id)).where(col(Invitation.accepted_at).is_not(None))
        ).all()
    assert joined == ({first, second} if confirmed else set())
    assert accepted == ([guest, guest] if confirmed else [])
    with world.read() as session:
        own = session.execute(
            select(col(Milestone.cohort_id)).where(
                col(Milestone.person_id) == guest, col(Milestone.word) == "registered"
            )
        ).all()
    assert len(own) == (2 if confirmed else 1)


def test_somebody_invited_who_joins_by_link_is_one_invited_person(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    world.browser(boss).post(
        f"/en/cohorts/{cohort_id}/invitations", {"addresses": "x@people.example", "step": "send"}
    )
    guest = factories.person(world, email="x@people.example")
    world.browser(guest).post(f"/en/join/{ground.join_link(world, cohort_id, boss)}")
    invited = [key for key, word in milestones(world, cohort_id) if word == "invited"]
    assert len(invited) == 1
    with world.read() as session:
        assert session.execute(select(col(Invitation.person_id))).scalar_one() == guest


# Training relations -------------------------------------------------------------------------------


def is_trained(world: World, trainer: UUID, learner: UUID, *, later: timedelta = timedelta()) -> bool:
    with world.read() as session:
        return trained(session, trainer, learner, at=world.clock.now() + later)


def test_an_instructor_trains_every_member_present_and_future(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    teacher = factories.person(world, "instructor", email="teacher@people.example")
    present = ground.member(world, cohort_id)
    token = ground.join_link(world, cohort_id, boss)
    browser = world.browser(boss)
    reply = browser.post(f"/en/cohorts/{cohort_id}/instructors", {"email": " Teacher@People.example"})
    assert reply.status_code == 303
    assert "Every member counts as their learner" in browser.get(reply.headers["location"]).text
    future = factories.person(world)
    world.browser(future).post(f"/en/join/{token}")
    assert is_trained(world, teacher, present)
    assert is_trained(world, teacher, future)
    assert not is_trained(world, teacher, factories.person(world))


def test_ending_the_teaching_keeps_the_conflict_for_two_years_and_spares_later_members(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    teacher = factories.person(world, "instructor", email="teacher@people.example")
    learner = ground.member(world, cohort_id)
    browser = world.browser(boss)
    add = {"email": "teacher@people.example"}
    browser.post(f"/en/cohorts/{cohort_id}/instructors", add)
    world.clock.advance(timedelta(days=1))
    browser = world.browser(boss)
    assert browser.post(f"/en/cohorts/{cohort_id}/instructors/{teacher}/end").status_code == 303
    assert browser.post(f"/en/cohorts/{cohort_id}/instructors/{teacher}/end").status_code == 404
    late = factories.person(world)
    world.browser(late).post(f"/en/join/{ground.join_link(world, cohort_id, boss)}")
    assert not is_trained(world, teacher, late)
    assert is_trained(world, teacher, learner, later=timedelta(days=729))
    assert not is_trained(world, teacher, learner, later=timedelta(days=731))
    browser.post(f"/en/cohorts/{cohort_id}/instructors", add)  # back again: open-ended once more
    assert is_trained(world, teacher, learner, later=timedelta(days=5000))
    assert is_trained(world, teacher, late)
    with world.read() as session:
        assert len(session.execute(select(col(TrainingRelation.id))).all()) == 2


def test_only_somebody_with_the_role_can_teach(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    factories.person(world, email="learner@people.example")
    browser = world.browser(boss)
    for email, said in (
        ("learner@people.example", "No instructor has this address."),
        ("nobody@people.example", "No instructor has this address."),
        ("", "Fill in this field."),
    ):
        reply = browser.post(f"/en/cohorts/{cohort_id}/instructors", {"email": email})
        assert reply.status_code == 422
        assert said in reply.text
        assert 'value="' + email in reply.text


def test_nobody_trains_themselves(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    teacher = factories.person(world, "instructor", email="teacher@people.example")
    ground.member(world, cohort_id, person_id=teacher)
    world.browser(boss).post(f"/en/cohorts/{cohort_id}/instructors", {"email": "teacher@people.example"})
    with world.read() as session:
        assert session.execute(select(col(TrainingRelation.id))).first() is None


# At the same time ---------------------------------------------------------------------------------


def test_two_threads_that_record_or_join_make_one_row(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    token = ground.join_link(world, cohort_id, boss)
    guest = factories.person(world)

    def join(_: int) -> None:
        with world.write() as session:
            joining.join_by_link(session, world.clock, token=token, person_id=guest)

    def reach(number: int) -> None:
        words = list(MilestoneWord)[2:]
        for word in words if number % 2 else reversed(words):
            ground.milestone(world, guest, word)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(join, range(8)))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(reach, range(6)))
    with world.read() as session:
        members = session.scalars(select(col(CohortMember.state))).all()
        rows = session.scalars(select(col(Milestone.word)).where(col(Milestone.cohort_id) == cohort_id)).all()
    assert members == ["certified"]
    assert sorted(rows) == sorted(MilestoneWord)
