"""The parts of the whole in which a programme manager's role can be given: real things, by name."""

from sqlalchemy import select
from sqlmodel import Session, col

from app.programmes.models import Cohort, Programme
from app.programmes.queries.shipped import regions

MOST = 1000
"""Open cohorts offered at once, by name; a manager of more is given a programme or a region."""


def scope_choices(session: Session, locale: str) -> dict[str, dict[str, str]]:
    """By kind of scope: the name of each thing in the reader's language, by its id, in order of the names."""
    programmes = session.execute(
        select(col(Programme.slug), col(Programme.title)).order_by(col(Programme.starts_on))
    )
    cohorts = session.execute(
        select(col(Cohort.id), col(Cohort.name))
        .where(col(Cohort.closed_at).is_(None))
        .order_by(col(Cohort.name), col(Cohort.id))
        .limit(MOST)
    )
    employers = session.scalars(
        select(col(Cohort.employer))
        .where(col(Cohort.employer).is_not(None))
        .distinct()
        .order_by(col(Cohort.employer))
    )
    named = {iso: title[locale] for iso, title in regions().items()}
    return {
        "programme": {slug: title[locale] for slug, title in programmes},
        "region": dict(sorted(named.items(), key=lambda pair: pair[1])),
        "employer": {employer: employer for employer in employers if employer},
        "cohort": {str(id_): name for id_, name in cohorts},
    }
