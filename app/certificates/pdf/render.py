"""Draw the certificate. Pure: the same facts give the same bytes; only fonts and ornament are read."""

from io import BytesIO
from threading import Lock

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from app.brands.packs import Brand
from app.certificates.facts import CertificateFacts
from app.certificates.pdf import faces, ornament
from app.certificates.pdf.faces import BOLD, SANS, SERIF, Fitted, fit
from app.certificates.pdf.layout import Column, columns, names
from app.certificates.pdf.tagging import Element, Tags, finish
from app.certificates.rules.number import shown
from app.certificates.rules.states import Kind
from app.kernel.locales import LOCALES
from app.web.translations import N_, say

_ATTACHED = N_("The holder's name is in credential.jwt, a file attached to this document.")

WIDE, TALL = landscape(A4)
MARGIN = 42.0
INNER = WIDE - 2 * MARGIN
GAP = 26.0
COLUMN = (INNER - 2 * GAP) / 3
EDGE = 28.0
"""From the paper's edge to the band."""
BAND_REPEATS = 20
BAND_UNIT = INNER / (BAND_REPEATS * ornament.BAND_WIDE)
BAND = BAND_UNIT * ornament.BAND_TALL
HEAD = TALL - EDGE - BAND - 18
QR = 90.0
FOOT = EDGE + BAND + 6
COLUMNS = TALL - 236
TITLE_ROOM, STATEMENT_ROOM = 40.0, 36.0

INK, SECOND, LINE = "#14201e", "#4a5955", "#d6dfdc"
SLATE = "#4f5f7a"
"""The tone of a completion: no brand colour, no woven band."""
WARNING, WARNING_SOFT, WARNING_PALE = "#804d00", "#fcf0da", "#faf0dc"

Pen = tuple[str, float, str]
"""Face, size in points, colour."""

_one_at_a_time = Lock()
"""ReportLab reads a font's file through one cursor, so two threads may not cut subsets at once."""


