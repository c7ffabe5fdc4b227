"""The steps of a draft towards an item: handed in, confirmed by two others, made a version, put to use.

An approved draft becomes a version exactly as the content importer makes one: same shape of the file, same
checks, same hash. So forms and practice cannot tell where an item was written.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.kernel.writing import plain_words
from app.platform import audit
from app.platform.content import Document, Problem, Text
from app.question_banks import rules
from app.question_banks.errors import (
    BankOfFiles,
    BothChecks,
    CheckDone,
    DraftChanged,
    DraftIncomplete,
    DraftsOfOtherPurpose,
    OwnDraft,
    StepNotNow,
    StepNotYours,
)
from app.question_banks.importer import check
from app.question_banks.importer.reading import ReadBank, ReadItem, ReadStimulus
from app.question_banks.importer.schemas import ITEM_FILES, BankFile, ItemFile
from app.question_banks.models import Bank, DraftSet, DraftStep, Item, ItemDraft, ItemVersion, Stimulus
from app.question_banks.queries.drafts import standing_of
from app.question_banks.rules import BankOrigin, BankPurpose, ItemStatus
from app.question_banks.rules.drafting import Gap, facts_of, gaps
from app.question_banks.rules.workflow import Hindrance, Step, decide_approved, hindrance, status_after
from app.question_banks.service import shared_stems, version_of
from app.question_banks.service.drafts import step_of

_REFUSALS: dict[Hindrance, type[DomainError]] = {
    Hindrance.ROLE: StepNotYours,
    Hindrance.STATUS: StepNotNow,
    Hindrance.OWN_WORK: OwnDraft,
    Hindrance.BOTH_CHECKS: BothChecks,
    Hindrance.DONE: CheckDone,
}
_CHECKED = {Step.SUBMITTED, Step.CONTENT_CONFIRMED, Step.LANGUAGES_CONFIRMED}
"""Steps that only a complete draft may take."""


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a draft lacks: gaps that a page puts into words, and what the check of banks says besides."""

    gaps: list[Gap]
    problems: list[str]

    def __bool__(self) -> bool:
        """Whether anything is lacking."""
        return bool(self.gaps or self.problems)


def take_step(
    session: Session,
    clock: Clock,
    *,
    draft_id: UUID,
    step: Step,
    version: int,
    actor_id: UUID,
    roles: frozenset[str],
    reason: str,
    demonstration: bool,
) -> ItemStatus:
    """Do a step; where the draft stands afterwards. ``version``: the one that the person has seen.

    Raises:
        StepNotYours, StepNotNow, OwnDraft, BothChecks, CheckDone: see ``rules.workflow.hindrance``.
        DraftChanged: the draft reads differently by now.
        DraftIncomplete: it cannot be an item as it stands.
        BankOfFiles, DraftsOfOtherPurpose: the bank of that name takes no item that was written here.
    """
    home, draft = _locked(session, draft_id)
    standing = standing_of(session, draft_id)
    hindered = hindrance(step, standing, person=actor_id, roles=roles)
    if hindered is not None:
        raise _REFUSALS[hindered]
    if draft.version != version:
        raise DraftChanged
    if step in _CHECKED:
        _known_bank(session, home)
        if _lacks(session, draft, home, demonstration=demonstration):
            raise DraftIncomplete
    _move(draft, step, actor_id)
    draft.updated_at = clock.now()
    session.add(step_of(draft, step, clock, actor_id=actor_id, reason=reason))
    _note(session, clock, draft, step, actor_id)
    if step in _CHECKED and decide_approved(content_by=draft.content_by, languages_by=draft.languages_by):
        _approve(session, clock, draft, home, demonstration=demonstration)
    elif step in {Step.ACTIVATED, Step.RETIRED}:
        _put_to_use(session, draft, activate=step is Step.ACTIVATED)
    session.flush()
    return ItemStatus(draft.status)


