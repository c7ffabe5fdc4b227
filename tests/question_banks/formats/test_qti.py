"""QTI of all three versions, by interaction and by how a response is scored."""

import pytest

from app.question_banks.formats.draft import DraftItem
from app.question_banks.formats.limits import ELEMENTS
from app.question_banks.formats.qti.reading import read
from app.question_banks.formats.qti.writing import write
from app.question_banks.formats.report import FormatError, Parsed
from tests.question_banks.formats.hostile import manifest, package

OLD = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
NEW = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"


def old(
    declaration: str, body: str, processing: str = f'<responseProcessing template="{OLD}/match_correct"/>'
) -> bytes:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q-1" title="t" adaptive="false" '
        f'xml:lang="ru-RU">{declaration}<itemBody>{body}</itemBody>{processing}</assessmentItem>'
    ).encode()


def declared(cardinality: str, base: str, *values: str, mapping: str = "") -> str:
    right = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{right}</correctResponse>" if values else ""
    return f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">{correct}{mapping}</responseDeclaration>'


CHOICES = '<simpleChoice identifier="ChoiceA">бір</simpleChoice><simpleChoice identifier="ChoiceB">екі</simpleChoice>'
ASKED = f'<p>Look:</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Which?</prompt>{CHOICES}</choiceInteraction>'
MAP = f'<responseProcessing template="{OLD}/map_response.xml"/>'


def only(parsed: Parsed) -> DraftItem:
    assert parsed.rejected == []
    (item,) = parsed.drafts
    return item


def test_a_choice_of_version_2_is_read() -> None:
    item = only(read(old(declared("single", "identifier", "ChoiceB"), ASKED)))
    assert (item.id, item.type, item.key, item.stem) == ("q-1", "single", ("b",), {"ru": "Look:\n\nWhich?"})
    assert [choice.text for choice in item.choices] == [{"ru": "бір"}, {"ru": "екі"}]


def test_a_choice_of_version_3_is_read() -> None:
    data = f"""<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="C1" time-dependent="false">
    <qti-response-declaration base-type="identifier" cardinality="multiple" identifier="RESPONSE"><qti-correct-response>
    <qti-value>a</qti-value><qti-value>c</qti-value></qti-correct-response></qti-response-declaration>
    <qti-item-body><p>Қайсысы дұрыс?</p><qti-choice-interaction max-choices="0" response-identifier="RESPONSE">
    <qti-simple-choice identifier="a">ә<qti-feedback-inline identifier="a" outcome-identifier="F">Иә</qti-feedback-inline></qti-simple-choice>
    <qti-simple-choice identifier="b">ғ</qti-simple-choice><qti-simple-choice identifier="c">қ</qti-simple-choice>
    </qti-choice-interaction></qti-item-body><qti-response-processing template="{NEW}/match_correct.xml"/></qti-assessment-item>"""
    item = only(read(data.encode(), language="kk"))
    assert (item.id, item.type, item.key) == ("c1-1", "multiple", ("a", "c"))
    assert item.choices[0].text == {"kk": "ә"}
    assert item.choices[0].rationale == {"kk": "Иә"}


def entries(**values: str) -> str:
    made = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in values.items())
    return f'<mapping defaultValue="0" lowerBound="0">{made}</mapping>'


@pytest.mark.parametrize(
    ("mapping", "scoring", "points", "told"),
    [
        (entries(ChoiceA="1", ChoiceB="-1"), "plus_minus", 1, 0),
        (entries(ChoiceA="2"), "all_or_nothing", 2, 1),
        (entries(ChoiceA="2", ChoiceB="-1"), "all_or_nothing", 2, 1),
        (entries(ChoiceA="0.5", ChoiceB="-0.5"), "plus_minus", 1, 1),
        (entries(ChoiceA="1", ChoiceB="-1").replace(' lowerBound="0"', ""), "all_or_nothing", 1, 1),
    ],
)
def test_a_mapping_is_ours_only_where_it_gives_our_points(
    mapping: str, scoring: str, points: int, told: int
) -> None:
    parsed = read(old(declared("multiple", "identifier", "ChoiceA", mapping=mapping), ASKED, MAP))
    item = only(parsed)
    assert (item.scoring, item.points, len(parsed.unsupported)) == (scoring, points, told)


