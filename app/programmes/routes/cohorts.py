"""Pages of a manager's cohorts: the list, a new one, and one cohort with its figures."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.kernel.locales import LOCALES, OWN_NAMES, Locale
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.programmes import rules
from app.programmes.errors import CohortOutOfScope
from app.programmes.queries import cohorts as queries
from app.programmes.queries import figures, people
from app.programmes.queries.shipped import region_names, regions, shipped
from app.programmes.routes.chart import burn_up_chart
from app.programmes.routes.words import SECTORS, STATES, STEPS
from app.programmes.rules import MilestoneWord, Sector
from app.programmes.service import cohorts as service
from app.web.formats import Formats
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import brand_of, formats_of, go, page, wants_fragment
from app.web.translations import N_, say
from app.web.viewer import ClockDep, SignedIn, Viewer, holding

router = Router(prefix="/cohorts")

MANAGER = "programme_manager"
Manager = Annotated[Viewer, Depends(holding(MANAGER))]
_MAX_DAYS = 366 * 5


def _region(value: str) -> str:
    if value not in regions():
        raise ValueError(N_("Choose one of the options."))
    return value


def _programme(value: str) -> str:
    if value not in shipped():
        raise ValueError(N_("Choose one of the options."))
    return value


class CohortForm(FormModel):
    """What a manager fills in for a new cohort."""

    name: str = Field(min_length=1, max_length=120)
    programme: Annotated[str, AfterValidator(_programme)]
    region: Annotated[str, AfterValidator(_region)] | None = None
    sector: Sector | None = None
    employer: str | None = Field(default=None, max_length=120)
    language: Locale
    starts_on: date
    ends_on: date
    target: int = Field(ge=1, le=100_000)

    @field_validator("ends_on")
    @classmethod
    def _after_the_start(cls, value: date, info: ValidationInfo) -> date:
        start = info.data.get("starts_on")
        if start is not None and value <= start:
            raise ValueError(N_("The last day must come after the first."))
        if start is not None and (value - start).days > _MAX_DAYS:
            raise ValueError(N_("A cohort lasts five years at most."))
        return value


@router.get("")
def list_cohorts(request: Request, session: Read, viewer: Manager) -> HTMLResponse:
    """The cohorts in the manager's scope."""
    number = page_number(request.query_params.get("page", ""))
    rows, total = queries.list_cohorts(session, viewer.scopes(MANAGER), page=number)
    return page(
        request,
        "programmes/cohorts.html",
        rows=rows,
        total=total,
        page=number,
        size=queries.PAGE,
        regions=regions(),
        may_create=any(kind != "cohort" for kind, _ in viewer.scopes(MANAGER)),
    )


