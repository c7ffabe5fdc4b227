"""A file is imported while somebody works on one of its drafts: whoever comes second sees what the first left."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.question_banks.errors import DraftChanged
from app.question_banks.formats.draft import DraftItem
from app.question_banks.models import DraftSet, ImportedDraft
from app.question_banks.rules import BankPurpose, ItemStatus
from app.question_banks.rules.workflow import Step
from app.question_banks.service import drafts, workflow
from tests import factories
from tests.exams.delivery_world import count
from tests.exams.test_meanwhile import meanwhile
from tests.question_banks.draft_world import draft
from tests.question_banks.test_draft_doors import SINGLE, three
from tests.world import World

WRITTEN = replace(SINGLE, stem=three("Beta, as somebody wrote it here"))
OF_FILE = replace(SINGLE, stem=three("Gamma, as the next file says it"))
Act = Callable[[Session], Any]


def importing(world: World, item: DraftItem = SINGLE) -> Act:
    """Keep a file that holds the item."""
    return lambda session: drafts.store_drafts(
        session,
        world.clock,
        slug="office",
        drafts=[item],
        form="csv",
        source_hash="0" * 64,
        purpose=BankPurpose.PRACTICE,
    )


def saving(world: World, draft_id: UUID, person: UUID) -> Act:
    """Write in the draft as it was first."""
    return lambda session: drafts.save_draft(
        session, world.clock, draft_id=draft_id, version=1, said=WRITTEN, vouched=(), actor_id=person
    )


def submitting(world: World, draft_id: UUID, person: UUID) -> Act:
    """Hand the draft in as it was first."""
    return lambda session: workflow.take_step(
        session,
        world.clock,
        draft_id=draft_id,
        step=Step.SUBMITTED,
        version=1,
        actor_id=person,
        roles=frozenset({"instructor"}),
        reason="",
        demonstration=True,
    )


def begun(world: World) -> tuple[UUID, UUID]:
    """A draft that a file brought, and somebody who writes."""
    with world.write() as session:
        importing(world)(session)
    return draft(world, "q-1").id, factories.person(world, "instructor")


def test_a_draft_that_is_handed_in_meanwhile_keeps_the_words_that_were_handed_in(world: World) -> None:
    draft_id, person = begun(world)
    stored = meanwhile(world, submitting(world, draft_id, person), importing(world, OF_FILE))
    now = draft(world, "q-1")
    assert (now.status, now.document["stem"]) == (ItemStatus.IN_REVIEW, SINGLE.stem)
    assert stored.held == ["q-1"]


def test_what_is_saved_meanwhile_is_not_written_over_by_a_file(world: World) -> None:
    draft_id, person = begun(world)
    stored = meanwhile(world, saving(world, draft_id, person), importing(world, OF_FILE))
    assert draft(world, "q-1").document["stem"] == WRITTEN.stem
    assert stored.held == ["q-1"]


@pytest.mark.parametrize("act", [saving, submitting])
def test_what_a_file_changes_meanwhile_is_neither_saved_over_nor_handed_in(
    world: World, act: Callable[[World, UUID, UUID], Act]
) -> None:
    draft_id, person = begun(world)
    with pytest.raises(DraftChanged):
        meanwhile(world, importing(world, OF_FILE), act(world, draft_id, person))
    now = draft(world, "q-1")
    assert (now.status, now.document["stem"], now.version) == (ItemStatus.DRAFT, OF_FILE.stem, 2)


def test_two_first_imports_of_one_set_at_once_make_one_set(world: World) -> None:
    stored = meanwhile(world, importing(world), importing(world))
    assert (stored.new, stored.unchanged) == (0, 1)
    assert (count(world, DraftSet), count(world, ImportedDraft)) == (1, 1)
