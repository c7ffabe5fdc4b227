"""What a brief asks for: parts with their limits, criteria with their levels, and when it is passed.

Source: specification of exams, section 3b; the last lesson of module 10 of the course.
"""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.locales import Trilingual

LEVELS = range(5)
"""Points of a criterion, whole; 1 and 3 lie between the levels that are described."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deliverable(_Frozen):
    """One part: a text, files, or both; one of them at least.

    ``characters`` and ``files`` say how much it takes; 0: none of it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    title: Trilingual
    asks: Trilingual
    characters: int = Field(ge=0, le=60_000)
    files: int = Field(ge=0, le=5)

    @model_validator(mode="after")
    def _takes_something(self) -> "Deliverable":
        if not self.characters and not self.files:
            msg = f"{self.id} takes neither text nor files"
            raise ValueError(msg)
        return self


class Criterion(_Frozen):
    """One criterion of the rubric. ``needed``: nobody passes with 0 here."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    title: Trilingual
    needed: bool = False
    levels: dict[int, Trilingual]

    @model_validator(mode="after")
    def _ends_are_described(self) -> "Criterion":
        if not {LEVELS[0], LEVELS[-1]} <= set(self.levels) <= set(LEVELS):
            msg = f"{self.id} describes levels {sorted(self.levels)}"
            raise ValueError(msg)
        return self


class Brief(_Frozen):
    """A version of a brief. It never changes once somebody has begun it: other words are another version."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    version: int = Field(ge=1)
    title: Trilingual
    summary: Trilingual
    lesson: str
    """Where the case is told: the tail of an address."""
    pass_points: int = Field(ge=1)
    gap: int = Field(ge=1)
    """A third rater is asked when two totals differ by more."""
    deliverables: tuple[Deliverable, ...] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> "Brief":
        for named in (self.deliverables, self.criteria):
            ids = [one.id for one in named]
            if len(ids) != len(set(ids)):
                msg = f"{self.slug}: the same id stands twice in {ids}"
                raise ValueError(msg)
        if self.pass_points > self.most or self.gap >= self.most:
            msg = f"{self.slug}: pass_points or gap do not fit {self.most} points"
            raise ValueError(msg)
        return self

    @property
    def most(self) -> int:
        """The points that can be reached."""
        return len(self.criteria) * LEVELS[-1]
