"""Forms of a demonstration, the practice run, and which form an attempt gets."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from app.cli.content import store
from app.courses.importer.check import read_content
from app.exams.errors import BankTooSmall, ItemsNotScored, NoFormLeft
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.forms import Blueprint, Exam, Form, FormItem
from app.exams.rules.forms import BankItem, assemble
from app.exams.rules.states import Lifecycle, Mode
from app.exams.service import forms
from app.kernel.errors import NotFound
from app.platform.settings import ROOT
from app.question_banks.errors import SpecimenBank
from app.question_banks.models import Item, ItemVersion
from app.question_banks.rules import CHOSEN_FROM_A_LIST, MIX_TOLERANCE, BankPurpose, Cognitive, ItemType
from tests.conftest import NOON
from tests.exams import bench
from tests.world import World


def test_the_demonstration_has_two_disjoint_frozen_forms_of_24_items(world: World) -> None:
    bench.exams(world)
    with world.read() as session:
        exam = session.exec(select(Exam).where(Exam.slug == "ceasai-analyst")).one()
        assert (exam.certification, exam.achievement, exam.default_mode) == (True, "analyst", Mode.ON_SITE)
        blueprint = session.exec(select(Blueprint).where(Blueprint.exam_id == exam.id)).one()
        assert blueprint.version == "demonstration v1"
        found = session.exec(select(Form).where(Form.blueprint_id == blueprint.id).order_by(Form.slug)).all()
        assert [form.slug for form in found] == ["demo-a", "demo-b"]
        used: list[object] = []
        for form in found:
            assert (form.minutes, form.cut_score, form.max_points, form.specimen) == (40, 17, 24, True)
            assert len(form.content_hash) == 64
            assert form.seed == forms.DEMONSTRATION_SEED
            rows = session.exec(
                select(FormItem, ItemVersion)
                .join(ItemVersion, col(ItemVersion.id) == col(FormItem.item_version_id))
                .where(FormItem.form_id == form.id)
                .order_by(col(FormItem.position))
            ).all()
            assert [place.position for place, _ in rows] == list(range(1, 25))
            assert Counter(place.domain for place, _ in rows) == {"D1": 11, "D2": 13}
            used += [place.item_version_id for place, _ in rows]
            stimuli = {version.stimulus_id for _, version in rows} - {None}
            whole = session.exec(select(ItemVersion).where(col(ItemVersion.stimulus_id).in_(stimuli))).all()
            assert {version.id for version in whole} <= {place.item_version_id for place, _ in rows}
        assert len(set(used)) == 48
        assert found[0].content_hash != found[1].content_hash


def test_the_specimen_bank_gives_two_disjoint_forms_of_the_full_blueprint(world: World) -> None:
    store(world.engine, world.clock, read_content(ROOT, today=world.clock.now().date()), demonstration=True)
    for _ in range(2):
        with world.write() as session:
            forms.ensure_full_exam(session, world.clock, demonstration=True)
    with world.read() as session:
        exam = session.exec(select(Exam).where(Exam.slug == "ceasai-analyst-full")).one()
        blueprint = session.exec(select(Blueprint).where(Blueprint.exam_id == exam.id)).one()
        assert (blueprint.version, blueprint.items) == ("v1", 80)
        found = session.exec(select(Form).where(Form.blueprint_id == blueprint.id).order_by(Form.slug)).all()
        assert [form.slug for form in found] == ["full-a", "full-b"]
        used: set[object] = set()
        for form in found:
            assert (form.minutes, form.cut_score, form.max_points) == (120, 56, 80)
            rows = session.exec(
                select(FormItem, ItemVersion)
                .join(ItemVersion, col(ItemVersion.id) == col(FormItem.item_version_id))
                .where(FormItem.form_id == form.id)
            ).all()
            assert Counter(place.domain for place, _ in rows) == forms.BLUEPRINT.domains
            assert sum(version.stimulus_id is not None for _, version in rows) >= 24
            assert sum(version.type is ItemType.MULTIPLE for _, version in rows) <= 8
            mix = Counter(version.cognitive for _, version in rows)
            for word, share in (("understand", 30), ("apply", 45), ("analyse", 25)):
                assert abs(100 * mix[Cognitive(word)] / 80 - share) <= MIX_TOLERANCE
            used |= {place.item_version_id for place, _ in rows}
        assert len(used) == 160
    with pytest.raises(SpecimenBank), world.write() as session:
        forms.ensure_full_exam(session, world.clock, demonstration=False)


def shipped_items() -> list[BankItem]:
    """The certification bank as its files say it, without a database."""
    (bank,) = (b for b in read_content(ROOT, today=NOON.date()).banks if b.file.id == "ceasai-analyst")
    return [
        BankItem(
            item.file.id,
            item.file.domain,
            item.stimulus.slug if item.stimulus else None,
            frozenset(item.file.enemies),
            frozenset({str(item.file.type), str(item.file.cognitive)}),
        )
        for item in bank.items
    ]


def test_the_specimen_bank_is_large_enough_for_three_disjoint_full_forms() -> None:
    items, plan = shipped_items(), forms.BLUEPRINT
    made = assemble(
        items, domains=plan.domains, forms=3, cases=plan.cases, limits=plan.limits, seed=plan.seed
    )
    assert made is not None
    assert len({slug for form in made for slug in form}) == 240
    by_slug = {item.slug: item for item in items}
    for form in made:
        chosen = [by_slug[slug] for slug in form]
        assert Counter(item.domain for item in chosen) == plan.domains
        assert not any(item.enemies & set(form) for item in chosen)
        traits = Counter(trait for item in chosen for trait in item.traits)
        assert all(least <= traits[what] <= most for what, (least, most) in plan.limits.items())


def test_the_same_bank_gives_the_same_forms_in_every_installation(world: World) -> None:
    """No random id of a database has a say: the files alone foretell what is published."""
    plan = forms.BLUEPRINT
    foretold = assemble(
        shipped_items(), domains=plan.domains, forms=2, cases=plan.cases, limits=plan.limits, seed=plan.seed
    )
    store(world.engine, world.clock, read_content(ROOT, today=world.clock.now().date()), demonstration=True)
    with world.write() as session:
        forms.ensure_full_exam(session, world.clock, demonstration=True)
    with world.read() as session:
        rows = session.exec(
            select(Form.slug, Item.slug)
            .join(FormItem, col(FormItem.form_id) == col(Form.id))
            .join(ItemVersion, col(ItemVersion.id) == col(FormItem.item_version_id))
            .join(Item, col(Item.id) == col(ItemVersion.item_id))
            .where(col(Form.slug).in_(plan.form_slugs))
            .order_by(col(Form.slug), col(FormItem.position))
        ).all()
    assert foretold is not None
    assert [slug for _, slug in rows] == [slug for form in foretold for slug in form]


def test_making_the_exams_again_changes_nothing(world: World) -> None:
    bench.exams(world)
    with world.read() as session:
        before = sorted((form.slug, form.content_hash) for form in session.exec(select(Form)))
    with world.write() as session:
        forms.ensure_demonstration_exams(session, world.clock, demonstration=True)
    with world.read() as session:
        assert sorted((form.slug, form.content_hash) for form in session.exec(select(Form))) == before
        assert len(before) == 5


def test_the_practice_run_is_six_items_for_everybody_without_certification(world: World) -> None:
    bench.exams(world)
    with world.read() as session:
        exam = session.exec(select(Exam).where(Exam.slug == "practice-run")).one()
        assert (exam.certification, exam.achievement, exam.default_mode) == (False, None, Mode.UNPROCTORED)
        blueprint = session.exec(select(Blueprint).where(Blueprint.exam_id == exam.id)).one()
        assert (blueprint.items, blueprint.minutes, blueprint.attempts_allowed) == (6, 10, None)
        assert blueprint.domains == {"D1": 2, "D2": 4}


def test_every_form_of_the_practice_run_shows_every_way_to_answer(world: World) -> None:
    store(world.engine, world.clock, read_content(ROOT, today=world.clock.now().date()), demonstration=True)
    with world.write() as session:
        forms.ensure_practice_run(session, world.clock)
    with world.read() as session:
        found = session.exec(select(Form).order_by(Form.slug)).all()
        assert [(form.slug, form.max_points) for form in found] == [
            ("practice-a", 10),
            ("practice-b", 10),
            ("practice-c", 10),
        ]
        drawn: list[object] = []
        for form in found:
            rows = session.exec(
                select(ItemVersion)
                .join(FormItem, col(FormItem.item_version_id) == col(ItemVersion.id))
                .where(FormItem.form_id == form.id)
                .order_by(col(FormItem.position))
            ).all()
            assert [str(row.type) for row in rows[3:]] == ["matching", "ordering", "numeric"]
            assert {row.type for row in rows[:3]} <= CHOSEN_FROM_A_LIST
            drawn += [row.id for row in rows[:3]]
        assert len(set(drawn)) == 9


def test_a_practice_bank_without_the_items_of_the_tour_gives_no_forms(world: World) -> None:
    bench.bank(world, "ceasai-practice", specimen=False, purpose=BankPurpose.PRACTICE, single=10)
    with world.write() as session:
        gone = session.exec(select(Item).where(Item.slug == "run-numeric")).one()
        gone.current_version_id = None
    with pytest.raises(BankTooSmall), world.write() as session:
        forms.ensure_practice_run(session, world.clock)


def test_a_specimen_bank_leads_to_certification_in_a_demonstration_only(world: World) -> None:
    bench.bank(world, "ceasai-analyst", specimen=True, purpose=BankPurpose.CERTIFICATION, cases=4, single=18)
    bench.bank(world, "ceasai-practice", specimen=False, purpose=BankPurpose.PRACTICE, single=10)
    with pytest.raises(SpecimenBank), world.write() as session:
        forms.ensure_demonstration_exams(session, world.clock, demonstration=False)
    with world.write() as session:
        forms.ensure_practice_run(session, world.clock)
    with world.read() as session:
        assert session.exec(select(Exam.slug)).all() == ["practice-run"]


def test_a_bank_that_is_too_small_gives_no_forms(world: World) -> None:
    bench.bank(world, "ceasai-analyst", specimen=True, purpose=BankPurpose.CERTIFICATION, cases=4, single=5)
    with pytest.raises(BankTooSmall), world.write() as session:
        forms.ensure_demonstration_exams(session, world.clock, demonstration=True)
    with world.read() as session:
        assert session.exec(select(Form)).all() == []


def test_without_a_practice_bank_there_is_no_practice_run(world: World) -> None:
    with pytest.raises(NotFound), world.write() as session:
        forms.ensure_practice_run(session, world.clock)


def _attempt(world: World, slug: str, candidate: object, number: int) -> Attempt:
    with world.read() as session:
        exam = session.exec(select(Exam).where(Exam.slug == slug)).one()
        blueprint = session.exec(select(Blueprint).where(Blueprint.exam_id == exam.id)).one()
    return Attempt(
        code=f"T-{number}",
        exam_id=exam.id,
        blueprint_id=blueprint.id,
        candidate_id=candidate,
        mode=exam.default_mode,
        created_at=world.clock.now(),
        lifecycle=Lifecycle.VOID,
    )


def test_a_retake_never_gets_a_form_already_seen(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    given: list[str] = []
    for number in range(2):
        with world.write() as session:
            attempt = _attempt(world, "ceasai-analyst", candidate, number)
            session.add(attempt)
            session.flush()
            form = forms.pick_form(session, attempt)
            attempt.form_id = form.id
            given.append(form.slug)
    assert sorted(given) == ["demo-a", "demo-b"]
    with pytest.raises(NoFormLeft), world.write() as session:
        attempt = _attempt(world, "ceasai-analyst", candidate, 3)
        session.add(attempt)
        session.flush()
        forms.pick_form(session, attempt)


def test_the_practice_run_starts_over_when_every_form_was_seen(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    given: list[str] = []
    for number in range(5):
        with world.write() as session:
            attempt = _attempt(world, "practice-run", candidate, number)
            session.add(attempt)
            session.flush()
            form = forms.pick_form(session, attempt)
            attempt.form_id = form.id
            given.append(form.slug)
    assert len(set(given[:3])) == 3
    assert set(given[3:]) <= set(given[:3])


def test_a_sitting_that_names_forms_gives_only_those(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    sitting_id = bench.sitting(world)
    with world.write() as session:
        only = session.exec(select(Form).where(Form.slug == "demo-b")).one()
        from_sitting = session.get_one(Sitting, sitting_id)
        from_sitting.form_ids = [str(only.id)]
    with world.write() as session:
        attempt = _attempt(world, "ceasai-analyst", candidate, 1)
        attempt.sitting_id = sitting_id
        session.add(attempt)
        session.flush()
        assert forms.pick_form(session, attempt).slug == "demo-b"


def test_a_retired_form_is_given_to_nobody(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    with world.write() as session:
        session.exec(select(Form).where(Form.slug == "demo-a")).one().retired_at = world.clock.now()
    for number in range(4):
        with world.write() as session:
            attempt = _attempt(world, "ceasai-analyst", candidate, number)
            session.add(attempt)
            session.flush()
            assert forms.pick_form(session, attempt).slug == "demo-b"


@pytest.mark.parametrize("column", sorted(set(Form.model_fields) - {"id", "retired_at", "blueprint_id"}))
def test_a_published_form_cannot_be_changed_by_anybody(world: World, column: str) -> None:
    bench.exams(world)
    with world.read() as session:
        now = session.exec(select(getattr(Form, column)).where(Form.slug == "demo-a")).one()
    other: Any = not now if isinstance(now, bool) else "other" if isinstance(now, str) else now
    if isinstance(now, int) and not isinstance(now, bool):
        other = now + 1
    if isinstance(now, datetime):
        other = now + timedelta(days=1)
    with pytest.raises(DatabaseError, match="append-only"), world.write() as session:
        session.execute(update(Form).where(Form.slug == "demo-a").values({column: other}))


def test_a_published_form_is_retired_once_and_never_deleted(world: World) -> None:
    bench.exams(world)
    with world.write() as session:
        session.execute(update(Form).values(retired_at=world.clock.now()))
    for statement in (update(Form).values(retired_at=None), delete(Form)):
        with pytest.raises(DatabaseError, match="append-only"), world.write() as session:
            session.execute(statement)


def test_no_form_is_published_with_an_item_that_no_machine_scores(world: World) -> None:
    purpose = BankPurpose.PRACTICE
    bench.bank(world, "ceasai-practice", specimen=False, purpose=purpose, single=10, kind=ItemType.WRITTEN)
    with pytest.raises(ItemsNotScored) as refused, world.write() as session:
        forms.ensure_practice_run(session, world.clock)
    assert refused.value.facts["bank"] == "ceasai-practice"
    assert "d1-001" in refused.value.facts["items"]
    with world.read() as session:
        assert session.exec(select(Form)).all() == []
