"""What the forms of this slice offer and check: countries, zones, names of roles, fields they share."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from pydantic import AfterValidator, StringConstraints

from app.accounts import rules
from app.accounts.rules import NameFault, PasswordFault, Role, ScopeKind
from app.kernel.ordering import kazakh_sort_key
from app.web.formats import Formats, formats
from app.web.translations import N_

_NOT_COUNTRIES = frozenset("AC AQ BV CP CQ DG EA EU EZ HM IC QO TA UN XA XB ZZ".split())  # noqa: SIM905  # codes
FIRST_COUNTRY = "kz"

ROLE_NAMES = {
    Role.LEARNER: N_("learner"),
    Role.CANDIDATE: N_("candidate"),
    Role.INSTRUCTOR: N_("instructor"),
    Role.ITEM_REVIEWER: N_("item reviewer"),
    Role.TRANSLATION_CHECKER: N_("translation checker"),
    Role.EXAM_MANAGER: N_("exam manager"),
    Role.PROCTOR: N_("proctor"),
    Role.INCIDENT_REVIEWER: N_("incident reviewer"),
    Role.RATER: N_("rater"),
    Role.CERTIFICATION_OFFICER: N_("certification officer"),
    Role.APPEALS_PANEL: N_("member of the appeals panel"),
    Role.PROGRAMME_MANAGER: N_("programme manager"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.AUDITOR: N_("auditor"),
}
SIGN_IN_NAMES = {str(role): name for role, name in ROLE_NAMES.items()} | {
    "holder": N_("holder of a certificate")
}
"""What the people of a demonstration are, where one chooses through whose eyes to look."""
SCOPE_NAMES = {
    ScopeKind.ALL: N_("everywhere"),
    ScopeKind.PROGRAMME: N_("in one programme"),
    ScopeKind.REGION: N_("in one region"),
    ScopeKind.EMPLOYER: N_("at one employer"),
    ScopeKind.COHORT: N_("in one cohort"),
    ScopeKind.COURSE: N_("in one course"),
}
ACTION_NAMES = {
    "person.registered": N_("Registered"),
    "person.confirmed": N_("Confirmed the e-mail address"),
    "names.changed": N_("Changed the names"),
    "password.changed": N_("Changed the password"),
    "password.reset": N_("Set a new password by a link"),
    "address.changed": N_("Changed the e-mail address"),
    "person.closed": N_("Closed the account"),
    "person.reopened": N_("Account opened again"),
    "access.refused": N_("Access refused"),
    "role.granted": N_("Role granted"),
    "role.revoked": N_("Role revoked"),
}

_NAME_SAYS = {
    NameFault.SHORT: N_("Type the full name as in the document."),
    NameFault.LETTERS: N_(
        "Use the letters of this alphabet, spaces, hyphens, apostrophes and full stops only."
    ),
}
PASSWORD_SAYS = {
    PasswordFault.SHORT: N_("A password needs 10 characters at least."),
    PasswordFault.LONG: N_("A password has 200 characters at most."),
    PasswordFault.LIKE_ADDRESS: N_("The password must not be your e-mail address."),
    PasswordFault.COMMON: N_("This password is among the first that anybody would try. Choose another one."),
}


def _email(typed: str) -> str:
    address = rules.normalise_email(typed)
    if not rules.is_email(address):
        raise ValueError(N_("This is not a complete e-mail address. Example: aigerim@example.kz"))
    return address


def _latin(typed: str) -> str:
    return _name(typed, "LATIN")


def _cyrillic(typed: str | None) -> str | None:
    return _name(typed, "CYRILLIC") if typed is not None else None


def _name(typed: str, script: str) -> str:
    name = rules.clean_name(typed)
    fault = rules.name_fault(name, script)
    if fault is not None:
        raise ValueError(_NAME_SAYS[fault])
    return name


def _country(typed: str) -> str:
    if typed.upper() in _NOT_COUNTRIES or typed not in dict(countries("en")):
        raise ValueError(N_("Choose one of the options."))
    return typed


def check_password(password: str, email: str) -> str:
    """A new password as typed.

    Raises:
        ValueError: with the sentence that says what is wrong with it.
    """
    fault = rules.password_fault(password, email)
    if fault is not None:
        raise ValueError(PASSWORD_SAYS[fault])
    return password


Email = Annotated[str, AfterValidator(_email)]
"""A normalised address."""
LatinName = Annotated[str, StringConstraints(max_length=200), AfterValidator(_latin)]
CyrillicName = Annotated[Annotated[str, StringConstraints(max_length=200)] | None, AfterValidator(_cyrillic)]
Country = Annotated[str, AfterValidator(_country)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=1000)]
"""As typed: spaces at its ends count."""


@lru_cache(maxsize=8)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Every country (ISO 3166-1, lower case) with its name: Kazakhstan first, then in alphabetical order."""
    names = formats(locale, "UTC").babel.territories
    found = [
        (code.lower(), name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda pair: (pair[0] != FIRST_COUNTRY, kazakh_sort_key(pair[1]))))


def zones(fmt: Formats, now: datetime, stored: str) -> list[tuple[str, str]]:
    """The zones offered, each with its city and present offset; ``stored`` is among them whatever it is."""
    offered = list(_zones(fmt.locale, now.date().toordinal(), now.utctimetuple().tm_hour))
    if stored not in dict(offered):
        offered.insert(0, (stored, _zone(fmt, stored, now)))
    return offered


@lru_cache(maxsize=8)
def _zones(locale: str, day: int, hour: int) -> tuple[tuple[str, str], ...]:
    fmt = formats(locale, "UTC")
    now = datetime.fromordinal(day).replace(hour=hour, tzinfo=ZoneInfo("UTC"))
    here, elsewhere = rules.ZONES[: rules.HOME_ZONES], rules.ZONES[rules.HOME_ZONES :]
    named = [(zone, _zone(fmt, zone, now)) for zone in elsewhere]
    named.sort(key=lambda pair: kazakh_sort_key(pair[1]))
    return (*((zone, _zone(fmt, zone, now)) for zone in here), *named)


def _zone(fmt: Formats, zone: str, now: datetime) -> str:
    moment = now.astimezone(ZoneInfo(zone))
    city = get_timezone_location(ZoneInfo(zone), locale=fmt.babel, return_city=True)
    offset = moment.strftime("%z")
    tail = f":{offset[3:5]}" if offset[3:5] != "00" else ""
    return f"{city} (UTC{offset[0]}{int(offset[1:3])}{tail})"