def _form_page(request: Request, form: FormState, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    locale = locale_of(request)
    return page(
        request,
        "programmes/new_cohort.html",
        status=status,
        switch_path=f"/{locale}/cohorts/new" if request.method == "POST" else None,
        form=form,
        error_title=bool(form.errors),
        programmes=[(slug, each.title[locale]) for slug, each in shipped().items()],
        region_options=list(region_names(locale).items()),
        sectors=[(str(sector), say(locale, label)) for sector, label in SECTORS.items()],
        languages_offered=[(str(each), OWN_NAMES[each]) for each in LOCALES],
    )


@router.get("/new")
def new_cohort(request: Request, viewer: Manager) -> HTMLResponse:
    """The form for a new cohort, filled in as far as the manager's area says it."""
    values: dict[str, str] = {"language": str(locale_of(request)), "programme": next(iter(shipped()))}
    scopes = viewer.scopes(MANAGER)
    if len(scopes) == 1:
        values |= {kind: scope for kind, scope in scopes if kind in {"programme", "region", "employer"}}
    return _form_page(request, FormState(values=values))


@router.post("")
def create_cohort(request: Request, session: Write, clock: ClockDep, viewer: Manager, form: Form) -> Response:
    """Create a cohort; 422 with the form when something is missing or outside the manager's area."""
    data, state = parse(form, CohortForm)
    if data is not None:
        wanted = service.NewCohort(
            name=data.name,
            programme=data.programme,
            region=data.region,
            sector=data.sector,
            employer=data.employer,
            locale=data.language,
            starts_on=data.starts_on,
            ends_on=data.ends_on,
            target=data.target,
            brand_id=brand_of(request).id,
        )
        try:
            cohort_id = service.create_cohort(
                session, clock, actor_id=viewer.person_id, scopes=viewer.scopes(MANAGER), wanted=wanted
            )
        except CohortOutOfScope:
            kinds = {kind for kind, _ in viewer.scopes(MANAGER)}
            field = next((kind for kind in ("region", "employer") if kind in kinds), "programme")
            state.add(field, N_("This is outside the area you manage."))
        else:
            return go(request, f"cohorts/{cohort_id}", done="created")
    return _form_page(request, state, HTTPStatus.UNPROCESSABLE_ENTITY)


def people_filter(request: Request) -> people.PeopleFilter:
    """What the address asks of the people list; what it does not know is left out."""
    asked = request.query_params
    state, sort = asked.get("state", ""), asked.get("sort", "")
    return people.PeopleFilter(
        state=state if state in {*MilestoneWord, people.STALLED} else "",
        q=asked.get("q", "").strip()[:100],
        sort=sort if sort.removeprefix("-") in people.SORTS else "name",
        page=page_number(asked.get("page", "")),
    )


def cohort_page(
    request: Request,
    session: Read,
    clock: ClockDep,
    viewer: Viewer,
    cohort_id: UUID,
    *,
    form: FormState | None = None,
) -> HTMLResponse:
    """One cohort for its manager; with ``form`` after a refused change on it (422)."""
    cohort = queries.get_cohort(session, viewer.scopes(MANAGER), cohort_id)
    now = clock.now()
    wanted = people_filter(request)
    rows, total = people.list_people(session, cohort_id, wanted, now=now)
    listed: dict[str, Any] = {
        "cohort": cohort,
        "rows": rows,
        "total": total,
        "wanted": wanted,
        "size": people.PAGE,
        "regions": regions(),
        "states": STATES,
    }
    if wants_fragment(request):
        return page(request, "programmes/cohort.html", "people", **listed)
    counts = figures.cohort_counts(session, cohort_id)
    totals = {word: sum(by_day.values()) for word, by_day in counts.items()}
    members, active = people.member_figures(session, cohort_id, now=now)
    status = HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request,
        "programmes/cohort.html",
        status=status,
        switch_path=None if form is None else f"/{locale_of(request)}/cohorts/{cohort_id}",
        **listed,
        sectors=SECTORS,
        steps=STEPS,
        members=members,
        active=active,
        totals={str(word): totals.get(word, 0) for word in MilestoneWord},
        waiting=rules.waiting(totals),
        funnel=rules.funnel(totals, active_now=active),
        as_of=figures.counted_until(session, now=now),
        instructors=people.list_instructors(session, cohort_id),
        form=form or FormState(),
        error_title=form is not None,
        done=request.query_params.get("done", ""),
        **_progress(cohort, counts.get(MilestoneWord.CERTIFIED, {}), now=now, fmt=formats_of(request)),
    )


def _progress(
    cohort: queries.CohortFacts, by_day: dict[date, int], *, now: datetime, fmt: Formats
) -> dict[str, Any]:
    """The burn-up of a cohort: chart, plan, and the weekly rate that would still reach the target."""
    today = rules.counting_day(now)
    span: dict[str, Any] = {"target": cohort.target, "starts_on": cohort.starts_on, "ends_on": cohort.ends_on}
    points = rules.burn_up(by_day, on=today, **span)
    certified = sum(by_day.values())
    recent = sum(count for day, count in by_day.items() if 0 <= (today - day).days < 28)
    return {
        "chart": burn_up_chart(points, fmt=fmt, **span),
        "certified": certified,
        "planned": rules.planned(on=today, **span),
        "weekly": rules.required_weekly(
            target=cohort.target, reached=certified, ends_on=cohort.ends_on, on=today
        ),
        "recent": recent,
        "today": today,
    }


@router.get("/{cohort_id}")
def show_cohort(
    request: Request, session: Read, clock: ClockDep, viewer: SignedIn, cohort_id: UUID
) -> HTMLResponse:
    """A cohort: figures, burn-up, funnel, people. 404 outside the manager's scope."""
    return cohort_page(request, session, clock, viewer, cohort_id)
