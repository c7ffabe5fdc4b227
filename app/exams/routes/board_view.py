"""The live board as one viewer sees it: which rows in which order, and what has changed since they looked.

The version of a page goes along with its next question and comes back with the answer: nothing about who has
seen what is kept, so any process can tell what changed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from sqlmodel import Session

from app.exams.queries import rooms
from app.exams.queries.board import Boards, Row, short_hash
from app.exams.rules.board import Filter, Sort, fits
from app.kernel.clock import Clock
from app.kernel.locales import Locale
from app.kernel.ordering import kazakh_sort_key
from app.web.locale import locale_of
from app.web.viewer import Viewer

_SIGNS = 4
_UNSEEN = "----"
"""Stands in a version for a row that the page does not list."""


@dataclass(frozen=True, slots=True)
class Board:
    """The rows that a viewer may see, in order. ``own``: how many candidates they have trained."""

    rows: list[tuple[Row, str]]
    own: int
    wanted: Filter
    sort: Sort

    @property
    def counts(self) -> dict[Filter, int]:
        """How many each filter lists."""
        return {one: sum(fits(row.lifecycle, row.cues, one) for row, _ in self.rows) for one in Filter}

    def listed(self, also: Collection[UUID] = ()) -> list[Row]:
        """The rows that fit the filter, and those that a page lists already and keeps."""
        return [row for row, _ in self.rows if self._fits(row) or row.attempt_id in also]

    def _fits(self, row: Row) -> bool:
        return fits(row.lifecycle, row.cues, self.wanted)

    def version(self, also: Collection[UUID] = ()) -> str:
        """What a page shows that lists ``listed(also)``: order, counts, then each row, in four signs each."""
        shown = (
            digest if self._fits(row) or row.attempt_id in also else _UNSEEN for row, digest in self.rows
        )
        return "".join((self._order(), short_hash(self.counts), *shown))

    def _order(self) -> str:
        return short_hash([row.attempt_id for row, _ in self.rows])

    def since(self, version: str) -> "Change":
        """What has changed since a page was given ``version``. A row it lists stays listed."""
        parts = [version[at : at + _SIGNS] for at in range(0, len(version), _SIGNS)]
        if len(parts) != len(self.rows) + 2 or parts[0] != self._order():
            return Change(self.listed(), [], self.version())
        known = list(zip(self.rows, parts[2:], strict=True))
        kept = {row.attempt_id for (row, _), before in known if before != _UNSEEN}
        if any(before == _UNSEEN and self._fits(row) for (row, _), before in known):
            return Change(self.listed(kept), [], self.version(kept))
        changed = [row for (row, digest), before in known if before not in {_UNSEEN, digest}]
        return Change(None, changed, self.version(kept))


@dataclass(frozen=True, slots=True)
class Change:
    """What a page has to show anew: the whole list, or ``rows`` of it; ``version`` is then the page's."""

    everything: list[Row] | None
    rows: list[Row]
    version: str


def board_of(
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    sitting_id: UUID,
    *,
    fresh: bool,
) -> Board:
    """The board of a sitting for a viewer who has passed its door; nobody they have trained is on it."""
    boards: Boards = request.app.state.boards
    look = boards.look(session, sitting_id, at=clock.now(), fresh=fresh)
    own = rooms.own_trainees(session, viewer.person_id, sitting_id, at=clock.now())
    asked = request.query_params
    wanted = next((one for one in Filter if one == asked.get("filter")), Filter.ALL)
    sort = next((one for one in Sort if one == asked.get("sort")), Sort.SEAT)
    seen = [pair for pair in look.rows if pair[0].candidate_id not in own]
    if sort is Sort.NAME:
        latin = locale_of(request) is Locale.EN
        seen.sort(key=lambda pair: (kazakh_sort_key(name_of(pair[0], latin=latin)), pair[0].code))
    else:
        seen.sort(key=lambda pair: (pair[0].seat is None, pair[0].seat or 0, pair[0].code))
    return Board(seen, len(own), wanted, sort)


def name_of(row: Row, *, latin: bool) -> str:
    """The name as the document writes it, in the letters of the reader's language."""
    return row.name_latin if latin else row.name_cyrillic or row.name_latin


def by_id(rows: Iterable[Row]) -> dict[UUID, Row]:
    """The rows by their attempt."""
    return {row.attempt_id: row for row in rows}
