"""Getting in: registration, confirmation, a new password by mail, sign-in.

Nothing here tells a caller whether an address is known: the same statements run and the same is answered.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.accounts import queries, rules, service
from app.accounts.errors import (
    EmailNotConfirmed,
    EmailTaken,
    LinkNotValid,
    NotTheRegistration,
    WrongCredentials,
)
from app.accounts.models import MailToken, Person
from app.accounts.service import pauses
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import new_token, token_hash
from app.platform import audit
from app.platform.outbox import enqueue_later
from app.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Registration:
    """What a person typed to get an account; names cleaned, address normalised, password hashed."""

    email: str
    password_hash: str
    name_cyrillic: str | None
    name_latin: str
    locale: str
    timezone: str
    residence_country: str


def register(
    session: Session, clock: Clock, settings: Settings, *, given: Registration, brand_id: str
) -> None:
    """Register somebody, or write to the holder of the address somebody used. The caller cannot tell.

    An account that was never confirmed takes over what was typed last, and links sent before stop working:
    only the last registration can be confirmed.

    Raises:
        ResidencyElsewhere: this installation may not hold the person's data.
    """
    service.check_residence(settings, given.residence_country)
    if not pauses.may_mail(session, clock, "registration", given.email):
        return
    known, closed = queries.find_by_email(session, given.email), None
    if known is None:
        closed = queries.find_closed_by_email(session, given.email)
    if closed is not None:
        person_id, kind = closed.person_id, "accounts.closed_mail"
    elif known is None:
        try:
            person_id = service.create_person(
                session,
                clock,
                email=given.email,
                name_cyrillic=given.name_cyrillic,
                name_latin=given.name_latin,
                locale=given.locale,
                password_hash=given.password_hash,
                timezone=given.timezone,
                residence_country=given.residence_country,
            )
        except EmailTaken:  # somebody was a moment earlier, and gets the letter
            return
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="person.registered",
            subject_kind="person",
            subject_id=person_id,
        )
        kind = "accounts.confirmation_mail"
    elif known.confirmed:
        person_id, kind = known.person_id, "accounts.already_registered_mail"
    else:
        person_id, kind = known.person_id, "accounts.confirmation_mail"
        session.execute(
            update(Person)
            .where(col(Person.id) == person_id, col(Person.email_confirmed_at).is_(None))
            .values(
                **service.name_columns(given.name_cyrillic, given.name_latin, given.email),
                password_hash=given.password_hash,
                locale=given.locale,
                residence_country=given.residence_country,
                created_at=clock.now(),
            )
        )
        void_links(session, clock, person_id)
    enqueue_later(session, clock, kind, {"person_id": person_id, "brand_id": brand_id})


def void_links(session: Session, clock: Clock, person_id: UUID) -> None:
    """Links sent by mail stop working."""
    session.execute(
        update(MailToken)
        .where(col(MailToken.person_id) == person_id, col(MailToken.used_at).is_(None))
        .values(used_at=clock.now())
    )


def mint_link(session: Session, clock: Clock, *, person_id: UUID, purpose: rules.MailPurpose) -> str:
    """A new link's token. It is told once, to the letter that carries it; the table keeps its hash."""
    token, now = new_token(), clock.now()
    session.add(
        MailToken(
            purpose=purpose,
            person_id=person_id,
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + rules.LINK_LIFE[purpose],
        )
    )
    return token


