"""The forms with which staff say why they do something to an attempt, and how much time they give."""

from typing import Literal

from pydantic import Field

from app.kernel.ids import new_id
from app.web.forms import FormModel, FormState
from app.web.translations import N_


class ReasonForm(FormModel):
    """Why something is done to an attempt."""

    reason: str = Field(min_length=3, max_length=1000)


class BrowserForm(ReasonForm):
    """How an attempt goes on: once, or without the secure browser for the rest of it."""

    scope: Literal["once", "rest"]


class TimeForm(ReasonForm):
    """Extra time: minutes or per cent. ``key`` makes a repeated form count once."""

    minutes: int | None = Field(default=None, ge=1, le=240)
    percent: int | None = Field(default=None, ge=1, le=200)
    key: str = Field(min_length=8, max_length=64)


def check_time(data: TimeForm | None, state: FormState) -> None:
    """Say at the field that exactly one of minutes and per cent is given."""
    if data is not None and (data.minutes is None) == (data.percent is None):
        state.add("minutes", N_("Give either minutes or per cent."))


def fresh_key() -> str:
    """The key of a form that is shown."""
    return new_id().hex
