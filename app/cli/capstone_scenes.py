"""Capstones of the demonstration: passed ones behind the certificates, and one for each queue."""

from uuid import UUID

from app.accounts import service as people
from app.capstone.queries.briefs import shipped
from app.capstone.queries.work import version, work_of
from app.capstone.rules.uploads import Sound, read_upload
from app.capstone.service import outcomes, rating, submissions
from app.cli.cast import email
from app.cli.scenes import Stage, done
from app.kernel.clock import FixedClock
from app.kernel.locales import Locale
from app.platform.database import read_session, write_session

_PASSED = slice(1, 6)
"""Of the cohort's members: who can still sit the exam, and those whose case is decided or ready."""
_UNTOLD, _FAILED, _WAITING = 6, 7, 8
_TEXT = (
    "Бұл — көрсетілімге арналған үлгі мәтін. Нағыз жұмыста мұнда кандидаттың жауабы тұрады.\n\n"
    "Это образец текста для демонстрации. В настоящей работе здесь стоит ответ кандидата."
)
_COMMENT = "Үлгі пікір: негіздемесі екінші бөлімде. Образец комментария: обоснование во второй части."
_TABLE = "тәуекел;себеп;шара\nүлгі;үлгі;үлгі\n".encode()


def capstones(stage: Stage, members: list[UUID], password_hash: str) -> None:
    """Five passed and told, one failed, one that waits to be told, one that waits for a second rater."""
    with write_session(stage.engine) as session:
        second = people.create_person(
            session,
            stage.ago(days=70),
            email=email("rater"),
            name_cyrillic="Сынақбаева Меруерт",
            name_latin="Synaqbayeva Meruert",
            locale=Locale.KK,
            password_hash=password_hash,
            confirmed=True,
        )
        people.grant(
            session, stage.ago(days=70), person_id=second, role="rater", by=None, reason="demonstration"
        )
    raters = (stage.cast["kuanysh"], second)
    for place, person in enumerate(members[_PASSED]):
        work = _hand_in(stage, person, stage.ago(days=29 - place / 8))
        _rate(stage, work, raters, stage.ago(days=27 - place / 8), level=3)
        _tell(stage, work, stage.ago(days=26 - place / 8))
    work = _hand_in(stage, members[_FAILED], stage.ago(days=29))
    _rate(stage, work, raters, stage.ago(days=27), level=1)
    _tell(stage, work, stage.ago(days=26))
    work = _hand_in(stage, members[_UNTOLD], stage.ago(days=9))
    _rate(stage, work, raters, stage.ago(days=4), level=4)
    work = _hand_in(stage, members[_WAITING], stage.ago(days=5))
    _rate(stage, work, raters[1:], stage.ago(days=2), level=3)


def _hand_in(stage: Stage, person: UUID, clock: FixedClock) -> UUID:
    with write_session(stage.engine) as session:
        work = submissions.begin(session, clock, person_id=person)
        for part in shipped().deliverables:
            submissions.save_text(
                session,
                clock,
                person_id=person,
                submission_id=work,
                part=part.id,
                body=_TEXT,
                based_on=version(""),
            )
        found = read_upload("үлгі-тізілім.csv", _TABLE)
        if isinstance(found, Sound):
            submissions.store_file(
                session,
                clock,
                person_id=person,
                submission_id=work,
                part="plan",
                sound=found,
                content=_TABLE,
            )
    with read_session(stage.engine) as session:
        state = work_of(session, work).state
    with write_session(stage.engine) as session:
        submissions.hand_in(session, clock, person_id=person, submission_id=work, confirmed=state)
    return work


def _rate(stage: Stage, work: UUID, raters: tuple[UUID, ...], clock: FixedClock, *, level: int) -> None:
    named = [criterion.id for criterion in shipped().criteria]
    for rater_id in raters:
        with write_session(stage.engine) as session:
            done(rating.take(session, clock, submission_id=work, rater_id=rater_id))
            done(
                rating.rate(
                    session,
                    clock,
                    submission_id=work,
                    rater_id=rater_id,
                    levels=dict.fromkeys(named, level),
                    comments=dict.fromkeys(named, _COMMENT),
                )
            )


def _tell(stage: Stage, work: UUID, clock: FixedClock) -> None:
    with write_session(stage.engine) as session:
        done(outcomes.tell(session, clock, submission_id=work, officer_id=stage.cast["yerlan"], words=None))
    stage.work(clock)
