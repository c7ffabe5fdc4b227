"""A small keep-alive HTTP client: its own cost is not the server's, but it should not slow the run."""

import http.client
import re
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')


class Browser:
    """Cookies, Origin and the hidden field, over one connection."""

    def __init__(self, base: str, cookies: dict[str, str] | None = None) -> None:
        parts = urlsplit(base)
        self.base, self._host, self._port = base, parts.hostname, parts.port
        self.cookies = dict(cookies or {})
        self.csrf = ""
        self._turn = 0
        self._connection = http.client.HTTPConnection(str(self._host), self._port, timeout=30)

    def _send(self, method: str, path: str, body: str | None, extra: dict[str, str]) -> tuple[int, str, str]:
        headers = {
            "Accept-Encoding": "br, gzip",
            "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
        } | extra
        self._turn += 1
        headers["X-Forwarded-For"] = f"10.{self._turn >> 16 & 255}.{self._turn >> 8 & 255}.{self._turn & 255}"
        try:
            self._connection.request(method, path, body, headers)
            reply = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self._connection.close()
            self._connection.request(method, path, body, headers)
            reply = self._connection.getresponse()
        raw = reply.read()
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        encoding = reply.getheader("content-encoding")
        if encoding == "br":
            import brotli

            raw = brotli.decompress(raw)
        elif encoding == "gzip":
            import gzip

            raw = gzip.decompress(raw)
        text = raw.decode(errors="replace")
        found = TOKEN.search(text)
        if found:
            self.csrf = found.group(1)
        return reply.status, reply.getheader("location") or "", text

    def get(self, path: str, **extra: str) -> tuple[int, str, str]:
        """(status, location, text)."""
        return self._send("GET", path, None, extra)

    def post(self, path: str, data: dict[str, object], **extra: str) -> tuple[int, str, str]:
        """Send a form with the hidden field of the last page seen."""
        pairs = [("csrf_token", self.csrf)]
        for key, value in data.items():
            pairs += [(key, str(one)) for one in (value if isinstance(value, list) else [value])]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.base,
            "Sec-Fetch-Site": "same-origin",
        } | extra
        return self._send("POST", path, urlencode(pairs), headers)
