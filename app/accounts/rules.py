"""What makes an account: roles and scopes, names, addresses, passwords, pauses, and how long things last."""

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


class Role(StrEnum):
    """What a person may do. Everybody is a learner; being a candidate comes with an application.

    Source: specification of exams, section 3.
    """

    LEARNER = "learner"
    CANDIDATE = "candidate"
    INSTRUCTOR = "instructor"
    ITEM_REVIEWER = "item_reviewer"
    TRANSLATION_CHECKER = "translation_checker"
    EXAM_MANAGER = "exam_manager"
    PROCTOR = "proctor"
    INCIDENT_REVIEWER = "incident_reviewer"
    RATER = "rater"
    CERTIFICATION_OFFICER = "certification_officer"
    APPEALS_PANEL = "appeals_panel"
    PROGRAMME_MANAGER = "programme_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class ScopeKind(StrEnum):
    """How far a role reaches. ``all`` has the empty id."""

    ALL = "all"
    PROGRAMME = "programme"
    REGION = "region"
    EMPLOYER = "employer"
    COHORT = "cohort"
    COURSE = "course"


class MailPurpose(StrEnum):
    """What a link sent by mail lets its holder do, once."""

    CONFIRMATION = "confirmation"
    RESET = "reset"


SESSION_IDLE = timedelta(hours=12)
"""Without a request for this long a session ends, unless its person has an open attempt."""
SESSION_LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
"""How often a session's last use is written down."""
LINK_LIFE = {MailPurpose.CONFIRMATION: timedelta(days=3), MailPurpose.RESET: timedelta(hours=1)}
"""How long a link sent by mail can be used."""
ADDRESS_LINK_LIFE = timedelta(days=1)
"""How long the link that confirms a new address can be used."""
MAIL_EVERY = timedelta(minutes=2)
"""One address gets a mail of one purpose at most this often, whoever asks for it."""

FREE_FAILURES = 5
"""Wrong passwords for one account from one origin before it has to wait."""
SPREAD_FAILURES = 100
"""Wrong passwords for one account from all networks together before each of them has one free try only.

Source: NIST SP 800-63B, 5.2.2: no more than 100 failed attempts in a row on one account.
"""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
FAILURES_KEPT = timedelta(hours=24)
"""After this long without a wrong password the count starts anew."""

PASSWORD_MIN, PASSWORD_MAX = 10, 200
_COMMONEST_WORDS = (
    "0123456789 0987654321 1029384756 1122334455 1234567890 1234567891 12345678900 12345678910 123456789a "
    "123456789q 123456qwerty 1234qwerasdf 147258369a 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 9876543210 "
    "a123456789 abc123456789 abcd123456 abcdefghij administrator admin123456 asdfghjkl1 asdfghjkl123 "
    "football123 iloveyou12 iloveyou123 kazakhstan kazakhstan1 letmein123 letmein1234 master1234 "
    "monkey1234 passw0rd12 passw0rd123 password01 password10 password11 password12 password123 "
    "password1234 password12345 princess12 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qazwsx1234 qwerasdfzxcv "
    "qwerty12345 qwerty123456 qwertyuiop qwertyuiop1 sunshine12 superman12 welcome123 welcome1234 "
    "zxcvbnm123 zaq12wsxcde3 almaty12345 astana12345 ceasai12345 пароль1234 пароль12345 парольпароль "
    "йцукенгшщз йцукен12345 қазақстан1 қазақстан123 казахстан1 казахстан123 құпиясөз12 құпиясөз123"
)
_COMMONEST = frozenset(_COMMONEST_WORDS.split())


