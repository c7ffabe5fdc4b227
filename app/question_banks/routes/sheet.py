"""The sheet on which a draft is written: what its fields hold, from a draft or as typed, and back again.

Every field has a name of its own (``text-2-kk``: the second choice in Kazakh), so that a form without script
can be read, and shown again as it was typed. Rows are numbered from 0; an empty row is no row.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData

from app.kernel.locales import LOCALES
from app.question_banks.formats.check import decimal_text
from app.question_banks.formats.draft import DraftChoice, DraftItem, Text, letters, tidy
from app.question_banks.formats.report import ItemError
from app.question_banks.rules import MOST_WORDS
from app.question_banks.rules.drafting import LISTED_CHOICES, MOST_PARTS, Facts, facts_of, labels_of
from app.question_banks.rules.rubrics import MOST_CRITERIA

_LISTED = ("single", "multiple")
_GROWING = (*_LISTED, "matching", "ordering")
_BLANK_ROWS = 2
"""Empty rows that are offered where an item may have more choices."""


@dataclass(slots=True)
class Row:
    """A choice, with its part in the key. ``pair``: the number of its target; ``place``: from 1."""

    id: str = ""
    text: Text = field(default_factory=dict)
    why: Text = field(default_factory=dict)
    key: bool = False
    pair: str = ""
    place: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any((*self.text.values(), *self.why.values()))


@dataclass(slots=True)
class Target:
    """What choices of a matching are paired with."""

    id: str = ""
    text: Text = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """Everything that can be written. ``points`` and the rest are words, as they stand in fields."""

    type: str
    stem: Text = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    accepted: Text = field(default_factory=dict)
    criteria: list[Text] = field(default_factory=list)
    words: str = ""
    exact: bool = False
    number: str = ""
    tolerance: str = ""
    points: str = "1"
    scoring: str = ""
    domain: str = ""
    module: str = ""
    cognitive: str = ""
    valid_until: str = ""
    tasks: list[str] = field(default_factory=list)
    sources: str = ""
    enemies: str = ""
    vouched: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, item: DraftItem) -> "Sheet":
        """The sheet of a draft, with room for more choices where its type takes them."""
        parts, facts = item.interaction or {}, facts_of(item.labels)
        targets = [Target(one["id"], dict(one["text"])) for one in parts.get("targets", ())]
        pairs = dict(word.partition("=")[::2] for word in item.key) if targets else {}
        numbers = {target.id: str(place) for place, target in enumerate(targets)}
        rows = [
            Row(
                choice.id,
                dict(choice.text),
                dict(choice.rationale),
                key=choice.id in item.key,
                pair=numbers.get(pairs.get(choice.id, ""), ""),
                place=str(item.key.index(choice.id) + 1)
                if item.type == "ordering" and choice.id in item.key
                else "",
            )
            for choice in item.choices
        ]
        made = cls(
            item.type,
            dict(item.stem),
            rows,
            targets,
            {locale: "\n".join(words) for locale, words in parts.get("accepted", {}).items()},
            criteria=[dict(one) for one in parts.get("rubric", ())],
            words=str(parts["words"]) if parts.get("words") else "",
            exact=bool(parts.get("case_sensitive")),
            number=item.key[0] if item.type == "numeric" else "",
            tolerance=str(parts.get("tolerance", "")),
            points=str(item.points),
            scoring=item.scoring,
            domain=facts.domain,
            module=facts.module,
            cognitive=facts.cognitive,
            valid_until=facts.valid_until,
            tasks=list(facts.tasks),
            sources="\n".join(facts.sources),
            enemies="\n".join(facts.enemies),
        )
        made.widen()
        return made

    def widen(self) -> None:
        """Offer empty rows."""
        if self.type in _GROWING:
            least = LISTED_CHOICES if self.type in _LISTED else len(self.rows) + _BLANK_ROWS
            wanted = max(len(self.rows), min(least, MOST_PARTS))
            self.rows += [Row() for _ in range(wanted - len(self.rows))]
        if self.type == "matching":
            wanted = max(len(self.targets), min(len(self.targets) + _BLANK_ROWS, MOST_PARTS))
            self.targets += [Target() for _ in range(wanted - len(self.targets))]
        if self.type == "written":
            wanted = max(len(self.criteria), min(len(self.criteria) + _BLANK_ROWS, MOST_CRITERIA))
            self.criteria += [{} for _ in range(wanted - len(self.criteria))]

    @classmethod
    def typed(cls, form: FormData, kind: str) -> "Sheet":
        """The sheet as somebody typed it; nothing is judged."""

        def one(name: str) -> str:
            value = form.get(name)
            return value if isinstance(value, str) else ""

        def several(name: str) -> list[str]:
            return [value for value in form.getlist(name) if isinstance(value, str)]

        def text(name: str) -> Text:
            said = {str(locale): tidy(one(f"{name}-{locale}")) for locale in LOCALES}
            return {locale: words for locale, words in said.items() if words}

        keyed = set(several("key"))
        return cls(
            kind,
            text("stem"),
            [
                Row(
                    one(f"id-{at}"),
                    text(f"text-{at}"),
                    text(f"why-{at}"),
                    key=str(at) in keyed,
                    pair=one(f"pair-{at}"),
                    place=one(f"place-{at}").strip(),
                )
                for at in _numbers(form, "id-")
            ],
            [Target(one(f"tid-{at}"), text(f"target-{at}")) for at in _numbers(form, "tid-")],
            text("accepted"),
            criteria=[text(f"criterion-{at}") for at in _numbers(form, "cid-")],
            words=one("words").strip(),
            exact=one("exact") == "true",
            number=one("number").strip(),
            tolerance=one("tolerance").strip(),
            points=one("points").strip(),
            scoring=one("scoring"),
            domain=one("domain"),
            module=one("module"),
            cognitive=one("cognitive"),
            valid_until=one("valid_until").strip(),
            tasks=several("tasks"),
            sources=tidy(one("sources")),
            enemies=tidy(one("enemies")),
            vouched=several("vouched"),
        )

    def item(self, before: DraftItem) -> DraftItem:
        """The draft that the sheet says; what no field shows stays as it was.

        Choices of a list are lettered anew: a, b, c, d in their order.

        Raises:
            ItemError: a field holds what it cannot.
        """
        if not re.fullmatch(r"[0-9]{1,3}", self.points):
            raise ItemError("the points are whole and between 1 and 100")
        kept = [row for row in self.rows if not row.blank]
        if self.type in _LISTED:
            kept = [replace(row, id=letters(at)) for at, row in enumerate(kept)]
        else:
            taken = {row.id for row in kept}
            free = (word for word in map(letters, range(26)) if word not in taken)
            kept = [row if row.id else replace(row, id=next(free)) for row in kept]
        targets = self._targets()
        return replace(
            before,
            stem=self.stem,
            choices=tuple(DraftChoice(row.id, row.text, row.why) for row in kept),
            key=self._key(kept, targets),
            interaction=self._parts(before, [target for target in targets if target.text]),
            scoring=self.scoring or before.scoring,
            points=int(self.points),
            labels=self._labels(before),
        )

    def _labels(self, before: DraftItem) -> tuple[str, ...]:
        facts = Facts(
            self.domain,
            self.module,
            self.cognitive,
            self.valid_until,
            tuple(self.tasks),
            _lines(self.sources),
            _lines(self.enemies),
            facts_of(before.labels).rest,
        )
        return labels_of(facts)

    def _targets(self) -> list[Target]:
        """The targets in their places, each with an id of its own; an empty one has no text."""
        taken = {target.id for target in self.targets}
        free = (word for word in (f"t{at}" for at in range(1, 60)) if word not in taken)
        return [target if target.id else Target(next(free), target.text) for target in self.targets]

    def _key(self, kept: list[Row], targets: list[Target]) -> tuple[str, ...]:
        if self.type == "numeric":
            number = decimal_text(self.number)
            if number is None:
                raise ItemError("the key of a numeric item is one number")
            return (number,)
        if self.type in {"short_text", "written"}:
            return ()
        if self.type == "ordering":
            placed = [(int(row.place) if row.place.isdecimal() else 0, row.id) for row in kept]
            if sorted(place for place, _ in placed) != list(range(1, len(kept) + 1)):
                raise ItemError("the right order names each of two choices or more once")
            return tuple(id_ for _, id_ in sorted(placed))
        if self.type == "matching":
            named = {str(at): target.id for at, target in enumerate(targets) if target.text}
            if not all(row.pair in named for row in kept):
                raise ItemError("the key of a matching names each of its left sides once, with a target")
            return tuple(f"{row.id}={named[row.pair]}" for row in kept)
        return tuple(row.id for row in kept if row.key)

    def _parts(self, before: DraftItem, targets: list[Target]) -> dict[str, Any] | None:
        if self.type == "matching":
            return {"targets": [{"id": target.id, "text": target.text} for target in targets]}
        if self.type == "numeric":
            tolerance = decimal_text(self.tolerance or "0")
            if tolerance is None:
                raise ItemError("the tolerance of a numeric item is a number, 0 or more")
            return {"tolerance": tolerance}
        if self.type == "short_text":
            said = {locale: list(_lines(words)) for locale, words in self.accepted.items()}
            return {"accepted": said, "case_sensitive": self.exact}
        if self.type == "written":
            if not re.fullmatch(r"[0-9]{0,4}", self.words):
                raise ItemError(f"the words of a written task are between 0 and {MOST_WORDS}")
            return {"rubric": [one for one in self.criteria if one], "words": int(self.words or 0)}
        return before.interaction


def _lines(text: str) -> tuple[str, ...]:
    """The lines of a text that say something."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _numbers(form: FormData, prefix: str) -> list[int]:
    """The numbers of the rows that a form has, in order; no more than an item could hold."""
    found = {name.removeprefix(prefix) for name in form if name.startswith(prefix)}
    return sorted(int(word) for word in found if re.fullmatch(r"[0-9]{1,2}", word))


def differences(stored: Sheet, typed: Sheet) -> list[tuple[str, str, str]]:
    """Where two sheets say different things: the name of the field, what is stored, what was typed."""
    first, second = dict(_fields(asdict(stored))), dict(_fields(asdict(typed)))
    return [
        (name, first.get(name, ""), second.get(name, ""))
        for name in dict.fromkeys([*first, *second])
        if first.get(name, "") != second.get(name, "")
    ]


def _fields(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if name in {"rows", "targets"}:
            for at, row in enumerate(value, 1):
                yield from ((f"{name}.{at}.{inner}", words) for inner, words in _fields(row) if inner != "id")
        elif isinstance(value, dict):
            yield from ((f"{name}.{locale}", str(words)) for locale, words in value.items())
        elif name == "criteria":
            for at, text in enumerate(value, 1):
                yield from ((f"criteria.{at}.{locale}", words) for locale, words in text.items())
        elif isinstance(value, list):
            if name != "vouched":
                yield name, ", ".join(value)
        elif isinstance(value, bool):
            yield name, "+" if value else ""
        else:
            yield name, str(value)
