"""Numbers, dates and times in each language's form, in the reader's zone, with the zone named."""

import datetime as dt
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal, format_percent
from babel.plural import PluralRule

_BABEL = {"kk": "kk_KZ", "ru": "ru_KZ", "en": "en_GB"}
_NBSP = "\N{NO-BREAK SPACE}"
_LONG = {"kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'", "en": "d MMMM y"}
"""Official texts write the word for year out; and a date that ends in «г.» doubles the full stop after it."""


# A list holds the same days and numbers again and again, and every page the same zone.


@lru_cache(maxsize=4096)
def _number(locale: str, value: int) -> str:
    text: str = format_decimal(value, locale=_BABEL[locale])
    return text.replace(" ", _NBSP)


@lru_cache(maxsize=4096)
def _date(locale: str, day: dt.date) -> str:
    return format_date(day, _LONG[locale], locale=_BABEL[locale])


@lru_cache(maxsize=1024)
def _zone_name(locale: str, timezone: str, offset: int) -> str:
    hours, minutes = divmod(offset, 60)
    city = get_timezone_location(ZoneInfo(timezone), locale=_BABEL[locale], return_city=True)
    tail = f":{minutes:02d}" if minutes else ""
    return f"{city} (UTC{hours:+d}{tail})"


class Formats:
    """The forms of one language and one time zone. Made once and kept."""

    def __init__(self, locale: str, timezone: str) -> None:
        self.locale = locale
        self.babel = BabelLocale.parse(_BABEL[locale])
        self.zone = ZoneInfo(timezone)
        self.timezone = timezone
        self.plural: PluralRule = self.babel.plural_form

    def in_zone(self, timezone: str) -> "Formats":
        """The same forms in another zone (IANA name), for the hour of a place."""
        return formats(self.locale, timezone)

    def number(self, value: int) -> str:
        """A whole number with its thousands parted: 1 000 (kk, ru), 1,000 (en)."""
        return _number(self.locale, value)

    def decimal(self, value: float, digits: int = 1) -> str:
        """A number with ``digits`` places at most."""
        text: str = format_decimal(round(value, digits), locale=self.babel)
        return text.replace(" ", _NBSP)

    def percent(self, part: int, whole: int) -> str:
        """``part`` of ``whole`` in per cent with one place at most; a dash when there is no whole."""
        if whole == 0:
            return "–"
        text: str = format_percent(
            part / whole,
            format="#,##0.#\N{NO-BREAK SPACE}%" if self.locale != "en" else "#,##0.#%",
            locale=self.babel,
        )
        return text

    def local(self, at: datetime) -> datetime:
        """The instant in the reader's zone."""
        return at.astimezone(self.zone)

    def date(self, at: datetime | dt.date) -> str:
        """Day, month in words, year."""
        day = self.local(at).date() if isinstance(at, datetime) else at
        return _date(self.locale, day)

    def month(self, day: dt.date) -> str:
        """A month's short name, standing alone, for the axis of a chart."""
        return format_date(day, "LLL", locale=self.babel).rstrip(".")

    def time(self, at: datetime, *, seconds: bool = False) -> str:
        """Hours and minutes, 24-hour clock."""
        return format_time(self.local(at).time(), "HH:mm:ss" if seconds else "HH:mm", locale=self.babel)

    def moment(self, at: datetime, *, seconds: bool = False) -> str:
        """Date and time, without the zone: the page names it once, with ``zone_name``."""
        return f"{self.date(at)}, {self.time(at, seconds=seconds)}"

    def iso(self, at: datetime) -> str:
        """The instant for machines: ISO 8601, UTC."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def zone_name(self) -> str:
        """The zone as people call it, with its present offset: Алматы (UTC+5)."""
        offset = datetime.now(self.zone).utcoffset() or timedelta()  # noqa: TID251  # only the zone's offset today
        return _zone_name(self.locale, self.timezone, int(offset.total_seconds()) // 60)

    def clock(self, remaining: timedelta) -> str:
        """Time left as h:mm:ss, never negative."""
        seconds = max(0, int(remaining.total_seconds()))
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


@lru_cache(maxsize=256)
def formats(locale: str, timezone: str) -> Formats:
    """The forms for a reader; ``timezone`` is an IANA name that was checked when it was stored."""
    return Formats(locale, timezone)
