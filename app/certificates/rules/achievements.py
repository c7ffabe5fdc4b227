"""What can be achieved: the one certification of the scheme, and the completion of a course.

A version is never changed once a certificate names it: a new wording is a new version.

Source: specification of the curriculum, section 1 (the scheme).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from app.certificates.rules.states import Kind
from app.kernel.locales import Trilingual


@dataclass(frozen=True, slots=True)
class Achieved:
    """A version of an achievement, as it is written down. ``validity_months`` None: it does not expire."""

    slug: str
    version: int
    kind: Kind
    title: Trilingual
    description: Trilingual
    criteria: Trilingual
    scheme: str
    scheme_version: str
    level: str | None
    validity_months: int | None


ANALYST = Achieved(
    slug="analyst",
    version=1,
    kind=Kind.CERTIFICATION,
    title={
        "kk": "CEASAI жасанды интеллект қауіпсіздігі бойынша сертификатталған талдаушысы",
        "ru": "Сертифицированный аналитик CEASAI по безопасности искусственного интеллекта",
        "en": "CEASAI Certified AI Safety Analyst",
    },
    description={
        "kk": "Жасанды интеллект жүйелерін бағалай, олардың тәуекелдерін анықтай және ақауларына ден "
        "қоя алатын талдаушының құзыреттілігін растайды.",
        "ru": "Подтверждает компетентность аналитика, который оценивает системы искусственного "
        "интеллекта, определяет их риски и реагирует на их сбои.",
        "en": "Certifies the competence of an analyst who assesses artificial intelligence systems, "
        "determines their risks and responds when they fail.",
    },
    criteria={
        "kk": "Бақылаумен өткен емтиханды өту балынан төмен емес нәтижемен тапсыру, жеке басын растау, "
        "кәсіби әдеп кодексі мен белгіні пайдалану туралы келісімді қабылдау және сертификаттау органының "
        "шешімі.",
        "ru": "Экзамен под наблюдением с результатом не ниже проходного балла, подтверждение личности, "
        "принятие кодекса профессионального поведения и соглашения об использовании знака, решение "
        "органа по сертификации.",
        "en": "A supervised examination at or above the cut score, a check of identity, acceptance of the "
        "code of conduct and of the agreement on the use of the mark, and a decision of the certification "
        "body.",
    },
    scheme="CEASAI-AISA",
    scheme_version="1.0",
    level="1",
    validity_months=24,
)

SCOPES: dict[tuple[str, str], Trilingual] = {
    (ANALYST.scheme, ANALYST.scheme_version): {
        "kk": "ЖИ жүйелерін қауіпсіздік, заңдылық және әділдік тұрғысынан бағалау",
        "ru": "Оценка безопасности, законности и справедливости систем ИИ",
        "en": "Assessing AI systems for safety, lawfulness and fairness",
    },
}
"""What a scheme certifies, by its name and version, which every certificate holds.

Another scope is another version of the scheme.

Source: docs/decisions/0015-the-scope-belongs-to-the-scheme.md.
"""


def scope_of(scheme: str, version: str) -> Trilingual | None:
    """The scope of a version of a scheme; None for a course, which certifies nothing."""
    return SCOPES.get((scheme, version))


CERTIFICATIONS: dict[str, Achieved] = {ANALYST.slug: ANALYST}
"""By the word an exam names."""


def completion_of(course_slug: str, title: Trilingual, course_version: str) -> Achieved:
    """The completion of a course: issued by rule, and in no language called certification."""
    return Achieved(
        slug=f"completion-{course_slug}",
        version=1,
        kind=Kind.COMPLETION,
        title={
            "kk": f"«{title['kk']}» курсын аяқтау",
            "ru": f"Завершение курса «{title['ru']}»",
            "en": f"Completion of the course “{title['en']}”",
        },
        description={
            "kk": "Курстың барлық сабағы оқылғанын растайды. Бұл – емтихан нәтижесі де, "
            "құзыреттілікті растау да емес.",
            "ru": "Подтверждает, что пройдены все уроки курса. Это не результат экзамена и не "
            "подтверждение компетентности.",
            "en": "States that every lesson of the course was studied. It is not the result of "
            "an examination and does not attest competence.",
        },
        criteria={
            "kk": "Курстың әр сабағын соңына дейін оқып, өзін-өзі тексеру сұрақтарының бәріне жауап беру.",
            "ru": "Прочитать каждый урок курса до конца и ответить на все вопросы для самопроверки.",
            "en": "Read every lesson of the course to the end and answer every knowledge check.",
        },
        scheme=course_slug,
        scheme_version=course_version,
        level=None,
        validity_months=None,
    )


def expiry(valid_from: datetime, months: int | None) -> datetime | None:
    """The same day and hour so many months later; the last day of a shorter month. None: never."""
    if months is None:
        return None
    year, month = divmod(valid_from.year * 12 + valid_from.month - 1 + months, 12)
    day = min(valid_from.day, monthrange(year, month + 1)[1])
    return valid_from.replace(year=year, month=month + 1, day=day)
