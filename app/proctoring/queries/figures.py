"""The figures about supervision, as they are published."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.queries.oversight import Group, supervised_groups
from app.proctoring.models import ReviewSample
from app.proctoring.queries.reviews import flagged
from app.proctoring.rules.figures import Alike, Cell, Line, lines, nested, total


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures; ``unflagged`` and ``drawn`` are those of the blind draws."""

    total: Line
    by_language: list[Line]
    by_region: list[Line]
    by_mode: list[Line]
    unflagged: Cell
    drawn: Cell


def get_figures(session: Session) -> Figures:
    """The figures over all supervised attempts that were scored."""
    groups = supervised_groups(session, flagged=flagged)
    draws = session.execute(select(col(ReviewSample.unflagged), col(ReviewSample.drawn))).all()
    unflagged, drawn = nested(
        [sum(len(draw.unflagged) for draw in draws), sum(len(draw.drawn) for draw in draws)]
    )
    return Figures(
        total=total(_alike(one, "") for one in groups),
        by_language=lines(_alike(one, one.locale or "") for one in groups),
        by_region=lines(_alike(one, one.region or "") for one in groups),
        by_mode=lines(_alike(one, one.mode) for one in groups),
        unflagged=unflagged,
        drawn=drawn,
    )


def _alike(one: Group, split: str) -> Alike:
    return Alike(split, one.flagged, one.review, one.appeal, one.attempts)
