"""People and their roles: granted and revoked with a reason, by somebody else."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.accounts import queries, service
from app.accounts.errors import EmailTaken, OwnRoles, ScopeUnfit
from app.accounts.models import RoleGrant
from app.kernel.errors import NotFound
from app.kernel.ordering import kazakh_sort_key
from app.platform.models import AuditEntry
from app.web.viewer import COOKIE
from tests.accounts.ground import somebody
from tests.accounts.test_registration import statements_of
from tests.factories import person
from tests.programmes import ground
from tests.world import World

ROLE = {"role": "programme_manager", "scope": "region:KZ-35", "reason": "Order 12 of 20 November"}


def grants(world: World, person: UUID) -> list[Any]:
    with world.read() as session:
        return list(session.scalars(select(RoleGrant).where(RoleGrant.person_id == person)))


def test_a_role_is_granted_in_a_scope_with_a_reason(world: World) -> None:
    admin, who = somebody(world, "administrator", name_latin="Grantor Person"), somebody(world)
    browser = world.browser(admin)
    reply = browser.post(f"/en/admin/people/{who}/roles", ROLE)
    assert reply.headers["location"] == f"/en/admin/people/{who}?done=granted"
    [row] = grants(world, who)
    assert (str(row.role), str(row.scope_kind), row.scope_id) == ("programme_manager", "region", "KZ-35")
    assert (row.granted_by, row.granted_reason) == (admin, "Order 12 of 20 November")
    page = browser.get(f"/en/admin/people/{who}").text
    for shown in (
        "programme manager",
        "Karaganda",
        "Order 12 of 20 November",
        "Grantor Person",
        "Role granted",
    ):
        assert shown in page


def test_the_viewer_holds_what_was_granted_and_where(world: World) -> None:
    who = somebody(world)
    with world.write() as session:
        service.grant(
            session, world.clock, person_id=who, role="programme_manager", scope_kind="region", scope_id="KZ-35",
            by=None, reason="x",
        )  # fmt: skip
    browser = world.browser(who)
    with world.read() as session:
        viewer = queries.find_viewer(session, browser.http.cookies[COOKIE], world.clock.now())
    assert viewer is not None
    assert viewer.has("programme_manager")
    assert not viewer.has("administrator")
    assert viewer.scopes("programme_manager") == {("region", "KZ-35")}


def test_a_role_change_ends_the_persons_sessions(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    session = world.browser(who)
    world.browser(admin).post(f"/en/admin/people/{who}/roles", ROLE)
    assert session.get("/en/settings").status_code == 303
    session = world.browser(who)
    [row] = grants(world, who)
    world.browser(admin).post(
        f"/en/admin/people/{who}/roles/{row.id}/revocation", {"revoke_reason": "Left the centre"}
    )
    assert session.get("/en/settings").status_code == 303


def test_becoming_a_candidate_interrupts_nobody(world: World) -> None:
    who = somebody(world)
    browser = world.browser(who)
    with world.write() as session:
        service.grant(session, world.clock, person_id=who, role="candidate", by=None, reason="application")
    assert browser.get("/en/settings").status_code == 200


def test_a_role_is_revoked_with_a_reason_and_the_row_stays(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world, "proctor")
    [row] = grants(world, who)
    browser = world.browser(admin)
    path = f"/en/admin/people/{who}/roles/{row.id}/revocation"
    assert browser.post(path, {"revoke_reason": ""}).status_code == 422
    assert browser.post(path, {"revoke_reason": "Left the centre"}).status_code == 303
    assert browser.post(path, {"revoke_reason": "Again"}).status_code == 404
    [row] = grants(world, who)
    assert (row.revoked_by, row.revoked_reason) == (admin, "Left the centre")
    page = browser.get(f"/en/admin/people/{who}").text
    assert "Roles held before" in page
    assert "Left the centre" in page
    with world.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == str(who))).all()
    assert [(e.action, e.actor_id, e.facts["grant"]) for e in entries] == [
        ("role.revoked", admin, str(row.id))
    ]
    assert "Left the centre" not in str([(e.reason, e.facts) for e in entries]), "prose stays on its row"
    assert page.count("Left the centre") == 2, "and is shown with the act as well"
    browser.post(f"/en/admin/people/{who}/roles", ROLE | {"scope": "all:"})
    assert len(grants(world, who)) == 2, "what was revoked can be granted anew"


def test_a_grant_is_revoked_under_its_own_person_only(world: World) -> None:
    admin, who, other = somebody(world, "administrator"), somebody(world, "proctor"), somebody(world)
    [row] = grants(world, who)
    reply = world.browser(admin).post(
        f"/en/admin/people/{other}/roles/{row.id}/revocation", {"revoke_reason": "x"}
    )
    assert reply.status_code == 404
    assert grants(world, who)[0].revoked_at is None


def test_nobody_changes_their_own_roles(world: World) -> None:
    admin = somebody(world, "administrator")
    browser = world.browser(admin)
    assert "Nobody changes their own roles." in browser.get(f"/en/admin/people/{admin}").text
    assert browser.post(f"/en/admin/people/{admin}/roles", ROLE).status_code == 409
    [row] = grants(world, admin)
    reply = browser.post(f"/en/admin/people/{admin}/roles/{row.id}/revocation", {"revoke_reason": "x"})
    assert reply.status_code == 409
    assert grants(world, admin)[0].revoked_at is None
    with world.write() as session, pytest.raises(OwnRoles):
        service.grant(session, world.clock, person_id=admin, role="auditor", by=admin, reason="x")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": ""}, 422),
        ({"role": ""}, 422),
        ({"role": "king"}, 422),
        ({"scope": ""}, 422),
        ({"scope": "region:"}, 422),
        ({"scope": "region:KZ-99"}, 422),
        ({"scope": "planet:KZ-35"}, 422),
        ({"role": "exam_manager"}, 422),
        ({"role": "administrator"}, 422),
    ],
)
def test_a_grant_that_does_not_fit_is_refused_and_what_was_typed_is_kept(
    world: World, changes: dict[str, str], status: int
) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    reply = world.browser(admin).post(f"/en/admin/people/{who}/roles", ROLE | changes)
    assert reply.status_code == status
    assert grants(world, who) == []
    if "reason" not in changes:
        assert "Order 12 of 20 November" in reply.text


def test_a_scope_is_refused_for_a_role_that_does_not_keep_to_it_in_the_readers_language(
    world: World,
) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    reply = world.browser(admin).post(f"/ru/admin/people/{who}/roles", ROLE | {"role": "exam_manager"})
    assert reply.status_code == 422
    assert "Эту роль нельзя ограничить" in reply.text
    assert grants(world, who) == []


def test_a_role_written_down_in_a_scope_it_does_not_honour_gives_nothing(world: World) -> None:
    manager = person(world, "exam_manager", scope=("region", "KZ-75"))
    assert world.browser(manager).get("/en/sittings").status_code == 403
    everywhere = person(world, "exam_manager")
    assert world.browser(everywhere).get("/en/sittings").status_code == 200


def test_what_a_role_can_be_limited_to_is_chosen_by_name(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    page = world.browser(admin).get(f"/ru/admin/people/{who}").text
    assert re.search(r'<option value="region:KZ-35">Караганд', page)
    assert 'name="scope_id"' not in page


def test_an_employer_is_a_scope_however_long_its_name_may_be(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    employer = "«Қазақстан темір жолы» ұлттық компаниясы ".ljust(119, "ү") + "і"
    ground.cohort(world, admin, employer=employer)
    browser = world.browser(admin)
    reply = browser.post(f"/en/admin/people/{who}/roles", ROLE | {"scope": f"employer:{employer}"})
    assert reply.status_code == 303
    [row] = grants(world, who)
    assert row.scope_id == employer
    assert len(employer) == 120
    assert employer in browser.get(f"/en/admin/people/{who}").text


def test_what_is_held_keeps_its_name_when_it_is_offered_no_longer(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    cohort_id = ground.cohort(world, admin, name="Aktau, refinery")
    browser = world.browser(admin)
    browser.post(f"/en/admin/people/{who}/roles", ROLE | {"scope": f"cohort:{cohort_id}"})
    ground.close(world, cohort_id)
    page = browser.get(f"/en/admin/people/{who}").text
    assert ": Aktau, refinery" in page
    assert str(cohort_id) not in page


def test_what_can_be_chosen_stands_in_the_order_of_the_kazakh_alphabet(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    for name in ("Яблоко", "Ұлытау", "Әулие", "Барыс", "Уран"):
        ground.cohort(world, admin, name=name, employer=f"{name} ЖШС")
    page = world.browser(admin).get(f"/kk/admin/people/{who}").text
    for kind in ("cohort", "employer"):
        offered = re.findall(rf'<option value="{kind}:[^"]*">([^<]*?)(?: ЖШС)?</option>', page)
        assert offered == ["Әулие", "Барыс", "Уран", "Ұлытау", "Яблоко"]
    regions = re.findall(r'<option value="region:[^"]*">([^<]*)</option>', page)
    form = world.browser(person(world, "programme_manager")).get("/kk/cohorts/new").text
    assert regions == re.findall(r'<option value="KZ-[^"]*">([^<]*)</option>', form)
    assert regions == sorted(regions, key=kazakh_sort_key)
    assert len(regions) == 20


def test_a_role_held_already_is_not_granted_twice(world: World) -> None:
    admin, who = somebody(world, "administrator"), somebody(world)
    browser = world.browser(admin)
    assert browser.post(f"/en/admin/people/{who}/roles", ROLE).status_code == 303
    assert browser.post(f"/en/admin/people/{who}/roles", ROLE).status_code == 409
    assert browser.post(f"/en/admin/people/{who}/roles", ROLE | {"scope": "region:KZ-61"}).status_code == 303


def test_an_administrator_finds_people_by_any_of_their_names_or_address(world: World) -> None:
    admin = somebody(world, "administrator")
    with world.write() as session:
        for number, (cyrillic, latin) in enumerate(
            [("Әлиев Қасым", "Aliev Qasym"), ("Иванова Анна", "Ivanova Anna")]
        ):
            service.create_person(
                session, world.clock, email=f"find{number}@people.example", name_cyrillic=cyrillic,
                name_latin=latin, locale="kk", confirmed=bool(number),
            )  # fmt: skip
    browser = world.browser(admin)

    def found(query: str) -> list[str]:
        text = browser.http.get("/kk/admin/people", params={"q": query}).text
        return [name for name in ("Әлиев Қасым", "Иванова Анна") if name in text]

    assert found("Әлиев") == found("алиев") == found("QASYM") == found("касым алиев") == ["Әлиев Қасым"]
    assert found("find1@people") == ["Иванова Анна"]
    assert found("@people.example") == ["Әлиев Қасым", "Иванова Анна"]
    assert found("100%") == found("find_@") == []


def test_the_list_of_people_is_paged_and_needs_few_statements(world: World) -> None:
    admin = somebody(world, "administrator")
    with world.write() as session:
        for number in range(60):
            service.create_person(
                session, world.clock, email=f"p{number}@many.example", name_cyrillic=None,
                name_latin=f"Many {chr(97 + number // 26)}{chr(97 + number % 26)}", locale="en",
            )  # fmt: skip
    browser = world.browser(admin)
    page = browser.get("/en/admin/people?q=@many.example").text
    assert page.count("@many.example</td>") == 50
    assert "60 people found" in page
    assert page.index("Many aa") < page.index("Many ab")
    assert browser.get("/en/admin/people?q=@many.example&page=2").text.count("@many.example</td>") == 10
    seen = statements_of(world, lambda: browser.get("/en/admin/people"))
    assert len([s for s in seen if "SELECT" in s]) == 4


ROUTES = [
    ("get", "/en/sign-in", (200, 303, 303)),
    ("get", "/en/register", (200, 303, 303)),
    ("get", "/en/register/sent", (200, 200, 200)),
    ("get", "/en/confirm/none", (410, 410, 410)),
    ("get", "/en/reset", (200, 200, 200)),
    ("get", "/en/reset/sent", (200, 200, 200)),
    ("get", "/en/reset/none", (410, 410, 410)),
    ("get", "/en/settings", (303, 200, 200)),
    ("get", "/en/admin/people", (303, 403, 200)),
    ("get", "/en/admin/people/{who}", (303, 403, 200)),
    ("get", "/en/dev/mail", (200, 200, 200)),
    ("get", "/en/dev/mail/none", (404, 404, 404)),
    ("post", "/en/sign-in", (422, 422, 422)),
    ("post", "/en/sign-in/demonstration", (404, 404, 404)),
    ("post", "/en/sign-out", (303, 303, 303)),
    ("post", "/en/register", (422, 422, 422)),
    ("post", "/en/confirm/none", (410, 410, 410)),
    ("post", "/en/reset", (422, 422, 422)),
    ("post", "/en/reset/none", (410, 410, 410)),
    ("post", "/en/settings/profile", (303, 422, 422)),
    ("post", "/en/settings/password", (303, 422, 422)),
    ("get", "/en/settings/address", (303, 200, 200)),
    ("post", "/en/settings/address", (303, 422, 422)),
    ("get", "/en/settings/address/none", (303, 410, 410)),
    ("post", "/en/settings/address/none", (303, 410, 410)),
    ("get", "/en/settings/closure", (303, 200, 200)),
    ("post", "/en/settings/closure", (303, 422, 422)),
    ("post", "/en/admin/people/{who}/reopening", (303, 403, 422)),
    ("post", "/en/settings/sessions/end-others", (303, 303, 303)),
    ("post", "/en/settings/sessions/{who}/end", (303, 404, 404)),
    ("post", "/en/admin/people/{who}/roles", (303, 403, 422)),
    ("post", "/en/admin/people/{who}/roles/{who}/revocation", (303, 403, 422)),
]


@pytest.mark.parametrize(("method", "path", "codes"), ROUTES, ids=lambda v: v if isinstance(v, str) else "")
def test_who_may_do_what(world: World, method: str, path: str, codes: tuple[int, int, int]) -> None:
    who = somebody(world)
    browsers = (
        world.browser(),
        world.browser(somebody(world, "learner")),
        world.browser(somebody(world, "administrator")),
    )
    got = tuple(getattr(b, method)(path.format(who=who)).status_code for b in browsers)
    assert got == codes


def test_every_route_of_accounts_stands_in_the_matrix() -> None:
    from app.accounts.routes import router

    paths = {path.replace("{who}", "{}") for _, path, _ in ROUTES}
    templates = set()

    def collect(routes: Any) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                collect(inner.routes)
            else:
                templates.add(route.path)

    collect(router.routes)
    assert len(templates) >= 15
    import re

    for template in templates:
        tail = re.sub(
            r"\{[^}]+\}", "{}", template.split("}", 1)[-1] if template.startswith("/{locale") else template
        )
        wanted = re.compile("^/en" + re.escape(tail).replace(r"\{\}", r"(\{\}|none)") + "$")
        assert any(wanted.match(path) for path in paths), template


def test_an_unknown_person_is_not_found(world: World) -> None:
    browser = world.browser(somebody(world, "administrator"))
    for path in (f"/en/admin/people/{uuid4()}", "/en/admin/people/none"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/en/admin/people/{uuid4()}/roles", ROLE).status_code == 404


def test_what_other_slices_ask_of_accounts(world: World) -> None:
    with world.write() as session:
        one = service.create_person(
            session, world.clock, email=" One@People.Example ", name_cyrillic="Бірінші Адам", name_latin=None,
            locale="kk", timezone="Asia/Oral", confirmed=True, demo_role="learner",
        )  # fmt: skip
        service.grant(
            session, world.clock, person_id=one, role="programme_manager", scope_kind="employer", scope_id="c1", by=None,
            reason="import",
        )  # fmt: skip
    with world.write() as session, pytest.raises(EmailTaken):
        service.create_person(
            session, world.clock, email="one@people.example", name_cyrillic="X", name_latin=None, locale="kk"
        )
    with world.write() as session, pytest.raises(ScopeUnfit):
        service.grant(
            session,
            world.clock,
            person_id=one,
            role="programme_manager",
            scope_kind="employer",
            by=None,
            reason="",
        )
    with world.read() as session:
        contact = queries.get_contact(session, one)
        assert (contact.email, contact.locale, contact.timezone) == ("one@people.example", "kk", "Asia/Oral")
        assert contact.confirmed
        assert str(contact.names) == contact.names.shown("en") == "Бірінші Адам"
        assert queries.find_by_email(session, "ONE@people.example") == contact
        assert queries.find_by_email(session, "two@people.example") is None
        assert queries.names_of(session, [one, uuid4()]) == {one: contact.names}
        assert queries.names_of(session, []) == {}
        assert queries.people_with_role(session, "programme_manager") == [one]
        assert queries.people_with_role(session, "programme_manager", scope=("employer", "c1")) == [one]
        assert queries.people_with_role(session, "programme_manager", scope=("employer", "c2")) == []
        assert [row.id for row in queries.list_demonstration(session)] == [one]
        with pytest.raises(NotFound):
            queries.get_contact(session, uuid4())
    both = queries.Names("Әділ", "Adil")
    assert (both.shown("en"), both.shown("ru"), both.shown("kk")) == ("Adil", "Әділ", "Әділ")
