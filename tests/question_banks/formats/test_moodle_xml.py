"""Moodle XML as Moodle writes it, and what of it is not kept."""

import pytest

from app.question_banks.formats.moodle_xml.reading import read
from app.question_banks.formats.report import FormatError

EXPORTED = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category"><category><text>$course$/top/Default for TC</text></category></question>
  <question type="multichoice">
    <name><text>Астана</text></name>
    <questiontext format="html"><text><![CDATA[<p>Қай <b>қала</b>&nbsp;— астана?</p><p><img src="@@PLUGINFILE@@/a.png" alt=""></p>]]></text>
<file name="a.png" path="/" encoding="base64">iVBORw0KGgo=</file></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>kz-7</idnumber>
    <single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
    <answer fraction="100" format="html"><text><![CDATA[<p>Астана</p>]]></text><feedback format="html"><text>Дұрыс</text></feedback></answer>
    <answer fraction="0" format="plain_text"><text>a &lt;b&gt; &amp; c</text><feedback format="html"><text></text></feedback></answer>
    <tags><tag><text>geo</text></tag></tags>
  </question>
  <question type="multichoice"><name><text>m</text></name><questiontext><text>Which?</text></questiontext>
    <single>false</single>
    <answer fraction="33.33333"><text>a</text></answer><answer fraction="33.33333"><text>b</text></answer>
    <answer fraction="33.33333"><text>c</text></answer><answer fraction="-33.33333"><text>d</text></answer></question>
  <question type="truefalse"><name><text>t</text></name><questiontext><text>Is it?</text></questiontext>
    <answer fraction="0"><text>true</text><feedback><text>No.</text></feedback></answer><answer fraction="100"><text>false</text></answer></question>
  <question type="shortanswer"><name><text>s</text></name><questiontext><text>Say</text></questiontext><usecase>1</usecase>
    <answer fraction="100"><text>5 \\* 5</text></answer><answer fraction="50"><text>25</text></answer></question>
  <question type="shortanswer"><name><text>p</text></name><questiontext><text>Say</text></questiontext>
    <answer fraction="100"><text>any*</text></answer></question>
  <question type="numerical"><name><text>n</text></name><questiontext><text>How many?</text></questiontext>
    <answer fraction="100"><text>3.50</text><tolerance>0.05</tolerance></answer><answer fraction="0"><text>*</text></answer>
    <units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units></question>
  <question type="matching"><name><text>mm</text></name><questiontext><text>Match</text></questiontext>
    <subquestion format="html"><text>ә</text><answer><text>1</text></answer></subquestion>
    <subquestion format="html"><text>ғ</text><answer><text>2</text></answer></subquestion>
    <subquestion format="html"><text></text><answer><text>3</text></answer></subquestion></question>
  <question type="ordering"><name><text>o</text></name><questiontext><text>Order</text></questiontext>
    <selecttype>ALL</selecttype><gradingtype>ABSOLUTE_POSITION</gradingtype>
    <answer fraction="10.0000000"><text>tenth</text></answer><answer fraction="2.0000000"><text>second</text></answer></question>
  <question type="essay"><name><text>e</text></name><questiontext><text>Write</text></questiontext>
    <maxwordlimit>250</maxwordlimit><graderinfo format="html"><text>Look for it</text></graderinfo></question>
  <question type="cloze"><name><text>c</text></name><questiontext><text>{1:SHORTANSWER:=x}</text></questiontext></question>
  <question type="description"><name><text>d</text></name><questiontext><text>Read this</text></questiontext></question>
</quiz>"""


def test_an_export_of_moodle_is_read() -> None:
    parsed = read(EXPORTED.encode(), language="kk")
    assert parsed.rejected == []
    assert parsed.seen == 10
    city, which, truth, said, number, pairs, order, essay = parsed.drafts
    assert (city.id, city.points, city.key, city.stem) == (
        "kz-7",
        2,
        ("a",),
        {"kk": "Қай қала\u00a0— астана?"},
    )
    assert city.choices[0].rationale == {"kk": "Дұрыс"}
    assert city.choices[1].text == {"kk": "a <b> & c"}
    assert city.labels == ("category:$course$/top/Default for TC", "tag:geo")
    assert (which.key, which.scoring) == (("a", "b", "c"), "plus_minus")
    assert (truth.key, truth.choices[0].rationale) == (("false",), {"kk": "No."})
    assert said.interaction == {"accepted": {"kk": ["5 * 5"]}, "case_sensitive": True}
    assert (number.key, number.interaction) == (("3.50",), {"tolerance": "0.05"})
    assert (pairs.key, len((pairs.interaction or {})["targets"]), pairs.scoring) == (
        ("a=t1", "b=t2"),
        3,
        "per_pair",
    )
    assert [choice.text["kk"] for choice in order.choices] == ["second", "tenth"]
    assert essay.interaction == {"rubric": [], "words": 250}


def test_everything_that_is_not_kept_is_told() -> None:
    told = [(one.why, one.kept) for one in read(EXPORTED.encode(), language="kk").unsupported]
    assert told == [
        ("bold, italic and other styles of letters are not kept", True),
        ("a picture is not kept", True),
        ("feedback for right, partly right and wrong answers is not kept", True),
        ("1 embedded files are not kept", True),
        ("an answer with 50 per cent of the points is not kept", True),
        ("the accepted answer “any*” is a pattern", False),
        ("units of a number are not kept", True),
        ("the marking “ABSOLUTE_POSITION” of an order is not kept: all or nothing", True),
        ("what is said to raters is not kept", True),
        ("the rubric is missing: a written task becomes an item only with one", True),
        ("items of Moodle's type “cloze” are not known here", False),
        ("a text without a task (a description) is not kept", False),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("2.0000000", "x"), "the mark “x” is no number of points"),
        (
            ('fraction="100" format="html"', 'fraction="1e9" format="html"'),
            "is no number between -100 and 100",
        ),
        (('fraction="100" format="html"', 'fraction="0" format="html"'), "no choice is marked as right"),
        (
            ("<text>Which?</text>", "<text>Which <b>one</b>?</text>"),
            "markup stands in a text as XML (line 17)",
        ),
        (('fraction="33.33333"><text>a', 'fraction="50"><text>a'), "add up to 116.66666 per cent"),
    ],
)
def test_an_item_that_is_wrong_is_told_and_the_others_are_read(change: tuple[str, str], why: str) -> None:
    parsed = read(EXPORTED.replace(*change, 1).encode(), language="kk")
    assert len(parsed.drafts) == 7
    assert [one.where for one in parsed.rejected][0].startswith("line ")
    assert why in parsed.rejected[0].why


def test_another_root_is_no_moodle_xml() -> None:
    with pytest.raises(FormatError, match="the root is <assessmentItem>"):
        read(b"<assessmentItem/>")


def test_half_points_are_raised_and_told() -> None:
    parsed = read(EXPORTED.replace("2.0000000", "1.5").encode(), language="kk")
    assert parsed.drafts[0].points == 2
    assert "the mark 1.5 is kept as 2" in parsed.unsupported[0].why
