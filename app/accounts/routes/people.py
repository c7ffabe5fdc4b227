"""People and their roles, for administrators."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import StringConstraints
from sqlmodel import Session

from app.accounts import queries, service
from app.accounts.errors import RoleHeld, ScopeUnfit
from app.accounts.queries import administration, changes
from app.accounts.routes.choices import ACTION_NAMES, ROLE_NAMES, SCOPE_NAMES, countries
from app.accounts.rules import Role, ScopeKind
from app.accounts.service import closing
from app.kernel.errors import DomainError
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import brand_of, go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/admin/people")

Administrator = Annotated[Viewer, Depends(holding("administrator"))]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
PAGE = 50
FindScopes = Callable[[Session, str], Mapping[str, Mapping[str, str]]]
"""(session, locale) → by kind of scope, the name of each thing by its id. ``main`` fills both."""
NameScopes = Callable[[Session, str, Iterable[tuple[str, str]]], Mapping[str, Mapping[str, str]]]
"""The same of the scopes that are held, (kind, id), offered any longer or not."""


class GrantForm(FormModel):
    """A role, how far it reaches, and why."""

    role: Role
    scope: Annotated[str, StringConstraints(pattern=r"^[a-z]+:", max_length=200)]
    """Kind and id of the scope, as the select offers them: ``region:KZ-75``, ``all:``."""
    reason: Reason


class ReopenForm(FormModel):
    """Why a closed account is opened again."""

    reopen_reason: Reason


class RevokeForm(FormModel):
    """Why a role is taken away."""

    revoke_reason: Reason


@router.get("")
def list_people(
    request: Request,
    session: Read,
    viewer: Administrator,
    q: Annotated[str, Query(max_length=200)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """People by name or address, fifty a page."""
    del viewer  # the door only
    rows, total = administration.list_people(session, query=q, offset=(number - 1) * PAGE, limit=PAGE)
    return page(
        request,
        "accounts/people.html",
        query=q,
        rows=[(row, queries.Names(row.name_cyrillic, row.name_latin)) for row in rows],
        roles=administration.list_roles(session, [row.id for row in rows]),
        role_names=ROLE_NAMES,
        number=number,
        pages=-(-total // PAGE),
        first=(number - 1) * PAGE + 1,
        total=total,
    )


def _scopes(request: Request, session: Session) -> Mapping[str, Mapping[str, str]]:
    """What a role can be limited to: names by id, by kind of scope."""
    choices: FindScopes = request.app.state.find_scopes
    return choices(session, str(locale_of(request)))


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    person_id: UUID,
    *,
    form: FormState | None = None,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    profile = queries.get_profile(session, person_id)
    locale = str(locale_of(request))
    state = form or FormState(values={"scope": f"{ScopeKind.ALL}:"})
    grants: list[Any] = administration.list_grants(session, person_id)
    name_scopes: NameScopes = request.app.state.name_scopes
    return page(
        request,
        "accounts/person.html",
        profile=profile,
        names=queries.Names(profile.name_cyrillic, profile.name_latin),
        country=dict(countries(locale)).get(profile.residence_country, profile.residence_country),
        held=[row for row in grants if row.revoked_at is None],
        ended=[row for row in grants if row.revoked_at is not None],
        reasons={str(row.id): row for row in grants},
        reopened=changes.reopening_reasons(session, person_id),
        entries=administration.list_audit(session, person_id),
        own=person_id == viewer.person_id,
        form=state,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or state.errors),
        named=lambda cyrillic, latin: queries.Names(cyrillic, latin).shown(locale),
        role_names=ROLE_NAMES,
        scope_names=SCOPE_NAMES,
        scopes=_scopes(request, session),
        held_scopes=name_scopes(session, locale, [(str(row.scope_kind), row.scope_id) for row in grants]),
        action_names=ACTION_NAMES,
        done=request.query_params.get("done", ""),
        status=status,
        switch_path=f"/{locale}/admin/people/{person_id}",
    )


@router.get("/{person_id}")
def show_person(request: Request, session: Read, viewer: Administrator, person_id: UUID) -> Response:
    """One person: facts, roles, and what the audit log says of them."""
    return _page(request, session, viewer, person_id)


@router.post("/{person_id}/roles")
def grant_role(
    request: Request, *, session: Write, clock: ClockDep, viewer: Administrator, form: Form, person_id: UUID
) -> Response:
    """Give a role in a scope, with a reason.

    Raises:
        NotFound: no such person.
        OwnRoles: the person is the viewer.
    """
    queries.get_profile(session, person_id)
    given, state = parse(form, GrantForm)
    if given is None:
        return _page(request, session, viewer, person_id, form=state, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    kind, _, scope_id = given.scope.partition(":")
    if kind != ScopeKind.ALL and scope_id not in _scopes(request, session).get(kind, {}):
        state.add("scope", N_("Choose one of the options."))
        return _page(request, session, viewer, person_id, form=state, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        service.grant(
            session,
            clock,
            person_id=person_id,
            role=given.role,
            scope_kind=kind,
            scope_id=scope_id,
            by=viewer.person_id,
            reason=given.reason,
        )
    except (RoleHeld, ScopeUnfit) as refusal:  # nothing was written
        return _page(request, session, viewer, person_id, form=state, refusal=refusal, status=refusal.status)
    return go(request, f"admin/people/{person_id}", done="granted")


@router.post("/{person_id}/roles/{grant_id}/revocation")
def revoke_role(
    request: Request,
    *,
    session: Write,
    clock: ClockDep,
    viewer: Administrator,
    form: Form,
    person_id: UUID,
    grant_id: UUID,
) -> Response:
    """Take a role away, with a reason.

    Raises:
        NotFound: the person holds no such role.
        OwnRoles: the person is the viewer.
    """
    given, state = parse(form, RevokeForm)
    if given is None:
        return _page(request, session, viewer, person_id, form=state, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    service.revoke(
        session,
        clock,
        person_id=person_id,
        grant_id=grant_id,
        by=viewer.person_id,
        reason=given.revoke_reason,
    )
    return go(request, f"admin/people/{person_id}", done="revoked")


@router.post("/{person_id}/reopening")
def reopen_account(
    request: Request, *, session: Write, clock: ClockDep, viewer: Administrator, form: Form, person_id: UUID
) -> Response:
    """Open a closed account again, with a reason.

    Raises:
        NotFound: no such person.
        OwnAccount: the person is the viewer.
        NotClosed: the account is open.
    """
    queries.get_profile(session, person_id)
    given, state = parse(form, ReopenForm)
    if given is None:
        return _page(request, session, viewer, person_id, form=state, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    closing.reopen(
        session,
        clock,
        person_id=person_id,
        by=viewer.person_id,
        reason=given.reopen_reason,
        brand_id=brand_of(request).id,
    )
    return go(request, f"admin/people/{person_id}", done="reopened")
