"""A QTI package, or one item of it, to drafts. The languages of an item of ours are files of their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.kernel.locales import LOCALES
from app.question_banks.formats import markup, notes
from app.question_banks.formats.building import UNSAID, Builder, mapped
from app.question_banks.formats.decoding import decode
from app.question_banks.formats.draft import DraftItem, DraftStimulus, Text, slug_of
from app.question_banks.formats.limits import PART_BYTES
from app.question_banks.formats.qti import scoring
from app.question_banks.formats.qti.interactions import INLINE, READ, Given, identifier
from app.question_banks.formats.qti.names import html_of, is_interaction, unified
from app.question_banks.formats.qti.package import Package, name_in_package
from app.question_banks.formats.report import FormatError, ItemError, Parsed, UnsupportedError
from app.question_banks.formats.trees import Node, tree
from app.question_banks.formats.trees import read as read_tree

MANIFEST = "imsmanifest.xml"
_PLACED = {
    "stylesheet": "a style sheet is not kept",
    "catalogInfo": "other forms of the text (a catalogue) are not kept",
    "companionMaterialsInfo": "companion materials are not kept",
    "templateDeclaration": "",
}


def read(data: bytes, *, language: str | None = None) -> Parsed:
    """The drafts of a package (a zip) or of a single item in XML.

    Raises:
        FormatError: the file as a whole cannot be read.
    """
    builder = Builder(language)
    if data[:2] == b"PK":
        _Reader(builder, Package(data)).read()
    else:
        if len(data) > PART_BYTES:
            raise FormatError("file", f"an item has {len(data)} bytes; at most {PART_BYTES} are read")
        root = unified(tree(decode(data)))
        builder.add(f"line {root.line}", lambda found: _item(root, "", found, None, builder.parsed.seen))
    return builder.finish()


class _Reader:
    def __init__(self, builder: Builder, package: Package) -> None:
        self.builder, self.package = builder, package

    def read(self) -> None:
        package, parsed = self.package, self.builder.parsed
        if not package.has(MANIFEST):
            raise FormatError("package", f"no {MANIFEST} stands in the package")
        used, groups = {MANIFEST}, dict[str, list[str]]()

        def take(resource: Node) -> None:
            if resource.name != "resource":
                return
            href, kind = resource.get("href"), resource.get("type")
            used.update(name_in_package(MANIFEST, file.get("href")) for file in resource.all("file"))
            if kind.startswith("imsqti_item_"):
                name = name_in_package(MANIFEST, href)
                used.add(name)
                groups.setdefault(_without_language(name), []).append(name)
            elif kind.startswith("imsqti_"):
                used.add(name_in_package(MANIFEST, href))
                if "stimulus" not in kind:
                    parsed.leave(
                        href[:200] or MANIFEST, f"a resource of the type {kind[:40]} is not kept", kept=False
                    )

        # resource by resource: what one may hold is bounded, and how many there are by the parts of a package
        manifest = decode(package.part(MANIFEST, at_most=4 * PART_BYTES), where=MANIFEST)
        read_tree(manifest, take, wanted=frozenset({"resource"}), where=MANIFEST)
        for names in groups.values():
            self.builder.add(names[0], self._make(names))
        for name in package.names:
            if name not in used:
                parsed.leave(name[:200], "the manifest does not name this file; it was not read", kept=False)

    def _make(self, names: list[str]) -> Callable[[list[str]], DraftItem]:
        def make(found: list[str]) -> DraftItem:
            if len(names) > len(LOCALES):
                raise ItemError("more files of one item than languages")
            try:
                roots = [
                    (name, unified(tree(decode(self.package.part(name), where=name), where=name)))
                    for name in names
                ]
                read_items = [
                    _item(root, name, found, self.package, self.builder.parsed.seen) for name, root in roots
                ]
            except FormatError as error:
                if error.where == "package" or "package unpacks" in error.why:
                    raise
                raise ItemError(
                    error.why if error.where == names[0] else f"{error.where}: {error.why}"
                ) from None
            return merged(read_items)

        return make


def _without_language(name: str) -> str:
    """The name of an item's file without its language: ``items/d1-001.kk.xml`` is one of three."""
    stem = name.removesuffix(".xml")
    base, _, locale = stem.rpartition(".")
    return base if base and locale in LOCALES else stem


def merged(items: list[DraftItem]) -> DraftItem:
    """One item from its files in several languages.

    Raises:
        ItemError: they are not the same but for their words.
    """
    first = items[0]
    for other in items[1:]:
        if _bones(other) != _bones(first):
            raise ItemError("the files of the languages of this item differ in more than their words")
        first = replace(
            first,
            stem=first.stem | other.stem,
            choices=tuple(
                replace(mine, text=mine.text | its.text, rationale=mine.rationale | its.rationale)
                for mine, its in zip(first.choices, other.choices, strict=True)
            ),
            interaction=_both(first.interaction, other.interaction),
            stimulus=_situations(first.stimulus, other.stimulus),
        )
    return first


def _bones(item: DraftItem) -> tuple[object, ...]:
    given = item.interaction or {}
    rest = {
        name: value for name, value in given.items() if name not in {"targets", "accepted", "alt", "rubric"}
    }
    targets = [target["id"] for target in given.get("targets", ())]
    rubric, case = len(given.get("rubric", ())), item.stimulus.id if item.stimulus else None
    ids = [choice.id for choice in item.choices]
    return item.id, item.type, ids, item.key, item.scoring, item.points, rest, targets, rubric, case


