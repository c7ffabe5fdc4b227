"""How a box that has to be ticked says so: "fill in this field" would not be understood."""

from collections.abc import Iterable

from app.web.forms import FieldError, FormState
from app.web.translations import N_


def say_boxes(form: FormState, names: Iterable[str]) -> None:
    """Put the sentence for a box in place of the one for a field, wherever a box was left empty."""
    for name in names:
        if name in form.errors:
            form.errors[name] = FieldError(N_("Tick this box to go on."))
