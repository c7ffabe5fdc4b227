"""A manager's cohorts over HTTP: who sees them, how they are created, what their page says."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app.platform.models import AuditEntry
from app.programmes import service
from app.programmes.models import Cohort, CohortMember
from tests import factories
from tests.programmes import ground
from tests.world import World

FORM = {
    "name": "Astana, hospitals",
    "programme": "kz-1000",
    "region": "KZ-71",
    "sector": "healthcare",
    "employer": "",
    "language": "kk",
    "starts_on": "2026-12-01",
    "ends_on": "2027-05-31",
    "target": "40",
}


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (("all", ""), 200),
        (("programme", "kz-1000"), 200),
        (("programme", "global-500250"), 404),
        (("region", "KZ-71"), 200),
        (("region", "KZ-75"), 404),
        (("employer", "Steppe Bank"), 200),
        (("employer", "Other"), 404),
        (("cohort", "this"), 200),
        (("cohort", "01a20000-0000-7000-8000-000000000000"), 404),
        (("cohort", "no-uuid"), 404),
        (None, 404),
    ],
)
def test_a_cohort_is_seen_within_scope_and_does_not_exist_outside(
    world: World, scope: tuple[str, str] | None, status: int
) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss, region="KZ-71", employer="Steppe Bank")
    if scope == ("cohort", "this"):
        scope = ("cohort", str(cohort_id))
    viewer = factories.person(world, "programme_manager", scope=scope) if scope else factories.person(world)
    browser = world.browser(viewer)
    for page in ("", "/invitations", "/people.csv"):
        assert browser.get(f"/en/cohorts/{cohort_id}{page}").status_code == status, page
    for act in ("instructors", "join-link", "join-link/end", "invitations", f"instructors/{boss}/end"):
        refused = browser.post(f"/en/cohorts/{cohort_id}/{act}").status_code
        assert (refused == 404) == (status == 404 or act.endswith("/end") and act.startswith("instr")), act
    listed = browser.get("/en/cohorts")
    assert (str(cohort_id) in listed.text) == (status == 200)
    assert listed.status_code == (200 if scope else 403)


def test_nobody_signed_in_is_led_to_the_sign_in_page(world: World) -> None:
    cohort_id = ground.cohort(world, factories.person(world))
    reply = world.browser().get(f"/en/cohorts/{cohort_id}")
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/en/sign-in?next=")


def test_a_manager_creates_a_cohort(world: World) -> None:
    ground.programmes(world)
    browser = world.browser(factories.person(world, "programme_manager"))
    assert browser.get("/en/cohorts/new").status_code == 200
    reply = browser.post("/en/cohorts", FORM)
    assert reply.status_code == 303
    page = browser.get(reply.headers["location"])
    assert page.status_code == 200
    assert "The cohort is created" in page.text
    assert "Nobody has joined yet" in page.text
    with world.read() as session:
        row = session.execute(select(Cohort)).scalar_one()
        assert (row.name, row.region, row.sector, row.target) == (
            "Astana, hospitals",
            "KZ-71",
            "healthcare",
            40,
        )
        actions = session.scalars(select(col(AuditEntry.action))).all()
    assert "cohort.created" in actions


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Fill in this field."),
        ("name", "x" * 121, "This is too long"),
        ("programme", "other", "Choose one of the options."),
        ("region", "KZ-99", "Choose one of the options."),
        ("sector", "sports", "Choose one of the options."),
        ("language", "de", "Choose one of the options."),
        ("starts_on", "soon", "Type a date"),
        ("ends_on", "2026-12-01", "The last day must come after the first."),
        ("ends_on", "2040-12-01", "A cohort lasts five years at most."),
        ("target", "0", "The smallest number possible is 1."),
        ("target", "many", "Type a whole number."),
    ],
)
def test_a_form_that_is_wrong_says_where_and_keeps_what_was_typed(
    world: World, field: str, value: str, said: str
) -> None:
    ground.programmes(world)
    browser = world.browser(factories.person(world, "programme_manager"))
    reply = browser.post("/en/cohorts", FORM | {field: value})
    assert reply.status_code == 422
    assert said in reply.text
    assert f'id="{field}-e"' in reply.text
    assert "<title>Error:" in reply.text
    if field != "name":
        assert "Astana, hospitals" in reply.text
    with world.read() as session:
        assert session.execute(select(col(Cohort.id))).first() is None


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (("region", "KZ-75"), "region"),
        (("employer", "Other"), "employer"),
        (("programme", "global-500250"), "programme"),
    ],
)
def test_a_cohort_outside_the_managers_area_is_not_created(
    world: World, scope: tuple[str, str], field: str
) -> None:
    ground.programmes(world)
    browser = world.browser(factories.person(world, "programme_manager", scope=scope))
    reply = browser.post("/en/cohorts", FORM)
    assert reply.status_code == 422
    assert f'id="{field}-e"' in reply.text
    assert "This is outside the area you manage." in reply.text


def test_the_page_shows_funnel_rates_plan_and_pass_rate(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    people = [ground.member(world, cohort_id, last_active_at=world.clock.now()) for _ in range(8)]
    for number, person_id in enumerate(people):
        words = ["invited", "registered", "sat", "passed", "decided", "certified"][: 6 if number < 2 else 3]
        ground.milestone(world, person_id, *words)
    world.work()
    text = world.browser(boss).get(f"/en/cohorts/{cohort_id}").text
    assert "2 people have been certified so far." in text
    assert "by the plan there would be 30" in text  # 84 of 273 days of a target of 100
    assert "25%" in text  # 2 of 8 invited hold a certificate; 2 of 8 passed
    assert "Behind the plan by 28 people" in text
    assert "To reach 100 by 31 May 2027, 4 a week are needed; in the last four weeks there were 2." in text
    assert "As of 23 November 2026" in text


def test_active_means_studied_in_the_last_fourteen_days(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    now = world.clock.now()
    ground.member(world, cohort_id, last_active_at=now - timedelta(days=13, hours=23))
    ground.member(world, cohort_id, last_active_at=now - timedelta(days=14))
    ground.member(world, cohort_id)
    text = world.browser(boss).get(f"/en/cohorts/{cohort_id}").text
    assert 'studied in the last 14 days, of 3 members</dt><dd class="num">1</dd>' in text


def test_the_page_costs_few_statements_however_many_people(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    counts = []
    for size in (3, 60):
        cohort_id = ground.cohort(world, boss)
        for _ in range(size):
            ground.milestone(world, ground.member(world, cohort_id), "registered")
        world.work()
        browser = world.browser(boss)
        seen: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(world.engine, "before_cursor_execute", note)
        assert browser.get(f"/en/cohorts/{cohort_id}").status_code == 200
        event.remove(world.engine, "before_cursor_execute", note)
        counts.append(len([s for s in seen if s.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE"))]))
    assert counts[0] == counts[1]
    assert counts[1] <= 8


def test_people_are_filtered_sorted_searched_and_paged_by_the_address(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    now = world.clock.now()
    first = ground.person(
        world, name_cyrillic="Әбілқайыр Айдар", name_latin="Aidar A", sort_key="01", email="a@people.example"
    )
    second = ground.person(
        world, name_cyrillic="Ысқақ Жанар", name_latin="Zhanar I", sort_key="02", email="b@people.example"
    )
    ground.member(
        world, cohort_id, person_id=first, state="certified", last_active_at=now - timedelta(days=40)
    )
    ground.member(world, cohort_id, person_id=second, state="active", last_active_at=now - timedelta(days=20))
    for number in range(30):
        ground.member(
            world, cohort_id, person_id=ground.person(world, sort_key=f"1{number:02d}"), last_active_at=now
        )
    browser = world.browser(boss)

    def page(query: str) -> str:
        reply = browser.get(f"/ru/cohorts/{cohort_id}?{query}")
        assert reply.status_code == 200
        return reply.text

    assert "Әбілқайыр" in page("") and "?page=2" in page("")
    assert "Әбілқайыр" not in page("page=2")
    certified = page("state=certified")
    assert "Әбілқайыр" in certified and "Ысқақ" not in certified
    stalled = page("state=stalled")
    assert "Ысқақ" in stalled and "Әбілқайыр" not in stalled
    assert "Ысқақ" in page("q=ЫСКАК")  # a Kazakh name typed on a Russian keyboard
    assert "Ысқақ" not in page("q=ыскак%25")
    upward, downward = page("sort=state"), page("sort=-state")
    assert "Әбілқайыр" not in upward and "Әбілқайыр" in downward
    assert "Әбілқайыр" in page("sort=activity")
    assert page("sort=nonsense&state=nonsense&page=x")
    assert "Под этот отбор никто не подходит" in page("q=nobodyhere")
    fragment = browser.get(f"/ru/cohorts/{cohort_id}?state=certified", HX_Request="true")
    assert "<html" not in fragment.text and "Әбілқайыр" in fragment.text


def test_markup_in_a_cohorts_name_is_only_text(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss, name='<img src=x onerror="x">&', employer="<b>E</b>")
    browser = world.browser(boss)
    for page in ("/cohorts", f"/cohorts/{cohort_id}", f"/cohorts/{cohort_id}/invitations"):
        text = browser.get(f"/en{page}").text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text
        assert "<b>E</b>" not in text


def test_the_export_is_utf8_with_a_mark_harmless_filtered_and_audited(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    evil = ground.person(
        world,
        name_cyrillic="=cmd|' /C calc'!A0",
        name_latin="+Latin",
        sort_key="01",
        email="e@people.example",
    )
    ground.member(world, cohort_id, person_id=evil, employer="@SUM(1)", state="sat", region="KZ-71")
    ground.member(
        world, cohort_id, person_id=ground.person(world, sort_key="02", name_cyrillic="Қызғалдақ Ә")
    )
    browser = world.browser(boss)
    reply = browser.get(f"/kk/cohorts/{cohort_id}/people.csv?delimiter=semicolon")
    assert reply.status_code == 200
    assert reply.content.startswith(b"\xef\xbb\xbf")
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.headers["cache-control"] == "no-store"
    assert "attachment" in reply.headers["content-disposition"]
    sheet = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig")), delimiter=";"))
    assert len(sheet) == 3
    assert sheet[1][:2] == ["'=cmd|' /C calc'!A0", "'+Latin"]
    assert sheet[1][6] == "'@SUM(1)"
    assert sheet[1][4] == "Астана қаласы"
    assert not any(cell[:1] in {"=", "+", "-", "@"} for row in sheet for cell in row)
    assert "Қызғалдақ Ә" in sheet[2]
    one = browser.get(f"/kk/cohorts/{cohort_id}/people.csv?state=sat").content.decode("utf-8-sig")
    assert len(one.splitlines()) == 2 and "," in one
    with world.read() as session:
        entries = session.execute(
            select(col(AuditEntry.actor_id), col(AuditEntry.facts)).where(
                col(AuditEntry.action) == "cohort.people_exported"
            )
        ).all()
    assert [(row.actor_id, row.facts["rows"]) for row in entries] == [(boss, 2), (boss, 1)]


def test_those_who_left_are_not_listed(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    ground.member(world, cohort_id, left_at=world.clock.now())
    assert "Nobody has joined yet" in world.browser(boss).get(f"/en/cohorts/{cohort_id}").text


def test_studying_is_written_down_and_never_goes_back(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    person_id = ground.member(world, cohort_id)
    now = world.clock.now()
    for at in (now, now + timedelta(hours=1), now - timedelta(hours=5)):
        with world.write() as session:
            service.touch_activity(session, person_id, at)
    with world.read() as session:
        row = session.execute(select(col(CohortMember.last_active_at), col(CohortMember.state))).one()
    assert row.last_active_at == now + timedelta(hours=1)
    assert row.state == "active"


def test_the_list_shows_the_managers_cohorts_with_their_figures(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss, name="Abai, schools", region=None)
    ground.member(world, cohort_id, state="certified")
    ground.member(world, cohort_id)
    text = world.browser(boss).get("/en/cohorts").text
    assert "Abai, schools" in text
    assert "1 of 100" in text
    empty = world.browser(factories.person(world, "programme_manager", scope=("region", "KZ-10"))).get(
        "/en/cohorts"
    )
    assert "There are no cohorts in your area yet" in empty.text
