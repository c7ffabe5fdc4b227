"""An appeal of the demonstration: filed six days ago, one vote is in, and a seat of its panel is free."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from app.accounts import service as people
from app.appeals.rules.challenges import Verdict
from app.appeals.service import panel
from app.cli.cast import email
from app.cli.scenes import Stage, done
from app.exams.models.attempts import Attempt
from app.exams.rules.states import Outcome, ResultState
from app.kernel.locales import Locale
from app.platform.database import write_session

_MEMBERS = (
    ("panel1", "Үлгібеков Дәурен", "Ulgibekov Dauren", Locale.KK),
    ("panel2", "Примерова Меруерт", "Primerova Meruert", Locale.RU),
)
_ZONE = ZoneInfo("Asia/Almaty")


def appeal(stage: Stage, password_hash: str) -> None:
    """Two more members of the panel, and somebody who did not pass and appeals."""
    members = []
    with write_session(stage.engine) as session:
        for key, cyrillic, latin, locale in _MEMBERS:
            made = people.create_person(
                session,
                stage.ago(days=70),
                email=email(key),
                name_cyrillic=cyrillic,
                name_latin=latin,
                locale=locale,
                password_hash=password_hash,
                confirmed=True,
            )
            people.grant(
                session,
                stage.ago(days=70),
                person_id=made,
                role="appeals_panel",
                by=None,
                reason="demonstration",
            )
            members.append(made)
        row = session.execute(
            select(col(Attempt.id), col(Attempt.candidate_id))
            .where(col(Attempt.outcome) == Outcome.FAILED, col(Attempt.result) == ResultState.RELEASED)
            .order_by(col(Attempt.released_at).desc())
            .limit(1)
        ).one()
        filed = panel.file_appeal(
            session,
            stage.ago(days=6),
            candidate_id=row.candidate_id,
            attempt_id=row.id,
            body="Емтихан басталғаннан кейін көрші бөлмеде жөндеу жүрді, жарты сағатқа жуық "
            "тыныштық болмады. Проктор мұны естіді, бірақ уақыт қосылмады.",
            locale="kk",
            zone=_ZONE,
        )
    stage.work(stage.ago(days=6))
    with write_session(stage.engine) as session:
        done(panel.take(session, stage.ago(days=2), appeal_id=filed, member_id=members[0]))
        done(
            panel.vote(
                session,
                stage.ago(days=1),
                appeal_id=filed,
                member_id=members[0],
                verdict=Verdict.UPHOLD,
                reasons="Орталықтың жөндеу кестесі кандидаттың айтқанын растайды, ал қосымша уақыт "
                "берілмеген. Бұл талпыныс басқалармен тең жағдайда өткен жоқ.",
            )
        )
    stage.work(stage.ago(days=1))