def _use_link(session: Session, clock: Clock, purpose: rules.MailPurpose, token: str) -> UUID:
    now = clock.now()
    person_id: UUID | None = session.execute(
        update(MailToken)
        .where(
            col(MailToken.token_hash) == token_hash(token),
            col(MailToken.purpose) == purpose,
            col(MailToken.used_at).is_(None),
            col(MailToken.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(MailToken.person_id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if person_id is None:
        raise LinkNotValid
    return person_id


def _confirm_address(session: Session, clock: Clock, person_id: UUID) -> None:
    """Note that the person reads mail at the address; upper slices learn of it once."""
    if service.changed(
        session,
        update(Person)
        .where(col(Person.id) == person_id, col(Person.email_confirmed_at).is_(None))
        .values(email_confirmed_at=clock.now()),
    ):
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="person.confirmed",
            subject_kind="person",
            subject_id=person_id,
        )
        enqueue_later(
            session,
            clock,
            "person.registered",
            {"person_id": person_id},
            dedupe_key=f"person.registered:{person_id}",
        )


def confirm(
    session: Session,
    clock: Clock,
    *,
    token: str,
    email: str,
    account: queries.Credentials | None,
    origin: queries.Origin,
    fits: bool,
    device: str,
    leaving: UUID | None,
) -> service.Opened | Refused:
    """Confirm the address the link was sent to, and sign in whoever typed the registration's own password.

    The link alone is not enough: somebody else may have registered with this address and a password of
    theirs. ``account``: what the password was checked against, outside this transaction; ``fits``: whether
    it did. Wrong ones are counted as at sign-in and leave the link as it is.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    waits = pauses.refusal(session, clock, email=email, origin=origin)
    if waits is not None:
        return waits
    if account is None or not fits:
        pauses.count_failure(session, clock, email, origin)
        return Refused(NotTheRegistration())
    person_id = _use_link(session, clock, rules.MailPurpose.CONFIRMATION, token)
    if person_id != account.person_id or not still(session, account):
        raise LinkNotValid
    _confirm_address(session, clock, person_id)
    pauses.forget_failures(session, email, origin)
    return service.open_session(session, clock, person_id=person_id, device=device, leaving=leaving)


def still(session: Session, account: queries.Credentials) -> bool:
    """Whether the account is open with the password that was checked; it stays so until the commit."""
    found = session.scalar(
        select(col(Person.id))
        .where(
            col(Person.id) == account.person_id,
            col(Person.password_hash) == account.password_hash,
            col(Person.disabled_at).is_(None),
        )
        .with_for_update()
    )
    return found is not None


def ask_reset(session: Session, clock: Clock, *, email: str, brand_id: str) -> None:
    """Send a link for a new password, if somebody has the address; the same is written in either case."""
    if not pauses.may_mail(session, clock, "reset", email):
        return
    known = queries.find_by_email(session, email)
    payload = {"person_id": known.person_id if known else None, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.reset_mail", payload)


def reset_password(
    session: Session, clock: Clock, *, token: str, password_hash: str, origin: queries.Origin
) -> None:
    """Set a new password by a link: every session ends, other links stop working, waiting ends.

    Whoever used the link reads mail at the address, so it is confirmed as well.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    person_id = _use_link(session, clock, rules.MailPurpose.RESET, token)
    email = session.scalar(
        update(Person)
        .where(col(Person.id) == person_id)
        .values(password_hash=password_hash)
        .returning(col(Person.email))
        .execution_options(synchronize_session=False)
    )
    void_links(session, clock, person_id)
    service.end_sessions(session, clock, person_id)
    pauses.forget_failures(session, email or "", origin)
    _confirm_address(session, clock, person_id)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="password.reset",
        subject_kind="person",
        subject_id=person_id,
    )


def sign_in(
    session: Session,
    clock: Clock,
    *,
    email: str,
    account: queries.Credentials | None,
    origin: queries.Origin,
    fits: bool,
    device: str,
    leaving: UUID | None,
    brand_id: str,
) -> service.Opened | Refused:
    """Open a session for somebody whose password was checked before, outside this transaction.

    ``email``: normalised. ``fits``: whether the password fitted ``account``. ``leaving``: the session this
    browser had until now. An unknown address and a wrong password write the same and are refused alike.
    """
    waits = pauses.refusal(session, clock, email=email, origin=origin)
    if waits is not None:
        return waits
    if account is None or not fits:
        pauses.count_failure(session, clock, email, origin)
        return Refused(WrongCredentials())
    person = session.execute(
        select(col(Person.locale), col(Person.email_confirmed_at)).where(
            col(Person.id) == account.person_id,
            col(Person.password_hash) == account.password_hash,  # not changed since it was checked
            col(Person.disabled_at).is_(None),
        )
    ).first()
    if person is None:
        return Refused(WrongCredentials())
    if person.email_confirmed_at is None:
        if pauses.may_mail(session, clock, "registration", email):
            payload = {"person_id": account.person_id, "brand_id": brand_id}
            enqueue_later(session, clock, "accounts.confirmation_mail", payload)
        return Refused(EmailNotConfirmed())
    pauses.forget_failures(session, email, origin)
    return service.open_session(session, clock, person_id=account.person_id, device=device, leaving=leaving)


def sign_in_demonstration(
    session: Session, clock: Clock, *, person_id: UUID, device: str, leaving: UUID | None
) -> service.Opened:
    """Open a session for one of the demonstration's people. The caller has made sure that this is one.

    Raises:
        NotFound: the person plays no part in the demonstration.
    """
    plays = session.scalar(
        select(col(Person.id)).where(
            col(Person.id) == person_id, col(Person.demo_role).is_not(None), col(Person.disabled_at).is_(None)
        )
    )
    if plays is None:
        raise NotFound
    return service.open_session(session, clock, person_id=person_id, device=device, leaving=leaving)
