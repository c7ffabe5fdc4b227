"""Collects the drafts of one file, and what was found about each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.kernel.locales import LOCALES
from app.kernel.writing import KAZAKH_LETTERS
from app.question_banks.formats.check import check
from app.question_banks.formats.draft import DraftChoice, DraftItem, Text, tidy
from app.question_banks.formats.limits import ITEMS
from app.question_banks.formats.report import FormatError, ItemError, Parsed, UnsupportedError

UNSAID = ""
"""The key of a text whose language the file does not name."""
TRUE_FALSE_TEXTS = {
    "true": {"kk": "Дұрыс", "ru": "Верно", "en": "True"},
    "false": {"kk": "Дұрыс емес", "ru": "Неверно", "en": "False"},
}
"""What the two choices say where a format has no words for them."""
Make = Callable[[list[str]], DraftItem]
_ENOUGH = 200_000


class Builder:
    """Takes the items of a file one by one. ``language`` is the one of texts that do not name theirs."""

    def __init__(self, language: str | None) -> None:
        self.parsed = Parsed()
        self._given = language
        self._ids: Counter[str] = Counter()
        self._letters: Counter[str] = Counter()

    def add(self, where: str, make: Make) -> None:
        """Make an item; ``make`` gets a list for what it does not keep.

        Raises:
            FormatError: the file has more items than are read.
        """
        self.parsed.seen += 1
        if self.parsed.seen > ITEMS:
            raise FormatError(where, f"the file has more than {ITEMS} items; divide it")
        notes: list[str] = []
        try:
            draft = tidied(make(notes))
            named = languages_in(draft)
            known = [str(locale) for locale in LOCALES if locale in named]
            check(settled(draft, known or ["en"]))  # the language of the rest is known at the end
        except UnsupportedError as found:
            self.parsed.leave(where, found.why, kept=False)
            return
        except ItemError as found:
            self.parsed.reject(where, found.why)
            return
        self._ids[draft.id] += 1
        if self._ids[draft.id] > 1:
            draft = replace(draft, id=f"{draft.id[:56]}-{self.parsed.seen}")
        if not known:
            self._count(draft)
        self.parsed.drafts.append(replace(draft, where=where))
        for note in dict.fromkeys(notes):
            self.parsed.leave(where, note, kept=True)

    def finish(self) -> Parsed:
        """What the file gave, every text under its language."""
        unsaid = any(not languages_in(draft) for draft in self.parsed.drafts)
        language = self._given or (guess(self._letters) if unsaid else None)
        self.parsed.language = language if unsaid else None
        self.parsed.drafts = [
            settled(draft, sorted(languages_in(draft)) or [str(language)]) for draft in self.parsed.drafts
        ]
        return self.parsed

    def _count(self, draft: DraftItem) -> None:
        if self._letters.total() < _ENOUGH:
            for text in _texts(draft):
                self._letters.update(letter for letter in text.get(UNSAID, "").casefold() if letter.isalpha())


def guess(letters: Counter[str]) -> str:
    """The language of a text from its letters: Kazakh has nine of its own, about one letter in eight."""
    cyrillic = sum(count for letter, count in letters.items() if "\u0400" <= letter <= "\u04ff")
    kazakh = sum(letters[letter] for letter in KAZAKH_LETTERS)
    if 2 * cyrillic <= letters.total():
        return "en"
    return "kk" if 100 * kazakh >= 2 * cyrillic else "ru"


def _texts(draft: DraftItem) -> list[Text]:
    given = draft.interaction or {}
    listed = () if draft.type == "true_false" else draft.choices
    texts = [draft.stem, *(choice.text for choice in listed)]
    texts += [choice.rationale for choice in draft.choices]
    texts += [target["text"] for target in given.get("targets", ())]
    texts += given.get("rubric", ())
    texts += [given["alt"]] if "alt" in given else []
    texts += [draft.stimulus.text] if draft.stimulus else []
    texts += [{locale: " ".join(words) for locale, words in given.get("accepted", {}).items()}]
    return texts


def languages_in(draft: DraftItem) -> set[str]:
    """The languages that the texts of an item name."""
    return {locale for text in _texts(draft) for locale in text if locale != UNSAID}


def mapped(draft: DraftItem, change: Callable[[Text], Text], words: Callable[[Any], Any]) -> DraftItem:
    """The item with each of its texts changed; ``words`` changes the accepted answers by language."""
    given = dict(draft.interaction) if draft.interaction is not None else None
    if given is not None:
        if "targets" in given:
            given["targets"] = [part | {"text": change(part["text"])} for part in given["targets"]]
        if "rubric" in given:
            given["rubric"] = [change(line) for line in given["rubric"]]
        if "alt" in given:
            given["alt"] = change(given["alt"])
        if "accepted" in given:
            given["accepted"] = words(given["accepted"])
    return replace(
        draft,
        stem=change(draft.stem),
        choices=tuple(
            replace(choice, text=change(choice.text), rationale=change(choice.rationale))
            for choice in draft.choices
        ),
        interaction=given,
        stimulus=replace(draft.stimulus, text=change(draft.stimulus.text)) if draft.stimulus else None,
    )


def tidied(draft: DraftItem) -> DraftItem:
    """The item with every text as we keep it; texts that say nothing are none."""

    def change(text: Text) -> Text:
        made = {locale: tidy(words) for locale, words in text.items()}
        return {locale: words for locale, words in made.items() if words}

    def words(accepted: dict[str, list[str]]) -> dict[str, list[str]]:
        made = {locale: _said(given) for locale, given in accepted.items()}
        return {locale: given for locale, given in made.items() if given}

    made = mapped(draft, change, words)
    if draft.type != "true_false":
        return made
    return replace(made, choices=tuple(replace(one, text=_usual(one)) for one in made.choices))


def _said(words: list[str]) -> list[str]:
    return [word for word in dict.fromkeys(map(tidy, words)) if word]


def _usual(choice: DraftChoice) -> Text:
    """The words of true or false: ours in all languages, unless a file has words of its own."""
    usual = TRUE_FALSE_TEXTS.get(choice.id, {})
    own = any(said not in {usual.get(locale), usual.get("en")} for locale, said in choice.text.items())
    return choice.text if own else dict(usual)


def is_usual(draft: DraftItem) -> bool:
    """Whether true and false are said in our words, which need not be written."""
    return all(choice.text == TRUE_FALSE_TEXTS.get(choice.id) for choice in draft.choices)


def settled(draft: DraftItem, languages: list[str]) -> DraftItem:
    """The item with its texts of unsaid language put under ``languages``; a text that names its own stays."""

    def change(given: dict[str, Any]) -> dict[str, Any]:
        if UNSAID not in given:
            return given
        return dict.fromkeys(languages, given[UNSAID]) | {
            locale: said for locale, said in given.items() if locale != UNSAID
        }

    return mapped(draft, change, change)
