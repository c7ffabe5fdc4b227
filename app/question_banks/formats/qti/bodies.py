"""One item in one language as QTI 3."""

from decimal import Decimal

from app.question_banks.formats import notes
from app.question_banks.formats.draft import DraftItem
from app.question_banks.formats.report import UnsupportedError
from app.question_banks.formats.trees import element, words

_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
_RESPONSE = "RESPONSE"


def named(id_: str) -> str:
    """An id as an identifier of QTI, which begins with no digit."""
    return f"_{id_}" if id_[0].isdigit() else id_


def block(text: str) -> str:
    """A text as a paragraph with its lines."""
    return element("p", _lines(text))


def _lines(text: str) -> str:
    return words(text).replace("\n", "<br/>")


def item(draft: DraftItem, locale: str, *, namespace: str) -> str:
    """The item in a language.

    Raises:
        UnsupportedError: it needs a picture, which drafts do not carry.
    """
    writer = _TYPES.get(draft.type)
    if writer is None:
        raise UnsupportedError("drafts carry no pictures, without which a hotspot asks nothing")
    declaration, interaction, processing = writer(draft, locale)
    facts: dict[str, object] = {"labels": list(draft.labels)}
    if draft.scoring not in {"all_or_nothing", *_SAID.get(draft.type, ())}:
        facts["scoring"] = draft.scoring
    note = notes.dump(facts)
    stimulus = draft.stimulus
    feedback = "".join(
        element("qti-modal-feedback", element("qti-content-body", block(choice.rationale[locale])),
                outcome_identifier="FEEDBACK", identifier=named(choice.id), show_hide="show")
        for choice in draft.choices if locale in choice.rationale
    )  # fmt: skip
    return element(
        "qti-assessment-item",
        f"<?{notes.NAME} {note}?>" if note != "{}" else "",
        declaration,
        _outcome("SCORE", "0", "float"),
        _outcome("MAXSCORE", str(draft.points), "float"),
        _outcome("FEEDBACK", "", "identifier") if feedback else "",
        element("qti-assessment-stimulus-ref", identifier=named(stimulus.id), title=stimulus.id,
                href=f"../stimuli/{stimulus.id}.{locale}.xml") if stimulus else "",
        element("qti-item-body", interaction),
        processing,
        feedback,
        xmlns=namespace,
        identifier=f"{named(draft.id)}.{locale}",
        title=draft.id,
        adaptive="false",
        time_dependent="false",
        xml__lang=locale,
    )  # fmt: skip


def _outcome(name: str, value: str, base: str) -> str:
    default = element("qti-default-value", element("qti-value", value)) if value else ""
    return element("qti-outcome-declaration", default, identifier=name, cardinality="single", base_type=base)


def _declared(right: list[str], cardinality: str, base: str, *mapping: str) -> str:
    values = "".join(element("qti-value", words(value)) for value in right)
    correct = element("qti-correct-response", values) if right else ""
    return element(
        "qti-response-declaration",
        correct,
        *mapping,
        identifier=_RESPONSE,
        cardinality=cardinality,
        base_type=base,
    )


def _template(name: str) -> str:
    return element("qti-response-processing", template=f"{_TEMPLATES}/{name}.xml")


def _mapping(entries: dict[str, str], **bounds: str) -> str:
    made = (element("qti-map-entry", map_key=key, mapped_value=value) for key, value in entries.items())
    return element("qti-mapping", *made, default_value="0", **bounds)


def _share(points: int, parts: int) -> str:
    return f"{Decimal(points) / parts:.6f}".rstrip("0").rstrip(".")


def _interaction(name: str, prompt: str, *inside: str, **attributes: object) -> str:
    asked = element("qti-prompt", _lines(prompt))
    return element(f"qti-{name}-interaction", asked, *inside, response_identifier=_RESPONSE, **attributes)


def _choices(draft: DraftItem, locale: str) -> str:
    return "".join(
        element("qti-simple-choice", _lines(choice.text.get(locale, "")), identifier=named(choice.id))
        for choice in draft.choices
    )


