"""The timeline of an attempt: named facts with their times, counted by name, sorted by time.

No fact weighs more than another, nothing is added up over different facts, and the only order is that of
time. A further source (a chain of events from the browser, pictures) is one more table below, and one more
list that ``timeline`` is given.

Source: specification of exams, section 5, rule 2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.proctoring.rules.chain import Flaw, Place, Signal, SignalKind
from app.proctoring.rules.incidents import Incident, IncidentKind

ON_A_PAGE = 200
"""Facts of a timeline that one page shows; a page that says much about itself fills many."""


class FactKind(StrEnum):
    """Everything a timeline can say, in the order in which counts are listed."""

    CHECKED_IN = "checked_in"
    IDENTITY_COMPARED = "identity_compared"
    ADMITTED = "admitted"
    STARTED = "started"
    LANGUAGE_CHANGED = "language_changed"
    TAKEN_OVER = "taken_over"
    CONNECTION_LOST = "connection_lost"
    CAME_BACK = "came_back"
    LET_IN = "let_in"
    PAUSED = "paused"
    RESUMED = "resumed"
    TIME_GIVEN = "time_given"
    REOPENED = "reopened"
    ANSWER_STALE = "answer_stale"
    ANSWER_LATE = "answer_late"
    ANSWER_CLOSED = "answer_closed"
    ANSWER_OTHER_WINDOW = "answer_other_window"
    EARLY_TIMEUP = "early_timeup"
    UNSENT_LOADED = "unsent_loaded"
    BROWSER_OTHER_SETTINGS = "browser_other_settings"
    BROWSER_NO_PROOF = "browser_no_proof"
    BROWSER_OUTSIDE = "browser_outside"
    BROWSER_RESTARTED = "browser_restarted"
    BROWSER_RELEASED = "browser_released"
    BROWSER_EXEMPTED = "browser_exempted"
    IDENTITY_AGAIN = "identity_again"
    MONITORING_OFF = "monitoring_off"
    MONITORING_ON = "monitoring_on"
    PAGE_HIDDEN = "page_hidden"
    PAGE_SHOWN = "page_shown"
    PAGE_BLURRED = "page_blurred"
    PAGE_FOCUSED = "page_focused"
    FULLSCREEN_ENTERED = "fullscreen_entered"
    FULLSCREEN_LEFT = "fullscreen_left"
    COPIED = "copied"
    CUT = "cut"
    PASTED = "pasted"
    MENU_OPENED = "menu_opened"
    PAGE_RESIZED = "page_resized"
    SCREENS = "screens"
    PAGE_OFFLINE = "page_offline"
    PAGE_ONLINE = "page_online"
    CAMERA_ON = "camera_on"
    CAMERA_ENDED = "camera_ended"
    CAMERA_MUTED = "camera_muted"
    CAMERA_UNMUTED = "camera_unmuted"
    CAMERA_FAILED = "camera_failed"
    DEVICES_CHANGED = "devices_changed"
    OTHER_TAB = "other_tab"
    SIGNALS_MISSING = "signals_missing"
    SIGNALS_UNFIT = "signals_unfit"
    SIGNALS_WINDOW = "signals_window"
    SIGNALS_FULL = "signals_full"
    INCIDENT = "incident"
    HANDED_IN = "handed_in"
    TIME_OVER = "time_over"
    TERMINATED = "terminated"
    NOT_ADMITTED = "not_admitted"
    DID_NOT_COME = "did_not_come"
    GIVEN_BACK = "given_back"
    VOIDED = "voided"


class By(StrEnum):
    """Who did it, as both the candidate and a reviewer are told: never a name."""

    SYSTEM = "system"
    CANDIDATE = "candidate"
    STAFF = "staff"


_K = FactKind
_ARRIVING = {
    "checkin": _K.CHECKED_IN,
    "ready": _K.ADMITTED,
    "interrupted": _K.CONNECTION_LOST,
    "paused": _K.PAUSED,
    "submitted": _K.HANDED_IN,
    "expired": _K.TIME_OVER,
    "terminated": _K.TERMINATED,
    "refused": _K.NOT_ADMITTED,
    "no_show": _K.DID_NOT_COME,
    "withdrawn": _K.GIVEN_BACK,
    "void": _K.VOIDED,
}
_GOING_ON = {
    "ready": _K.STARTED,
    "paused": _K.RESUMED,
    **dict.fromkeys(("submitted", "expired", "scored"), _K.REOPENED),
}
_SOURCES: dict[str, dict[str, FactKind]] = {
    "answers": {
        "language": _K.LANGUAGE_CHANGED,
        "takeover": _K.TAKEN_OVER,
        "refused_stale": _K.ANSWER_STALE,
        "refused_late": _K.ANSWER_LATE,
        "refused_closed": _K.ANSWER_CLOSED,
        "refused_window": _K.ANSWER_OTHER_WINDOW,
        "early_timeup": _K.EARLY_TIMEUP,
    },
    "browser": {
        "other_settings": _K.BROWSER_OTHER_SETTINGS,
        "no_proof": _K.BROWSER_NO_PROOF,
        "outside": _K.BROWSER_OUTSIDE,
        "restarted": _K.BROWSER_RESTARTED,
        "released": _K.BROWSER_RELEASED,
        "exempted": _K.BROWSER_EXEMPTED,
    },
    "unsent": {"loaded": _K.UNSENT_LOADED},
    "time": {"given": _K.TIME_GIVEN},
    "identity": {"compared": _K.IDENTITY_COMPARED},
}
_SIGNALS: dict[SignalKind, FactKind] = {
    SignalKind.HIDDEN: _K.PAGE_HIDDEN,
    SignalKind.SHOWN: _K.PAGE_SHOWN,
    SignalKind.BLURRED: _K.PAGE_BLURRED,
    SignalKind.FOCUSED: _K.PAGE_FOCUSED,
    SignalKind.FULLSCREEN_ENTERED: _K.FULLSCREEN_ENTERED,
    SignalKind.FULLSCREEN_LEFT: _K.FULLSCREEN_LEFT,
    SignalKind.COPIED: _K.COPIED,
    SignalKind.CUT: _K.CUT,
    SignalKind.PASTED: _K.PASTED,
    SignalKind.MENU: _K.MENU_OPENED,
    SignalKind.RESIZED: _K.PAGE_RESIZED,
    SignalKind.SCREENS: _K.SCREENS,
    SignalKind.OFFLINE: _K.PAGE_OFFLINE,
    SignalKind.ONLINE: _K.PAGE_ONLINE,
    SignalKind.CAMERA_ON: _K.CAMERA_ON,
    SignalKind.CAMERA_ENDED: _K.CAMERA_ENDED,
    SignalKind.CAMERA_MUTED: _K.CAMERA_MUTED,
    SignalKind.CAMERA_UNMUTED: _K.CAMERA_UNMUTED,
    SignalKind.CAMERA_FAILED: _K.CAMERA_FAILED,
    SignalKind.DEVICES_CHANGED: _K.DEVICES_CHANGED,
    SignalKind.OTHER_TAB: _K.OTHER_TAB,
}
_FLAWS = {Flaw.MISSING: _K.SIGNALS_MISSING, Flaw.UNFIT: _K.SIGNALS_UNFIT}


def kind_of_signal(kind: SignalKind) -> FactKind:
    """What a signal of the exam page is called on a timeline."""
    return _SIGNALS[kind]


def kind_of(source: str, word: str, *, by: By) -> FactKind | None:
    """What a source's word is called here; None: it says nothing about how the exam went.

    ``lifecycle`` words are ``before:after``: booking and scoring an attempt are no facts of its supervision.
    """
    if source != "lifecycle":
        return _SOURCES[source][word]
    before, _, after = word.partition(":")
    if after != "in_progress":
        return _ARRIVING.get(after)
    if before == "interrupted":
        return _K.CAME_BACK if by is By.CANDIDATE else _K.LET_IN
    return _GOING_ON[before]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a timeline. ``text`` is what a person wrote: a reason, or what they saw.

    ``incident`` and ``withdrawn`` belong to an incident; ``place`` is one of the form; ``seconds`` of time;
    ``told`` is what a page's signal says besides its kind, as words and numbers.
    """

    at: datetime
    kind: FactKind
    by: By
    text: str | None = None
    place: int | None = None
    seconds: int | None = None
    incident: IncidentKind | None = None
    withdrawn: bool = False
    told: str | None = None


