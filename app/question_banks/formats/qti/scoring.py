"""What the response processing of an item means in our scoring rules, or that it means something else."""

from dataclasses import dataclass, field
from decimal import Decimal

from app.question_banks.formats.check import decimal_text
from app.question_banks.formats.qti.names import is_interaction
from app.question_banks.formats.report import ItemError, UnsupportedError
from app.question_banks.formats.trees import Node

MATCH, MAP, NONE, EQUAL = "match_correct", "map_response", "none", "equal"
_NEAR = Decimal("0.001")
_OWN = "the response is processed by rules of its own"
_FRAME = frozenset(
    [
        "responseProcessing",
        "responseCondition",
        "responseIf",
        "responseElse",
        "responseElseIf",
        "setOutcomeValue",
        "baseValue",
        "variable",
        "correct",
        "isNull",
        "sum",
    ]
)


@dataclass(slots=True)
class Response:
    """The declaration of a response: what is right, and what each part of a response is worth."""

    cardinality: str
    base: str
    correct: list[str]
    mapping: dict[str, Decimal] = field(default_factory=dict)
    cased: bool = False
    default: Decimal = Decimal(0)
    lower: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """How a response becomes a score; ``tolerance`` with ``EQUAL`` only."""

    kind: str
    tolerance: str = "0"


def response_of(item: Node, identifier: str) -> Response:
    """The declaration that an interaction names.

    Raises:
        ItemError: there is none, or its numbers are none.
    """
    found = next(
        (one for one in item.all("responseDeclaration") if one.get("identifier") == identifier), None
    )
    if found is None:
        raise ItemError(f"the response “{identifier[:40]}” is not declared")
    right = found.find("correctResponse")
    values = [value.text.strip() for value in right.all("value")] if right else []
    made = Response(found.get("cardinality", "single"), found.get("baseType"), values)
    mapping = found.find("mapping")
    if mapping is not None:
        made.default = _number(mapping.get("defaultValue", "0"))
        made.lower = _number(mapping.get("lowerBound")) if mapping.get("lowerBound") else None
        for entry in mapping.all("mapEntry"):
            made.mapping[entry.get("mapKey").strip()] = _number(entry.get("mappedValue", "0"))
            made.cased = made.cased or entry.get("caseSensitive") == "true"
    return made


def _number(text: str) -> Decimal:
    said = decimal_text(text)
    if said is None:
        raise ItemError(f"“{text[:20]}” is no number of points")
    return Decimal(said)


def processing_of(item: Node, found: list[str]) -> Processing:
    """How the item is scored.

    Raises:
        UnsupportedError: by rules of its own.
    """
    node = item.find("responseProcessing")
    if node is None:
        return Processing(NONE)
    template = node.get("template").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if template in {MATCH, MAP}:
        return Processing(template)
    if template:
        raise UnsupportedError(f"the template of response processing “{template[:60]}” is not known here")
    names = [one.name for one in node.walk() if one.name not in _FRAME]
    if names and any(_sets_feedback(one) for one in node.walk()):
        found.append("which feedback is shown when is not kept")
    conditions = len(node.all("responseCondition")) + len(node.all("setOutcomeValue"))
    if conditions <= 2 and names == ["mapResponse"]:
        return Processing(MAP)
    if conditions <= 2 and names in (["match"], ["equal"]):
        test = next(one for one in node.walk() if one.name in names)
        _check_short_form(item, node, test)
        return Processing(MATCH) if test.name == "match" else _equal(test)
    if not names and not node.elements:
        return Processing(NONE)
    raise UnsupportedError(_OWN)


def _check_short_form(item: Node, node: Node, test: Node) -> None:
    """Refuse a test that does not give the points to the correct response alone: its key would be wrong."""
    body = item.find("itemBody") or item
    asked = next((one.get("responseIdentifier") for one in body.walk() if is_interaction(one)), "")
    if _operands(test) != [("correct", asked), ("variable", asked)]:
        raise UnsupportedError(f"{_OWN}: it is compared with something other than its correct response")
    branches = [
        branch
        for condition in node.all("responseCondition")
        if any(one is test for one in condition.walk())
        for branch in condition.elements
    ]
    settings = sum(len(_scores(branch)) for branch in branches)
    if settings != sum(_sets_score(one) for one in node.walk()) or not _is_zero(_default(item, "SCORE")):
        raise UnsupportedError(f"{_OWN}: the score does not come from one condition alone")
    passing = 0
    for branch in branches:
        tests = [one for one in branch.elements if one.name != "setOutcomeValue"]
        worth = [_worth(item, one) for one in _scores(branch)]
        if len(tests) == 1 and tests[0] is test:
            fits = len(worth) == 1 and worth[0] is not None and worth[0] > 0
            passing += 1
        elif branch.name == "responseElse":
            fits = not tests and worth in ([], [0])
        else:
            empty = [(one.name, _operands(one)) for one in tests] == [("isNull", [("variable", asked)])]
            fits = empty and worth in ([], [0])
        if not fits:
            passing = 0
            break
    if passing != 1:
        raise UnsupportedError(f"{_OWN}: the points do not go to the correct response alone")


