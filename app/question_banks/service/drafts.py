"""What can be done to drafts: keep those of a file, and write in one. Never commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.question_banks.errors import BankOfFiles, DraftChanged, DraftNotOpen, DraftsOfOtherPurpose
from app.question_banks.formats.draft import DraftItem, from_document
from app.question_banks.models import Bank, DraftSet, DraftStep, ImportedDraft, ItemDraft
from app.question_banks.rules import BankOrigin, BankPurpose, ItemStatus
from app.question_banks.rules.drafting import stale_after
from app.question_banks.rules.workflow import Step


@dataclass(slots=True)
class Stored:
    """What keeping the drafts of a file changed. ``written`` counts rows.

    ``held``: names of drafts that somebody has worked on here since; the words of the file are kept beside
    them, and only a situation, which no page writes, is taken from it.
    """

    set_id: UUID
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: list[str] = field(default_factory=list)
    written: int = 0


def store_drafts(
    session: Session,
    clock: Clock,
    *,
    slug: str,
    drafts: Sequence[DraftItem],
    form: str,
    source_hash: str,
    purpose: BankPurpose | None = None,
    actor_id: UUID | None = None,
) -> Stored:
    """Keep the drafts of one file in the set of that name, in the caller's transaction: all of them or none.

    Idempotent by content hash: a draft that says what it said last is not touched; one that says something
    else is kept beside the older, and is what people work on, unless they have changed it here. Imports of
    one set, and steps of its drafts, wait for each other.
    ``form``: the word of the format; ``source_hash``: SHA-256 of the file; ``actor_id`` None: a command;
    ``purpose`` None: that of the set, and of a new one certification, which shows least.

    Raises:
        BankOfFiles: a bank that is loaded from files has that name.
        DraftsOfOtherPurpose: the set was made for the other purpose.
    """
    stored = _set_of(session, clock, slug, purpose)
    last, worked_on = _last_drafts(session, stored.set_id), _worked_on(session, stored.set_id)
    taken = _taken_up(session, stored.set_id)
    for draft in drafts:
        number, known = last.get(draft.id, (0, ""))
        work = worked_on.get(draft.id)
        held = work is not None and _changed_here(work, taken)
        if known == draft.content_hash and (held or work is None or work.content_hash == known):
            stored.unchanged += 1
            continue
        stored.new += number == 0
        stored.changed += number > 0
        stored.written += 1
        if known != draft.content_hash:
            session.add(
                ImportedDraft(
                    draft_set_id=stored.set_id,
                    slug=draft.id,
                    number=number + 1,
                    format=form,
                    missing=list(map(str, draft.missing)),
                    document=draft.document(),
                    content_hash=draft.content_hash,
                    source_hash=source_hash,
                    imported_at=clock.now(),
                )
            )
        if held and work is not None:
            stored.held.append(draft.id)
            _take_situation(session, clock, draft, work=work, actor_id=actor_id)
        else:
            _take_up(session, clock, draft, set_id=stored.set_id, work=work, actor_id=actor_id)
    if stored.written:
        audit.record(
            session,
            clock,
            actor_id=actor_id,
            action="drafts.imported",
            subject_kind="draft_set",
            subject_id=stored.set_id,
            format=form,
            source=source_hash,
            new=stored.new,
            changed=stored.changed,
        )
    session.flush()
    return stored


def _set_of(session: Session, clock: Clock, slug: str, purpose: BankPurpose | None) -> Stored:
    """The set of that name, made when there is none, and locked before any draft of it, as by each step."""
    bank = session.execute(select(col(Bank.origin)).where(col(Bank.slug) == slug)).first()
    if bank is not None and bank[0] is not BankOrigin.DATABASE:
        raise BankOfFiles(bank=slug)
    values = {"slug": slug, "purpose": purpose or BankPurpose.CERTIFICATION, "made_at": clock.now()}
    made = insert_once(session, DraftSet, id=new_id(), **values)
    set_id, of = session.execute(
        select(col(DraftSet.id), col(DraftSet.purpose)).where(col(DraftSet.slug) == slug).with_for_update()
    ).one()
    if purpose not in {None, of}:
        raise DraftsOfOtherPurpose(bank=slug)
    return Stored(set_id, written=int(made))


def _last_drafts(session: Session, set_id: UUID) -> dict[str, tuple[int, str]]:
    """Number and content hash of the newest imported draft of each slug."""
    draft: Any = ImportedDraft
    rows = session.execute(
        select(draft.slug, draft.number, draft.content_hash)
        .where(draft.draft_set_id == set_id)
        .order_by(draft.number)
    )
    return {slug: (number, content_hash) for slug, number, content_hash in rows}


def _worked_on(session: Session, set_id: UUID) -> dict[str, ItemDraft]:
    """The drafts of the set as they read now, locked: nobody writes in them until the file is kept."""
    rows = session.scalars(
        select(ItemDraft)
        .where(col(ItemDraft.draft_set_id) == set_id)
        .order_by(col(ItemDraft.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {draft.slug: draft for draft in rows}


def _taken_up(session: Session, set_id: UUID) -> dict[UUID, str]:
    """Content hash of what each draft of the set said when it was taken from a file last."""
    rows: Any = session.execute(
        select(col(DraftStep.draft_id), col(DraftStep.content_hash))
        .join(ItemDraft, col(ItemDraft.id) == col(DraftStep.draft_id))
        .where(col(ItemDraft.draft_set_id) == set_id, col(DraftStep.step) == Step.IMPORTED)
        .order_by(col(DraftStep.id))
    )
    return dict(map(tuple, rows))


def _changed_here(work: ItemDraft, taken: dict[UUID, str]) -> bool:
    """Whether people have changed the draft since a file said it, or it is no draft now."""
    if work.status is not ItemStatus.DRAFT:
        return True
    if work.id not in taken:  # kept before steps were
        return work.version > 1
    return work.content_hash != taken[work.id]


def _take_situation(
    session: Session, clock: Clock, draft: DraftItem, *, work: ItemDraft, actor_id: UUID | None
) -> None:
    """Take the situation of the file into an open draft that keeps what was written here."""
    told, mine = draft.stimulus, from_document(work.document)
    if told is None or work.status is not ItemStatus.DRAFT:
        return
    if mine.stimulus is not None and mine.stimulus.id == told.id:
        told = replace(told, text=mine.stimulus.text | told.text)
    said = replace(mine, stimulus=told)
    if said.content_hash == work.content_hash:
        return
    work.document, work.content_hash = said.document(), said.content_hash
    work.missing, work.updated_at = " ".join(said.missing), clock.now()
    work.version += 1
    session.flush()
    # no import: the next file would take the draft for one that nobody has changed here
    session.add(step_of(work, Step.SAVED, clock, actor_id=actor_id, document=work.document))


def _take_up(
    session: Session,
    clock: Clock,
    draft: DraftItem,
    *,
    set_id: UUID,
    work: ItemDraft | None,
    actor_id: UUID | None,
) -> None:
    """Make what the file says the draft that people work on."""
    missing = draft.missing
    said = [locale for locale in ("kk", "ru", "en") if locale not in missing]
    facts: dict[str, Any] = {
        "missing": " ".join(missing),
        "stale": "",
        "source_locale": (said or sorted(draft.stem))[0],
        "document": draft.document(),
        "content_hash": draft.content_hash,
        "updated_at": clock.now(),
    }
    if work is None:
        work = ItemDraft(draft_set_id=set_id, slug=draft.id, status=ItemStatus.DRAFT, **facts)
        session.add(work)
    else:
        for name, value in facts.items():
            setattr(work, name, value)
        work.version += 1
    session.flush()
    session.add(step_of(work, Step.IMPORTED, clock, actor_id=actor_id, document=draft.document()))


def step_of(draft: ItemDraft, step: Step, clock: Clock, *, actor_id: UUID | None, **facts: Any) -> DraftStep:
    """A step of the draft as it stands now."""
    return DraftStep(
        draft_id=draft.id,
        step=step,
        status=draft.status,
        version=draft.version,
        content_hash=draft.content_hash,
        actor_id=actor_id,
        at=clock.now(),
        **facts,
    )


def save_draft(
    session: Session,
    clock: Clock,
    *,
    draft_id: UUID,
    version: int,
    said: DraftItem,
    vouched: Collection[str],
    actor_id: UUID,
) -> bool:
    """Write in a draft; whether anything changed. ``said`` was checked (``formats.check``).

    ``version``: the one that was open; ``vouched``: languages that say what the source says now.

    Raises:
        DraftNotOpen: it is no draft now.
        DraftChanged: somebody wrote in it since it was opened; nothing is written.
    """
    work = session.get_one(ItemDraft, draft_id)
    if work.status is not ItemStatus.DRAFT:
        raise DraftNotOpen
    if work.version != version:
        raise DraftChanged
    document = said.document()
    stale = " ".join(
        stale_after(
            work.document, document, source=work.source_locale, stale=work.stale.split(), vouched=vouched
        )
    )
    if said.content_hash == work.content_hash and stale == work.stale:
        return False
    written = session.execute(
        update(ItemDraft)
        .where(
            col(ItemDraft.id) == draft_id,
            col(ItemDraft.version) == version,
            col(ItemDraft.status) == ItemStatus.DRAFT,
        )
        .values(
            version=version + 1,
            document=document,
            content_hash=said.content_hash,
            missing=" ".join(said.missing),
            stale=stale,
            updated_at=clock.now(),
        )
        .returning(col(ItemDraft.id))
        .execution_options(synchronize_session=False)
    ).first()
    if written is None:
        raise DraftChanged
    session.refresh(work)
    session.add(step_of(work, Step.SAVED, clock, actor_id=actor_id, document=document))
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="draft.saved",
        subject_kind="item_draft",
        subject_id=draft_id,
        version=version + 1,
    )
    return True


def note_export(
    session: Session,
    clock: Clock,
    *,
    subject: UUID,
    kind: str,
    form: str,
    items: int,
    actor_id: UUID | None = None,
) -> None:
    """Note that items with their keys were written to a file. ``kind``: ``bank`` or ``draft_set``."""
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="items.exported",
        subject_kind=kind,
        subject_id=subject,
        format=form,
        items=items,
    )
