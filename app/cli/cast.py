"""Who plays in the demonstration: invented people with invented surnames."""

from dataclasses import dataclass

from app.kernel.locales import Locale

PASSWORD = "demonstration only"  # noqa: S105  # printed at start; works on demonstration databases only


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the demonstration: the e-mail's first part, names, language, and the role they play.

    ``holder`` is no role of the product: a candidate who holds a certificate.
    """

    key: str
    cyrillic: str
    latin: str
    locale: Locale
    role: str


CAST = (
    Part("aigerim", "Үлгібаева Айгерім", "Ulgibayeva Aigerim", Locale.KK, "learner"),
    Part("nurlan", "Сынақов Нұрлан", "Synaqov Nurlan", Locale.RU, "candidate"),
    Part("dana", "Мысалова Дана", "Mysalova Dana", Locale.KK, "holder"),
    Part("marat", "Мысалов Марат", "Mysalov Marat", Locale.KK, "instructor"),
    Part("arman", "Үлгінов Арман", "Ulginov Arman", Locale.RU, "item_reviewer"),
    Part("aliya", "Сынақова Әлия", "Synaqova Aliya", Locale.KK, "translation_checker"),
    Part("gulnara", "Жорамалова Гүлнара", "Zhoramalova Gulnara", Locale.RU, "exam_manager"),
    Part("saule", "Болжамова Сәуле", "Bolzhamova Saule", Locale.KK, "proctor"),
    Part("zarina", "Мысалбекова Зарина", "Mysalbekova Zarina", Locale.KK, "incident_reviewer"),
    Part("kuanysh", "Болжамов Қуаныш", "Bolzhamov Kuanysh", Locale.KK, "rater"),
    Part("yerlan", "Үлгіев Ерлан", "Ulgiyev Yerlan", Locale.RU, "certification_officer"),
    Part("timur", "Примеров Тимур", "Primerov Timur", Locale.RU, "appeals_panel"),
    Part("dinara", "Сынақова Динара", "Synaqova Dinara", Locale.KK, "programme_manager"),
    Part("anna", "Примерова Анна", "Primerova Anna", Locale.RU, "administrator"),
    Part("talgat", "Жорамалов Талғат", "Zhoramalov Talgat", Locale.KK, "auditor"),
)
"""One person per role that has pages, and one who has the whole way behind her.

The surnames mean "example", "trial" or "assumption".
"""

FIRST = (
    ("Әсел", "Asel"),
    ("Бекзат", "Bekzat"),
    ("Гүлім", "Gulim"),
    ("Дамир", "Damir"),
    ("Жанар", "Zhanar"),
    ("Еркін", "Yerkin"),
    ("Зере", "Zere"),
    ("Ілияс", "Iliyas"),
    ("Ләззат", "Lazzat"),
    ("Қанат", "Kanat"),
    ("Мәдина", "Madina"),
    ("Олжас", "Olzhas"),
)
"""Women's and men's names in turn."""
LAST = (("Үлгі", "Ulgi"), ("Мысал", "Mysal"), ("Сынақ", "Synaq"))


def email(key: str) -> str:
    """The invented address of somebody of the demonstration."""
    return f"{key}@demo.example"
