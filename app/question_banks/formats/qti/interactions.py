"""Each interaction of QTI as one of our types, or why it is none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.question_banks.formats import markup
from app.question_banks.formats.building import UNSAID
from app.question_banks.formats.check import TRUE_FALSE, decimal_text
from app.question_banks.formats.draft import NO_RUBRIC, SLUG, DraftChoice, Text, letters
from app.question_banks.formats.qti import scoring
from app.question_banks.formats.qti.names import html_of
from app.question_banks.formats.qti.scoring import Processing, Response
from app.question_banks.formats.report import ItemError, UnsupportedError
from app.question_banks.formats.trees import Node

INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
"""Interactions that stand in the middle of a sentence."""
_NUMBERS = frozenset({"float", "integer"})


@dataclass(slots=True)
class Given:
    """An interaction with its response and how that is scored. ``found`` takes what is not kept."""

    node: Node
    body: Node
    response: Response
    processing: Processing
    found: list[str]
    image: Callable[[str], None]
    rationales: dict[str, Text] = field(default_factory=dict)

    def text(self, node: Node) -> Text:
        """The words of an element."""
        return markup.plain(html_of(node), self.found)

    def right(self) -> list[str]:
        """What is right."""
        return scoring.right_of(self.response, self.processing.kind)

    def rule(self, words: list[str]) -> str:
        """Our scoring rule."""
        return scoring.rule_of(self.response, self.processing.kind, self.right(), words, self.found)


def identifier(word: str) -> str:
    """A name as we had it, before an underscore was put in front to make it one of QTI."""
    return word[1:] if word[:1] == "_" and word[1:2].isdigit() else word


class _Ids:
    """The ids of choices: theirs where they are fit for ours, else letters."""

    def __init__(self, words: list[str], usual: Callable[[int], str] = letters) -> None:
        if len(words) > 26:
            raise ItemError("more than 26 choices")
        if len(set(words)) != len(words):
            raise ItemError("two choices have the same identifier")
        own = [identifier(word) for word in words]
        fit = all(SLUG.fullmatch(word) and len(word) <= 64 for word in own) and len(set(own)) == len(own)
        self.of = dict(zip(words, own if fit else [usual(at) for at in range(len(words))], strict=True))

    def key(self, words: list[str]) -> tuple[str, ...]:
        """Our ids of those words.

        Raises:
            ItemError: a word is no choice.
        """
        lost = next((word for word in words if word not in self.of), None)
        if lost is not None:
            raise ItemError(f"the right response names “{lost[:40]}”, which is no choice")
        return tuple(self.of[word] for word in words)


def _chosen(given: Given, nodes: list[Node], texts: list[Text], kind: str = "") -> dict[str, Any]:
    words = [node.get("identifier") for node in nodes]
    ids = _Ids(words)
    choices = []
    for node, text in zip(nodes, texts, strict=True):
        word = node.get("identifier")
        inline = next(iter(node.all("feedbackInline")), None)
        rationale = given.rationales.pop(word, {}) or (given.text(inline) if inline else {})
        choices.append(DraftChoice(ids.of[word], text, rationale))
    several = given.response.cardinality != "single"
    listed = tuple(choice.id for choice in choices)
    kind = kind or ("multiple" if several else "true_false" if listed == TRUE_FALSE else "single")
    rule = given.rule(words)
    return {"kind": kind, "choices": tuple(choices), "key": ids.key(given.right()), "scoring": rule}


def _choice(given: Given) -> dict[str, Any]:
    nodes = given.node.all("simpleChoice")
    return _chosen(given, nodes, [given.text(node) for node in nodes])


def _inline_choice(given: Given) -> dict[str, Any]:
    nodes = given.node.all("inlineChoice")
    return _chosen(given, nodes, [given.text(node) for node in nodes])


def _order(given: Given) -> dict[str, Any]:
    made = _chosen(
        given, nodes := given.node.all("simpleChoice"), [given.text(node) for node in nodes], "ordering"
    )
    return made | {"scoring": "all_or_nothing"}


def _pairs(given: Given) -> list[tuple[str, str]]:
    made = []
    for pair in given.right():
        words = pair.split()
        if len(words) != 2:
            raise ItemError(f"“{pair[:40]}” is no pair")
        made.append((words[0], words[1]))
    return made


def _match(given: Given) -> dict[str, Any]:
    sides = given.node.all("simpleMatchSet")
    if len(sides) != 2:
        raise ItemError("a matching has two sets")
    left, right = (side.all("simpleAssociableChoice") for side in sides)
    return _matched(given, left, right, _pairs(given))


def _associate(given: Given) -> dict[str, Any]:
    nodes = {node.get("identifier"): node for node in given.node.all("simpleAssociableChoice")}
    pairs = _pairs(given)
    words = [word for pair in pairs for word in pair]
    if len(set(words)) != len(words) or set(words) != set(nodes):
        raise UnsupportedError("an association in which a choice stands in no pair or in several")
    given.found.append(
        "any choice may be associated with any: kept as a matching of the sides that are right"
    )
    left, right = ([nodes[pair[side]] for pair in pairs] for side in (0, 1))
    return _matched(given, left, right, pairs)


def _matched(
    given: Given, left: list[Node], right: list[Node], pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    words = [node.get("identifier") for node in left]
    ids = _Ids(words)
    targets = _Ids([node.get("identifier") for node in right], lambda at: f"t{at + 1}")
    if sorted(word for word, _ in pairs) != sorted(words):
        if {word for word, _ in pairs} <= set(words):
            raise UnsupportedError("a matching in which a choice has no target or several")
        raise ItemError("the right response pairs what is no choice")
    target_of = dict(pairs)
    key = tuple(f"{ids.of[word]}={targets.key([target_of[word]])[0]}" for word in words)
    choices = tuple(
        DraftChoice(ids.of[word], given.text(node), given.rationales.pop(word, {}))
        for word, node in zip(words, left, strict=True)
    )
    listed = [{"id": targets.of[node.get("identifier")], "text": given.text(node)} for node in right]
    rule = given.rule([])
    return {
        "kind": "matching",
        "choices": choices,
        "key": key,
        "interaction": {"targets": listed},
        "scoring": rule,
    }


def _typed(given: Given) -> dict[str, Any]:
    response, right = given.response, given.right()
    if response.base in _NUMBERS:
        if len(right) != 1:
            raise UnsupportedError("several numbers are fully right")
        number = decimal_text(right[0])
        if number is None:
            raise ItemError(f"the right response “{right[0][:20]}” is no number")
        return {"kind": "numeric", "key": (number,), "interaction": {"tolerance": given.processing.tolerance}}
    if given.processing.kind == scoring.MAP:
        best = max(response.mapping.values(), default=None)
        full = [word for word, value in response.mapping.items() if value == best]
        if len(full) != len(response.mapping):
            given.found.append("an answer with a part of the points is not kept")
        right = full or right
    cased = response.cased if given.processing.kind == scoring.MAP else True
    accepted = {UNSAID: right}
    return {"kind": "short_text", "interaction": {"accepted": accepted, "case_sensitive": cased}}


def _written(given: Given) -> dict[str, Any]:
    rubric = []
    for block in given.body.all("rubricBlock"):
        if "scorer" in block.get("view").split():
            inside = block.find("contentBody") or block
            lines = [
                line for part in inside.elements for line in (part.all("li") if part.name == "ul" else [part])
            ]
            rubric += [given.text(line) for line in lines]
    if not rubric:
        given.found.append(NO_RUBRIC)
    words = given.node.get("data-words")
    length = int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0
    return {"kind": "written", "interaction": {"rubric": rubric, "words": length}}


def _hotspot(given: Given) -> dict[str, Any]:
    picture = next((node for node in given.node.elements if node.name in {"img", "object"}), None)
    source = (picture.get("src") or picture.get("data")) if picture else ""
    if picture is None or not source:
        raise ItemError("a hotspot has no picture")
    given.image(source)
    nodes = given.node.all("hotspotChoice")
    labels = [{UNSAID: node.get("hotspotLabel")} for node in nodes]
    if not all(label[UNSAID] for label in labels):
        given.found.append("places of a picture without a label are called by their numbers")
        labels = [{UNSAID: label[UNSAID] or str(at)} for at, label in enumerate(labels, 1)]
    made = _chosen(given, nodes, labels, "hotspot")
    regions = {
        choice.id: {"shape": node.get("shape"), "coords": _coords(node)}
        for choice, node in zip(made["choices"], nodes, strict=True)
    }
    alt = {UNSAID: picture.get("alt") or picture.text.strip()}
    size = {"width": _length(picture.get("width")), "height": _length(picture.get("height"))}
    given_image = {"image": source.rpartition("/")[2], **size, "alt": alt, "regions": regions}
    return made | {"interaction": given_image, "scoring": "all_or_nothing"}


def _length(said: str) -> int:
    digits = said.removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def _coords(node: Node) -> list[int]:
    if node.get("shape") not in {"rect", "circle", "poly"}:
        raise UnsupportedError(f"a region of the shape “{node.get('shape')[:20]}” is not known here")
    parts = [part.strip() for part in node.get("coords").split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        raise ItemError("the coordinates of a region are whole numbers, 0 or more")
    return [int(part) for part in parts]


READ: dict[str, Callable[[Given], dict[str, Any]]] = {
    "choiceInteraction": _choice,
    "inlineChoiceInteraction": _inline_choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "associateInteraction": _associate,
    "textEntryInteraction": _typed,
    "extendedTextInteraction": _written,
    "hotspotInteraction": _hotspot,
}
"""What is read, by interaction. The others are told by name."""
