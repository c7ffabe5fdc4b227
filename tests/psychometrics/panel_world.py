"""A panel of judges over HTTP: the exam, its staff and its judges, and what each of them sends."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Person
from tests import factories
from tests.exams.delivery_world import Made, make_exam
from tests.world import Browser, World

PLACES = 6
DESCRIPTIONS = {
    "description_kk": "Талаптарды әрең орындайтын адам",
    "description_ru": "Тот, кто едва соответствует требованиям",
    "description_en": "Somebody who only just meets the demands",
}


def address_of(world: World, person: UUID) -> str:
    with world.read() as session:
        return str(session.scalar(select(Person.email).where(Person.id == person)))


@dataclass
class Panel:
    """An exam of six items and one form; a manager, an officer, and judges, who are named by ``opens``."""

    world: World
    exam: Made
    manager: Browser
    officer: Browser
    officer_id: UUID
    judge_ids: list[UUID]
    judges: list[Browser]
    place: str = ""

    @property
    def study_id(self) -> str:
        return self.place.rpartition("/")[2].partition("?")[0]

    def emails(self) -> list[str]:
        return [address_of(self.world, one) for one in self.judge_ids]

    def ask(self, emails: list[str] | None = None, **more: str) -> Any:
        form = {"form_id": str(self.exam.form_ids[0]), **DESCRIPTIONS}
        form["emails"] = "\n".join(self.emails() if emails is None else emails)
        return self.manager.post("/en/panels", form | more)

    def opens(self) -> "Panel":
        reply = self.ask()
        assert reply.status_code == 303, reply.text
        self.place = reply.headers["location"].partition("?")[0]
        self.world.work()
        return self

    def sheet(self, judge: int) -> Any:
        return self.judges[judge].get(f"/en/judging/{self.study_id}")

    def rates(
        self, judge: int, number: int, values: list[int | str], *, ends: bool = True, **headers: str
    ) -> Any:
        form = {"round": str(number)} | {f"r-{at}": str(value) for at, value in enumerate(values, 1)}
        if ends:
            form["hand_in"] = "true"
        self.world.clock.advance(timedelta(seconds=1))
        return self.judges[judge].post(f"/en/judging/{self.study_id}/ratings", form, **headers)

    def closes(self, number: int) -> Any:
        return self.manager.post(f"{self.place}/round", {"round": str(number)})

    def rated(self, sums: list[list[int]], number: int = 1) -> None:
        """Every judge rates and hands in, then the round is closed."""
        for judge, values in enumerate(sums):
            assert self.rates(judge, number, list(values)).status_code == 303
        assert self.closes(number).status_code == 303

    def decides(self, cut: int, by: Browser | None = None, reason: str = "Sample reason") -> Any:
        return (by or self.officer).post(f"{self.place}/decision", {"cut_score": str(cut), "reason": reason})


def a_panel(world: World, *, judges: int = 8, forms: int = 1, allowed: int | None = None) -> Panel:
    exam = make_exam(world, certification=True, forms=forms, allowed=allowed)
    people = [factories.person(world) for _ in range(judges)]
    officer = factories.person(world, "certification_officer")
    return Panel(
        world,
        exam,
        world.browser(factories.person(world, "exam_manager")),
        world.browser(officer),
        officer,
        people,
        [world.browser(one) for one in people],
    )


FIRST = [[50] * 6] * 3 + [[60] * 6] * 2 + [[70] * 6] * 3
"""Sums of 3.0, 3.6 and 4.2 points: mean 3.60, standard error 0.20."""
SECOND = [[60] * 6] * 5 + [[66] * 6] * 3
"""Sums of 3.6 and 3.96 points: mean 3.74, standard error 0.07."""


def judged(world: World, **more: Any) -> Panel:
    """A panel whose two rounds are closed."""
    panel = a_panel(world, **more).opens()
    panel.rated(FIRST)
    panel.rated(SECOND, 2)
    return panel
