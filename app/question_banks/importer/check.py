"""What must hold in a bank beyond the shape of its files. Each check notes its problems at the item."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from app.kernel.locales import LOCALES
from app.kernel.writing import plain_words
from app.platform.content import Problem, Text
from app.question_banks import rules
from app.question_banks.importer.reading import ReadBank, ReadItem
from app.question_banks.importer.schemas import CHOICES, MatchingFile


def check_banks(banks: Sequence[ReadBank]) -> None:
    """Look at every bank, and at all of them together."""
    for bank in banks:
        for item in bank.items:
            check_key(item)
            check_choices(item)
            check_item(item, bank)
        check_ids_and_enemies(bank)
        check_shares(bank)
        check_coverage(bank)
    check_stems(banks)


def check_key(item: ReadItem) -> None:
    """The item can be answered and scored as it stands: key, scoring rule and what its type needs."""
    file = item.file
    parts = None if file.interaction is None else file.interaction.model_dump(mode="json")
    ids = tuple(choice.id for choice in file.choices)
    answering = rules.Answering(file.type, file.scoring, ids, tuple(file.key), parts, file.points)
    for fault in rules.faults(answering):
        item.complain(fault.says, *fault.place)


def check_choices(item: ReadItem) -> None:
    """Choices of a list are a, b, c, d in order; texts differ in every language and answer for themselves."""
    choices = item.file.choices
    listed = item.file.type in {rules.ItemType.SINGLE, rules.ItemType.MULTIPLE}
    if listed and tuple(choice.id for choice in choices) != CHOICES:
        item.complain("the choices are a, b, c, d in this order", "choices")
    _check_texts(item, [choice.text for choice in choices], "choices")
    if isinstance(item.file.interaction, MatchingFile):
        _check_texts(item, [one.text for one in item.file.interaction.targets], "interaction", "targets")


def _check_texts(item: ReadItem, texts: Sequence[Text], *where: str) -> None:
    for locale in LOCALES:
        seen: set[str] = set()
        for index, by_locale in enumerate(texts):
            text = by_locale.by_locale()[locale]
            place = (*where, index, "text", str(locale))
            if text in seen:
                item.complain("two choices say the same", *place)
            seen.add(text)
            if rules.refers_to_other_choices(text, locale):
                item.complain("“all of the above” and the like are not answers", *place)


def check_item(item: ReadItem, bank: ReadBank) -> None:
    """Practice items belong to a module; a dated key says its date; author and reviewer are two people.

    Practice shows what is chosen from a list. Other types of a practice bank serve the run of the exam page.
    """
    file = item.file
    practice = bank.file.purpose is rules.BankPurpose.PRACTICE
    listed = file.type in rules.CHOSEN_FROM_A_LIST
    if practice and listed and file.module is None:
        item.complain("“module” is missing: a practice item belongs to a module", "id")
    if practice and not listed and file.module is not None:
        item.complain(f"practice of a module does not show the type “{file.type}”", "module")
    if not practice and file.module is not None:
        item.complain("“module” is for practice items only", "module")
    asked = list(file.stem.by_locale().values())
    keys = [
        text for choice in file.choices if choice.id in file.key for text in choice.text.by_locale().values()
    ]
    if file.valid_until is None and rules.rests_on_a_yearly_figure(" ".join([*asked, *keys])):
        item.complain("“valid_until” is missing: the key rests on a figure of one year", "id")
    if file.roles.author in {file.roles.reviewer, file.roles.translation_checker}:
        item.complain("the author does not review or compare their own item", "roles")


def outdated(banks: Sequence[ReadBank], *, today: date) -> list[Problem]:
    """Items whose rule has ended: nothing is wrong with their files, and new forms leave them out."""
    return [
        Problem(
            item.document.path,
            item.document.line(*item.place, "valid_until"),
            f"the rule behind the key of {item.file.id} was valid until {item.file.valid_until}",
        )
        for bank in banks
        for item in bank.items
        if item.file.valid_until is not None and item.file.valid_until < today
    ]


def check_ids_and_enemies(bank: ReadBank) -> None:
    """Ids are unique in the bank; enemies are other items of it and name each other."""
    by_id: dict[str, ReadItem] = {}
    for item in bank.items:
        first = by_id.setdefault(item.file.id, item)
        if first is not item:
            where = f"{first.document.path}:{first.document.line(*first.place, 'id')}"
            item.complain(f"the id “{item.file.id}” stands already in {where}", "id")
    for item in bank.items:
        for index, enemy in enumerate(item.file.enemies):
            if enemy == item.file.id:
                item.complain("an item is not its own enemy", "enemies", index)
            elif enemy not in by_id and not any(enemy.startswith(name) for name in bank.unread):
                item.complain(f"the enemy “{enemy}” is no item of this bank", "enemies", index)
            elif enemy in by_id and item.file.id not in by_id[enemy].file.enemies:
                item.complain(
                    f"the enemy “{enemy}” does not name “{item.file.id}” in return", "enemies", index
                )


def check_shares(bank: ReadBank) -> None:
    """Over the bank, neither the place nor the length of a choice tells that it is the key."""
    complain = bank.document.complain
    singles = [item.file for item in bank.items if item.file.type is rules.ItemType.SINGLE]
    singles = [item for item in singles if len(item.key) == 1 and item.key[0] in CHOICES]
    for place, count in rules.uneven_positions([item.key[0] for item in singles], CHOICES).items():
        least, most = rules.POSITION_SHARE
        complain(f"“{place}” is the key of {count} of {len(singles)} items; {least} to {most} % is right")
    least, most = rules.LENGTH_SHARE
    for locale in LOCALES:
        lengths = [{str(c.id): len(c.text.by_locale()[locale]) for c in item.choices} for item in singles]
        for word, told in (("longest", rules.key_is_longest), ("shortest", rules.key_is_shortest)):
            count = sum(told(sizes, item.key[0]) for sizes, item in zip(lengths, singles, strict=True))
            if rules.out_of_share(count, len(singles), rules.LENGTH_SHARE):
                complain(
                    f"the key is the {word} choice in {count} of {len(singles)} items ({locale}); "
                    f"{least} to {most} % is right"
                )
    multiple = sum(item.file.type is rules.ItemType.MULTIPLE for item in bank.items)
    if rules.out_of_share(multiple, len(bank.items), rules.MULTIPLE_SHARE):
        complain(
            f"{multiple} of {len(bank.items)} items have several keys; "
            f"at most {rules.MULTIPLE_SHARE[1]} % is right"
        )


def check_coverage(bank: ReadBank) -> None:
    """The bank gives as many different forms as its blueprint says, in the blueprint's mix."""
    blueprint, complain = bank.file.blueprint, bank.document.complain
    if blueprint is None:
        return
    found = Counter(item.file.domain for item in bank.items)
    for domain, wanted in blueprint.domains.items():
        needed = blueprint.forms * wanted
        if found[domain] < needed:
            message = f"{found[domain]} items of {domain}; {blueprint.forms} forms need {needed}"
            complain(message, "blueprint", "domains", domain)
    for domain in sorted(found.keys() - blueprint.domains.keys()):
        message = f"the bank has {found[domain]} items of {domain}, the blueprint none"
        complain(message, "blueprint", "domains")
    cases, least = sum(item.stimulus is not None for item in bank.items), blueprint.case_share
    if 100 * cases < least * len(bank.items):
        message = f"{cases} of {len(bank.items)} items stand in case sets; at least {least} % is right"
        complain(message, "blueprint", "case_share")
    counts = Counter(str(item.file.cognitive) for item in bank.items)
    mix = {str(word): share for word, share in blueprint.cognitive.items()}
    for word, share in rules.off_the_mix(counts, mix).items():
        complain(f"{share} % of the items are “{word}”; {mix[word]} % is right", "blueprint", "cognitive")


def check_stems(banks: Sequence[ReadBank]) -> None:
    """No two stems are alike in any language, in a bank or between banks: practice never shows a live one.

    The items of a case ask about their own situation, so that its name counts as a word of their stems.
    """
    items = [(bank, item) for bank in banks for item in bank.items]
    for locale in LOCALES:
        stems = [plain_words(_asked(item, locale)) for _, item in items]
        for first, second in rules.alike(stems):
            (bank, earlier), (other_bank, item) = items[first], items[second]
            where = f"{earlier.document.path}:{earlier.document.line(*earlier.place, 'stem', str(locale))}"
            live = " of a live item" if bank.file.purpose is not other_bank.file.purpose else ""
            item.complain(f"the stem is like that{live} in {where}", "stem", str(locale))


def _asked(item: ReadItem, locale: str) -> str:
    stem = item.file.stem.by_locale()[locale]
    return f"{item.stimulus.slug} {stem}" if item.stimulus else stem