class PasswordFault(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    LIKE_ADDRESS = "like_address"
    COMMON = "common"


class NameFault(StrEnum):
    """Why a name is not taken."""

    SHORT = "short"
    LETTERS = "letters"


def normalise_email(typed: str) -> str:
    """The form in which an address is kept and compared: trimmed, NFC, lower case."""
    return unicodedata.normalize("NFC", typed.strip()).lower()


_EMAIL = re.compile(
    r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$"
)


def is_email(normalised: str) -> bool:
    """Whether a normalised text has the form of an address. Source: HTML standard, valid e-mail address."""
    return len(normalised) <= 254 and _EMAIL.match(normalised) is not None


def clean_name(typed: str) -> str:
    """A name as kept: NFC, single spaces; nothing else is changed and nothing is split."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def name_fault(name: str, script: str) -> NameFault | None:
    """What is wrong with a cleaned name for a script (``LATIN`` or ``CYRILLIC``); None when it is in order.

    Letters of that script, and between them spaces, hyphens, apostrophes and full stops.
    """
    letters = [c for c in name if c not in " -'’ʼ."]
    if not all(unicodedata.name(c, "").startswith(script) for c in letters):
        return NameFault.LETTERS
    return NameFault.SHORT if len(letters) < 2 else None


def password_fault(password: str, email: str) -> PasswordFault | None:
    """What is wrong with a new password; None when it is taken.

    Length counts more than kinds of characters, which are not asked for. Source: NIST SP 800-63B, 5.1.1.2.
    """
    if len(password) < PASSWORD_MIN:
        return PasswordFault.SHORT
    if len(password) > PASSWORD_MAX:
        return PasswordFault.LONG
    folded = password.casefold()
    if folded == email or folded == email.partition("@")[0]:
        return PasswordFault.LIKE_ADDRESS
    if folded in _COMMONEST or len(set(folded)) < 4:
        return PasswordFault.COMMON
    return None


def pause_after(failures: int, *, everywhere: int = 0) -> timedelta:
    """How long an origin waits after so many wrong passwords in a row: 30 s, doubling, 15 min at most.

    ``everywhere``: how many there were for the account from all networks. Many of them shorten the patience
    with each network, and never make one wait that has typed nothing wrong.
    """
    free = 1 if everywhere > SPREAD_FAILURES else FREE_FAILURES
    if failures < free:
        return timedelta()
    doublings: int = 2 ** min(failures - free, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or the 64 bits of IPv6 that one connection is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_paused(blocked_until: datetime | None, *, at: datetime) -> bool:
    """Whether an origin still has to wait. Both instants are aware UTC."""
    return blocked_until is not None and blocked_until > at


def whole_minute_after(at: datetime) -> datetime:
    """The first whole minute not before ``at``: a time shown without seconds must not be too early."""
    return at if at.second == 0 else at.replace(second=0) + timedelta(minutes=1)


def may_reside(country: str, *, data_region: str, residency_countries: Collection[str]) -> bool:
    """Whether an installation in ``data_region`` may hold the data of a resident of ``country``.

    Source: Law of the Republic of Kazakhstan 94-V, Art. 12: residents' data are kept in the country.
    """
    return country not in residency_countries or country == data_region


HONOURED = {
    Role.PROGRAMME_MANAGER: frozenset(
        {ScopeKind.PROGRAMME, ScopeKind.REGION, ScopeKind.EMPLOYER, ScopeKind.COHORT}
    )
}
"""The parts of the whole that a role's pages keep to. A role that is not here works everywhere or not at all:
to write a scope down that no page honours would promise what is not kept."""


def scope_fits(role: Role, kind: ScopeKind, scope_id: str) -> bool:
    """Whether a role may be held in a scope: everywhere has no id, a part that the role honours names one."""
    if kind is ScopeKind.ALL:
        return scope_id == ""
    return scope_id != "" and kind in HONOURED.get(role, frozenset())


def ends_sessions(role: Role) -> bool:
    """Whether gaining or losing the role ends the person's sessions: every role that reaches others' data.

    Becoming a candidate happens in the middle of one's own work and reaches nobody else's.
    """
    return role not in {Role.LEARNER, Role.CANDIDATE}


def safe_next(address: str) -> str | None:
    """An address of ours to go on to after signing in; None for anything that could lead elsewhere."""
    if not address.startswith("/") or address.startswith("//") or len(address) > 1000:
        return None
    if "\\" in address or any(c.isspace() or unicodedata.category(c) == "Cc" for c in address):
        return None
    return address


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("YaBrowser", "Yandex"), ("Firefox", "Firefox"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def device_name(user_agent: str) -> str:
    """Browser and system by name, for a person's own list of sessions; empty when neither is known."""
    found = (
        next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)


_FOLD = str.maketrans("әғқңөұүһіё", "агкноуухие")


def search_text(*parts: str | None) -> str:
    """What a search over people looks at: lower case, Kazakh letters as typed on a Russian keyboard."""
    return " ".join(part.casefold().translate(_FOLD) for part in parts if part)


_ZONE_WORDS = (
    "Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Atyrau Asia/Oral Asia/Qostanay Asia/Qyzylorda "
    "Africa/Abidjan Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos "
    "Africa/Nairobi America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Caracas "
    "America/Chicago America/Denver America/Halifax America/Lima America/Los_Angeles America/Mexico_City "
    "America/New_York America/Phoenix America/Santiago America/Sao_Paulo America/St_Johns America/Toronto "
    "Asia/Ashgabat Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut Asia/Bishkek Asia/Colombo Asia/Dhaka "
    "Asia/Dubai Asia/Dushanbe Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Kabul "
    "Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Kuala_Lumpur Asia/Kuwait Asia/Manila Asia/Novosibirsk "
    "Asia/Omsk Asia/Riyadh Asia/Samarkand Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tashkent "
    "Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Urumqi Asia/Vladivostok Asia/Yangon "
    "Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Reykjavik Australia/Adelaide "
    "Australia/Brisbane Australia/Darwin Australia/Perth Australia/Sydney Europe/Amsterdam Europe/Athens "
    "Europe/Belgrade Europe/Berlin Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Chisinau "
    "Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv Europe/Lisbon "
    "Europe/London Europe/Madrid Europe/Minsk Europe/Moscow Europe/Oslo Europe/Paris Europe/Prague "
    "Europe/Riga Europe/Rome Europe/Samara Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Vienna "
    "Europe/Vilnius Europe/Warsaw Europe/Zurich Pacific/Auckland Pacific/Fiji Pacific/Honolulu"
)
ZONES = tuple(_ZONE_WORDS.split())
"""The zones offered, by IANA name: Kazakhstan first, then one well-known city for each part of the world."""
HOME_ZONES = 7
"""How many of them, at the front, are in Kazakhstan."""
