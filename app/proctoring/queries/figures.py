"""The figures about supervision: counted, and as they were published last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.queries.oversight import Group, supervised_groups
from app.proctoring.models import ReviewSample, SupervisionFigures
from app.proctoring.queries.reviews import flagged
from app.proctoring.rules.figures import Alike, Cell, Line, Measure, lines, nested, total
from app.programmes.rules import Hidden


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures; ``unflagged`` and ``drawn`` are those of the blind draws."""

    total: Line
    by_language: list[Line]
    by_region: list[Line]
    by_mode: list[Line]
    unflagged: Cell
    drawn: Cell

    def to_json(self) -> dict[str, Any]:
        """As they are kept."""
        return {
            "total": dict(self.total.cells),
            "unflagged": self.unflagged,
            "drawn": self.drawn,
            **{
                split: {line.split: dict(line.cells) for line in getattr(self, split)}
                for split in ("by_language", "by_region", "by_mode")
            },
        }


def from_json(kept: Mapping[str, Any]) -> Figures:
    """What ``to_json`` gave."""

    def split(name: str) -> list[Line]:
        return [Line(word, _cells(cells)) for word, cells in sorted(kept[name].items())]

    return Figures(
        Line("", _cells(kept["total"])),
        split("by_language"),
        split("by_region"),
        split("by_mode"),
        _cell(kept["unflagged"]),
        _cell(kept["drawn"]),
    )


def _cells(kept: Mapping[str, int | str]) -> dict[Measure, Cell]:
    return {measure: _cell(kept[measure]) for measure in Measure}


def _cell(kept: int | str) -> Cell:
    return kept if isinstance(kept, int) else Hidden(kept)


@dataclass(frozen=True, slots=True)
class Published:
    """Figures with the day they are of, in the installation's zone, and the exams they rest on."""

    day: date
    attempts: int
    figures: Figures


def find_published(session: Session) -> Published | None:
    """The newest published figures; None until enough exams were supervised."""
    row = session.execute(
        select(col(SupervisionFigures.day), col(SupervisionFigures.attempts), col(SupervisionFigures.figures))
        .order_by(col(SupervisionFigures.day).desc())
        .limit(1)
    ).first()
    return Published(row[0], row[1], from_json(row[2])) if row else None


def count_figures(session: Session) -> tuple[int, Figures]:
    """All supervised attempts that were scored, and the figures over them."""
    groups = supervised_groups(session, flagged=flagged)
    draws = session.execute(select(col(ReviewSample.unflagged), col(ReviewSample.drawn))).all()
    unflagged, drawn = nested(
        [sum(len(draw.unflagged) for draw in draws), sum(len(draw.drawn) for draw in draws)]
    )
    return sum(one.attempts for one in groups), Figures(
        total=total(_alike(one, "") for one in groups),
        by_language=lines(_alike(one, one.locale or "") for one in groups),
        by_region=lines(_alike(one, one.region or "") for one in groups),
        by_mode=lines(_alike(one, one.mode) for one in groups),
        unflagged=unflagged,
        drawn=drawn,
    )


def _alike(one: Group, split: str) -> Alike:
    return Alike(split, one.flagged, one.review, one.attempts)
