"""The parts of the whole in which a programme manager's role can be given: real things, by name."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.kernel.ordering import kazakh_sort_key
from app.programmes.models import Cohort, Programme
from app.programmes.queries.shipped import region_names

MOST = 1000
"""Open cohorts offered at once, by name; a manager of more is given a programme or a region."""


def scope_choices(session: Session, locale: str) -> dict[str, dict[str, str]]:
    """By kind of scope: the name of each thing in the reader's language, by its id, in order of the names."""
    programmes = session.execute(select(col(Programme.slug), col(Programme.title)))
    cohorts = session.execute(
        select(col(Cohort.id), col(Cohort.name))
        .where(col(Cohort.closed_at).is_(None))
        .order_by(col(Cohort.name), col(Cohort.id))
        .limit(MOST)
    )
    employers = session.scalars(
        select(col(Cohort.employer)).where(col(Cohort.employer).is_not(None)).distinct()
    )
    return {
        "programme": _by_name({slug: title[locale] for slug, title in programmes}),
        "region": region_names(locale),
        "employer": _by_name({employer: employer for employer in employers if employer}),
        "cohort": _by_name({str(id_): name for id_, name in cohorts}),
    }


def scope_names(session: Session, locale: str, held: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """The names of exactly these scopes (kind, id), as ``scope_choices`` gives them; closed cohorts too.

    A thing that is unknown, or of a kind that has no names of its own, is left out.
    """
    ids: dict[str, set[str]] = {}
    for kind, scope_id in held:
        ids.setdefault(kind, set()).add(scope_id)
    slugs, cohort_ids = ids.get("programme", set()), _uuids(ids.get("cohort", set()))
    programmes = (
        session.execute(
            select(col(Programme.slug), col(Programme.title)).where(col(Programme.slug).in_(slugs))
        ).all()
        if slugs
        else []
    )
    cohorts = (
        session.execute(select(col(Cohort.id), col(Cohort.name)).where(col(Cohort.id).in_(cohort_ids))).all()
        if cohort_ids
        else []
    )
    named = region_names(locale)
    return {
        "programme": {slug: title[locale] for slug, title in programmes},
        "region": {iso: named[iso] for iso in ids.get("region", set()) if iso in named},
        "employer": {employer: employer for employer in ids.get("employer", set())},
        "cohort": {str(id_): name for id_, name in cohorts},
    }


def _by_name(named: dict[str, str]) -> dict[str, str]:
    return dict(sorted(named.items(), key=lambda one: (kazakh_sort_key(one[1]), one)))


def _uuids(typed: Iterable[str]) -> set[UUID]:
    found = set()
    for text in typed:
        try:
            found.add(UUID(text))
        except ValueError:
            continue  # no cohort of ours has such an id
    return found
