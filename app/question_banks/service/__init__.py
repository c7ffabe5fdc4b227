"""What can be done to a bank: bring the database to what its files say. Never commits."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, SQLModel, col

from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.kernel.writing import plain_words
from app.platform import audit
from app.platform.content import ContentError, Problem
from app.platform.database import insert_once
from app.question_banks.importer.reading import ReadBank, ReadItem, ReadStimulus
from app.question_banks.models import Bank, DraftSet, Item, ItemUse, ItemVersion, Stimulus
from app.question_banks.rules import BankOrigin, ItemStatus, alike


@dataclass(slots=True)
class Loaded:
    """What loading a bank changed. ``written`` counts rows inserted or updated."""

    new: int = 0
    changed: int = 0
    retired: int = 0
    unchanged: int = 0
    written: int = 0


@dataclass(slots=True)
class _Known:
    """An item as the database has it: versions by content hash."""

    item_id: UUID
    current: UUID | None
    versions: dict[str, tuple[UUID, ItemStatus]]

    @property
    def active(self) -> set[UUID | None]:
        """Ids of the versions in use."""
        return {version for version, status in self.versions.values() if status is ItemStatus.ACTIVE}

    def id_of(self, content_hash: str) -> UUID | None:
        """The version that says this, or None."""
        return self.versions[content_hash][0] if content_hash in self.versions else None


def load_bank(session: Session, clock: Clock, bank: ReadBank, *, step: Callable[[], None]) -> Loaded:
    """Store a checked bank; ``step`` is called once an item.

    Idempotent by content hash: an item that says what it said is not touched. One that says something else
    gets a new version, and the old one is retired but stays as it was. An item that is no longer in the files
    is retired; one that comes back as it was becomes active again.

    Raises:
        ContentError: the bank was loaded for the other purpose before, whose live keys would become practice;
            or a bank of this name is written on pages, or drafts of one.
    """
    load = _Load(session, clock.now(), _bank_row(session, bank, clock.now()))
    for item in bank.items:
        load.store(item)
        step()
    load.retire_the_rest()
    loaded = load.loaded
    if loaded.written:
        audit.record(
            session,
            clock,
            actor_id=None,
            action="bank.imported",
            subject_kind="bank",
            subject_id=load.bank_id,
            new=loaded.new,
            changed=loaded.changed,
            retired=loaded.retired,
        )
    return loaded


def shared_stems(session: Session, banks: Sequence[ReadBank]) -> list[Problem]:
    """Stems of these banks that a loaded bank of the other purpose has too: practice would show a live item.

    Banks whose files are at hand were compared by the check; these others came from another folder.
    """
    item: Any = Item
    version: Any = ItemVersion
    row: Any = Bank
    stored = session.execute(
        select(row.purpose, version.stem)
        .join(item, item.current_version_id == version.id)
        .join(row, row.id == item.bank_id)
        .where(version.status == ItemStatus.ACTIVE, row.slug.not_in([bank.file.id for bank in banks]))
        .order_by(item.slug)
    ).all()
    problems = []
    for bank in banks:
        for locale in LOCALES:
            others = [
                plain_words(stem[locale]) for purpose, stem in stored if purpose is not bank.file.purpose
            ]
            own = [plain_words(item.file.stem.by_locale()[locale]) for item in bank.items]
            for first, second in alike([*others, *own]):
                if first < len(others) <= second:
                    found = bank.items[second - len(others)]
                    line = found.document.line(*found.place, "stem", str(locale))
                    message = (
                        "the stem is like that of an item loaded for the other purpose, live or practice"
                    )
                    problems.append(Problem(found.document.path, line, message))
    return problems


def _bank_row(session: Session, bank: ReadBank, now: datetime) -> tuple[UUID, bool]:
    """The bank's id, and whether its row was written."""
    file = bank.file
    facts: dict[str, Any] = {
        "specimen": file.specimen,
        "version": file.version,
        "title": file.title.by_locale(),
    }
    row = session.scalars(select(Bank).where(col(Bank.slug) == file.id)).one_or_none()
    if row is None:
        if session.execute(select(col(DraftSet.id)).where(col(DraftSet.slug) == file.id)).first():
            message = "drafts of this name are kept on the pages of this installation"
            raise ContentError([Problem(bank.document.path, bank.document.line("id"), message)])
        row = Bank(id=new_id(), slug=file.id, purpose=file.purpose, imported_at=now, **facts)
        session.add(row)
        session.flush()
        return row.id, True
    if row.origin is not BankOrigin.FILES:
        message = "a bank of this name is written on the pages of this installation"
        raise ContentError([Problem(bank.document.path, bank.document.line("id"), message)])
    if row.purpose is not file.purpose:
        message = f"the bank was loaded as “{row.purpose}” before, and a bank never changes its purpose"
        raise ContentError([Problem(bank.document.path, bank.document.line("purpose"), message)])
    changed = any(getattr(row, name) != value for name, value in facts.items())
    if changed:
        for name, value in facts.items():
            setattr(row, name, value)
        row.imported_at = now
    return row.id, changed


