"""Asking for parallel forms, keeping what a search found, and making one of them a form. Never commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.exams.queries import composing
from app.exams.rules.forms import DELIVERED
from app.exams.service.doors import keep_trainers_out
from app.exams.service.publishing import publish_for
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.psychometrics import queries as statistics
from app.psychometrics.apart import Answer
from app.psychometrics.errors import FormRepeats, PointsDiffer, ProposalTaken, SearchWaits
from app.psychometrics.models import (
    AssemblyRequest,
    AssemblyResult,
    AssemblyTry,
    ProposalAcceptance,
    ProposedForm,
    ProposedItem,
)
from app.psychometrics.queries import assembly as queries
from app.psychometrics.rules.comparing import exposure_of, free_names, known_of, repeated, takeable
from app.psychometrics.rules.gates import search_ended
from app.question_banks import queries as banks
from app.question_banks.queries import BankFacts
from app.question_banks.queries.composing import banks_for_forms, composed_items

ASSEMBLE = "psychometrics.assemble"
"""The job kind that searches for what a request asks; payload ``{"request_id": …}``."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; its fields: see ``models.AssemblyRequest``."""

    blueprint_id: UUID
    bank_id: UUID
    forms: int
    seconds: int
    seed: int
    cases: int
    limits: Mapping[str, tuple[int, int]]
    most_forms: int
    overlap: int
    exposure_cap: int
    fresh: bool


def ask(session: Session, clock: Clock, wish: Wish, *, person_id: UUID, demonstration: bool) -> UUID:
    """Ask for forms; the id of the request.

    Raises:
        NotFound: no such blueprint or bank, a newer blueprint has taken its place, or forms may not be
            built from the bank.
        SearchWaits: forms of this blueprint are being searched for.
        TrainsOthers: the person trains others.
    """
    blueprint = composing.get_blueprint(session, wish.blueprint_id)
    get_bank(session, wish.bank_id, demonstration=demonstration)
    keep_trainers_out(session, clock, person_id=person_id, exam_id=blueprint.exam_id)
    request_id, now = new_id(), clock.now()
    number = queries.next_number(session, wish.blueprint_id, since=now - statistics.GIVEN_UP)
    if not insert_once(
        session,
        AssemblyRequest,
        id=request_id,
        blueprint_id=wish.blueprint_id,
        bank_id=wish.bank_id,
        number=number,
        forms=wish.forms,
        seconds=wish.seconds,
        seed=wish.seed,
        cases=wish.cases,
        limits={name: list(bounds) for name, bounds in wish.limits.items()},
        most_forms=wish.most_forms,
        overlap=wish.overlap,
        exposure_cap=wish.exposure_cap,
        fresh=wish.fresh,
        asked_by=person_id,
        asked_at=now,
    ):
        raise SearchWaits
    enqueue_later(session, clock, ASSEMBLE, {"request_id": request_id}, dedupe_key=f"{ASSEMBLE}:{request_id}")
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="forms.asked",
        subject_kind="blueprint",
        subject_id=wish.blueprint_id,
        request=str(request_id),
        forms=wish.forms,
        seed=wish.seed,
    )
    return request_id


def get_bank(session: Session, bank_id: UUID, *, demonstration: bool) -> BankFacts:
    """A bank that forms may be built from.

    Raises:
        NotFound: no such bank, or it may not be used for that.
    """
    found = (one for one in banks_for_forms(session, demonstration=demonstration) if one.id == bank_id)
    bank = next(found, None)
    if bank is None:
        raise NotFound
    return bank


def begin(session: Session, clock: Clock, request_id: UUID) -> bool:
    """Note that a worker begins to search; False when the request was answered before.

    Raises:
        NotFound: no such request.
    """
    queries.get_asked(session, request_id)
    if queries.find_found(session, request_id) is not None:
        return False
    number = len(queries.tries_of(session, request_id)) + 1
    insert_once(session, AssemblyTry, request_id=request_id, number=number, begun_at=clock.now())
    return True


def question_of(
    session: Session, clock: Clock, request_id: UUID, *, demonstration: bool
) -> dict[str, Any] | None:
    """What ``apart.ask`` takes for a request; None when its blueprint or its bank may not be used any more.

    Left out, a case set as a whole: what the exam page does not deliver, what rests on a rule that ended,
    and with ``fresh`` what stands on a published form of the exam.

    Raises:
        NotFound: no such request.
    """
    asked = queries.get_asked(session, request_id)
    try:
        blueprint = composing.get_blueprint(session, asked.blueprint_id)
        bank = get_bank(session, asked.bank_id, demonstration=demonstration)
    except NotFound:
        return None
    items = {str(item.version_id): item for item in banks.active_items(session, bank.slug)}
    on = clock.now().date()
    in_force = {str(item.version_id) for item in banks.active_items(session, bank.slug, on=on)}
    left_out = {
        name for name, item in items.items() if name not in in_force or item.type not in DELIVERED
    } | (_published(session, blueprint.exam_id, items) if asked.fresh else set())
    names = {item.slug: name for name, item in items.items()}
    known = known_of(
        {
            str(version_id): counted
            for version_id, counted in queries.known_statistics(
                session, [item.version_id for item in items.values()]
            ).items()
        }
    )
    uses = banks.uses_of(session, [item.version_id for item in items.values()])
    told = []
    for name in takeable({name: item.stimulus for name, item in items.items()}, left_out):
        item, use = items[name], uses.get(items[name].version_id)
        told.append(
            {
                "id": name,
                "domain": item.domain,
                "case": item.stimulus,
                "enemies": sorted(names[slug] for slug in item.enemies if slug in names),
                "traits": [str(item.type), str(item.cognitive)],
                "exposure": round(exposure_of(use.met, use.delivered), 6) if use else 0.0,
                "known": known.get(name),
            }
        )
    demand = {
        "domains": blueprint.domains,
        "forms": asked.forms,
        "cases": asked.cases,
        "limits": asked.limits,
        "most_forms": asked.most_forms,
        "overlap": asked.overlap,
        "exposure_cap": asked.exposure_cap / 100,
    }
    return {"items": told, "demand": demand, "seed": asked.seed, "seconds": asked.seconds}