def matched(*pairs: str) -> bytes:
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{word}" matchMax="1">{word}</simpleAssociableChoice>'
            for word in side
        )
        + "</simpleMatchSet>"
        for side in (["A", "B"], ["X", "Y", "Z"])
    )
    return old(
        declared("multiple", "directedPair", *pairs),
        f'<matchInteraction responseIdentifier="RESPONSE">{sides}</matchInteraction>stem',
    )


def test_matching_ordering_association_and_gaps_are_read() -> None:
    assert only(read(matched("A X", "B Z"))).key == ("a=t1", "b=t3")
    parsed = read(matched("A X", "A Y"))
    assert [(one.why, one.kept) for one in parsed.unsupported] == [
        ("a matching in which a choice has no target or several", False)
    ]
    ordered = ASKED.replace("choiceInteraction", "orderInteraction")
    assert only(read(old(declared("ordered", "identifier", "ChoiceB", "ChoiceA"), ordered))).key == ("b", "a")
    associated = '<associateInteraction responseIdentifier="RESPONSE"><prompt>Pair</prompt>' + "".join(
        f'<simpleAssociableChoice identifier="{word}" matchMax="1">{word}</simpleAssociableChoice>'
        for word in "ABCD"
    )
    item = only(read(old(declared("multiple", "pair", "A B", "C D"), associated + "</associateInteraction>")))
    assert (item.type, [choice.text["ru"] for choice in item.choices]) == ("matching", ["A", "C"])
    gap = '<p>Two <inlineChoiceInteraction responseIdentifier="RESPONSE"><inlineChoice identifier="a">and</inlineChoice><inlineChoice identifier="b">or</inlineChoice></inlineChoiceInteraction> one</p>'
    assert only(read(old(declared("single", "identifier", "a"), gap))).stem == {"ru": "Two _____ one"}


def test_typed_answers_are_texts_or_numbers() -> None:
    entry = '<p>Say <textEntryInteraction responseIdentifier="RESPONSE" expectedLength="9"/></p>'
    item = only(read(old(declared("single", "string", "York"), entry)))
    assert item.interaction == {"accepted": {"ru": ["York"]}, "case_sensitive": True}
    mapping = '<mapping><mapEntry mapKey="York" mappedValue="1"/><mapEntry mapKey="york" mappedValue="0.5"/></mapping>'
    parsed = read(old(declared("single", "string", "York", mapping=mapping), entry, MAP))
    assert (only(parsed).interaction or {})["accepted"] == {"ru": ["York"]}
    assert parsed.unsupported[0].why == "an answer with a part of the points is not kept"
    equal = (
        '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.1 0.1">'
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>'
    )
    item = only(read(old(declared("single", "float", "3.5"), entry, equal)))
    assert (item.type, item.key, item.interaction) == ("numeric", ("3.5",), {"tolerance": "0.1"})
    lopsided = read(old(declared("single", "float", "3.5"), entry, equal.replace("0.1 0.1", "0.1 0.2")))
    assert (lopsided.drafts, lopsided.unsupported[0].kept) == ([], False)


HOTSPOT = (
    '<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Where?</prompt>'
    '<object type="image/png" data="../img/map.png" width="200" height="100">Карта</object>'
    '<hotspotChoice identifier="A" shape="circle" coords="10,10,5" hotspotLabel="Астана"/>'
    '<hotspotChoice identifier="B" shape="rect" coords="20,20,40,40" hotspotLabel="Алматы"/></hotspotInteraction>'
)