class Sheet:
    """One page being drawn, from top to bottom. All lengths are points, y counts upwards."""

    def __init__(self, facts: CertificateFacts, brand: Brand, timezone: str) -> None:
        self.facts, self.brand = facts, brand
        self.certified = facts.kind == Kind.CERTIFICATION
        self.tone = brand.brand_colour if self.certified else SLATE
        self.texts = columns(facts, timezone)
        self.out = BytesIO()
        self.canvas = Canvas(
            self.out,
            pagesize=(WIDE, TALL),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 7),
            initialFontName=SANS,  # else a Helvetica that is not embedded stays in the file
        )
        self.tags = Tags(self.canvas)

    def draw(self) -> bytes:
        """The page without its structure."""
        self._edges()
        self._head()
        below = HEAD - 52
        if self.facts.specimen:
            self._specimen(below)
            below -= 40
        self._holder(below, COLUMNS + 8)
        self._columns()
        self._foot()
        self.canvas.showPage()
        self.canvas.save()
        return self.out.getvalue()

    def _line(self, text: str, x: float, y: float, pen: Pen, *, right: bool = False) -> None:
        face, size, colour = pen
        self.canvas.setFont(face, size)
        self.canvas.setFillColor(colour)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, y, text)

    def _block(self, block: Fitted, x: float, top: float, colour: str) -> float:
        """Draw lines under ``top``; returns where they end."""
        for index, text in enumerate(block.lines):
            self._line(text, x, top - block.size - index * block.leading, (block.face, block.size, colour))
        return top - block.height

    def _rule(self, x: float, y: float, wide: float, tall: float, colour: str) -> None:
        with self.tags.ornament():
            self.canvas.setFillColor(colour)
            self.canvas.rect(x, y, wide, tall, stroke=0, fill=1)

    def _frame(self, x: float, y: float, wide: float, tall: float) -> None:
        with self.tags.ornament():
            self.canvas.setStrokeColor(self.tone)
            self.canvas.setLineWidth(0.9)
            self.canvas.rect(x, y, wide, tall, stroke=1, fill=0)

    def _edges(self) -> None:
        if not self.certified:
            self._frame(EDGE - 4, EDGE - 4, WIDE - 2 * EDGE + 8, TALL - 2 * EDGE + 8)
            return
        with self.tags.ornament():
            self.canvas.setFillColor(self.tone)
            for top in (TALL - EDGE, EDGE + BAND):
                ornament.band(self.canvas, x=MARGIN, top=top, unit=BAND_UNIT, repeats=BAND_REPEATS)

    def _head(self) -> None:
        with self.tags.ornament():
            ornament.mark(self.canvas, x=MARGIN, top=HEAD, side=42, colour=self.tone)
        x = MARGIN + 52
        with self.tags.element(Element("P", "en")):
            self._line(self.brand.short_name, x, HEAD - 13, (BOLD, 16, INK))
        bodies = fit(
            tuple(self.facts.body[one] for one in LOCALES), SANS, room=430, tall=10, largest=7.5, least=5
        )
        for index, (language, body) in enumerate(zip(LOCALES, bodies, strict=True)):
            with self.tags.element(Element("P", str(language))):
                self._line(body.lines[0], x, HEAD - 23 - index * 9.2, (SANS, body.size, SECOND))
        labels = [say(language, "Number") for language in LOCALES]
        right = WIDE - MARGIN
        starts = [right - faces.width(" · ".join(labels[index:]), SANS, 7.5) for index in range(3)]
        for language, label, start in zip(LOCALES, labels, starts, strict=True):
            with self.tags.element(Element("P", str(language))):
                last = language == LOCALES[-1]
                self._line(label if last else f"{label} · ", start, HEAD - 7.5, (SANS, 7.5, SECOND))
        with self.tags.element(Element("P", "en")):
            self._line(shown(self.facts.number), right, HEAD - 24, (BOLD, 13, INK), right=True)

    def _specimen(self, top: float) -> None:
        self._rule(MARGIN, top - 36, INNER, 36, WARNING_SOFT)
        notes = fit(
            tuple(one.specimen_says for one in self.texts),
            SANS,
            room=COLUMN - 12,
            tall=10,
            largest=8,
            least=6,
        )
        for index, text in enumerate(self.texts):
            x = MARGIN + index * (COLUMN + GAP) + 10
            with self.tags.element(Element("P", text.language)):
                self._line(text.specimen, x, top - 18.5, (BOLD, 18, WARNING))
                self._line(notes[index].lines[0], x, top - 29.5, (SANS, notes[index].size, WARNING))

    def _holder(self, top: float, bottom: float) -> None:
        """The names in the middle of the room left between head and columns, as large as they fit."""
        found, room = names(self.facts), top - bottom - 16
        if not found:
            self._nameless(top - 12)
            return
        first = 36.0 if self.certified else 27.0
        shares = (room,) if len(found) == 1 else (room * 0.64, room * 0.36)
        blocks = [
            fit((name.text,), name.face, room=INNER, tall=share, largest=largest, least=8)[0]
            for name, share, largest in zip(found, shares, (first, 19.0), strict=False)
        ]
        top -= 6 + max(0.0, (room - sum(block.height for block in blocks)) / 2)
        for index, (name, block) in enumerate(zip(found, blocks, strict=True)):
            with self.tags.element(Element("P" if index else "H1", name.language)):
                top = self._block(block, MARGIN, top, SECOND if index else INK) - 4

    def _nameless(self, top: float) -> None:
        says = tuple(say(language, _ATTACHED) for language in LOCALES)
        blocks = fit(says, BOLD, room=INNER, tall=18, largest=13, least=9)
        for index, (language, block) in enumerate(zip(LOCALES, blocks, strict=True)):
            with self.tags.element(Element("P" if index else "H1", str(language))):
                top = self._block(block, MARGIN, top, INK) - 6

    def _columns(self) -> None:
        plain = not self.certified or any(faces.letters_missing(one.title, SERIF) for one in self.texts)
        titles = fit(
            tuple(one.title for one in self.texts), BOLD if plain else SERIF,
            room=COLUMN, tall=TITLE_ROOM, largest=15 if self.certified else 12, least=7,
        )  # fmt: skip
        headings = fit(
            tuple(one.heading for one in self.texts), BOLD,
            room=COLUMN, tall=20, largest=11 if self.certified else 15, least=8,
        )  # fmt: skip
        statements = fit(
            tuple(one.statement for one in self.texts),
            SANS,
            room=COLUMN,
            tall=STATEMENT_ROOM,
            largest=9,
            least=7,
        )
        title_top = COLUMNS - 8 - max(block.height for block in headings) - 3
        statement_top = title_top - max(block.height for block in titles) - 5
        rest_top = statement_top - max(block.height for block in statements) - 5
        for index, text in enumerate(self.texts):
            x = MARGIN + index * (COLUMN + GAP)
            if self.facts.specimen:
                self._behind(text.specimen, x, rest_top - 62)
            self._rule(x, COLUMNS - 1.5, COLUMN, 1.5, self.tone)
            for tag, block, top, colour in (
                ("H2", headings[index], COLUMNS - 8, self.tone),
                ("P", titles[index], title_top, INK),
                ("P", statements[index], statement_top, INK),
            ):
                with self.tags.element(Element(tag, text.language)):
                    self._block(block, x, top, colour)
            self._facts(index, x, self._denial(text, x, rest_top))

    def _behind(self, word: str, x: float, y: float) -> None:
        with self.tags.ornament():
            size = min(64.0, 64.0 * COLUMN / faces.width(word, BOLD, 64))
            self._line(word, x, y, (BOLD, size, WARNING_PALE))

    def _denial(self, text: Column, x: float, top: float) -> float:
        if text.denial is None:
            return top
        block = fit((text.denial,), BOLD, room=COLUMN - 20, tall=30, largest=9.5, least=7)[0]
        self._frame(x, top - 40, COLUMN, 36)
        with self.tags.element(Element("P", text.language)):
            self._block(block, x + 10, top - 4 - (36 - block.height) / 2 + 1, INK)
        return top - 44

    def _values(self) -> list[tuple[Fitted, ...]]:
        """Row by row the values of the three languages, in one size; a long one takes a second line."""
        rows = []
        for row in zip(*(text.facts for text in self.texts), strict=True):
            room = COLUMN - 10 - max(faces.width(label, SANS, 8) for label, _ in row)
            rows.append(
                fit(tuple(value for _, value in row), BOLD, room=room, tall=22, largest=8.5, least=7.5)
            )
        return rows

    def _facts(self, index: int, x: float, top: float) -> None:
        text = self.texts[index]
        for (label, _), row in zip(text.facts, self._values(), strict=True):
            with self.tags.element(Element("P", text.language)):
                self._line(label, x, top - 10.5, (SANS, 8, SECOND))
                for place, line in enumerate(row[index].lines):
                    y = top - 10.5 - place * row[index].leading
                    self._line(line, x + COLUMN, y, (BOLD, row[index].size, INK), right=True)
            top -= 14.6 + (max(len(block.lines) for block in row) - 1) * row[index].leading
            self._rule(x, top - 0.3, COLUMN, 0.5, LINE)

    def _foot(self) -> None:
        y = FOOT + QR - 40
        for text in self.texts:
            with self.tags.element(Element("P", text.language)):
                self._line(text.check, MARGIN, y, (SANS, 8.5, INK))
            y -= 12
        with self.tags.element(Element("P", "en")):
            self._line(self.facts.verify_url.split("://", 1)[-1], MARGIN, y - 5, (BOLD, 11, self.tone))
        left = WIDE - MARGIN - QR + 8.5  # the quiet zone may reach into the margin
        says = " · ".join(say(one, "QR code of the page that verifies this certificate") for one in LOCALES)
        box = (left, FOOT, left + QR, FOOT + QR)
        with self.tags.element(Element("Figure", "kk", f"{says}: {self.facts.verify_url}", box)):
            ornament.qr(self.canvas, self.facts.verify_url, x=left, top=FOOT + QR, side=QR)


def render(facts: CertificateFacts, brand: Brand, timezone: str) -> bytes:
    """The certificate as a PDF of one A4 page, reproducible to the byte.

    ``timezone``: IANA name of the zone whose calendar the dates follow. The status is not printed: the
    paper says what was issued, the page behind the QR code says whether it still holds.
    """
    with _one_at_a_time:
        faces.load()
        sheet = Sheet(facts, brand, timezone)
        drawn = sheet.draw()
    heading = " · ".join(dict.fromkeys(text.heading for text in sheet.texts))
    return finish(
        drawn,
        sheet.tags.elements,
        language="kk",
        title=f"{heading} {shown(facts.number)}",
        author=facts.body["kk"],
        at=facts.valid_from,
        jwt=facts.jwt,
    )
