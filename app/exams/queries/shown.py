"""What a candidate sees of the items of an attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.exams.rules.responses import Shape, shape_of
from app.kernel.locales import Trilingual
from app.question_banks import queries as banks
from app.question_banks.rules import ScoringRule


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item as a candidate sees it: no key, no points, no rationale; all in this attempt's order."""

    position: int
    shape: Shape
    stem: Trilingual
    choices: list[dict[str, Any]]
    targets: list[dict[str, Any]]
    scoring: ScoringRule
    exact_case: bool
    stimulus: Trilingual | None
    same_case: bool
    """Whether the place before belongs to the same situation."""


def shown_items(
    session: Session, layout: Sequence[Mapping[str, Any]], positions: Sequence[int]
) -> list[ShownItem]:
    """The texts of some places of an attempt, with the choices in the order pinned at the start."""
    ids = {position: UUID(layout[position - 1]["item"]) for position in positions}
    texts = banks.versions_by_id(session, ids.values())
    shown: list[ShownItem] = []
    previous: UUID | None = None
    for position in positions:
        item, shape = texts[ids[position]], shape_of(layout[position - 1])
        choices = {choice["id"]: choice for choice in item.choices}
        targets = {target["id"]: target for target in item.targets}
        shown.append(
            ShownItem(
                position=position,
                shape=shape,
                stem=item.stem,
                choices=[choices[word] for word in shape.choices],
                targets=[targets[word] for word in shape.targets],
                scoring=item.scoring,
                exact_case=item.exact_case,
                stimulus=item.stimulus,
                same_case=previous is not None and item.stimulus_id == previous,
            )
        )
        previous = item.stimulus_id
    return shown
