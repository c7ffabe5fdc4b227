"""Aiken and tables: what people make by hand, and by spreadsheet."""

import pytest

from app.question_banks.formats import aiken
from app.question_banks.formats.csv.columns import guarded, joined, parted
from app.question_banks.formats.csv.reading import read
from app.question_banks.formats.csv.writing import write
from app.question_banks.formats.draft import DraftItem
from app.question_banks.formats.report import FormatError

AIKEN = """What is the correct answer
to this question?
A. Is it this one?
B) Maybe this answer?
C. Possibly this one?
ANSWER: B

Which LMS has the most quiz import formats?
A. Moodle
ANSWER: B

No answer follows
A. x
B. y
Next question
B. x
C. y
ANSWER: B
"""


def test_aiken_is_read_item_by_item_with_its_lines() -> None:
    parsed = aiken.read(AIKEN.encode())
    (item,) = parsed.drafts
    assert item.stem == {"en": "What is the correct answer\nto this question?"}
    assert ([choice.text["en"] for choice in item.choices], item.key) == (
        ["Is it this one?", "Maybe this answer?", "Possibly this one?"],
        ("b",),
    )
    assert [(one.where, one.why) for one in parsed.rejected] == [
        ("line 8", "“ANSWER: B” names none of the answers"),
        ("line 12", "no line “ANSWER: …” follows the answers"),
        ("line 15", "the answers are lettered A, B, C in this order"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_of_a_spreadsheet_is_read(delimiter: str, mark: str) -> None:
    rows = [
        ["id", "stem_kk", "stem_en", "key", "choice_1_kk", "choice_1_en", "choice_2_kk", "choice_2_en"],
        ["d-1", '"Екі\nжол, ""тырнақша"""', "Two lines", "B", "бір", "one", "екі", "two"],
        ["", "", "", "", "", "", "", ""],
        ["d-2", "Сұрақ", "Item", "1 2", "бір", "one", "екі", "two"],
    ]
    text = mark + "\r\n".join(delimiter.join(row) for row in rows)
    parsed = read(text.encode())
    assert parsed.rejected == []
    first, second = parsed.drafts
    assert first.stem == {"kk": 'Екі\nжол, "тырнақша"', "en": "Two lines"}
    assert (first.key, first.type, first.missing) == (("b",), "single", ("ru",))
    assert (second.key, second.type, second.where) == (("a", "b"), "multiple", "line 5")


def test_what_is_wrong_in_a_table_is_told_by_line() -> None:
    header = "id,type,stem,key,choice_1,choice_2,colour\n"
    parsed = read(
        (
            header
            + "a-1,,S,a,x,y,red\na-1,,S,a,x,y,\nb-2,,S,c,x,y,\nC 3,,S,a,x,y,\nd-4,,S,a,x,x,\ne-5,x,S,a,x,y,,,z\n"
        ).encode()
    )
    assert [one.where for one in parsed.rejected] == ["line 3", "line 4", "line 5", "line 6", "line 7"]
    assert parsed.rejected[0].why == "the id “a-1” stands already in line 2"
    assert "“colour” is not known" in parsed.unsupported[0].why
    with pytest.raises(FormatError, match="no column “stem”"):
        read(b"question,answer\na,b\n")
    with pytest.raises(FormatError, match=r"line 3: the table is broken here"):
        read(b'stem,key\nfine,a\n"x"y,b\n')


@pytest.mark.parametrize(
    "text", ["=1+1", "+7 (727)", "-x", "@sum", "'=x", "''", "plain", "-3.5", "=HYPERLINK(1)"]
)
def test_no_cell_is_a_formula_and_every_text_comes_back(text: str) -> None:
    assert guarded(text)[0] not in "=+@" and (guarded(text)[0] != "-" or text == "-3.5")
    item = DraftItem(id="a", type="written", stem={"en": text}, interaction={"rubric": [], "words": 0})
    assert read(write([item])).drafts == [item]


@pytest.mark.parametrize("words", [["a"], ["a|b", "c"], ["\\", "a\\|b"], ["| |", "x"]])
def test_words_in_one_cell_come_back(words: list[str]) -> None:
    assert parted(joined(words)) == words