def _published(session: Session, exam_id: UUID, items: Mapping[str, banks.ActiveItem]) -> set[str]:
    """The items, whatever version, that stand on a published form of the exam."""
    forms = [form for form in composing.forms_of(session, exam_id) if form.retired_at is None]
    held = composed_items(session, {version for form in forms for version in form.items})
    ids = {item.item_id for item in held.values()}
    own = composed_items(session, [item.version_id for item in items.values()])
    return {name for name, item in items.items() if own[item.version_id].item_id in ids}


def keep(
    session: Session, clock: Clock, *, request_id: UUID, question: Mapping[str, Any] | None, answer: Answer
) -> bool:
    """Keep what came of a request; False when it was kept before, by whoever was faster.

    Raises:
        NotFound: no such request.
    """
    asked, now = queries.get_asked(session, request_id), clock.now()
    figures = dict(answer.figures) if answer.figures is not None else None
    forms = figures.pop("forms") if figures is not None else []
    ended = search_ended(answer.ended, figures["status"] if figures else None, forms=len(forms))
    items = [form["items"] for form in forms]
    if not insert_once(
        session,
        AssemblyResult,
        request_id=request_id,
        ended=ended,
        at=now,
        milliseconds=answer.milliseconds,
        kibibytes=answer.kibibytes,
        rests_on=sha256_hex(canonical_json(question)),
        forms_hash=sha256_hex(canonical_json(items)),
        figures=figures,
    ):
        return False
    for number, form in enumerate(forms, start=1):
        places = form.pop("items")
        proposed = ProposedForm(request_id=request_id, number=number, figures=form)
        session.add(proposed)
        session.flush()
        session.add_all(
            ProposedItem(proposed_id=proposed.id, position=position, item_version_id=UUID(name))
            for position, name in enumerate(places, start=1)
        )
    audit.record(
        session,
        clock,
        actor_id=None,
        action="forms.proposed",
        subject_kind="blueprint",
        subject_id=asked.blueprint_id,
        request=str(request_id),
        ended=str(ended),
        forms=len(forms),
    )
    return True


def accept(
    session: Session,
    clock: Clock,
    *,
    request_id: UUID,
    number: int,
    person_id: UUID,
    reason: str,
    demonstration: bool,
) -> UUID:
    """Publish a proposed form as a form of the exam, frozen from then on; its id.

    Raises:
        NotFound: no such proposal, a newer blueprint has taken the place of its own, or its bank may not be
            used any more.
        TrainsOthers: the person trains others.
        ProposalTaken: it was accepted before.
        FormRepeats: a form of the exam has its items, or, with ``fresh``, one in use has any of them.
        PointsDiffer: the blueprint's forms in use have other points.
        ItemsChanged: since the search an item was retired, has a newer version or rests on a rule that ended.
    """
    asked = queries.get_asked(session, request_id)
    blueprint = composing.get_blueprint(session, asked.blueprint_id)
    bank = get_bank(session, asked.bank_id, demonstration=demonstration)
    keep_trainers_out(session, clock, person_id=person_id, exam_id=blueprint.exam_id)
    proposed_id = queries.find_proposed(session, request_id, number)
    if proposed_id is None:
        raise NotFound
    if queries.is_accepted(session, proposed_id):
        raise ProposalTaken
    forms = composing.forms_of(session, blueprint.exam_id)
    items = queries.items_of(session, [proposed_id])[proposed_id]
    _keep_apart(session, asked, items, forms)
    taken = [form.slug for form in forms]
    form_id = publish_for(
        session,
        clock,
        blueprint.id,
        slug=next(free_names(taken, "form")),
        seed=asked.seed,
        bank=bank,
        items=items,
        actor_id=person_id,
    )
    if not insert_once(
        session,
        ProposalAcceptance,
        proposed_id=proposed_id,
        form_id=form_id,
        person_id=person_id,
        at=clock.now(),
        reason=reason,
    ):
        raise ProposalTaken
    return form_id


def _keep_apart(
    session: Session,
    asked: queries.Asked,
    items: tuple[UUID, ...],
    forms: list[composing.PublishedForm],
) -> None:
    """Refuse items, whatever version, that candidates may have met as another form, and other points.

    The cut score is the blueprint's, the same for all of its forms.
    """
    own = queries.accepted_forms(session, asked.id)
    held = composed_items(session, {version for form in forms for version in form.items} | set(items))
    others = {form.id for form in forms if asked.fresh and form.retired_at is None} - own
    found = repeated(
        [str(held[version].item_id) for version in items],
        {str(form.id): [str(held[version].item_id) for version in form.items] for form in forms},
        {str(form_id) for form_id in others},
    )
    if found is not None:
        raise FormRepeats(form=next(form.slug for form in forms if str(form.id) == found))
    points = sum(held[version].points for version in items)
    in_use = (
        form.max_points
        for form in forms
        if form.retired_at is None and form.blueprint_id == asked.blueprint_id
    )
    needed = next((one for one in in_use if one != points), None)
    if needed is not None:
        raise PointsDiffer(points=points, needed=needed)
