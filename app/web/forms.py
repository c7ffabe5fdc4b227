"""Forms: what was typed is kept, and what is wrong is said field by field in the reader's language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.web import csrf
from app.web.translations import N_
from app.web.viewer import MaybeViewer

M = TypeVar("M", bound=BaseModel)

MAX_FIELDS = 8_000
"""Fields of one form: all questions of an exam of 500 at once, each with its lines and versions."""
MAX_PART = 256 * 1024
"""Bytes of one text field; uploads are checked by the route that takes them."""

_BY_TYPE = {
    "missing": N_("Fill in this field."),
    "string_too_short": N_("Fill in this field."),
    "string_too_long": N_("This is too long: %(max_length)s characters at most."),
    "too_short": N_("Choose at least one."),
    "too_long": N_("Too many are chosen."),
    "enum": N_("Choose one of the options."),
    "literal_error": N_("Choose one of the options."),
    "string_pattern_mismatch": N_("This does not have the form expected."),
    "bool_parsing": N_("Choose one of the options."),
    "int_parsing": N_("Type a whole number."),
    "int_type": N_("Type a whole number."),
    "greater_than_equal": N_("The smallest number possible is %(ge)s."),
    "less_than_equal": N_("The largest number possible is %(le)s."),
    "uuid_parsing": N_("Choose one of the options."),
    "date_from_datetime_parsing": N_("Type a date as in 2026-11-26."),
    "date_parsing": N_("Type a date as in 2026-11-26."),
    "datetime_from_date_parsing": N_("Type a date and a time as in 2026-11-26T10:00."),
    "datetime_parsing": N_("Type a date and a time as in 2026-11-26T10:00."),
    "time_parsing": N_("Type a time as in 10:00."),
}
_OTHERWISE = N_("This does not have the form expected.")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TAKEN_OUT = N_(
    "This held signs that cannot be kept. They have been taken out: look at it and send it again."
)


class FormModel(BaseModel):
    """Base of every form: text is trimmed, an empty field counts as not given, unknown fields are ignored."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a marked sentence and what fills it."""

    message: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class FormState:
    """A form as a template sees it: what was typed, and what is wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, FieldError] = field(default_factory=dict)

    def value(self, name: str, default: str = "") -> Any:
        """What was typed into ``name``."""
        return self.values.get(name, default)

    def add(self, name: str, message: str, **facts: object) -> None:
        """Say what is wrong with a field; the first word on a field stands."""
        self.errors.setdefault(name, FieldError(message, facts))


class PostedForm(FormData):
    """A posted form without control characters: PostgreSQL does not store NUL, and no page shows the others.

    ``unclean`` names the fields they stood in, so that a form asks its sender to look again.
    """

    def __init__(self, posted: Iterable[tuple[str, UploadFile | str]]) -> None:
        clean: list[tuple[str, UploadFile | str]] = []
        unclean = set()
        for name, value in posted:
            kept = _UNSTORABLE.sub("", value) if isinstance(value, str) else value
            if kept != value:
                unclean.add(name)
            clean.append((name, kept))
        super().__init__(clean)
        self.unclean = frozenset(unclean)


def page_number(text: str) -> int:
    """The number of a page as it stands in an address; anything else is the first page."""
    digits = text.isascii() and text.isdigit() and len(text) <= 6
    return max(1, int(text)) if digits else 1


def typed(form: FormData, model: type[BaseModel]) -> dict[str, Any]:
    """The fields ``model`` knows, as typed: a list where it takes several, else one string."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        several = "list" in str(info.annotation) or "tuple" in str(info.annotation)
        texts = [value for value in form.getlist(name) if isinstance(value, str)]
        if several:
            values[name] = [text for text in texts if text != ""]
        elif texts and texts[-1].strip() != "":
            values[name] = texts[-1]
    return values


def parse(form: FormData, model: type[M]) -> tuple[M | None, FormState]:
    """Read a form: the checked data, or None with the errors in the state. What was typed is always kept."""
    values = typed(form, model)
    state = FormState(values=dict(values))
    for name in sorted(getattr(form, "unclean", frozenset()) & set(model.model_fields)):
        state.add(name, _TAKEN_OUT)
    try:
        read = model.model_validate(values)
        return (None if state.errors else read), state
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            context: dict[str, Any] = dict(problem.get("ctx") or {})
            if problem["type"] == "value_error":
                state.add(name, str(context["error"]))
            else:
                state.add(name, _BY_TYPE.get(problem["type"], _OTHERWISE), **context)
        return None, state


async def read_form(request: Request, viewer: MaybeViewer) -> PostedForm:
    """The posted form, after the cross-site check. Every unsafe page route depends on this.

    Raises:
        CrossSite: see ``csrf.check``.
    """
    del viewer  # only so that the check below knows who is signed in
    form = PostedForm((await request.form(max_fields=MAX_FIELDS, max_part_size=MAX_PART)).multi_items())
    given = form.get(csrf.FIELD)
    csrf.check(request, given if isinstance(given, str) else "")
    return form


Form = Annotated[FormData, Depends(read_form)]
