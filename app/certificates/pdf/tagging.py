"""What makes the page readable to machines: structure, languages, title, attachment, fixed dates."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

ATTACHMENT = "credential.jwt"


@dataclass(frozen=True, slots=True)
class Element:
    """One piece of the page as a reader's software meets it; ``box`` in points, for figures."""

    tag: str
    language: str
    alternative: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass
class Tags:
    """Marks what is drawn, in reading order; a mark's number is its place in ``elements``."""

    canvas: Canvas
    elements: list[Element] = field(default_factory=list)

    @contextmanager
    def element(self, element: Element) -> Iterator[None]:
        """Everything drawn inside belongs to ``element``."""
        self.canvas._code.append(f"/{element.tag} <</MCID {len(self.elements)}>> BDC")  # noqa: SLF001  # ReportLab has no door for marks
        self.elements.append(element)
        yield
        self.canvas._code.append("EMC")  # noqa: SLF001  # as above

    @contextmanager
    def ornament(self) -> Iterator[None]:
        """Everything drawn inside says nothing and is passed over."""
        self.canvas._code.append("/Artifact BMC")  # noqa: SLF001  # as above
        yield
        self.canvas._code.append("EMC")  # noqa: SLF001  # as above


def _structure(pdf: pikepdf.Pdf, elements: list[Element], language: str) -> None:
    page = pdf.pages[0]
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    made = []
    for number, element in enumerate(elements):
        entry = Dictionary(Type=Name.StructElem, S=Name(f"/{element.tag}"), P=document, Pg=page.obj, K=number)
        if element.language != language:
            entry.Lang = String(element.language)
        if element.alternative:
            entry.Alt = String(element.alternative)
        if element.box:
            entry.A = Dictionary(
                O=Name.Layout, BBox=Array([round(x, 2) for x in element.box]), Placement=Name.Block
            )
        made.append(pdf.make_indirect(entry))
    document.K = Array(made)
    root.K = Array([document])
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([0, pdf.make_indirect(Array(made))])))
    root.ParentTreeNextKey = 1
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String(language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    page.obj.StructParents = 0
    page.obj.Tabs = Name.S


def _attach(pdf: pikepdf.Pdf, jwt: str, at: datetime) -> None:
    stamp = at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    pdf.attachments[ATTACHMENT] = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # its stub is behind
        pdf,
        jwt.encode(),
        filename=ATTACHMENT,
        mime_type="application/vc+jwt",
        description="Open Badges 3.0 credential (VC-JWT)",
        relationship=Name.Data,
        creation_date=stamp,
        mod_date=stamp,
    )
    pdf.Root.AF = Array([pdf.attachments[ATTACHMENT].obj])


def finish(
    drawn: bytes,
    elements: list[Element],
    *,
    language: str,
    title: str,
    author: str,
    at: datetime,
    jwt: str | None,
) -> bytes:
    """The drawn page with its structure, XMP and attachment. The same arguments give the same bytes.

    ``at`` is the only date in the file, aware UTC. Conformance to PDF/A or PDF/UA is not claimed: no
    validator has proved it.
    """
    with pikepdf.open(BytesIO(drawn)) as pdf:
        _structure(pdf, elements, language)
        if jwt is not None:
            _attach(pdf, jwt, at)
        moment = at.astimezone(UTC)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
            xmp["dc:title"] = title
            xmp["dc:creator"] = [author]
            xmp["dc:language"] = [language]
            xmp["xmp:CreateDate"] = moment.isoformat()
        stamp = moment.strftime("D:%Y%m%d%H%M%SZ")
        pdf.docinfo = pdf.make_indirect(
            Dictionary(Title=String(title), Author=String(author), CreationDate=String(stamp))
        )
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()