def facts_of_signals(signals: Iterable[Signal], came_at: Mapping[int, datetime]) -> list[Fact]:
    """What the page said about itself, at the time at which it came; ``came_at`` by number."""
    return [
        Fact(
            came_at[one.seq],
            kind_of_signal(one.kind),
            By.SYSTEM,
            told=" × ".join(str(one.facts[name]) for name in sorted(one.facts, reverse=True)) or None,
        )
        for one in signals
    ]


def facts_of_flaws(flaws: Iterable[Place], came_at: Mapping[int, datetime]) -> list[Fact]:
    """Where signals are missing or do not fit, at the time at which the next one came."""
    return [
        Fact(came_at[one.seq], _FLAWS[one.flaw], By.SYSTEM, told=str(one.missing or one.seq)) for one in flaws
    ]


def fact_of_window(at: datetime) -> Fact:
    """Signals began to come in one more chain: of a further window or device."""
    return Fact(at, FactKind.SIGNALS_WINDOW, By.SYSTEM)


def fact_of_full(at: datetime) -> Fact:
    """The attempt has as many signals as are kept: what a page said after this was not taken."""
    return Fact(at, FactKind.SIGNALS_FULL, By.SYSTEM)


def facts_of_incidents(incidents: Iterable[Incident]) -> list[Fact]:
    """Incidents as facts at the time at which they were seen, in the wording that stands."""
    return [
        Fact(
            one.stands.seen_at,
            FactKind.INCIDENT,
            By.STAFF,
            text=one.stands.seen,
            incident=one.stands.kind,
            withdrawn=one.stands.withdrawn,
        )
        for one in incidents
    ]


def timeline(*sources: Iterable[Fact]) -> tuple[Fact, ...]:
    """Everything in the order of time; what happened at one instant keeps the order of its sources."""
    return tuple(sorted((fact for facts in sources for fact in facts), key=lambda fact: fact.at))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a timeline that one page shows; ``number``, ``pages``, ``first``, ``last`` count from 1."""

    facts: tuple[Fact, ...]
    number: int
    pages: int
    first: int
    last: int
    total: int


def stretch(facts: tuple[Fact, ...], number: int) -> Stretch:
    """The facts of a page; one that lies behind the end is the last one."""
    pages = max(1, -(-len(facts) // ON_A_PAGE))
    number = min(max(1, number), pages)
    start = (number - 1) * ON_A_PAGE
    shown = facts[start : start + ON_A_PAGE]
    return Stretch(shown, number, pages, start + 1, start + len(shown), len(facts))


def counts(facts: Iterable[Fact]) -> dict[FactKind, int]:
    """How often each kind of fact happened, in the order of ``FactKind``; without withdrawn incidents."""
    found = dict.fromkeys(FactKind, 0)
    for fact in facts:
        found[fact.kind] += not fact.withdrawn
    return {kind: number for kind, number in found.items() if number}
