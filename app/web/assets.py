"""Static files: joined, named by their content, compressed once, served as immutable.

Built in memory when the application is made; the sources in ``static/`` are what people edit.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import brotli
from fastapi import Request, Response

STATIC = Path(__file__).with_name("static")
_CSS = ("tokens", "base", "layout", "components", "pages")
_TEXT = {".css", ".js", ".svg"}
_URL = re.compile(r'url\("\.\./([^"]+)"\)')


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it leaves: its type and its bytes by encoding."""

    media_type: str
    bodies: dict[str, bytes]


class Assets:
    """Every static file, by its hashed name; templates ask for it by its plain one."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._names: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".woff2", ".svg", ".js", ".png"}:
                self._add(path.relative_to(folder).as_posix(), path.read_bytes())
        self._add("css/site.css", self._stylesheet(folder))

    def _stylesheet(self, folder: Path) -> bytes:
        """The one stylesheet: Pico in the lowest layer, then ours in order, addresses made final."""
        pico = (folder / "vendor/pico/pico.min.css").read_text()
        pico = pico.replace('@charset "UTF-8";', "")
        own = "\n".join((folder / f"css/{name}.css").read_text() for name in _CSS)
        own = _URL.sub(lambda match: f'url("{self._address(match.group(1))}")', own)
        own = re.sub(r"/\*.*?\*/", "", own, flags=re.DOTALL)
        order = "@layer pico, tokens, base, layout, components, pages;"
        return f"{order}\n@layer pico {{{pico}}}\n{own}".encode()

    def _address(self, name: str) -> str:
        """Where the stylesheet finds a file: a drawing in itself, since every page would ask for it."""
        if not name.endswith(".svg"):
            return self.url(name)
        return "data:image/svg+xml," + quote(self._files[self._names[name]].bodies["identity"], safe=" /:='")

    def _add(self, name: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()[:12]
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}.{digest}.{suffix}"
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if suffix == "woff2":
            media_type = "font/woff2"
        bodies = {"identity": body}
        if f".{suffix}" in _TEXT:
            media_type += "; charset=utf-8" if media_type.startswith("text/") else ""
            bodies["br"] = brotli.compress(body, quality=9)
            bodies["gzip"] = gzip.compress(body, 9, mtime=0)
        self._names[name] = hashed
        self._files[hashed] = Asset(media_type, bodies)

    def url(self, name: str) -> str:
        """The address of a file by its plain name.

        Raises:
            KeyError: there is no such file.
        """
        return "/static/" + self._names[name]

    def respond(self, request: Request, hashed: str) -> Response:
        """The file in the best encoding the browser takes; 404 for anything not built."""
        asset = self._files.get(hashed)
        if asset is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        accepted = request.headers.get("accept-encoding", "")
        encoding = next((e for e in ("br", "gzip") if e in asset.bodies and e in accepted), "identity")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(asset.bodies[encoding], media_type=asset.media_type, headers=headers)


@cache
def assets() -> Assets:
    """The files of this process, built once."""
    return Assets()
