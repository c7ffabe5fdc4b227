"""Panels of judges of the demonstration: one that waits for a decision, one in its first round."""

from uuid import UUID

from app.cli.cast import email
from app.cli.scenes import EXAM, Stage
from app.exams.queries.composing import newest_blueprints
from app.exams.queries.taken import places_of
from app.kernel.clock import FixedClock
from app.platform.database import read_session, write_session
from app.psychometrics.queries.panel import forms_to_judge, get_study
from app.psychometrics.service import panel

_JUDGES = ("arman", "aliya", "kuanysh", "zarina", "timur", "dinara", "anna", "talgat")
_BORDERLINE = {
    "kk": "Жасанды интеллектінің негізгі тәуекелдерін таниды, қарапайым жағдайда қай ереже қолданылатынын "
    "айта алады. Күрделі жағдайда әріптесінің көмегіне сүйенеді.",
    "ru": "Узнает основные риски искусственного интеллекта и в простом случае называет, какое правило "
    "применимо. В сложном случае опирается на помощь коллеги.",
    "en": "Recognises the main risks of artificial intelligence and says in a plain case which rule applies. "
    "In a hard case leans on a colleague.",
}


def panels(stage: Stage) -> None:
    """Eight judges were through with one form ten days ago; four are in round 1 of another."""
    with read_session(stage.engine) as session:
        exam = next(one.exam_id for one in newest_blueprints(session) if one.exam_slug == EXAM)
        first, second = [one.id for one in forms_to_judge(session) if one.exam_id == exam][:2]
    study = _open(stage, first, _JUDGES, stage.ago(days=20))
    for number, day in ((1, 18), (2, 12)):
        for judge in range(len(_JUDGES)):
            _rate(stage, study, judge, number, stage.ago(days=day))
        clock = stage.ago(days=day - 1)
        with write_session(stage.engine) as session:
            panel.close_round(session, clock, study_id=study, number=number, person_id=stage.cast["gulnara"])
        stage.work(clock)
    study = _open(stage, second, _JUDGES[:4], stage.ago(days=3))
    for judge in (1, 2):
        _rate(stage, study, judge, 1, stage.ago(days=1))


def _open(stage: Stage, form_id: UUID, judges: tuple[str, ...], clock: FixedClock) -> UUID:
    with write_session(stage.engine) as session:
        made = panel.open_study(
            session,
            clock,
            form_id=form_id,
            description=_BORDERLINE,
            emails=[email(one) for one in judges],
            person_id=stage.cast["gulnara"],
        )
    stage.work(clock)
    return made


def _rate(stage: Stage, study: UUID, judge: int, number: int, clock: FixedClock) -> None:
    """Items differ, judges are strict or lenient, and in round 2 they come closer to each other."""
    lean = (judge - 3) * (6 if number == 1 else 3)
    person = stage.cast[_JUDGES[judge]]
    with write_session(stage.engine) as session:
        form_id = get_study(session, study).form_id
        values = {
            place.position: min(95, max(20, 65 + (place.position * 37 % 11 - 5) * 5 + lean))
            for place in places_of(session, form_id)
        }
        panel.rate(session, clock, study_id=study, person_id=person, number=number, values=values)
        panel.hand_in(session, clock, study_id=study, person_id=person, number=number)
