"""What this database is: a demonstration for life, or the real thing; and which data region it serves."""

from dataclasses import dataclass

from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import Session

from app.kernel.clock import Clock
from app.platform.models import Installation
from app.platform.settings import Settings, SettingsError

_NOT_INITIALISED = (
    "CEASAI_DATABASE_URL: the database cannot be read or was never initialised; "
    "run `ceasai init` (or `ceasai demo`)"
)


@dataclass(frozen=True, slots=True)
class InstallationFacts:
    """What every page needs to know of the installation; read once at start."""

    demonstration: bool
    data_region: str


def mark(session: Session, clock: Clock, *, demonstration: bool, data_region: str) -> None:
    """Write the installation's row. A second call with the same facts changes nothing.

    Raises:
        SettingsError: the database was created as something else.
    """
    row = session.get(Installation, 1)
    if row is None:
        session.add(
            Installation(demonstration=demonstration, data_region=data_region, created_at=clock.now())
        )
        return
    if row.demonstration != demonstration:
        kind = "a demonstration" if row.demonstration else "not a demonstration"
        msg = f"this database was created as {kind} and stays so for life; use another database"
        raise SettingsError(msg)


def facts(session: Session, settings: Settings) -> InstallationFacts:
    """Read the row at start.

    Raises:
        SettingsError: the database was never initialised, or belongs to another data region.
    """
    try:
        row = session.get(Installation, 1)
    except (OperationalError, ProgrammingError) as error:  # no such table, in the words of either database
        raise SettingsError(_NOT_INITIALISED) from error
    if row is None:
        raise SettingsError(_NOT_INITIALISED)
    if row.data_region != settings.data_region:
        msg = f"CEASAI_DATA_REGION: the database holds the data of region {row.data_region!r}"
        raise SettingsError(msg)
    return InstallationFacts(row.demonstration, row.data_region)
