"""An appeal in the browser: filed, heard by two, read; in every language and width, and without script."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app.exams.rules.states import AppealState, ResultState
from app.kernel.clock import FixedClock, SystemClock
from app.web.viewer import COOKIE
from tests import factories
from tests.appeals.test_appeals import BODY, REASONS, files, invalidated, member, sits, the_appeal, votes
from tests.exams.delivery_world import attempt
from tests.journeys.conftest import Site, axe_clean, make_site
from tests.journeys.test_checkin_pages import seen
from tests.proctoring.ground import Ground
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Ground]]:
    var = tmp_path_factory.mktemp("appeals") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    site.start()
    yield site, Ground(world)
    site.stop()
    world.close()


def signed_in(page: Page, site: Site, world: World, person: UUID) -> None:
    token = world.browser(person).http.cookies[COOKIE]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": site.base}])


@pytest.mark.parametrize("script", [True, False])
def test_a_candidate_files_and_two_members_decide(
    served: tuple[Site, Ground], open_page: Open, script: bool
) -> None:
    site, ground = served
    world, page = ground.world, open_page(site, javascript=script)
    who = invalidated(ground)
    signed_in(page, site, world, who.person_id)
    page.goto(f"/en/exams/attempts/{who.attempt_id}/result")
    page.get_by_role("link", name="Appeal against a decision").click()
    page.get_by_label("Why the decision is wrong").fill("Too short")
    page.get_by_role("button", name="File the appeal").click()
    expect(page.get_by_label("Why the decision is wrong")).to_have_value("Too short")
    page.get_by_label("Why the decision is wrong").fill(BODY)
    page.get_by_role("button", name="File the appeal").click()
    expect(page.get_by_text("Your appeal is filed.")).to_be_visible()
    for person in (member(world), member(world)):
        signed_in(page, site, world, person)
        page.goto("/en/appeals")
        page.locator("main table a").last.click()
        page.get_by_role("button", name="Take a seat").click()
        expect(page.get_by_text(BODY)).to_be_visible()
        expect(page.get_by_text(REASONS)).to_have_count(0)
        page.get_by_label("Yes: the finding does not stand").check()
        page.get_by_label("Your reasons").fill(REASONS)
        page.get_by_role("button", name="Vote", exact=True).click()
        expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    one = attempt(world, who.attempt_id)
    assert (one.appeal, one.result) == (AppealState.UPHELD, ResultState.REISSUED)
    signed_in(page, site, world, who.person_id)
    page.goto(f"/en/exams/attempts/{who.attempt_id}/appeal")
    expect(page.get_by_text(REASONS).first).to_be_visible()
    page.get_by_role("link", name="To the result").click()
    expect(page.locator("h1")).to_have_text("You have passed the exam")
    if script:
        axe_clean(page)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_pages_of_appeals_fit_and_are_accessible(
    served: tuple[Site, Ground], open_page: Open, width: int
) -> None:
    site, ground = served
    world, page = ground.world, open_page(site, width=width)
    who, failed = invalidated(ground), ground.candidate(passes=False)
    own = f"/exams/attempts/{who.attempt_id}/appeal"
    seen(page, site, world, who.person_id, own, "appeal-finding")
    seen(page, site, world, failed.person_id, f"/exams/attempts/{failed.attempt_id}/appeal", "appeal-result")
    files(who)
    appeal, first, second = the_appeal(world), member(world), member(world)
    seen(page, site, world, who.person_id, own, "appeal-filed")
    seen(page, site, world, first, "/appeals", "appeals-queue")
    seen(page, site, world, first, f"/appeals/{appeal}", "appeals-shut")
    sits(world, first, appeal)
    seen(page, site, world, first, f"/appeals/{appeal}", "appeals-open")
    votes(sits(world, first, appeal), appeal, "uphold")
    votes(sits(world, second, appeal), appeal, "uphold")
    seen(page, site, world, first, f"/appeals/{appeal}", "appeals-voted")
    seen(page, site, world, first, "/appeals", "appeals-heard")
    seen(page, site, world, who.person_id, own, "appeal-decided")
    seen(page, site, world, who.person_id, f"/exams/attempts/{who.attempt_id}/record", "appeal-record")
    manager = factories.person(world, "exam_manager")
    seen(page, site, world, manager, "/appeals/clocks", "appeals-clocks")
