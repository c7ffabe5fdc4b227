"""Moodle XML to drafts: one ``question`` an item, read one after the other."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from app.question_banks.formats import answers, markup, notes
from app.question_banks.formats.answers import Answer, Head
from app.question_banks.formats.building import UNSAID, Builder
from app.question_banks.formats.decoding import decode
from app.question_banks.formats.draft import NO_RUBRIC, DraftItem, DraftStimulus, Text, slug_of, tidy
from app.question_banks.formats.report import FormatError, ItemError, Parsed, UnsupportedError
from app.question_banks.formats.trees import Node
from app.question_banks.formats.trees import read as read_xml

_KINDS = {"html": "html", "plain_text": "plain", "markdown": "markdown", "moodle_auto_format": "auto"}
_GRADING = {"ALL_OR_NOTHING": "all_or_nothing", "RELATIVE_NEXT_EXCLUDE_LAST": "order_adjacent"}
"""Ways in which Moodle marks an order that give the points of a rule of ours."""
_FEEDBACK = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_NO_ITEM = {"description": "a text without a task (a description) is not kept"}


def read(data: bytes, *, language: str | None = None) -> Parsed:
    """The drafts of a Moodle XML file; ``language`` is that of texts that name none.

    Raises:
        FormatError: the file as a whole cannot be read.
    """
    reader = _Reader(language)
    read_xml(decode(data), reader.take, wanted=frozenset({"question"}))
    return reader.builder.finish()


class _Reader:
    def __init__(self, language: str | None) -> None:
        self.builder = Builder(language)
        self.begun = False
        self.category = ""
        self.stimuli: dict[str, Text] = {}

    def take(self, node: Node) -> None:
        where = f"line {node.line}"
        if not self.begun:
            self.begun = True
            if node.name == "quiz":
                return
            raise FormatError(where, f"the root is <{node.name[:40]}>; that of Moodle XML is <quiz>")
        kind = node.get("type")
        if kind == "category":
            self.category = tidy(node.said("category", "text"))[:300]
        elif kind in _NO_ITEM:
            if not self._situation(node):
                self.builder.parsed.leave(where, _NO_ITEM[kind], kept=False)
        else:
            self.builder.add(where, lambda found: self._item(node, kind, found))

    def _situation(self, node: Node) -> bool:
        """The situation of a case of ours, which stands before its items."""
        try:
            slug = _note(node).word("stimulus")
            if slug:
                said = _text(node.find("questiontext"), [])
                self.stimuli[slug] = {locale: tidy(words) for locale, words in said.items()}
        except ItemError:
            return False
        return bool(slug)

    def _item(self, node: Node, kind: str, found: list[str]) -> DraftItem:
        make = _TYPES.get(kind)
        if make is None:
            raise UnsupportedError(f"items of Moodle's type “{kind[:40]}” are not known here")
        note = _note(node)
        name = node.said("idnumber") or node.said("name", "text")
        points = answers.points_of(node.said("defaultgrade") or "1", found)
        stem = _text(node.find("questiontext"), found)
        _note_losses(node, found)
        made = make(Head(slug_of(name, self.builder.parsed.seen), stem, note, points), node, found)
        labels = note.words("labels")
        here = [f"category:{self.category}"] if self.category else []
        tags = [f"tag:{tidy(tag.said('text'))[:300]}" for tag in _all(node, "tags", "tag")]
        slug = note.word("stimulus")
        if slug and slug not in self.stimuli:
            raise ItemError(f"the situation “{slug[:40]}” does not stand before the item")
        return replace(
            made,
            labels=(*labels, *(label for label in [*here, *tags] if label not in labels)),
            stimulus=DraftStimulus(slug, self.stimuli[slug]) if slug else None,
        )


def _all(node: Node, *path: str) -> Iterable[Node]:
    inside = node.find(*path[:-1])
    return inside.all(path[-1]) if inside else ()


def _note(node: Node) -> notes.Note:
    said = node.get(f"?{notes.NAME}")
    return notes.load(said) if said else notes.Note({})


def _note_losses(node: Node, found: list[str]) -> None:
    if any(node.said(name, "text") for name in _FEEDBACK):
        found.append("feedback for right, partly right and wrong answers is not kept")
    if node.said("generalfeedback", "text"):
        found.append("general feedback is not kept")
    if node.find("hint"):
        found.append("hints are not kept")
    files = sum(inside.name == "file" for inside in node.walk())
    if files:
        found.append(f"{files} embedded files are not kept")


def _text(node: Node | None, found: list[str]) -> Text:
    """The words of an element with a ``text`` in it, by its format."""
    inside = node.find("text") if node else None
    if node is None or inside is None:
        return {UNSAID: ""}
    if inside.elements:
        raise ItemError(
            f"markup stands in a text as XML (line {inside.line}): it is to be escaped, or in CDATA"
        )
    return markup.plain(inside.text, found, kind=_KINDS.get(node.get("format"), "auto"))


def _answer(node: Node, found: list[str], *, typed: bool = False) -> Answer:
    said = {UNSAID: node.said("text")} if typed else _text(node, found)
    return Answer(said, answers.weight_of(node.get("fraction", "0")), _text(node.find("feedback"), found))


def _several_choices(head: Head, node: Node, found: list[str], *, exact: bool = False) -> DraftItem:
    listed = [_answer(one, found) for one in node.all("answer")]
    several = exact or node.said("single").lower() in {"false", "0"}
    return answers.choosing(head, listed, several=several, exact=exact, notes=found)


def _set_of_choices(head: Head, node: Node, found: list[str]) -> DraftItem:
    return _several_choices(head, node, found, exact=True)


def _truth(head: Head, node: Node, found: list[str]) -> DraftItem:
    said = {one.said("text").lower(): _answer(one, found, typed=True) for one in node.all("answer")}
    if set(said) != {"true", "false"}:
        raise ItemError("an item with true and false has these two answers")
    true = said["true"].weight > said["false"].weight
    right, wrong = (said["true"], said["false"]) if true else (said["false"], said["true"])
    if right.weight != 100 or wrong.weight != 0:
        raise ItemError("one of true and false has a weight of 100, the other of 0")
    return answers.true_or_false(head, true=true, right=right.feedback, wrong=wrong.feedback)


def _typed(head: Head, node: Node, found: list[str]) -> DraftItem:
    listed = [_answer(one, found, typed=True) for one in node.all("answer")]
    return answers.short_text(head, listed, cased=node.said("usecase") == "1", notes=found)


def _number(head: Head, node: Node, found: list[str]) -> DraftItem:
    if any(one.said("unit_name") for one in _all(node, "units", "unit")):
        found.append("units of a number are not kept")
    listed = []
    for one in node.all("answer"):
        answer = _answer(one, found, typed=True)
        if answer.text[UNSAID] == "*":
            answer = replace(answer, weight=Decimal(0))
        listed.append((answer.text[UNSAID], one.said("tolerance"), answer))
    return answers.numeric(head, listed, found)


def _pairs(head: Head, node: Node, found: list[str]) -> DraftItem:
    listed = []
    for one in node.all("subquestion"):
        right = one.find("answer")
        kind = _KINDS.get(right.get("format"), "auto") if right else "auto"
        said = right.find("text") if right else None
        listed.append((_text(one, found), markup.plain(said.text if said else "", found, kind=kind)))
    return answers.matching(head, listed)


def _ordered(head: Head, node: Node, found: list[str]) -> DraftItem:
    # as numbers, since a tenth stands before a second in Moodle's own texts
    listed = sorted(node.all("answer"), key=lambda one: _place(one.get("fraction", "0")))
    grading = node.said("gradingtype")
    if grading not in _GRADING and not head.note.word("scoring"):
        found.append(f"the marking “{grading[:40]}” of an order is not kept: all or nothing")
    if node.said("selecttype") not in {"", "ALL", "0"}:
        found.append("that only some of the entries are shown is not kept")
    order = head.note.words("order")
    made = answers.ordering(
        head, [_text(one, found) for one in listed], _GRADING.get(grading, "all_or_nothing")
    )
    return (
        replace(made, choices=tuple(sorted(made.choices, key=lambda choice: order.index(choice.id))))
        if (sorted(order) == sorted(made.key))
        else made
    )


def _place(fraction: str) -> Decimal:
    try:
        return Decimal(fraction.strip()[:20])
    except ArithmeticError:
        raise ItemError(f"the place “{fraction[:20]}” of an entry is no number") from None


def _written(head: Head, node: Node, found: list[str]) -> DraftItem:
    rubric = head.note.rubric()
    if node.said("graderinfo", "text") and not rubric:
        found.append("what is said to raters is not kept")
    if not rubric:
        found.append(NO_RUBRIC)
    if node.said("responsetemplate", "text"):
        found.append("the beginning of an answer is not kept")
    most = node.said("maxwordlimit")
    words = int(most) if most.isascii() and most.isdigit() and len(most) < 6 else 0
    return head.item("written", interaction={"rubric": rubric, "words": words})


_TYPES = {
    "multichoice": _several_choices,
    "multichoiceset": _set_of_choices,
    "truefalse": _truth,
    "shortanswer": _typed,
    "numerical": _number,
    "matching": _pairs,
    "ordering": _ordered,
    "essay": _written,
}
