"""Asking for the statistics of a form, and keeping what came of it. Never commits."""

from datetime import datetime
from sys import intern
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.exams.queries import overriding, taken
from app.exams.queries.taken import FirstAttempt, FormPlace
from app.exams.rules import scoring
from app.exams.rules.overriding import OverrideKind, overridden
from app.exams.service.answers import scored_items
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.psychometrics import queries
from app.psychometrics.apart import Answer
from app.psychometrics.errors import FewNew
from app.psychometrics.models import ALL, ItemStatistics, StatisticsRequest, StatisticsRun
from app.psychometrics.rules.snapshot_input import Place, Taken
from app.psychometrics.rules.timing import place_seconds
from app.question_banks import queries as banks
from app.question_banks import service as bank_service
from app.question_banks.rules import ItemType

COMPUTE = "psychometrics.compute"
"""The job kind that computes what a request asks for; payload ``{"request_id": …}``."""
_ONE_CHOICE = frozenset({ItemType.SINGLE, ItemType.TRUE_FALSE})


def ask(session: Session, clock: Clock, *, form_id: UUID, person_id: UUID | None) -> bool:
    """Ask for the figures of a form; False when somebody has, and the answer is on its way.

    Another key of an item is new, however few attempts are.

    Raises:
        NotFound: no such form.
        FewNew: since the last figures the first attempts have become one to four more.
    """
    request_id, now = new_id(), clock.now()
    if not queries.standing(session, form_id, at=now).worth:
        raise FewNew
    number = queries.next_number(session, form_id, since=now - queries.GIVEN_UP)
    new = insert_once(
        session,
        StatisticsRequest,
        id=request_id,
        form_id=form_id,
        number=number,
        asked_by=person_id,
        asked_at=now,
    )
    if new:
        enqueue_later(
            session, clock, COMPUTE, {"request_id": request_id}, dedupe_key=f"{COMPUTE}:{request_id}"
        )
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="statistics.asked",
            subject_kind="form",
            subject_id=form_id,
            number=number,
        )
    return new


class Evidence:
    """What a computation looks at, read once; of each attempt only what ``rules.snapshot`` takes is kept.

    An item that was given another key is looked at by that. One that was withdrawn, or whose points everybody
    got, is looked at by its own: its figures say why.
    """

    def __init__(self, session: Session, form_id: UUID) -> None:
        self.form = taken.get_taken(session, form_id)
        self.places = taken.places_of(session, form_id)
        self.met = taken.met(session, self.form.exam_id)
        self.delivered = sum(taken.delivered(session, self.form.exam_id).values())
        self.taken: list[Taken] = []
        self.from_at: datetime | None = None
        self.until_at: datetime | None = None
        self._seen: list[list[str]] = []
        self._items: tuple[scoring.ScoredItem, ...] = ()
        self._texts = banks.versions_by_id(session, [place.version_id for place in self.places])
        own = [str(place.version_id) for place in self.places]
        corrections = overriding.in_force(session, list(self._texts))
        self._keys = {
            version: one for version, one in corrections.items() if one.kind is OverrideKind.NEW_KEY
        }
        self._seen += [["key", str(one.id)] for _, one in sorted(self._keys.items())]
        for one in taken.first_attempts(session, form_id):
            # an attempt whose pinned items are not the form's would be another form
            if [place["item"] for place in one.layout] == own:
                self._items = self._items or overridden(
                    scored_items(session, one.layout), [place.version_id for place in self.places], self._keys
                )
                self._take(one)

    @property
    def persons(self) -> int:
        """First attempts that were looked at."""
        return len(self.taken)

    @property
    def rests_on(self) -> str:
        """SHA-256 over the keys given later, the attempts and the checksums of their answers."""
        return sha256_hex(canonical_json(self._seen))

    @property
    def question(self) -> dict[str, Any]:
        """What ``apart.ask`` takes."""
        places: list[Place] = [
            {
                "item": str(place.version_id),
                "possible": scored.points,
                "choices": [choice["id"] for choice in self._texts[place.version_id].choices]
                if scored.type in _ONE_CHOICE
                else [],
                "key": [one for key in (scored.key, *scored.also) for one in key],
            }
            for place, scored in zip(self.places, self._items, strict=True)
        ]
        return {"places": places, "taken": self.taken, "cut_score": self.form.cut_score}

    def _take(self, one: FirstAttempt) -> None:
        seconds, numbers = place_seconds(one.marks), range(1, len(self.places) + 1)
        given = [one.answers.get(number, ()) for number in numbers]
        self.taken.append(
            {
                "language": next(iter(one.languages)) if len(one.languages) == 1 else "",
                "points": [
                    scoring.points_of(item, chosen) if chosen else None
                    for item, chosen in zip(scoring.with_ratings(self._items, one.rated), given, strict=True)
                ],
                # what somebody wrote stays where it is
                "chosen": [
                    intern(chosen[0]) if chosen and item.type in _ONE_CHOICE else None
                    for item, chosen in zip(self._items, given, strict=True)
                ],
                "seconds": [seconds.get(number) for number in numbers],
                "spent": (one.ended_at - one.started_at).total_seconds(),
                "closed_by_time": one.closed_by_time,
            }
        )
        self._seen.append([str(one.id), one.answers_hash])
        self.from_at, self.until_at = self.from_at or one.ended_at, one.ended_at


def read(session: Session, request_id: UUID) -> Evidence | None:
    """What a request asks to be looked at; None when it was answered before.

    Raises:
        NotFound: no such request.
    """
    request = queries.get_request(session, request_id)
    return None if queries.is_answered(session, request_id) else Evidence(session, request.form_id)


def keep(session: Session, clock: Clock, *, request_id: UUID, evidence: Evidence, answer: Answer) -> bool:
    """Keep what came of a request, and tell the bank what was counted; False when it was kept before.

    Raises:
        NotFound: no such request.
    """
    request = queries.get_request(session, request_id)
    figures = dict(answer.figures) if answer.figures is not None else None
    items = figures.pop("items") if figures is not None else []
    run_id, now = new_id(), clock.now()
    new = insert_once(
        session,
        StatisticsRun,
        id=run_id,
        request_id=request_id,
        form_id=request.form_id,
        number=request.number,
        ended=answer.ended,
        at=now,
        persons=evidence.persons,
        from_at=evidence.from_at,
        until_at=evidence.until_at,
        rests_on=evidence.rests_on,
        kibibytes=answer.kibibytes,
        figures=figures,
    )
    if new:
        for place, item in zip(evidence.places, items, strict=bool(items)):
            exposure = {"met": evidence.met.get(place.version_id, 0), "delivered": evidence.delivered}
            _keep_item(session, clock, run_id, place, item | exposure)
    return new


_COUNTS = ("persons", "points", "possible", "right", "omitted", "rapid")
_EXPOSURE = ("met", "delivered")


def _keep_item(session: Session, clock: Clock, run_id: UUID, place: FormPlace, item: dict[str, Any]) -> None:
    by_language = item.pop("by_language")
    exposure = {name: item.pop(name) for name in _EXPOSURE}
    told = {name: item[name] for name in ("persons", "points", "possible")} | exposure
    for language, counted in {ALL: item, **by_language}.items():
        counts = {name: counted.pop(name) for name in _COUNTS}
        session.add(
            ItemStatistics(
                run_id=run_id,
                position=place.position,
                language=language,
                item_version_id=place.version_id,
                figures=counted,
                **counts,
                **exposure,
            )
        )
    source = f"statistics:{run_id}"
    bank_service.note_use(session, clock, version_id=place.version_id, source=source, **told)