def _operands(test: Node) -> list[tuple[str, str]]:
    return sorted((one.name, one.get("identifier")) for one in test.elements)


def _sets_score(node: Node) -> bool:
    return node.name == "setOutcomeValue" and node.get("identifier") == "SCORE"


def _scores(branch: Node) -> list[Node]:
    return [one for one in branch.elements if _sets_score(one)]


def _worth(item: Node, setting: Node) -> Decimal | None:
    """The points that a setting of the score gives, where it says a number; added to the score is as good."""
    inner = setting.elements
    if [one.name for one in inner] == ["sum"]:
        inner = [
            one for one in inner[0].elements if (one.name, one.get("identifier")) != ("variable", "SCORE")
        ]
    if len(inner) != 1:
        return None
    (value,) = inner
    said = decimal_text(value.text) if value.name == "baseValue" else None
    if (value.name, value.get("identifier")) == ("variable", "MAXSCORE"):
        said = decimal_text(_default(item, "MAXSCORE"))
    return Decimal(said) if said is not None else None


def _default(item: Node, outcome: str) -> str:
    """What an outcome is before the response is processed; empty where that is not said."""
    declared = next((one for one in item.all("outcomeDeclaration") if one.get("identifier") == outcome), None)
    return declared.said("defaultValue", "value") if declared else ""


def _is_zero(said: str) -> bool:
    return not said or (decimal_text(said) is not None and _number(said) == 0)


def _sets_feedback(node: Node) -> bool:
    return node.name == "setOutcomeValue" and node.get("identifier") not in {"SCORE", "MAXSCORE", ""}


def _equal(node: Node) -> Processing:
    mode, tolerances = node.get("toleranceMode", "exact"), node.get("tolerance", "0").split()
    if mode == "exact":
        return Processing(EQUAL)
    said = [decimal_text(one) for one in tolerances]
    if mode != "absolute" or len(set(said)) != 1 or said[0] is None:
        raise UnsupportedError("the tolerance of a number is not the same on both sides, or is relative")
    return Processing(EQUAL, said[0])


def points_of(item: Node, response: Response, kind: str, found: list[str]) -> int:
    """Whole points: the declared maximum, else what a right response is worth, else 1."""
    said = _default(item, "MAXSCORE")
    worth = _number(said) if said else Decimal(1)
    if not said and kind == MAP:
        positive = [value for value in response.mapping.values() if value > 0]
        worth = (
            max(positive, default=Decimal(1))
            if response.cardinality == "single"
            else sum(positive, Decimal(0))
        )
    whole = max(1, int(worth.to_integral_value()))
    if abs(whole - worth) > _NEAR:
        found.append(f"{worth:f} points are kept as {whole}: points are whole, and 1 or more")
    return whole


def right_of(response: Response, kind: str) -> list[str]:
    """What is right: the correct response, else what the mapping rates highest.

    Raises:
        ItemError: nothing is.
    """
    if response.correct:
        return response.correct
    positive = {key: value for key, value in response.mapping.items() if value > 0}
    if not positive or kind == MATCH:
        raise ItemError("no response is declared as right")
    if response.cardinality == "single":
        best = max(positive.values())
        return [key for key, value in positive.items() if value == best]
    return list(positive)


def rule_of(response: Response, kind: str, right: list[str], words: list[str], found: list[str]) -> str:
    """The scoring rule that gives the points of a mapping: one of ``plus_minus``, ``per_pair`` where it does.

    ``words``: every choice, or nothing for pairs.
    """
    if kind != MAP:
        return "all_or_nothing"
    values = {
        word: response.mapping.get(word, response.default) for word in {*words, *right, *response.mapping}
    }
    worth = [values[word] for word in right]
    rest = [value for word, value in values.items() if word not in right]
    if response.cardinality == "single":
        if any(rest):
            found.append("points for a response that is partly right are not kept: all or nothing")
        return "all_or_nothing"
    even = all(abs(value - worth[0]) <= _NEAR for value in worth)
    if even and not words and not any(rest) and response.default == 0:
        return "per_pair"
    floor = response.lower is not None and response.lower == 0
    if even and words and floor and all(abs(value + worth[0]) <= _NEAR for value in rest):
        return "plus_minus"
    found.append("points for a response that is partly right are not kept: all or nothing")
    return "all_or_nothing"
