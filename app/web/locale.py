"""Which language a page speaks: the address decides; without one, the cookie, then Accept-Language."""

import re

from fastapi import Request
from starlette.convertors import Convertor, register_url_convertor

from app.kernel.locales import LOCALES, Locale

COOKIE = "ceasai_locale"
DEFAULT = Locale.KK
_PREFIX = re.compile(r"^/(kk|ru|en)(?=/|$)")


class _LocaleConvertor(Convertor[str]):
    regex = "kk|ru|en"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("locale", _LocaleConvertor())

PREFIX = "/{locale:locale}"
"""What every page's router starts with."""


def locale_in(path: str) -> Locale | None:
    """The language an address names, if it names one."""
    match = _PREFIX.match(path)
    return Locale(match.group(1)) if match else None


def swap(path: str, locale: str) -> str:
    """The same page under another language's prefix; an unprefixed path gets one."""
    if locale_in(path):
        return f"/{locale}{path[3:]}"
    return f"/{locale}{path}"


def preferred(request: Request) -> Locale:
    """The reader's language where the address does not say: cookie, then Accept-Language, then Kazakh."""
    cookie = request.cookies.get(COOKIE)
    if cookie in set(LOCALES):
        return Locale(cookie)
    best, best_weight = DEFAULT, 0.0
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, weight_text = part.strip().partition(";q=")
        language = name.split("-")[0].lower()
        try:
            weight = float(weight_text or 1)
        except ValueError:
            continue
        if language in set(LOCALES) and weight > best_weight:
            best, best_weight = Locale(language), weight
    return best


def locale_of(request: Request) -> Locale:
    """The language of this reply: the address, else ``?lang=`` (unprefixed pages), else the preference."""
    named = locale_in(request.url.path)
    if named:
        return named
    asked = request.query_params.get("lang")
    if asked in set(LOCALES):
        return Locale(asked)
    return preferred(request)
