"""Drafts to Moodle XML. Texts are HTML; what Moodle has no place for stands in a processing instruction."""

from collections.abc import Sequence
from dataclasses import replace

from app.question_banks.formats import answers, notes
from app.question_banks.formats.building import is_usual
from app.question_banks.formats.draft import DraftItem, Text
from app.question_banks.formats.markup import multilang
from app.question_banks.formats.report import UnsupportedError
from app.question_banks.formats.trees import element, words

_GRADING = {"all_or_nothing": "ALL_OR_NOTHING", "order_adjacent": "RELATIVE_NEXT_EXCLUDE_LAST"}


class Writer:
    """Writes items one by one. ``language``: write this one only, without marks."""

    def __init__(self, language: str | None = None) -> None:
        self.language = language
        self._situations: set[str] = set()
        self._parts: list[str] = []

    def add(self, item: DraftItem) -> None:
        """Write an item.

        Raises:
            UnsupportedError: Moodle has no such items.
        """
        if item.type == "true_false" and not is_usual(item):
            item = replace(item, type="single")  # with words of its own
        kind, facts, body = self._body(item)
        if item.stimulus is not None and item.stimulus.id not in self._situations:
            self._situations.add(item.stimulus.id)
            note: dict[str, object] = {"stimulus": item.stimulus.id}
            self._question("description", item.stimulus.id, item.stimulus.text, note, "0", "")
        self._question(kind, item.id, item.stem, facts, str(item.points), body)

    def bytes(self) -> bytes:
        """The file."""
        body = "\n".join(self._parts)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{body}\n</quiz>\n'.encode()

    def _question(  # noqa: PLR0917  # the parts of one element, in their order
        self, kind: str, name: str, stem: Text, facts: dict[str, object], points: str, body: str
    ) -> None:
        note = notes.dump(facts)
        self._parts.append(
            element(
                "question",
                f"<?{notes.NAME} {note}?>" if note != "{}" else "",
                element("name", element("text", words(name))),
                self._text("questiontext", stem),
                element("defaultgrade", points),
                element("penalty", "0"),
                element("hidden", "0"),
                element("idnumber", words(name)),
                body,
                type=kind,
            )
        )

    def _text(self, name: str, text: Text) -> str:
        return element(name, element("text", words(multilang(text, self.language))), format="html")

    def _answer(self, text: str, weight: str, rationale: Text, *, form: str = "html") -> str:
        feedback = self._text("feedback", rationale)
        return element("answer", element("text", words(text)), feedback, fraction=weight, format=form)

    def _body(self, item: DraftItem) -> tuple[str, dict[str, object], str]:
        given = item.interaction or {}
        said = "" if item.type == "multiple" else "all_or_nothing"  # weights alone may mean either rule
        facts = notes.facts_of(item, scoring=said, points=item.points)
        if item.type in {"single", "multiple"}:
            return "multichoice", facts, self._choices(item)
        if item.type == "true_false":
            key = item.key[0]
            parts = [
                self._answer(
                    choice.id, "100" if choice.id == key else "0", choice.rationale, form="plain_text"
                )
                for choice in item.choices
            ]
            return "truefalse", facts, "".join(parts)
        if item.type == "matching":
            return "matching", notes.facts_of(item, scoring="per_pair", points=item.points), self._pairs(item)
        if item.type == "ordering":
            return "ordering", *self._order(item)
        if item.type == "numeric":
            number = element(
                "answer",
                element("text", words(item.key[0])),
                element("tolerance", words(given.get("tolerance", "0"))),
                fraction="100",
                format="moodle_auto_format",
            )
            return "numerical", facts, number
        if item.type == "short_text":
            return "shortanswer", *self._typed(facts, given)
        if item.type == "written":
            facts |= {"rubric": given.get("rubric")}
            return "essay", facts, self._written(given)
        raise UnsupportedError(f"Moodle XML has no items of the type {item.type}")

    def _choices(self, item: DraftItem) -> str:
        right, wrong = answers.weights(item)
        parts = [
            self._answer(
                multilang(choice.text, self.language),
                right if choice.id in item.key else wrong,
                choice.rationale,
            )
            for choice in item.choices
        ]
        single = element("single", "true" if item.type == "single" else "false")
        return single + element("shuffleanswers", "true") + "".join(parts)

    def _pairs(self, item: DraftItem) -> str:
        targets = {target["id"]: target["text"] for target in (item.interaction or {})["targets"]}
        target_of = dict(pair.split("=", 1) for pair in item.key)
        pairs = [(choice.text, targets[target_of[choice.id]]) for choice in item.choices]
        pairs += [({}, text) for id_, text in targets.items() if id_ not in target_of.values()]
        return "".join(
            element(
                "subquestion",
                element("text", words(multilang(left, self.language))),
                element("answer", element("text", words(multilang(right, self.language))), format="html"),
                format="html",
            )
            for left, right in pairs
        )

    def _order(self, item: DraftItem) -> tuple[dict[str, object], str]:
        text_of = {choice.id: choice.text for choice in item.choices}
        facts = notes.facts_of(item, scoring=item.scoring, points=item.points)
        listed = [choice.id for choice in item.choices]
        usual = [chr(ord("a") + at) for at in range(len(listed))]
        facts["choices"] = list(item.key) if list(item.key) != usual else None
        facts["order"] = listed if listed != list(item.key) else None
        parts = [
            element("answer", element("text", words(multilang(text_of[id_], self.language))),
                    fraction=f"{at}.0000000", format="html")
            for at, id_ in enumerate(item.key, 1)
        ]  # fmt: skip
        how = element("layouttype", "VERTICAL") + element("selecttype", "ALL") + element("selectcount", "0")
        return facts, how + element("gradingtype", _GRADING[item.scoring]) + "".join(parts)

    def _typed(self, facts: dict[str, object], given: dict[str, object]) -> tuple[dict[str, object], str]:
        accepted: dict[str, list[str]] = given["accepted"]  # type: ignore[assignment]  # the shape of a short text
        if self.language is not None:
            accepted = {self.language: accepted.get(self.language, [])}
        listed = dict.fromkeys(word for said in accepted.values() for word in said)
        parts = [self._answer(word.replace("*", "\\*"), "100", {}, form="plain_text") for word in listed]
        facts |= {"accepted": None if self.language is not None else accepted}
        return facts, element("usecase", "1" if given.get("case_sensitive") else "0") + "".join(parts)

    def _written(self, given: dict[str, object]) -> str:
        lines: list[Text] = given.get("rubric") or []  # type: ignore[assignment]  # as above
        said = "".join(f"<p>{multilang(line, self.language)}</p>" for line in lines)
        info = element("graderinfo", element("text", words(said)), format="html") if said else ""
        most = given.get("words")
        return (
            element("responseformat", "editor") + info + (element("maxwordlimit", str(most)) if most else "")
        )


def write(items: Sequence[DraftItem], *, language: str | None = None) -> bytes:
    """A Moodle XML file of items that it can hold.

    Raises:
        UnsupportedError: it cannot hold one of them.
    """
    writer = Writer(language)
    for item in items:
        writer.add(item)
    return writer.bytes()