def _both(mine: dict[str, Any] | None, its: dict[str, Any] | None) -> dict[str, Any] | None:
    if mine is None or its is None:
        return mine
    made = dict(mine)
    if "targets" in mine:
        pairs = zip(mine["targets"], its["targets"], strict=True)
        made["targets"] = [one | {"text": one["text"] | other["text"]} for one, other in pairs]
    if "rubric" in mine:
        made["rubric"] = [one | other for one, other in zip(mine["rubric"], its["rubric"], strict=True)]
    for name in ("accepted", "alt"):
        if name in mine:
            made[name] = mine[name] | its[name]
    return made


def _situations(mine: DraftStimulus | None, its: DraftStimulus | None) -> DraftStimulus | None:
    return replace(mine, text=mine.text | its.text) if mine and its else mine


def _item(root: Node, name: str, found: list[str], package: Package | None, seen: int) -> DraftItem:
    if root.name != "assessmentItem":
        raise ItemError(f"the root is <{root.name[:40]}>; that of an item is assessmentItem")
    if root.get("adaptive") == "true":
        raise UnsupportedError("an adaptive item, which changes with each attempt")
    for node in root.elements:
        if node.name == "templateDeclaration":
            raise UnsupportedError("an item whose values are drawn anew for each candidate (a template)")
        if node.name in _PLACED:
            found.append(_PLACED[node.name])
    body = root.find("itemBody")
    interactions = [node for node in body.walk() if is_interaction(node)] if body else []
    if body is None or len(interactions) != 1:
        raise UnsupportedError(f"an item with {len(interactions)} interactions; one is read")
    node = interactions[0]
    if node.name not in READ:
        raise UnsupportedError(f"the interaction {node.name[:60]} is not known here")
    if node.name == "extendedTextInteraction":
        processing = scoring.Processing(scoring.NONE)
    else:
        processing = scoring.processing_of(root, found)
        if processing.kind == scoring.NONE:
            found.append("no response processing is given: all or nothing")
    response = scoring.response_of(root, node.get("responseIdentifier"))
    feedback = _feedback(root, found)
    given = Given(node, body, response, processing, found, _pictures(name, package, found), feedback)
    made = READ[node.name](given)
    note = notes.load(root.get(f"?{notes.NAME}")) if root.get(f"?{notes.NAME}") else notes.Note({})
    if given.rationales:
        found.append("general feedback is not kept")
    blank = "_____" if node.name in INLINE else ""
    stem = markup.plain(f"<div>{html_of(body, blank=blank)}</div>{_prompt(node)}", found)
    if node.name in INLINE:  # the place to type in stands below what is asked
        stem = {locale: said.removesuffix("\n\n_____") for locale, said in stem.items()}
    language = _language(root)
    if any("scorer" not in block.get("view").split() for block in body.all("rubricBlock")):
        found.append("a block of instructions is not kept")
    kind, rule = made.pop("kind"), made.pop("scoring", "all_or_nothing")
    base = identifier(root.get("identifier").removesuffix(f".{language}"))
    item = DraftItem(
        id=slug_of(base, seen),
        type=kind,
        stem=stem,
        points=scoring.points_of(root, response, processing.kind, found),
        stimulus=_stimulus(root, name, found, package),
        labels=tuple(note.words("labels")),
        scoring=note.word("scoring") or rule,
        **made,
    )
    return _named(item, language) if language else item


def _prompt(node: Node) -> str:
    prompt = node.find("prompt")
    return f"<p>{html_of(prompt)}</p>" if prompt else ""


def _language(root: Node) -> str:
    said = root.get("xml:lang").lower().split("-")[0]
    return said if said in LOCALES else ""


def _named(item: DraftItem, language: str) -> DraftItem:
    """The item with its texts under the language that its file names."""

    def change(text: dict[str, Any]) -> dict[str, Any]:
        return {language if locale == UNSAID else locale: said for locale, said in text.items()}

    return mapped(item, change, change)


def _feedback(root: Node, found: list[str]) -> dict[str, Text]:
    """Modal feedback by the word that shows it: that of a choice is its rationale."""
    made = {}
    for node in root.all("modalFeedback"):
        inside = node.find("contentBody") or node
        made[node.get("identifier")] = markup.plain(html_of(inside), found)
    return made


def _pictures(name: str, package: Package | None, found: list[str]) -> Callable[[str], None]:
    def look(source: str) -> None:
        """Refuse a picture that is not in the package, or is none."""
        if package is None:
            raise UnsupportedError("a hotspot outside a package has no picture")
        if "//" in source or not package.has(name_in_package(name, source)):
            raise UnsupportedError(
                f"the picture “{source[:80]}” is not in the package; nothing is loaded from elsewhere"
            )
        if package.image(name_in_package(name, source)) is None:
            raise ItemError(f"the picture “{source[:80]}” is neither PNG, JPEG nor GIF")
        found.append(f"the picture “{source[:80]}” is sound, and is not stored with the draft")

    return look


def _stimulus(root: Node, name: str, found: list[str], package: Package | None) -> DraftStimulus | None:
    refs = root.all("assessmentStimulusRef")
    if not refs:
        return None
    if len(refs) > 1 or package is None:
        raise UnsupportedError("an item with several situations, or with one that is not in the file")
    href = name_in_package(name, refs[0].get("href"))
    shared = unified(tree(decode(package.part(href), where=href), where=href))
    body = shared.find("stimulusBody")
    if body is None:
        raise ItemError(f"{href[:200]}: no body of a situation")
    own = identifier(shared.get("identifier").removesuffix(f".{_language(shared)}"))
    return DraftStimulus(slug_of(own, 1), markup.plain(html_of(body), found))
