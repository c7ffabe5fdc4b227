"""What is exported comes back the same, in every format and of every type that the format holds."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.question_banks.formats import table
from app.question_banks.formats.check import check
from app.question_banks.formats.draft import DraftItem, from_document
from app.question_banks.formats.report import UnsupportedError
from tests.question_banks.formats.making import items

KINDS = ["single", "multiple", "true_false", "matching", "ordering", "numeric", "short_text", "written"]


def cannot_hold(name: str, item: DraftItem) -> bool:
    """GIFT has no orders, and takes “->” in an answer for a pair."""
    accepted = (item.interaction or {}).get("accepted", {})
    arrow = any("->" in word for words in accepted.values() for word in words)
    return name == "gift" and (item.type == "ordering" or arrow)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_exported_comes_back_the_same(kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    check(item)
    assert from_document(item.document()) == item
    for name, write in table.WRITERS.items():
        if cannot_hold(name, item):
            with pytest.raises(UnsupportedError):
                write([item], language=None)
            continue
        parsed = table.READERS[name](write([item], language=None), language=None)
        assert (name, parsed.rejected, parsed.unsupported) == (name, [], [])
        assert (name, parsed.drafts) == (name, [item])


@pytest.mark.parametrize("name", table.WRITERS)
def test_a_text_comes_back_in_one_unicode_form_whatever_form_it_had(name: str) -> None:
    composed = {"kk": "Әділет: ғ қ ң ө ұ ү һ і й", "ru": "ёлка, й", "en": "café 👩\u200d🔬"}
    apart = {locale: unicodedata.normalize("NFD", text) for locale, text in composed.items()}
    assert apart != composed
    item = DraftItem(id="a", type="written", stem=apart, interaction={"rubric": [apart], "words": 9})
    (back,) = table.READERS[name](table.WRITERS[name]([item], language=None), language=None).drafts
    assert (back.stem, back.interaction) == (composed, {"rubric": [composed], "words": 9})