def test_a_hotspot_needs_its_picture_in_the_package() -> None:
    item = old(declared("single", "identifier", "A"), HOTSPOT)
    files = {"imsmanifest.xml": manifest("items/a.xml"), "items/a.xml": item}
    found = only(read(package(files | {"img/map.png": b"\x89PNG\r\n\x1a\n0"})))
    assert (found.interaction or {})["regions"]["b"] == {"shape": "rect", "coords": [20, 20, 40, 40]}
    assert (found.interaction or {})["alt"] == {"ru": "Карта"}
    assert [choice.text["ru"] for choice in found.choices] == ["Астана", "Алматы"]
    assert "is not in the package" in read(package(files)).unsupported[0].why
    assert "neither PNG" in read(package(files | {"img/map.png": b"<svg/>"})).rejected[0].why
    remote = item.replace(b"../img/map.png", b"https://x.example/map.png")
    assert (
        "nothing is loaded from elsewhere"
        in read(package(files | {"items/a.xml": remote})).unsupported[0].why
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (old(declared("single", "identifier", "ChoiceA"), ASKED, f'<responseProcessing template="{OLD}/CC2_match"/>'), "“CC2_match” is not known"),
        (old(declared("single", "identifier", "ChoiceA"), ASKED, "<responseProcessing><responseCondition><responseIf><and/></responseIf></responseCondition></responseProcessing>"), "rules of its own"),
        (old(declared("single", "point", "1 1"), '<selectPointInteraction responseIdentifier="RESPONSE"/>'), "selectPointInteraction is not known here"),
        (old(declared("single", "identifier", "ChoiceA"), ASKED + ASKED), "an item with 2 interactions"),
        (old("", "<p>text</p>"), "an item with 0 interactions"),
        (old(declared("single", "identifier", "ChoiceA"), ASKED.replace("Look:", "<printedVariable identifier='x'/>")), "made when it is delivered"),
        (old(declared("single", "identifier", "ChoiceA"), ASKED.replace("Look:", "<math><mi>x</mi></math>")), "MathML"),
        (old(declared("single", "identifier", "ChoiceA"), ASKED).replace(b'adaptive="false"', b'adaptive="true"'), "adaptive"),
        (old('<templateDeclaration identifier="x"/>', ASKED), "a template"),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_told_with_its_reason(data: bytes, why: str) -> None:
    parsed = read(data)
    assert (parsed.drafts, parsed.rejected) == ([], [])
    assert why in parsed.unsupported[0].why


def points(value: str) -> str:
    return f'<setOutcomeValue identifier="SCORE">{value}</setOutcomeValue>'


def base(value: str) -> str:
    return f'<baseValue baseType="identifier">{value}</baseValue>'


ANSWER, RIGHT = '<variable identifier="RESPONSE"/>', '<correct identifier="RESPONSE"/>'
ONE, ZERO = points(base("1")), points(base("0"))


def branched(inside: str, around: str = "") -> bytes:
    processing = (
        f"<responseProcessing>{around}<responseCondition>{inside}</responseCondition></responseProcessing>"
    )
    return old(declared("single", "identifier", "ChoiceA"), ASKED, processing)


def compared(operands: str, then: str, otherwise: str = "", test: str = "match") -> str:
    other = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    return f"<responseIf><{test}>{operands}</{test}>{then}</responseIf>{other}"


@pytest.mark.parametrize(
    "inside",
    [
        compared(ANSWER + RIGHT, ONE),
        compared(RIGHT + ANSWER, ONE, ZERO),
        compared(ANSWER + RIGHT, points(f'<sum><variable identifier="SCORE"/>{base("1")}</sum>')),
        f"<responseIf><isNull>{ANSWER}</isNull>{ZERO}</responseIf>"
        + compared(ANSWER + RIGHT, ONE, ZERO).replace("responseIf>", "responseElseIf>"),
    ],
)
def test_a_response_compared_with_its_correct_response_has_that_key(inside: str) -> None:
    assert only(read(branched(inside))).key == ("a",)


def test_points_that_are_the_declared_maximum_are_above_0() -> None:
    most = '<outcomeDeclaration identifier="MAXSCORE"><defaultValue><value>2</value></defaultValue></outcomeDeclaration>'
    data = branched(compared(ANSWER + RIGHT, points('<variable identifier="MAXSCORE"/>')))
    assert only(read(data.replace(b"<itemBody>", f"{most}<itemBody>".encode()))).points == 2
    assert "correct response alone" in read(data).unsupported[0].why


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (compared(ANSWER + base("ChoiceB"), ONE), "something other than its correct response"),
        (compared(ANSWER + base("3"), ONE, test="equal"), "something other than its correct response"),
        (compared(ANSWER + '<correct identifier="OTHER"/>', ONE), "something other than its correct response"),
        (compared(ANSWER + RIGHT, ZERO, ONE), "correct response alone"),
        (compared(ANSWER + RIGHT, ZERO, ONE, test="equal"), "correct response alone"),
        (compared(ANSWER + RIGHT, ZERO), "correct response alone"),
        (compared(ANSWER + RIGHT, points(base("-1"))), "correct response alone"),
        (compared(ANSWER + RIGHT, ""), "correct response alone"),
        (compared(ANSWER + RIGHT, ONE, ONE), "correct response alone"),
        (f'<responseIf><isNull>{ANSWER}</isNull><setOutcomeValue identifier="F"><match>{ANSWER + RIGHT}</match></setOutcomeValue></responseIf>', "correct response alone"),
        (compared(ANSWER + RIGHT, ONE) + f"<responseElseIf><isNull>{ANSWER}</isNull>{ONE}</responseElseIf>", "correct response alone"),
    ],
)  # fmt: skip
def test_points_for_another_response_than_the_correct_one_make_no_key(inside: str, why: str) -> None:
    parsed = read(branched(inside))
    assert (parsed.drafts, parsed.rejected) == ([], [])
    assert [(why in one.why, one.kept) for one in parsed.unsupported] == [(True, False)]


