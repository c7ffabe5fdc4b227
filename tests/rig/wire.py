"""HTTP over sockets that can be cut: in the middle of a body, before the reply, in the middle of it."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds after which a client takes a request for lost, as the exam page does."""


class Cut(Enum):
    """Where the connection breaks."""

    BODY = "half of the body"
    REPLY = "before the reply"
    HALF = "in the middle of the reply"


class Lost(Exception):
    """No complete reply: whether the server did it nobody knows."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of which every byte was read."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def code(self) -> str:
        """The code of a refusal; empty without one."""
        match = re.search(r'data-code="([^"]+)"', self.text)
        return match.group(1) if match else ""


@dataclass
class Wire:
    """One keep-alive connection of one browser, opened again when it broke. ``pause`` delays what is sent."""

    host: str
    port: int
    cookies: dict[str, str]
    date: str
    """The client's own idea of the time, which decides nothing."""
    csrf: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, repr=False)

    def another(self) -> "Wire":
        """Another connection of the same browser."""
        return Wire(self.host, self.port, self.cookies, self.date, self.csrf)

    async def get(self, path: str, cut: Cut | None = None) -> Reply:
        """Ask for a page."""
        return await self._ask("GET", path, b"", cut)

    async def post(self, path: str, pairs: list[tuple[str, str]], cut: Cut | None = None) -> Reply:
        """Send a form as the exam's script does."""
        body = urlencode([("csrf_token", self.csrf), *pairs]).encode()
        return await self._ask("POST", path, body, cut)

    def close(self) -> None:
        """Let go without a word."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _ask(self, method: str, path: str, body: bytes, cut: Cut | None) -> Reply:
        try:
            async with self._turn, asyncio.timeout(PATIENCE):
                return await self._speak(method, path, body, cut)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.close()
            raise Lost(str(error)) from error

    def _head(self, method: str, path: str, length: int) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        base = f"http://{self.host}:{self.port}"
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Cookie: {cookies}",
            f"Date: {self.date}",
            "Accept-Encoding: identity",
            "X-Exam-Script: 1",
        ]
        if method == "POST":
            lines += [
                "HX-Request: true",
                f"Origin: {base}",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {length}",
            ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _speak(self, method: str, path: str, body: bytes, cut: Cut | None) -> Reply:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        head = self._head(method, path, len(body))
        if cut is Cut.BODY:
            writer.write(head + body[: len(body) // 2])
            await writer.drain()
            raise EOFError("cut in the body")
        writer.write(head + body)
        await writer.drain()
        if cut is Cut.REPLY:
            await asyncio.sleep(0.004)
            raise EOFError("cut before the reply")
        raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        if cut is Cut.HALF:
            raise EOFError("cut in the reply")
        status = int(raw[0].split(" ", 2)[1])
        headers: dict[str, str] = {}
        for line in raw[1:-2]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value.strip()).values():
                    self.cookies[morsel.key] = morsel.value
            headers[name.lower()] = value.strip()
        content = await self._content(reader, headers)
        if headers.get("connection") == "close":
            self.close()
        return Reply(status, headers, content.decode(errors="replace"))

    @staticmethod
    async def _content(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(headers.get("content-length", "0")))
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(parts)


def in_its_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """``work`` to its end in a thread of its own: the loop of a browser may live in this one for good."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
