"""Aiken: a question, lettered answers, and which is right. One answer is right; nothing else can be said.

Source: Moodle documentation, "Aiken format".
"""

import re

from app.question_banks.formats.building import UNSAID, Builder
from app.question_banks.formats.decoding import decode
from app.question_banks.formats.draft import DraftChoice, DraftItem, letters, slug_of
from app.question_banks.formats.limits import LINE
from app.question_banks.formats.report import FormatError, ItemError, Parsed

_CHOICE = re.compile(r"([A-Z])[.)][ \t\u00a0]+(.*)")
_ANSWER = re.compile(r"ANSWER:[ \t]*(.*)")


def read(data: bytes, *, language: str | None = None) -> Parsed:
    """The drafts of an Aiken file; ``language`` is that of its texts.

    Raises:
        FormatError: the file as a whole cannot be read.
    """
    builder = Builder(language)
    stem: list[str] = []
    choices: list[tuple[str, str]] = []
    begun = 0
    for number, line in enumerate(decode(data).split("\n"), 1):
        if len(line) > LINE:
            raise FormatError(f"line {number}", f"a line has more than {LINE} characters")
        said = line.strip(" \t")
        if not said:
            continue
        begun = begun or number
        answer, choice = _ANSWER.fullmatch(said), _CHOICE.fullmatch(said)
        if answer:
            _add(builder, begun, stem, choices, answer[1].strip(" \t"))
            stem, choices, begun = [], [], 0
        elif choice and stem:
            choices.append((choice[1], choice[2]))
        elif choices:
            _add(builder, begun, stem, choices, None)
            stem, choices, begun = [said], [], number
        else:
            stem.append(said)
    if stem or choices:
        _add(builder, begun, stem, choices, None)
    return builder.finish()


def _add(
    builder: Builder, line: int, stem: list[str], choices: list[tuple[str, str]], answer: str | None
) -> None:
    def make(_: list[str]) -> DraftItem:
        if answer is None:
            raise ItemError("no line “ANSWER: …” follows the answers")
        if not stem:
            raise ItemError("no question stands before the answers")
        if [letter for letter, _ in choices] != [chr(ord("A") + at) for at in range(len(choices))]:
            raise ItemError("the answers are lettered A, B, C in this order")
        if answer not in {letter for letter, _ in choices}:
            raise ItemError(f"“ANSWER: {answer[:20]}” names none of the answers")
        return DraftItem(
            id=slug_of("", builder.parsed.seen),
            type="single",
            stem={UNSAID: "\n".join(stem)},
            choices=tuple(DraftChoice(letters(at), {UNSAID: text}) for at, (_, text) in enumerate(choices)),
            key=(answer.lower(),),
        )

    builder.add(f"line {line}", make)