def _chosen(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    several = draft.type == "multiple"
    right, mapping, template = [named(id_) for id_ in draft.key], "", "match_correct"
    if draft.scoring == "plus_minus":
        share = _share(draft.points, len(right))
        worth = {named(c.id): share if c.id in draft.key else f"-{share}" for c in draft.choices}
        mapping, template = _mapping(worth, lower_bound="0"), "map_response"
    declaration = _declared(right, "multiple" if several else "single", "identifier", mapping)
    asked = _interaction(
        "choice", draft.stem.get(locale, ""), _choices(draft, locale), max_choices="0" if several else "1"
    )
    return declaration, asked, _template(template)


def _ordered(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    declaration = _declared([named(id_) for id_ in draft.key], "ordered", "identifier")
    asked = _interaction("order", draft.stem.get(locale, ""), _choices(draft, locale))
    return declaration, asked, _template("match_correct")


def _matched(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    pairs = [" ".join(map(named, pair.split("=", 1))) for pair in draft.key]
    mapping, template = "", "match_correct"
    if draft.scoring == "per_pair":
        mapping, template = _mapping(dict.fromkeys(pairs, _share(draft.points, len(pairs)))), "map_response"
    left = [
        element("qti-simple-associable-choice", _lines(choice.text.get(locale, "")),
                identifier=named(choice.id), match_max="1")
        for choice in draft.choices
    ]  # fmt: skip
    right = [
        element("qti-simple-associable-choice", _lines(target["text"].get(locale, "")),
                identifier=named(target["id"]), match_max=str(len(left)))
        for target in (draft.interaction or {})["targets"]
    ]  # fmt: skip
    sets = [element("qti-simple-match-set", *side) for side in (left, right)]
    asked = _interaction("match", draft.stem.get(locale, ""), *sets, max_associations=str(len(left)))
    return _declared(pairs, "multiple", "directedPair", mapping), asked, _template(template)


def _typed(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    given = draft.interaction or {}
    cased = "true" if given["case_sensitive"] else "false"
    accepted = given["accepted"].get(locale, [])
    entries = (
        element("qti-map-entry", map_key=word, mapped_value=str(draft.points), case_sensitive=cased)
        for word in accepted
    )
    mapping = element("qti-mapping", *entries, default_value="0") if accepted else ""
    declaration = _declared(accepted[:1], "single", "string", mapping)
    return declaration, _in_line(draft, locale), _template("map_response")


def _in_line(draft: DraftItem, locale: str) -> str:
    entry = element("qti-text-entry-interaction", response_identifier=_RESPONSE)
    return block(draft.stem.get(locale, "")) + element("div", entry)


def _numbered(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    tolerance = (draft.interaction or {}).get("tolerance", "0")
    equal = element(
        "qti-equal",
        element("qti-variable", identifier=_RESPONSE),
        element("qti-correct", identifier=_RESPONSE),
        tolerance_mode="absolute",
        tolerance=f"{tolerance} {tolerance}",
    )
    score = element("qti-base-value", str(draft.points), base_type="float")
    set_ = element("qti-set-outcome-value", score, identifier="SCORE")
    condition = element("qti-response-condition", element("qti-response-if", equal, set_))
    declaration = _declared(list(draft.key), "single", "float")
    return declaration, _in_line(draft, locale), element("qti-response-processing", condition)


def _written(draft: DraftItem, locale: str) -> tuple[str, str, str]:
    given = draft.interaction or {}
    lines = [block(line.get(locale, "")) for line in given.get("rubric", ())]
    rubric = element("qti-rubric-block", element("qti-content-body", *lines), view="scorer", use="scoring")
    length = str(given["words"]) if given.get("words") else None
    asked = _interaction("extended-text", draft.stem.get(locale, ""), data_words=length)
    return _declared([], "single", "string"), (rubric if lines else "") + asked, ""


_SAID = {"multiple": ("plus_minus",), "matching": ("per_pair",)}
"""The rules that a mapping says, by type; any other but all or nothing stands in the note."""
_TYPES = {
    "single": _chosen,
    "multiple": _chosen,
    "true_false": _chosen,
    "ordering": _ordered,
    "matching": _matched,
    "short_text": _typed,
    "numeric": _numbered,
    "written": _written,
}