def _locked(session: Session, draft_id: UUID) -> tuple[DraftSet, ItemDraft]:
    """The draft and its set, locked in the order of an import: first the set, then the draft."""
    of = select(col(ItemDraft.draft_set_id)).where(col(ItemDraft.id) == draft_id).scalar_subquery()
    home = session.execute(select(DraftSet).where(col(DraftSet.id) == of).with_for_update()).scalar_one()
    draft = session.execute(
        select(ItemDraft)
        .where(col(ItemDraft.id) == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    return home, draft


def _move(draft: ItemDraft, step: Step, actor_id: UUID) -> None:
    draft.status = status_after(step, draft.status)
    if step is Step.CONTENT_CONFIRMED:
        draft.content_by = actor_id
    elif step is Step.LANGUAGES_CONFIRMED:
        draft.languages_by = actor_id
    elif step is not Step.RETIRED and draft.status in {ItemStatus.DRAFT, ItemStatus.IN_REVIEW}:
        draft.content_by = draft.languages_by = None


def _note(session: Session, clock: Clock, draft: ItemDraft, step: Step, actor_id: UUID | None) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=f"draft.{step}",
        subject_kind="item_draft",
        subject_id=draft.id,
        version=draft.version,
        content=draft.content_hash,
    )


def lacks_of(session: Session, draft_id: UUID, *, demonstration: bool) -> Lacks:
    """What keeps the draft from being an item: first what its author can be told, then the check of banks."""
    draft = session.get_one(ItemDraft, draft_id)
    return _lacks(session, draft, session.get_one(DraftSet, draft.draft_set_id), demonstration=demonstration)


def _lacks(session: Session, draft: ItemDraft, home: DraftSet, *, demonstration: bool) -> Lacks:
    found = gaps(draft.document, purpose=home.purpose, stale=draft.stale.split())
    if found:
        return Lacks(found, [])
    made = _read(draft, home, author="author", demonstration=demonstration)
    if isinstance(made, list):
        return Lacks([], made)
    item, bank = made
    check.check_key(item)
    check.check_choices(item)
    check.check_item(item, bank)
    others = shared_stems(session, [bank])
    problems = [problem.message for problem in (*item.document.problems, *others)]
    return Lacks([], [*problems, *_alike(session, item, home)])


def _read(
    draft: ItemDraft, home: DraftSet, *, author: str, demonstration: bool
) -> tuple[ReadItem, ReadBank] | list[str]:
    """The draft as the importer reads an item of a file, or what of it has another shape."""
    said, facts = draft.document, facts_of(draft.document["labels"])
    situation = said["stimulus"]
    value: dict[str, Any] = {
        "id": draft.slug,
        "module": facts.module or None,
        "domain": facts.domain,
        "tasks": list(facts.tasks),
        "cognitive": facts.cognitive,
        "sources": list(facts.sources),
        "enemies": list(facts.enemies),
        "valid_until": facts.valid_until or None,
        "interaction": said["interaction"] or None,
        "roles": {
            "author": author,
            "reviewer": _code(draft.content_by, "reviewer"),
            "translation_checker": _code(draft.languages_by, "checker"),
        },
    } | {name: said[name] for name in ("type", "points", "scoring", "stem")}
    value["key"] = list(said["key"])
    value["choices"] = [dict(choice) for choice in said["choices"]]
    if not value["interaction"]:
        del value["interaction"]
    shape = ITEM_FILES.get(said["type"], ItemFile)
    problems: list[Problem] = []
    document = Document(draft.slug, value, {}, problems)
    try:
        # as from JSON: dates are words there
        file = shape.model_validate_json(canonical_json(value))
        stimulus = None
        if situation is not None:
            text = Text.model_validate(dict(situation["text"]))
            stimulus = ReadStimulus(situation["id"], text, sha256_hex(canonical_json(text.by_locale())))
        bank = ReadBank(
            BankFile.model_validate(
                {
                    "id": home.slug,
                    "purpose": home.purpose,
                    "specimen": demonstration,
                    "version": "1",
                    "title": Text.model_construct(kk=home.slug, ru=home.slug, en=home.slug),
                }
            ),
            document,
        )
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, found['loc']))}: {found['msg'].removeprefix('Value error, ')}"
            for found in error.errors(include_url=False)
        ]
    item = ReadItem(file, document, (), stimulus)
    bank.items.append(item)
    return item, bank


def _code(person: UUID | None, otherwise: str) -> str:
    """A person as files name them: a code, never a name."""
    return f"p-{person.hex}" if person else otherwise


def _alike(session: Session, item: ReadItem, home: DraftSet) -> list[str]:
    """Whether another item of the bank asks the same in a language."""
    row, of, version = Bank, Item, ItemVersion
    stored = session.execute(
        select(col(of.slug), col(version.stem))
        .join(version, col(version.item_id) == col(of.id))
        .join(row, col(row.id) == col(of.bank_id))
        .where(
            col(row.slug) == home.slug,
            col(of.slug) != item.file.id,
            col(version.status).in_([ItemStatus.APPROVED, ItemStatus.ACTIVE]),
        )
        .order_by(col(of.slug))
    ).all()
    for locale in LOCALES:
        own = plain_words(item.file.stem.by_locale()[locale])
        for slug, stem in stored:
            if rules.alike([plain_words(stem[locale]), own]):
                return [f"the stem is like that of the item {slug} of this bank ({locale})"]
    return []


