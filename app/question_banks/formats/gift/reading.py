"""GIFT to drafts: one block of lines an item, blank lines between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.question_banks.formats import answers, markup, notes
from app.question_banks.formats.answers import Answer, Head
from app.question_banks.formats.building import Builder
from app.question_banks.formats.check import decimal_text
from app.question_banks.formats.decoding import decode
from app.question_banks.formats.draft import NO_RUBRIC, DraftItem, DraftStimulus, Text, slug_of, tidy
from app.question_banks.formats.limits import LINE
from app.question_banks.formats.report import FormatError, ItemError, Parsed

_ESCAPED = "\\:#={}~\n"
_HELD = {letter: chr(number) for number, letter in enumerate(_ESCAPED)}
"""Stands for an escaped character while a block is taken apart; ``decode`` lets no such control through."""
_FREED = str.maketrans({held: letter for letter, held in _HELD.items()})
_ESCAPE = re.compile(r"\\([\\:#={}~n\n])")
_KINDS = {"html": "html", "moodle": "auto", "plain": "plain", "markdown": "markdown"}
_KIND = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
_COMMENT = re.compile(r"\[(id|tag):((?:\\\]|[^\]])*)\]")
_NOTE = f"{notes.NAME}:"
_SPACE = " \t\n"


@dataclass(slots=True)
class _Block:
    """The lines of one item, its comments apart."""

    numbers: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE:
            raise FormatError(f"line {number}", f"a line has more than {LINE} characters")
        stripped = line.strip(_SPACE)
        if not stripped:
            if block is not None and block.lines:
                yield block
                block = None
            continue
        block = block or _Block()
        if stripped.startswith("//"):
            block.comments.append(stripped[2:].strip())
            continue
        block.numbers.append(number)
        block.lines.append(line)
    if block is not None and block.lines:
        yield block


def read(data: bytes, *, language: str | None = None) -> Parsed:
    """The drafts of a GIFT file; ``language`` is that of texts that name none.

    Raises:
        FormatError: the file as a whole cannot be read.
    """
    reader = _Reader(language)
    for block in _blocks(decode(data)):
        reader.take(block)
    return reader.builder.finish()


class _Reader:
    def __init__(self, language: str | None) -> None:
        self.builder = Builder(language)
        self.category = ""
        self.stimuli: dict[str, Text] = {}

    def take(self, block: _Block) -> None:
        if block.lines[0].strip(_SPACE).startswith("$CATEGORY:"):
            block.numbers.pop(0)
            self.category = tidy(block.lines.pop(0).strip(_SPACE).removeprefix("$CATEGORY:"))[:300]
            if not block.lines:
                return
        raw = "\n".join(block.lines)
        held = _ESCAPE.sub(lambda found: _HELD["\n" if found[1] == "n" else found[1]], raw).strip(_SPACE)
        where = f"line {block.numbers[0]}"
        if "{" not in held and "}" not in held and self._situation(block, held, where):
            return
        self.builder.add(where, lambda found: self._item(block, held, found))

    def _situation(self, block: _Block, held: str, where: str) -> bool:
        """A text that is no item: the situation of a case of ours, or a text of the quiz, which is told."""
        name, text = _title(held)
        found: list[str] = []
        try:
            slug = _note(block).word("stimulus")
            said = _text(text, found)[0] if slug else {}
        except ItemError:
            return False
        if slug and name:
            self.stimuli[slug] = {key: tidy(words) for key, words in said.items()}
        else:
            self.builder.parsed.leave(where, "a text without a task (a description) is not kept", kept=False)
        return True

    def _item(self, block: _Block, held: str, found: list[str]) -> DraftItem:
        note = _note(block)
        name, rest = _title(held)
        before, given, after = _parts(rest)
        stem, kind = _text(f"{before}_____{after}" if after.strip(_SPACE) else before, found)
        given, _, general = given.partition("####")
        if general.strip(_SPACE):
            found.append("general feedback is not kept")
        labels = _labels(block)
        named = next((label.removeprefix("id:") for label in labels if label.startswith("id:")), "")
        tags = [label for label in labels if label.startswith("tag:")]
        head = Head(slug_of(named or name, self.builder.parsed.seen), stem, note)
        made = _answered(head, given.strip(_SPACE), kind, found)
        category = [f"category:{self.category}"] if self.category else []
        said = note.words("labels")
        extra = [label for label in [*category, *tags] if label not in said]
        slug = note.word("stimulus")
        if slug and slug not in self.stimuli:
            raise ItemError(f"the situation “{slug[:40]}” does not stand before the item")
        stimulus = DraftStimulus(slug, self.stimuli[slug]) if slug else None
        return replace(made, labels=(*said, *extra), stimulus=stimulus)


def _note(block: _Block) -> notes.Note:
    said = next((comment for comment in block.comments if comment.startswith(_NOTE)), None)
    return notes.load(said.removeprefix(_NOTE)) if said else notes.Note({})


def _labels(block: _Block) -> list[str]:
    said = [comment for comment in block.comments if not comment.startswith(_NOTE)]
    return [
        f"{kind}:{tidy(words.replace(chr(92) + ']', ']'))[:300]}"
        for comment in said
        for kind, words in _COMMENT.findall(comment)
    ]


def _title(held: str) -> tuple[str, str]:
    if held.startswith("::"):
        name, closed, rest = held[2:].partition("::")
        if closed:
            return name.translate(_FREED).strip(_SPACE), rest.strip(_SPACE)
    return "", held


def _parts(rest: str) -> tuple[str, str, str]:
    """What stands before the answers, the answers, and what stands after."""
    before, opened, tail = rest.partition("{")
    given, closed, after = tail.partition("}")
    if not opened or not closed or "}" in before:
        raise ItemError("the answers do not stand between { and }")
    if "{" in after or "}" in after or "{" in given:
        raise ItemError("a second { or } stands in the item; as a character it is written \\{ or \\}")
    return before, given, after


def _text(held: str, found: list[str], kind: str = "auto") -> tuple[Text, str]:
    """A text and the kind of its markup."""
    held = held.strip(_SPACE)
    marked = _KIND.match(held)
    if marked:
        held, kind = held[marked.end() :], _KINDS[marked[1]]
    return markup.plain(held.translate(_FREED).strip(_SPACE), found, kind=kind), kind


def _answered(head: Head, given: str, kind: str, found: list[str]) -> DraftItem:
    if not given:
        rubric = head.note.rubric()
        if not rubric:
            found.append(NO_RUBRIC)
        interaction = {"rubric": rubric, "words": head.note.number("words", 0)}
        return head.item("written", interaction=interaction)
    if given.startswith("#"):
        return _number(head, given[1:].strip(_SPACE), kind, found)
    if "~" in given:
        listed = [_answer(one, kind, found) for one in _split(given, "~=")]
        return answers.choosing(head, listed, several="=" not in given, exact=False, notes=found)
    if "=" in given and "->" in given:
        return answers.matching(head, [_pair(one, kind, found) for one in _split(given, "=")])
    truth, _, said = given.partition("#")
    if truth.strip(_SPACE).upper() in _TRUE | _FALSE:
        wrong, _, right = said.partition("#")
        return answers.true_or_false(
            head,
            true=truth.strip(_SPACE).upper() in _TRUE,
            right=_text(right, found, kind)[0],
            wrong=_text(wrong, found, kind)[0],
        )
    typed = [_answer(one, "plain", found, right=True) for one in _split(given, "=")]
    return answers.short_text(head, typed, cased=False, notes=found)


def _split(given: str, marks: str) -> list[str]:
    """The answers, each with its mark in front; words before the first mark are an answer without one."""
    parts = re.split(f"([{marks}])", given)
    made = [parts[0]] if parts[0].strip(_SPACE) else []
    return [*made, *(mark + words for mark, words in zip(parts[1::2], parts[2::2], strict=True))]


def _answer(one: str, kind: str, found: list[str], *, right: bool = False) -> Answer:
    marked, words = (one[0], one[1:]) if one[:1] in {"=", "~"} else ("", one)
    words, _, feedback = words.strip(_SPACE).partition("#")
    weight = Decimal(100 if marked == "=" or right else 0)
    stated = _WEIGHT.match(words)
    if stated:
        weight, words = answers.weight_of(stated[1]), words[stated.end() :]
    said, own = _text(words, found, kind)
    return Answer(said, weight, _text(feedback, found, own if own != "plain" else kind)[0])


def _pair(one: str, kind: str, found: list[str]) -> tuple[Text, Text]:
    left, arrow, right = one.removeprefix("=").partition("->")
    if not arrow:
        raise ItemError("an answer of a matching has no “->”")
    return _text(left, found, kind)[0], _text(right, found, kind)[0]


def _number(head: Head, given: str, kind: str, found: list[str]) -> DraftItem:
    listed = []
    for one in _split(given, "=~"):
        if one.startswith("~"):
            found.append("feedback for an answer that is typed is not kept")
            continue
        weight, words = Decimal(100), one.removeprefix("=").strip(_SPACE)
        stated = _WEIGHT.match(words)
        if stated:
            weight, words = answers.weight_of(stated[1]), words[stated.end() :]
        number, _, feedback = words.partition("#")
        answer = Answer({}, weight, _text(feedback, found, kind)[0])
        listed.append((*_range(number.translate(_FREED).strip(_SPACE)), answer))
    return answers.numeric(head, listed, found)


def _range(number: str) -> tuple[str, str]:
    """A number and its tolerance from ``3:0.1`` or ``2.9..3.1``, exactly."""
    low, dots, high = number.partition("..")
    if not dots:
        middle, _, tolerance = number.partition(":")
        return middle, tolerance
    least, most = decimal_text(low), decimal_text(high)
    if least is None or most is None or Decimal(least) > Decimal(most):
        raise ItemError(f"“{number[:40]}” is no range of numbers")
    centre = (Decimal(least) + Decimal(most)) / 2
    return f"{centre:f}", f"{Decimal(most) - centre:f}"