def _known_items(session: Session, bank_id: UUID) -> dict[str, _Known]:
    item: Any = Item
    version: Any = ItemVersion
    rows = session.execute(
        select(item.slug, item.id, item.current_version_id, version.id, version.content_hash, version.status)
        .outerjoin(version, version.item_id == item.id)
        .where(item.bank_id == bank_id)
        .order_by(item.slug)
    )
    known: dict[str, _Known] = {}
    for slug, item_id, current, version_id, content_hash, status in rows:
        entry = known.setdefault(slug, _Known(item_id, current, {}))
        if version_id is not None:
            entry.versions[content_hash] = (version_id, status)
    return known


def _known_stimuli(session: Session, bank_id: UUID) -> dict[tuple[str, str], UUID]:
    stimulus: Any = Stimulus
    rows = session.execute(
        select(stimulus.slug, stimulus.content_hash, stimulus.id).where(stimulus.bank_id == bank_id)
    )
    return {(slug, content_hash): id_ for slug, content_hash, id_ in rows}


class _Load:
    """One loading of one bank: what the database knows, and what has been written so far."""

    def __init__(self, session: Session, now: datetime, bank: tuple[UUID, bool]) -> None:
        self.session, self.now = session, now
        self.bank_id, new = bank
        self.loaded = Loaded(written=int(new))
        self.known = _known_items(session, self.bank_id)
        self.stimuli = _known_stimuli(session, self.bank_id)

    def store(self, item: ReadItem) -> None:
        """Bring one item to what its file says."""
        loaded, content_hash = self.loaded, item.content_hash
        known = self.known.pop(item.file.id, None)
        if known is None:
            known = _Known(new_id(), None, {})
            self._insert(Item(id=known.item_id, bank_id=self.bank_id, slug=item.file.id))
            loaded.new += 1
        elif known.versions.get(content_hash) == (known.current, ItemStatus.ACTIVE):
            loaded.unchanged += 1
            return
        else:
            loaded.changed += 1
        self._set_status(known.active - {known.id_of(content_hash)}, ItemStatus.RETIRED)
        version_id = known.id_of(content_hash)
        if version_id is None:
            version_id = new_id()
            version = version_of(
                item,
                # the files are what four eyes have approved: see their ``roles``
                status=ItemStatus.ACTIVE,
                id=version_id,
                item_id=known.item_id,
                number=len(known.versions) + 1,
                stimulus_id=self._stimulus(item.stimulus),
                content_hash=content_hash,
                imported_at=self.now,
            )
            self._insert(version)
        elif version_id not in known.active:
            self._set_status({version_id}, ItemStatus.ACTIVE)
        self.session.execute(
            update(Item).where(col(Item.id) == known.item_id).values(current_version_id=version_id)
        )
        loaded.written += 1

    def retire_the_rest(self) -> None:
        """Retire the items that no file holds any more."""
        for gone in self.known.values():
            if gone.active:
                self._set_status(gone.active, ItemStatus.RETIRED)
                self.loaded.retired += 1

    def _stimulus(self, stimulus: ReadStimulus | None) -> UUID | None:
        if stimulus is None:
            return None
        name = (stimulus.slug, stimulus.content_hash)
        if name not in self.stimuli:
            self.stimuli[name] = new_id()
            self._insert(
                Stimulus(
                    id=self.stimuli[name],
                    bank_id=self.bank_id,
                    slug=stimulus.slug,
                    text=stimulus.text.by_locale(),
                    content_hash=stimulus.content_hash,
                )
            )
        return self.stimuli[name]

    def _insert(self, row: SQLModel) -> None:
        self.session.add(row)
        self.session.flush()
        self.loaded.written += 1

    def _set_status(self, versions: AbstractSet[UUID | None], status: ItemStatus) -> None:
        if versions:
            self.session.execute(
                update(ItemVersion)
                .where(col(ItemVersion.id).in_(versions))
                .values(status=status)
                .execution_options(synchronize_session=False)
            )
            self.loaded.written += len(versions)


def version_of(item: ReadItem, **place: Any) -> ItemVersion:
    """What the file says; ``place`` says whose version it is, which, and where it stands."""
    file = item.file
    return ItemVersion(
        type=file.type,
        scoring=file.scoring,
        cognitive=file.cognitive,
        domain=file.domain,
        module=file.module,
        tasks=list(file.tasks),
        points=file.points,
        key=list(file.key),
        stem=file.stem.by_locale(),
        choices=[
            {"id": choice.id, "text": choice.text.by_locale(), "rationale": choice.rationale.by_locale()}
            for choice in file.choices
        ],
        interaction=None if file.interaction is None else file.interaction.model_dump(mode="json"),
        sources=list(file.sources),
        enemies=list(file.enemies),
        roles=file.roles.model_dump(),
        valid_until=file.valid_until,
        **place,
    )


def note_use(session: Session, clock: Clock, *, version_id: UUID, source: str, **counts: int) -> None:
    """Note once how often an item was met and answered, as ``source`` counted. ``counts``: ``ItemUse``."""
    values = {"id": new_id(), "item_version_id": version_id, "source": source, "at": clock.now()}
    insert_once(session, ItemUse, **values, **counts)