def _approve(
    session: Session, clock: Clock, draft: ItemDraft, home: DraftSet, *, demonstration: bool
) -> None:
    """Make the version of the item that the draft says. The set is locked: nobody else makes its bank."""
    author = session.scalars(
        select(col(DraftStep.actor_id))
        .where(
            col(DraftStep.draft_id) == draft.id,
            col(DraftStep.actor_id).is_not(None),
            col(DraftStep.step).in_([Step.SAVED, Step.SUBMITTED]),
        )
        .order_by(col(DraftStep.id).desc())
    ).first()
    made = _read(draft, home, author=_code(author, "author"), demonstration=demonstration)
    if isinstance(made, list):
        raise DraftIncomplete
    item, _ = made
    bank_id = _bank_of(session, clock, home, demonstration=demonstration)
    item_id = _item_of(session, bank_id, draft.slug)
    content_hash = item.content_hash
    version = session.scalars(
        select(ItemVersion).where(
            col(ItemVersion.item_id) == item_id, col(ItemVersion.content_hash) == content_hash
        )
    ).one_or_none()
    if version is None:
        count = session.scalar(
            select(func.count()).select_from(ItemVersion).where(col(ItemVersion.item_id) == item_id)
        )
        version = version_of(
            item,
            status=ItemStatus.APPROVED,
            id=new_id(),
            item_id=item_id,
            number=int(count or 0) + 1,
            stimulus_id=_stimulus_of(session, bank_id, item.stimulus),
            content_hash=content_hash,
            imported_at=clock.now(),
        )
        session.add(version)
        session.flush()
    draft.version_id = version.id
    draft.status = version.status
    session.add(step_of(draft, Step.APPROVED, clock, actor_id=None))
    _note(session, clock, draft, Step.APPROVED, None)


def _known_bank(session: Session, home: DraftSet) -> UUID | None:
    """The bank of the set's approved items; None when there is none yet.

    Raises:
        BankOfFiles: a bank that is loaded from files has that name by now.
        DraftsOfOtherPurpose: the bank of that name is for the other purpose.
    """
    bank = session.scalars(select(Bank).where(col(Bank.slug) == home.slug)).one_or_none()
    if bank is None:
        return None
    if bank.origin is not BankOrigin.DATABASE:
        raise BankOfFiles(bank=home.slug)
    if bank.purpose is not home.purpose:
        raise DraftsOfOtherPurpose(bank=home.slug)
    return bank.id


def _bank_of(session: Session, clock: Clock, home: DraftSet, *, demonstration: bool) -> UUID:
    known = _known_bank(session, home)
    if known is not None:
        return known
    bank = Bank(
        slug=home.slug,
        purpose=BankPurpose(home.purpose),
        origin=BankOrigin.DATABASE,
        specimen=demonstration,
        version="1",
        title=dict.fromkeys(map(str, LOCALES), home.slug),
        imported_at=clock.now(),
    )
    session.add(bank)
    session.flush()
    return bank.id


def _item_of(session: Session, bank_id: UUID, slug: str) -> UUID:
    known = session.scalars(
        select(col(Item.id)).where(col(Item.bank_id) == bank_id, col(Item.slug) == slug)
    ).one_or_none()
    if known is not None:
        return known
    item = Item(bank_id=bank_id, slug=slug)
    session.add(item)
    session.flush()
    return item.id


def _stimulus_of(session: Session, bank_id: UUID, read: ReadStimulus | None) -> UUID | None:
    if read is None:
        return None
    known = session.scalars(
        select(col(Stimulus.id)).where(
            col(Stimulus.bank_id) == bank_id,
            col(Stimulus.slug) == read.slug,
            col(Stimulus.content_hash) == read.content_hash,
        )
    ).one_or_none()
    if known is not None:
        return known
    made = Stimulus(
        bank_id=bank_id, slug=read.slug, text=read.text.by_locale(), content_hash=read.content_hash
    )
    session.add(made)
    session.flush()
    return made.id


def _put_to_use(session: Session, draft: ItemDraft, *, activate: bool) -> None:
    """New forms take the version, or none of the item; attempts go on with what they have."""
    item_id = session.execute(
        select(col(ItemVersion.item_id)).where(col(ItemVersion.id) == draft.version_id)
    ).scalar_one()
    session.execute(
        update(ItemVersion)
        .where(
            col(ItemVersion.item_id) == item_id,
            col(ItemVersion.status).in_([ItemStatus.ACTIVE, ItemStatus.APPROVED]),
        )
        .values(status=ItemStatus.RETIRED)
        .execution_options(synchronize_session=False)
    )
    if activate:
        session.execute(
            update(ItemVersion)
            .where(col(ItemVersion.id) == draft.version_id)
            .values(status=ItemStatus.ACTIVE)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(Item).where(col(Item.id) == item_id).values(current_version_id=draft.version_id)
        )
