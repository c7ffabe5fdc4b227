"""What became of a file: the drafts that it gave, what is wrong with it, and what of it is not kept."""

from dataclasses import dataclass, field

from app.question_banks.formats.draft import DraftItem
from app.question_banks.formats.limits import FINDINGS


class FormatError(Exception):
    """A file that is refused as a whole: ``where`` (a line, or a file in a package) and ``why``."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


class ItemError(Exception):
    """An item that is wrong. ``why`` is a sentence without its place."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnsupportedError(ItemError):
    """An item that is well made, and of a kind that we do not have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, and where: a line of a text, an item, or a file of a package."""

    where: str
    why: str
    kept: bool = False
    """Whether the item that this is about is among the drafts all the same."""


@dataclass(slots=True)
class Parsed:
    """What a file gave. Only a file without ``rejected`` may be stored.

    ``unsupported``: what is not kept, of items that are (``kept``) and of those left out for it.
    ``seen`` counts the items of the file, whatever became of them.
    """

    drafts: list[DraftItem] = field(default_factory=list)
    rejected: list[Finding] = field(default_factory=list)
    unsupported: list[Finding] = field(default_factory=list)
    seen: int = 0
    language: str | None = None
    """The language that was taken for texts that do not name theirs; None when every text did."""

    def reject(self, where: str, why: str) -> None:
        """Note what is wrong; past ``FINDINGS`` only that there is more."""
        _note(self.rejected, Finding(where, why))

    def leave(self, where: str, why: str, *, kept: bool) -> None:
        """Note what is not kept."""
        _note(self.unsupported, Finding(where, why, kept=kept))


def _note(findings: list[Finding], finding: Finding) -> None:
    if len(findings) < FINDINGS:
        findings.append(finding)
    elif len(findings) == FINDINGS:
        findings.append(Finding(finding.where, "more was found from here on, and is not listed"))