def test_a_score_that_is_set_beside_the_condition_too_makes_no_key() -> None:
    right = compared(ANSWER + RIGHT, ONE)
    full = b'<outcomeDeclaration identifier="SCORE"><defaultValue><value>1</value></defaultValue></outcomeDeclaration>'
    for data in (
        branched(right, around=ONE),
        branched(right).replace(b"<itemBody>", full + b"<itemBody>"),
    ):
        assert "from one condition alone" in read(data).unsupported[0].why
        assert read(data).drafts == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (old(declared("single", "identifier", "Lost"), ASKED), "names “Lost”, which is no choice"),
        (old(declared("single", "identifier"), ASKED), "no response is declared as right"),
        (old("", ASKED), "the response “RESPONSE” is not declared"),
        (
            old(declared("single", "identifier", "ChoiceA"), ASKED.replace("ChoiceB", "ChoiceA")),
            "the same identifier",
        ),
        (b"<html/>", "the root is <html>"),
    ],
)
def test_what_is_wrong_is_rejected(data: bytes, why: str) -> None:
    assert why in read(data).rejected[0].why


def test_a_large_bank_in_three_languages_comes_back_from_its_own_export() -> None:
    texts = {"kk": "Қай?", "ru": "Какой?", "en": "Which?"}
    items = [
        DraftItem(id=f"n-{n}", type="numeric", stem=texts, key=(str(n),), interaction={"tolerance": "0"})
        for n in range(400)
    ]
    parsed = read(write(items))
    assert (parsed.rejected, parsed.unsupported) == ([], [])
    assert parsed.drafts == items


def test_one_resource_of_a_manifest_is_bounded() -> None:
    files = "<file href='a.png'/>" * (ELEMENTS + 1)
    said = (
        f"<manifest><resources><resource type='webcontent' href='a'>{files}</resource></resources></manifest>"
    )
    with pytest.raises(FormatError, match="one item has more than"):
        read(package({"imsmanifest.xml": said.encode()}))


def test_the_languages_of_an_item_are_one_item_only_when_they_agree() -> None:
    texts = {"kk": "Қай?", "ru": "Какой?", "en": "Which?"}
    item = DraftItem(id="n-1", type="numeric", stem=texts, key=("3",), interaction={"tolerance": "0"})
    written = write([item])
    assert only(read(written)) == item
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(written)) as made:
        files = {name: made.read(name) for name in made.namelist()}
    files["items/n-1.ru.xml"] = files["items/n-1.ru.xml"].replace(b"<qti-value>3<", b"<qti-value>4<")
    assert "differ in more than their words" in read(package(files)).rejected[0].why
    assert write([item]) == written, "the same items give the same bytes"
