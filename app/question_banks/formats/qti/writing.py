"""Drafts to a QTI 3 package: a file for each item and language, situations apart, and the manifest."""

import io
import zipfile
from collections.abc import Sequence

from app.kernel.locales import LOCALES
from app.question_banks.formats.building import languages_in
from app.question_banks.formats.draft import DraftItem, DraftStimulus
from app.question_banks.formats.qti import bodies
from app.question_banks.formats.qti.reading import MANIFEST
from app.question_banks.formats.trees import element, words

_ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a zip: the same items give the same bytes."""


class Writer:
    """Writes items one by one. ``language``: write this one only."""

    def __init__(self, language: str | None = None) -> None:
        self.language = language
        self._files: dict[str, str] = {}
        self._resources: list[str] = []

    def add(self, item: DraftItem) -> None:
        """Write an item in each of its languages.

        Raises:
            UnsupportedError: it needs a picture, which drafts do not carry.
        """
        named = languages_in(item)
        made = {}
        for one in (one for one in LOCALES if one in named and self.language in {None, one}):
            made[str(one)] = bodies.item(item, str(one), namespace=_ITEM)
        for locale, said in made.items():
            depends = self._situation(item.stimulus, locale) if item.stimulus else None
            name = f"items/{item.id}.{locale}.xml"
            self._files[name] = _HEAD + said + "\n"
            self._resource(f"{bodies.named(item.id)}.{locale}", "imsqti_item_xmlv3p0", name, depends)

    def bytes(self) -> bytes:
        """The package. Its bytes depend on the items only."""
        manifest = element(
            "manifest",
            element("metadata", element("schema", "QTI Package"), element("schemaversion", "3.0.0")),
            element("organizations"),
            element("resources", *self._resources),
            xmlns=_PACKAGE,
            identifier="MANIFEST",
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for name, said in {MANIFEST: f"{_HEAD}{manifest}\n", **self._files}.items():
                package.writestr(zipfile.ZipInfo(name, _WHEN), said.encode(), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _situation(self, stimulus: DraftStimulus, locale: str) -> str:
        identifier = f"{bodies.named(stimulus.id)}.{locale}"
        name = f"stimuli/{stimulus.id}.{locale}.xml"
        if name not in self._files:
            body = element("qti-stimulus-body", bodies.block(stimulus.text.get(locale, "")))
            root = element(
                "qti-assessment-stimulus", body, xmlns=_ITEM, identifier=identifier,
                title=stimulus.id, xml__lang=locale,
            )  # fmt: skip
            self._files[name] = f"{_HEAD}{root}\n"
            self._resource(f"stimulus.{identifier}", "imsqti_stimulus_xmlv3p0", name, None)
        return f"stimulus.{identifier}"

    def _resource(self, identifier: str, kind: str, name: str, depends: str | None) -> None:
        inside = element("file", href=words(name))
        inside += element("dependency", identifierref=depends) if depends else ""
        self._resources.append(
            element("resource", inside, identifier=identifier, type=kind, href=words(name))
        )


def write(items: Sequence[DraftItem], *, language: str | None = None) -> bytes:
    """A package of items that it can hold.

    Raises:
        UnsupportedError: it cannot hold one of them.
    """
    writer = Writer(language)
    for item in items:
        writer.add(item)
    return writer.bytes()
