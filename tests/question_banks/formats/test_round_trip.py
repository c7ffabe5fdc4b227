"""What is exported comes back the same, in every format and of every type that the format holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.question_banks.formats import table
from app.question_banks.formats.check import check
from app.question_banks.formats.draft import from_document
from app.question_banks.formats.report import UnsupportedError
from tests.question_banks.formats.making import items

KINDS = ["single", "multiple", "true_false", "matching", "ordering", "numeric", "short_text", "written"]
HELD = [
    (name, kind)
    for name in table.WRITERS
    for kind in KINDS
    if (name, kind) != ("gift", "ordering")
]


@pytest.mark.parametrize(("name", "kind"), HELD, ids=["-".join(pair) for pair in HELD])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_exported_comes_back_the_same(name: str, kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    check(item)
    try:
        written = table.WRITERS[name]([item], language=None)
    except UnsupportedError:
        assert (name, kind) == ("gift", "short_text"), "only “->” in an accepted answer has no way into GIFT"
        return
    parsed = table.READERS[name](written, language=None)
    assert parsed.rejected == []
    assert parsed.unsupported == []
    assert parsed.drafts == [item]


@settings(max_examples=30, deadline=None)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_what_is_stored_of_an_item_gives_it_back(kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    assert from_document(item.document()) == item
    assert from_document(item.document()).content_hash == item.content_hash
