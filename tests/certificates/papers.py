"""Certificates put straight into the database in any state, and a reader of drawn pages."""

import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, Self
from uuid import UUID

import pikepdf
from sqlalchemy import event

from app.certificates.models import Certificate, SigningKey
from app.certificates.pdf import faces
from app.certificates.rules import number as numbers
from app.certificates.rules.states import KeyState, Kind, Status
from app.kernel.ids import new_id
from tests.factories import person
from tests.world import World

TITLE = {"kk": "Сынақ атағы", "ru": "Пробное звание", "en": "Sample title"}
_made = iter(range(1, 10_000))


def paper(world: World, holder: UUID | None = None, **values: Any) -> str:
    """A certificate with a credential that says ``signed``; returns its number."""
    now, ordinal = world.clock.now(), next(_made)
    number = numbers.make(0x5A5A5A5A5A5A5A5A << 16 | ordinal)
    holder = holder or person(world)
    facts: dict[str, Any] = {
        "number": number,
        "source": f"test:{number}",
        "kind": Kind.CERTIFICATION,
        "person_id": holder,
        "achievement": f"sample-{ordinal}",
        "achievement_version": 1,
        "title": TITLE,
        "body": {"kk": "Сынақ органы", "ru": "Пробный орган", "en": "Sample body"},
        "scheme": "SAMPLE",
        "scheme_version": "1.0",
        "level": "1",
        "languages": ["kk"],
        "name_cyrillic": "Үлгібекұлы Сынақ",
        "name_latin": "Sample Ulgibekuly",
        "status": Status.ACTIVE,
        "status_since": now,
        "issued_at": now,
        "valid_from": now,
        "expires_at": now + timedelta(days=730),
        "subject_uuid": new_id(),
        "list_number": 1,
        "status_index": ordinal,
        "payload": b"{}",
        "jwt": "header.payload.signed",
        "key_thumbprint": "k" * 43,
        "brand_id": "ceasai",
        "specimen": False,
        "verify_url": f"http://127.0.0.1:8000/v/{number}",
    }
    with world.write() as session:
        if session.get(SigningKey, "k" * 43) is None:
            session.add(
                SigningKey(
                    thumbprint="k" * 43, alg="RS256", public_jwk={}, state=KeyState.RETIRED, created_at=now
                )
            )
            session.flush()
        session.add(Certificate(**(facts | values)))
    return number


class Statements:
    """Counts what reaches the database while it is open."""

    def __init__(self, world: World) -> None:
        self._engine, self.said = world.engine, []

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.said.append(statement)


@dataclass(frozen=True)
class Text:
    """One line as drawn: where, how large, in which face and under which mark."""

    text: str
    x: float
    y: float
    size: float
    face: str
    mark: int | None

    @property
    def right(self) -> float:
        return self.x + faces.width(self.text, self.face, self.size)


class Page:
    """A drawn certificate, read back."""

    def __init__(self, drawn: bytes) -> None:
        self.pdf = pikepdf.open(BytesIO(drawn))
        self.page = self.pdf.pages[0]
        self.fonts = dict(self.page.Resources.Font)
        self.texts: list[Text] = []
        self.squares: dict[int | None, list[tuple[float, ...]]] = {}
        self.unmarked: list[str] = []
        self._read()

    def _letters(self, font: Any) -> dict[int, str]:
        cmap = font.ToUnicode.read_bytes().decode()
        found: dict[int, str] = {}
        for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
            for first, _last, codes in re.findall(r"<(\w+)> <(\w+)> \[(.*?)\]", block, re.S):
                for offset, code in enumerate(re.findall(r"<(\w+)>", codes)):
                    found[int(first, 16) + offset] = bytes.fromhex(code).decode("utf-16-be")
        for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
            for code, letter in re.findall(r"<(\w+)> <(\w+)>", block):
                found[int(code, 16)] = bytes.fromhex(letter).decode("utf-16-be")
        return found

    def _read(self) -> None:
        letters = {name: self._letters(font) for name, font in self.fonts.items()}
        faces_by_name = {name: str(font.BaseFont).split("+")[1] for name, font in self.fonts.items()}
        marks: list[int | None] = []
        x = y = size = 0.0
        font, run = "", ""

        def flush() -> None:
            nonlocal run
            if run:
                self.texts.append(
                    Text(
                        re.sub(r"\s", " ", run), x, y, size, faces_by_name[font], marks[-1] if marks else None
                    )
                )
            run = ""

        for operands, operator in pikepdf.parse_content_stream(self.page):
            name = str(operator)
            if name == "BDC":
                marks.append(int(operands[1].MCID))
            elif name == "BMC":
                marks.append(None)
            elif name == "EMC":
                marks.pop()
            elif name in {"f", "f*", "S", "B", "Tj"} and not marks:
                self.unmarked.append(name)
            if name == "Tm":
                flush()
                x, y = float(operands[4]), float(operands[5])
            elif name == "Tf":
                font, size = str(operands[0]), float(operands[1])
            elif name == "Tj":
                run += "".join(
                    letters[font].get(code, "\N{REPLACEMENT CHARACTER}") for code in bytes(operands[0])
                )
            elif name == "ET":
                flush()
            elif name == "re" and marks:
                self.squares.setdefault(marks[-1], []).append(tuple(float(part) for part in operands))

    @property
    def words(self) -> str:
        """Everything written, in reading order; lines of one paragraph joined."""
        joined: list[tuple[int | None, str]] = []
        for text in self.texts:
            if joined and joined[-1][0] == text.mark and text.mark is not None:
                joined[-1] = (text.mark, f"{joined[-1][1]} {text.text}")
            else:
                joined.append((text.mark, text.text))
        return "\n".join(text for _, text in joined)

    @property
    def elements(self) -> list[Any]:
        """The structure's elements by mark."""
        return list(self.pdf.Root.StructTreeRoot.K[0].K)
