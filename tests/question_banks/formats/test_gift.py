"""GIFT as Moodle's documentation shows it, and what of it is not kept."""

from app.question_banks.formats.gift.reading import read
from app.question_banks.formats.gift.writing import write

DOCUMENTED = """// true/false
::Q1:: 1+1=2 {T}

// multiple choice with specified feedback for right and wrong answers
::d1-001:: What's between orange and green in the spectrum?
{ =yellow # right; good! ~red # wrong, it's yellow ~blue # wrong, it's yellow }

// fill-in-the-blank
::Q3:: Two plus {=two =2} equals four.

::Q4:: Which animal eats which food? { =cat -> cat food =dog -> dog food = -> hay }

::Q5:: What is a number from 1 to 5? {#3:2}

::Q6:: What is a number from 1 to 5? {#1..5}

::Q7:: When was Ulysses S. Grant born? {#
     =1822:0      # Correct! 100% credit
     =%50%1822:2  # He was born in 1822.
     ~            # No.
}

::Q8:: How are you? {}

::Q9:: What two people are entombed in Grant's tomb? {
   ~%-100%No one
   ~%50%Grant
   ~%50%Grant's wife
   ~%-100%Grant's father
}

// an escaped formula, with its category and tags
$CATEGORY: top/algebra
// [id:sum-1] [tag:easy] [tag:with \\] bracket]
::Q10::[html]Which <b>answer</b> equals 5\\: x \\= \\{2\\} + 3 \\~ \\#? {
   ~ x \\= 4 ####
   = x \\= 5
}

You can use your pencil and paper for these next questions.

::Q11:: Grant is buried in Grant's tomb.{FALSE#No one is buried there.#Right.}
"""


def test_the_documented_examples_are_read() -> None:
    parsed = read(DOCUMENTED.encode())
    assert parsed.language == "en"
    assert [item.type for item in parsed.drafts] == [
        "true_false", "single", "short_text", "matching", "numeric", "numeric", "numeric", "written", "multiple", "true_false",
    ]  # fmt: skip
    one, colour, blank, pairs, _, within, born, _, tomb, buried = parsed.drafts
    assert one.key == ("true",)
    assert colour.id == "d1-001"
    assert [choice.rationale["en"] for choice in colour.choices] == [
        "right; good!",
        "wrong, it's yellow",
        "wrong, it's yellow",
    ]
    assert blank.stem == {"en": "Two plus _____ equals four."}
    assert blank.interaction == {"accepted": {"en": ["two", "2"]}, "case_sensitive": False}
    assert pairs.key == ("a=t1", "b=t2")
    assert [target["text"]["en"] for target in (pairs.interaction or {})["targets"]] == [
        "cat food",
        "dog food",
        "hay",
    ]
    assert (within.key, within.interaction) == (("3",), {"tolerance": "2"})
    assert (born.key, born.interaction) == (("1822",), {"tolerance": "0"})
    assert (tomb.key, tomb.scoring) == (("b", "c"), "all_or_nothing")
    assert [choice.rationale.get("en") for choice in buried.choices] == ["No one is buried there.", "Right."]


def test_what_is_not_kept_is_told_by_its_line_and_what_is_wrong_is_rejected() -> None:
    parsed = read(DOCUMENTED.encode())
    assert [(one.where, one.why) for one in parsed.rejected] == [("line 35", "no choice is marked as right")]
    assert {(one.where, one.why, one.kept) for one in parsed.unsupported} == {
        ("line 17", "an answer with 50 per cent of the points is not kept", True),
        ("line 17", "feedback for an answer that is typed is not kept", True),
        ("line 23", "the rubric is missing: a written task becomes an item only with one", True),
        ("line 25", "partial points for some of the right choices are not kept: all or nothing", True),
        ("line 40", "a text without a task (a description) is not kept", False),
    }
    assert parsed.seen == len(parsed.drafts) + len(parsed.rejected)


def test_category_tags_and_escapes_are_kept() -> None:
    parsed = read(DOCUMENTED.replace("####", "").encode())
    formula = parsed.drafts[9]
    assert formula.id == "sum-1"
    assert formula.stem == {"en": "Which answer equals 5: x = {2} + 3 ~ #?"}
    assert [choice.text["en"] for choice in formula.choices] == ["x = 4", "x = 5"]
    assert formula.labels == ("category:top/algebra", "tag:easy", "tag:with ] bracket")


def test_even_weights_are_our_plus_minus() -> None:
    text = "Two of these {~%50%a ~%50%b ~%-50%c ~%-50%d}"
    parsed = read(text.encode())
    assert parsed.drafts[0].scoring == "plus_minus"
    assert parsed.unsupported == []
    uneven = read(text.replace("%50%a", "%60%a").replace("%50%b", "%40%b").encode())
    assert uneven.drafts[0].scoring == "all_or_nothing"
    assert len(uneven.unsupported) == 1
    wrong = read(text.replace("%50%a", "%60%a").encode())
    assert "add up to 110 per cent" in wrong.rejected[0].why


def test_several_right_answers_of_which_one_is_chosen_are_left_out() -> None:
    parsed = read(b"One of these {=a =b ~c}")
    assert (parsed.drafts, parsed.rejected) == ([], [])
    assert (parsed.unsupported[0].kept, parsed.seen) == (False, 1)


def test_the_language_is_told_or_marked_or_judged_by_its_letters() -> None:
    kazakh = "Қай қала — Қазақстанның астанасы? {=Астана ~Алматы}"
    assert (read(kazakh.encode()).language, read(kazakh.encode()).drafts[0].missing) == ("kk", ("ru", "en"))
    assert read("Какой город — столица? {=Астана ~Алматы}".encode()).language == "ru"
    assert read(kazakh.encode(), language="ru").drafts[0].stem.keys() == {"ru"}
    marked = '[html]<span lang\\="kk" class\\="multilang">Қала</span><span lang\\="en" class\\="multilang">City</span> 5 {=5 ~6}'
    item = read(marked.encode()).drafts[0]
    assert item.stem == {"kk": "Қала 5", "en": "City 5"}
    assert item.choices[0].text == {"kk": "5", "en": "5"}
    assert item.missing == ("ru",)


def test_one_language_is_written_without_marks() -> None:
    items = read("::q-1::Қай [сан] <5? {=%1 ~\\#2}".encode()).drafts
    written = write(items, language="kk").decode()
    assert "multilang" not in written
    assert read(written.encode()).drafts == items
