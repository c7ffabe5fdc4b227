"""Panels of judges: opened for a form, two rounds, what they came to, and who decides. Never commits.

What moves a study holds its row and then those of its judges; what a judge does holds theirs. So a rating is
in before a round is closed, or it is refused.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.accounts.queries import find_by_email
from app.exams.queries.cuts import find_decision, those_who_sat
from app.exams.queries.taken import get_taken, places_of
from app.exams.service.cuts import note_reader, set_cut
from app.exams.service.doors import keep_trainers_out
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.psychometrics.errors import (
    CutDecided,
    CutOutside,
    JudgeBegan,
    JudgeDecides,
    JudgesUnfit,
    RatingsMissing,
    RoundOver,
    StudyMoved,
    StudyRuns,
    TooFewJudges,
    TooManyJudges,
)
from app.psychometrics.models import PanelJudge, PanelRating, PanelResult, PanelStudy
from app.psychometrics.queries import panel as queries
from app.psychometrics.rules import panel as rules
from app.psychometrics.rules.panel import LEAST, MOST, WANTED, Leaving, PanelStage, Unfit
from app.question_banks.queries.drafts import trains

PANEL_MAIL = "psychometrics.panel_mail"
"""The job kind that writes to a judge that a round has begun; payload ``{"judge_id": …, "round": …}``."""


def open_study(
    session: Session,
    clock: Clock,
    *,
    form_id: UUID,
    description: Mapping[str, str],
    emails: Sequence[str],
    person_id: UUID,
) -> UUID:
    """Open a study with its judges, who are written to; its id. Round 1 runs from now on.

    Raises:
        NotFound: no such form in use of a certification exam.
        TooFewJudges, TooManyJudges: there are limits.
        JudgesUnfit: somebody has no account, trains others, or has an attempt at the exam.
        StudyRuns: a panel is at work on the form.
    """
    form = next((one for one in queries.forms_to_judge(session) if one.id == form_id), None)
    if form is None:
        raise NotFound
    if len(emails) < LEAST:
        raise TooFewJudges(have=len(emails), least=LEAST)
    people = _fit(session, clock, exam_id=form.exam_id, emails=emails, held=[])
    study_id = new_id()
    if not insert_once(
        session,
        PanelStudy,
        id=study_id,
        form_id=form_id,
        stage=PanelStage.ROUND_ONE,
        description=dict(description),
        opened_by=person_id,
        opened_at=clock.now(),
    ):
        raise StudyRuns
    _note(session, clock, person_id, "panel.opened", study_id, form=form_id)
    for one in people:
        _name(session, clock, study_id, form_id, one, by=person_id)
    return study_id


def _fit(
    session: Session, clock: Clock, *, exam_id: UUID, emails: Sequence[str], held: Sequence[UUID]
) -> list[UUID]:
    """Who has these addresses, when all of them can be judges besides those who are ``held``."""
    if len(held) + len(emails) > MOST:
        raise TooManyJudges(most=MOST)
    found, why = list(held), {}
    for email in emails:
        contact = find_by_email(session, email)
        if contact is None or not contact.confirmed:
            why[email] = str(Unfit.UNKNOWN)
        elif contact.person_id in found:
            why[email] = str(Unfit.TWICE)
        elif trains(session, contact.person_id, at=clock.now()):
            why[email] = str(Unfit.TRAINS)
        elif those_who_sat(session, exam_id, [contact.person_id]):
            why[email] = str(Unfit.SAT)
        else:
            found.append(contact.person_id)
    if why:
        raise JudgesUnfit(why)
    return found[len(held) :]


def _name(session: Session, clock: Clock, study_id: UUID, form_id: UUID, judge: UUID, *, by: UUID) -> None:
    made = PanelJudge(study_id=study_id, person_id=judge, named_by=by, named_at=clock.now())
    session.add(made)
    session.flush()
    note_reader(session, clock, form_id=form_id, person_id=judge)
    _note(session, clock, by, "panel.judge_named", study_id, judge=made.id)
    _write_later(session, clock, made.id, 1)


def _write_later(session: Session, clock: Clock, judge_id: UUID, number: int) -> None:
    enqueue_later(
        session,
        clock,
        PANEL_MAIL,
        {"judge_id": judge_id, "round": number},
        dedupe_key=f"{PANEL_MAIL}:{judge_id}:{number}",
    )


def name_judge(session: Session, clock: Clock, *, study_id: UUID, email: str, person_id: UUID) -> None:
    """Name one more judge while round 1 runs.

    Raises:
        NotFound: no such study.
        StudyMoved: round 1 is closed.
        TooManyJudges, JudgesUnfit: see ``open_study``.
    """
    study = _held(session, study_id, PanelStage.ROUND_ONE)
    form = get_taken(session, study.form_id)
    named = [one.person_id for one in queries.judges_of(session, [study_id])]
    (judge,) = _fit(session, clock, exam_id=form.exam_id, emails=[email], held=named)
    _name(session, clock, study_id, study.form_id, judge, by=person_id)


def withdraw_judge(
    session: Session, clock: Clock, *, study_id: UUID, judge_id: UUID, person_id: UUID
) -> None:
    """Take a judge out who has not begun.

    Raises:
        NotFound: no such study or judge, or they left.
        StudyMoved: round 1 is closed.
        JudgeBegan: they have rated something.
    """
    _held(session, study_id, PanelStage.ROUND_ONE)
    judges = queries.judges_of(session, [study_id], for_update=True)
    found = next((one for one in judges if one.id == judge_id and one.left_at is None), None)
    if found is None:
        raise NotFound
    if queries.ratings_of(session, [judge_id]):
        raise JudgeBegan
    _leave(session, clock, judge_id, Leaving.WITHDRAWN)
    _note(session, clock, person_id, "panel.judge_withdrawn", study_id, judge=judge_id)


def _leave(session: Session, clock: Clock, judge_id: UUID, leaving: Leaving) -> None:
    session.execute(
        update(PanelJudge)
        .where(col(PanelJudge.id) == judge_id)
        .values(left_at=clock.now(), leaving=leaving)
        .execution_options(synchronize_session=False)
    )


def rate(
    session: Session,
    clock: Clock,
    *,
    study_id: UUID,
    person_id: UUID,
    number: int,
    values: Mapping[int, int],
) -> int:
    """Keep a judge's ratings, by place, of round ``number``; how many places are rated then.

    Every change is a row of its own; what stays as it is makes none.

    Raises:
        NotFound: not a judge of the study, or no such place.
        TrainsOthers: the judge trains others now.
        RoundOver: the round does not run, or this judge has handed it in.
    """
    judge, study = _judge_at(session, clock, study_id, person_id, number)
    if set(values) - {place.position for place in places_of(session, study.form_id)}:
        raise NotFound
    held = queries.ratings_of(session, [judge.id])
    stands = queries.values_of(held, judge.id, number)
    last = held.get((judge.id, number), queries.NONE).last
    for place, value in sorted(values.items()):
        if stands.get(place) != value:
            session.add(
                PanelRating(
                    judge_id=judge.id,
                    round=number,
                    position=place,
                    number=last.get(place, 0) + 1,
                    value=value,
                    at=clock.now(),
                )
            )
    session.flush()
    return len({**stands, **values})


def hand_in(session: Session, clock: Clock, *, study_id: UUID, person_id: UUID, number: int) -> None:
    """End a judge's round ``number``: from then on these ratings stay.

    Raises:
        NotFound, TrainsOthers, RoundOver: see ``rate``.
        RatingsMissing: some places are not rated.
    """
    judge, study = _judge_at(session, clock, study_id, person_id, number)
    rated = queries.values_of(queries.ratings_of(session, [judge.id]), judge.id, number)
    left = rules.missing(rated, [place.position for place in places_of(session, study.form_id)])
    if left:
        raise RatingsMissing(missing=left)
    column = "round_one_at" if number == 1 else "round_two_at"
    session.execute(
        update(PanelJudge)
        .where(col(PanelJudge.id) == judge.id)
        .values({column: clock.now()})
        .execution_options(synchronize_session=False)
    )
    _note(session, clock, person_id, "panel.handed_in", study_id, judge=judge.id, round=number)


def _judge_at(
    session: Session, clock: Clock, study_id: UUID, person_id: UUID, number: int
) -> tuple[queries.Judge, queries.Study]:
    judge = queries.judge_of(session, study_id, person_id, for_update=True)
    study = queries.get_study(session, study_id)
    form = get_taken(session, study.form_id)
    keep_trainers_out(session, clock, person_id=person_id, exam_id=form.exam_id)
    if study.round != number or judge.handed_in(number) is not None:
        raise RoundOver
    return judge, study


def close_round(session: Session, clock: Clock, *, study_id: UUID, number: int, person_id: UUID) -> None:
    """Close round ``number``. Judges who did not hand it in count no more; the others read or end.

    Raises:
        NotFound: no such study.
        StudyMoved: that round does not run.
        TooFewJudges: too few have handed it in.
    """
    study = queries.get_study(session, study_id, for_update=True)
    if study.round != number:
        raise StudyMoved
    judges = [one for one in queries.judges_of(session, [study_id], for_update=True) if one.left_at is None]
    stay = [one for one in judges if one.handed_in(number) is not None]
    if len(stay) < LEAST:
        raise TooFewJudges(have=len(stay), least=LEAST)
    for one in judges:
        if one not in stay:
            _leave(session, clock, one.id, rules.late_in(number))
    now, stage = clock.now(), rules.after_round(number)
    if number == 1:
        _move(session, study_id, stage=stage, round_two_at=now)
        for one in stay:
            _write_later(session, clock, one.id, 2)
    else:
        _move(session, study_id, stage=stage, ended_at=now, ended_by=person_id)
        _keep_result(session, clock, study, [one.id for one in stay])
    _note(session, clock, person_id, "panel.round_closed", study_id, round=number, judges=len(stay))


def _keep_result(session: Session, clock: Clock, study: queries.Study, judges: list[UUID]) -> None:
    held = queries.ratings_of(session, judges)
    points = {place.position: place.points for place in places_of(session, study.form_id)}
    sums = {
        one: [rules.sum_of(queries.values_of(held, one, number), points) for number in (1, 2)]
        for one in judges
    }
    first, second = (rules.estimate([one[at] for one in sums.values()]) for at in (0, 1))
    session.add(
        PanelResult(
            study_id=study.id,
            judges=second.judges,
            mean=second.mean,
            error=second.error,
            first_mean=first.mean,
            first_error=first.error,
            sums={str(one): both for one, both in sums.items()},
            at=clock.now(),
        )
    )
    session.flush()


def call_off(session: Session, clock: Clock, *, study_id: UUID, reason: str, person_id: UUID) -> None:
    """End a study that comes to nothing; what was rated stays.

    Raises:
        NotFound: no such study.
        StudyMoved: it has ended.
    """
    _held(session, study_id, *rules.RUNNING)
    _move(
        session,
        study_id,
        stage=PanelStage.CALLED_OFF,
        ended_at=clock.now(),
        ended_by=person_id,
        reason=reason,
    )
    _note(session, clock, person_id, "panel.called_off", study_id)


def decide(
    session: Session, clock: Clock, *, study_id: UUID, cut_score: int, reason: str, person_id: UUID
) -> None:
    """Make a cut score out of what a study came to: attempts that start from now on have it.

    Raises:
        NotFound: no such study.
        StudyMoved: it has come to nothing, or not yet.
        TooFewJudges: it rests on too few.
        JudgeDecides: the person was named one of its judges.
        TrainsOthers: the person trains others.
        CutOutside: the cut score is not within two standard errors of the panel's.
        CutDecided: there is a decision.
    """
    study = queries.get_study(session, study_id, for_update=True)
    result = queries.find_result(session, study_id)
    if result is None:
        raise StudyMoved
    if result.judges < WANTED:
        raise TooFewJudges(have=result.judges, least=WANTED)
    form = get_taken(session, study.form_id)
    if person_id in {one.person_id for one in queries.judges_of(session, [study_id])}:
        raise JudgeDecides
    keep_trainers_out(session, clock, person_id=person_id, exam_id=form.exam_id)
    if find_decision(session, study_id) is not None:
        raise CutDecided
    allowed = rules.cuts_allowed(result.estimate, max_points=form.max_points)
    if cut_score not in allowed:
        raise CutOutside(lowest=allowed[0], highest=allowed[-1])
    if not set_cut(
        session,
        clock,
        form_id=study.form_id,
        cut_score=cut_score,
        source_id=study_id,
        decided_by=person_id,
        reason=reason,
    ):
        raise CutDecided


def _held(session: Session, study_id: UUID, *stages: PanelStage) -> queries.Study:
    study = queries.get_study(session, study_id, for_update=True)
    if study.stage not in stages:
        raise StudyMoved
    return study


def _move(session: Session, study_id: UUID, **values: object) -> None:
    session.execute(
        update(PanelStudy)
        .where(col(PanelStudy.id) == study_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _note(
    session: Session, clock: Clock, person_id: UUID, action: str, study_id: UUID, **facts: object
) -> None:
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action=action,
        subject_kind="panel_study",
        subject_id=study_id,
        **facts,
    )
