"""Drafts to GIFT. Texts are HTML, shown in the reader's language by other systems; facts stand in a note."""

import re
from collections.abc import Sequence
from dataclasses import replace

from app.question_banks.formats import answers, notes
from app.question_banks.formats.building import is_usual
from app.question_banks.formats.draft import DraftItem, Text
from app.question_banks.formats.markup import multilang
from app.question_banks.formats.report import UnsupportedError

_SPECIAL = re.compile(r"[\\:#={}~\n]")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)


class Writer:
    """Writes items one by one. ``language``: write this one only, without marks."""

    def __init__(self, language: str | None = None) -> None:
        self.language = language
        self._situations: set[str] = set()
        self._blocks: list[str] = []

    def add(self, item: DraftItem) -> None:
        """Write an item.

        Raises:
            UnsupportedError: GIFT has no items of this type.
        """
        if item.type == "true_false" and not is_usual(item):
            item = replace(item, type="single")  # with words of its own
        facts, body = self._body(item)
        note = notes.dump(facts)
        head = f"// {notes.NAME}: {note}\n" if note != "{}" else ""
        situation = self._situation(item)
        block = f"{head}::{_escaped(item.id)}::[html]{self._html(item.stem)}{{{body}}}\n"
        self._blocks += [*situation, block]

    def bytes(self) -> bytes:
        """The file."""
        return "\n".join(self._blocks).encode()

    def _situation(self, item: DraftItem) -> list[str]:
        if item.stimulus is None or item.stimulus.id in self._situations:
            return []
        self._situations.add(item.stimulus.id)
        note = notes.dump({"stimulus": item.stimulus.id})
        text = self._html(item.stimulus.text)
        return [f"// {notes.NAME}: {note}\n::{_escaped(item.stimulus.id)}::[html]{text}\n"]

    def _html(self, text: Text) -> str:
        said = multilang(text, self.language)
        if said[:1] in {"[", "%"}:
            said = f"&#{ord(said[0])};{said[1:]}"
        return _escaped(said.replace("->", "-&gt;"))

    def _body(self, item: DraftItem) -> tuple[dict[str, object], str]:
        given = item.interaction or {}
        if item.type in {"single", "multiple"}:
            facts = notes.facts_of(item, scoring="" if item.type == "multiple" else "all_or_nothing")
            return facts, self._choices(item)
        if item.type == "true_false":
            return notes.facts_of(item, scoring="all_or_nothing"), self._truth(item)
        if item.type == "matching":
            return notes.facts_of(item, scoring="per_pair"), self._pairs(item)
        facts = notes.facts_of(item, scoring="all_or_nothing")
        if item.type == "numeric":
            return facts, f"#{item.key[0]}:{given.get('tolerance', '0')}"
        if item.type == "written":
            return facts | {"rubric": given.get("rubric"), "words": given.get("words") or None}, ""
        if item.type == "short_text":
            return self._typed(facts, given["accepted"], cased=given.get("case_sensitive", False))
        raise UnsupportedError(f"GIFT has no items of the type {item.type}")

    def _choices(self, item: DraftItem) -> str:
        right, wrong = answers.weights(item)
        lines = []
        for choice in item.choices:
            chosen = choice.id in item.key
            mark = "=" if chosen else "~"
            if item.type == "multiple":
                mark = f"~%{right if chosen else wrong}%"
            lines.append(f"\t{mark}{self._html(choice.text)}{self._feedback(choice.rationale)}\n")
        return f"\n{''.join(lines)}"

    def _feedback(self, text: Text) -> str:
        said = self._html(text)
        return f"#{said}" if said else ""

    def _truth(self, item: DraftItem) -> str:
        said = {choice.id: self._html(choice.rationale) for choice in item.choices}
        key = item.key[0]
        wrong, right = said["false" if key == "true" else "true"], said[key]
        ending = f"#{wrong}#{right}" if right else (f"#{wrong}" if wrong else "")
        return f"{key.upper()}{ending}"

    def _pairs(self, item: DraftItem) -> str:
        targets = {target["id"]: target["text"] for target in (item.interaction or {})["targets"]}
        target_of = dict(pair.split("=", 1) for pair in item.key)
        lines = [
            f"\t={self._html(choice.text)} -> {self._html(targets[target_of[choice.id]])}\n"
            for choice in item.choices
        ]
        spare = [text for id_, text in targets.items() if id_ not in target_of.values()]
        return "\n" + "".join([*lines, *(f"\t= -> {self._html(text)}\n" for text in spare)])

    def _typed(
        self, facts: dict[str, object], accepted: dict[str, list[str]], *, cased: bool
    ) -> tuple[dict[str, object], str]:
        if self.language is not None:
            accepted = {self.language: accepted.get(self.language, [])}
        listed = list(dict.fromkeys(word for words in accepted.values() for word in words))
        if any("->" in word for word in listed):
            raise UnsupportedError("GIFT cannot hold an accepted answer with “->”")
        lines = [f"\t=%100%[plain]{_escaped(word.replace('*', chr(92) + '*'))}\n" for word in listed]
        more = {"case_sensitive": cased, "accepted": None if self.language is not None else accepted}
        return facts | more, "\n" + "".join(lines)


def write(items: Sequence[DraftItem], *, language: str | None = None) -> bytes:
    """A GIFT file of items that it can hold.

    Raises:
        UnsupportedError: it cannot hold one of them.
    """
    writer = Writer(language)
    for item in items:
        writer.add(item)
    return writer.bytes()
