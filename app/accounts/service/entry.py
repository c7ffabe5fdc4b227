"""Getting in: registration, confirmation, a new password by mail, sign-in.

Nothing here tells a caller whether an address is known: the same statements run and the same is answered.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from app.accounts import queries, rules, service
from app.accounts.errors import EmailNotConfirmed, EmailTaken, LinkNotValid, SignInPaused, WrongCredentials
from app.accounts.models import MailToken, Person, SignInThrottle
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import new_token, token_hash
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.platform.settings import Settings


def may_mail(session: Session, clock: Clock, purpose: str, email: str) -> bool:
    """Whether an address may get a mail of a purpose now; if so, the next one waits ``MAIL_EVERY``.

    The same statements run, and the same row is written, whether or not anybody has the address.
    """
    key, now = queries.throttle_key(purpose, email), clock.now()
    if insert_once(
        session, SignInThrottle, key=key, failures=0, blocked_until=now + rules.MAIL_EVERY, updated_at=now
    ):
        return True
    return service.changed(
        session,
        update(SignInThrottle)
        .where(
            col(SignInThrottle.key) == key,
            or_(col(SignInThrottle.blocked_until).is_(None), col(SignInThrottle.blocked_until) <= now),
        )
        .values(blocked_until=now + rules.MAIL_EVERY, updated_at=now),
    )


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
    if not may_mail(session, clock, "registration", given.email):
        return
    known = queries.find_by_email(session, given.email)
    if known is None:
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
        except EmailTaken:  # a closed account, about which nothing is said either
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


def confirm(session: Session, clock: Clock, *, token: str) -> None:
    """Confirm the address the link was sent to.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    _confirm_address(session, clock, _use_link(session, clock, rules.MailPurpose.CONFIRMATION, token))


def ask_reset(session: Session, clock: Clock, *, email: str, brand_id: str) -> None:
    """Send a link for a new password, if somebody has the address; the same is written in either case."""
    if not may_mail(session, clock, "reset", email):
        return
    known = queries.find_by_email(session, email)
    payload = {"person_id": known.person_id if known else None, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.reset_mail", payload)


def reset_password(session: Session, clock: Clock, *, token: str, password_hash: str) -> None:
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
    forget_failures(session, email or "")
    _confirm_address(session, clock, person_id)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="password.reset",
        subject_kind="person",
        subject_id=person_id,
    )


def forget_failures(session: Session, email: str) -> None:
    """The address need not wait any longer."""
    session.execute(
        delete(SignInThrottle).where(col(SignInThrottle.key) == queries.throttle_key("sign-in", email))
    )


def count_failure(session: Session, email: str, now: datetime) -> None:
    """Count a wrong password for a normalised address, and make it wait when there were too many."""
    key = queries.throttle_key("sign-in", email)
    insert_once(session, SignInThrottle, key=key, failures=0, blocked_until=None, updated_at=now)
    row = session.get_one(SignInThrottle, key, with_for_update=True, populate_existing=True)
    row.failures = 1 if now - row.updated_at > rules.FAILURES_KEPT else row.failures + 1
    pause = rules.pause_after(row.failures)
    row.blocked_until, row.updated_at = (now + pause if pause else None), now


def sign_in(
    session: Session,
    clock: Clock,
    *,
    email: str,
    account: queries.Credentials | None,
    fits: bool,
    device: str,
    leaving: UUID | None,
    brand_id: str,
) -> service.Opened | Refused:
    """Open a session for somebody whose password was checked before, outside this transaction.

    ``email``: normalised. ``fits``: whether the password fitted ``account``. ``leaving``: the session this
    browser had until now. An unknown address and a wrong password write the same and are refused alike.
    """
    now = clock.now()
    until = queries.find_pause(session, email)
    if until is not None and rules.is_paused(until, at=now):
        return Refused(SignInPaused(until=rules.whole_minute_after(until)))
    if account is None or not fits:
        count_failure(session, email, now)
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
        if may_mail(session, clock, "registration", email):
            payload = {"person_id": account.person_id, "brand_id": brand_id}
            enqueue_later(session, clock, "accounts.confirmation_mail", payload)
        return Refused(EmailNotConfirmed())
    forget_failures(session, email)
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
