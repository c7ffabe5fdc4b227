"""The titles of the domains of the blueprint, in three languages.

Source: scheme and curriculum, section 2.
"""

from app.kernel.locales import Trilingual

DOMAINS: dict[str, Trilingual] = {
    "D1": {
        "kk": "Негіздер, этика және кәсіби әдеп",
        "ru": "Основы, этика и профессиональное поведение",
        "en": "Foundations, ethics and professional conduct",
    },
    "D2": {
        "kk": "Қазақстанның жасанды интеллект туралы заңнамасы",
        "ru": "Законодательство Казахстана об искусственном интеллекте",
        "en": "Kazakhstan's law on artificial intelligence",
    },
    "D3": {
        "kk": "ЕО-ның ЖИ туралы регламенті және халықаралық құжаттар",
        "ru": "Регламент ЕС об ИИ и международные документы",
        "en": "EU AI Act and international instruments",
    },
    "D4": {
        "kk": "SOAI-PDCA және ЖИ менеджменті жүйелері",
        "ru": "SOAI-PDCA и системы менеджмента ИИ",
        "en": "SOAI-PDCA and AI management systems",
    },
    "D5": {
        "kk": "Тәуекелді, ықпалды және әділдікті бағалау",
        "ru": "Оценка рисков, воздействия и справедливости",
        "en": "Risk, impact and fairness assessment",
    },
    "D6": {
        "kk": "ЖИ-ді бағалау, red teaming және қауіпсіздік",
        "ru": "Оценивание, ред-тиминг и безопасность ИИ",
        "en": "Evaluation, red teaming and AI security",
    },
    "D7": {
        "kk": "Деректерді қорғау және басқару",
        "ru": "Защита данных и управление данными",
        "en": "Data protection and data governance",
    },
    "D8": {
        "kk": "Адамның қадағалауы, 33 агенттен тұратын кеңес және инциденттерге ден қою",
        "ru": "Надзор человека, Совет из 33 агентов и реагирование на инциденты",
        "en": "Human oversight, the 33-Agent Council and incident response",
    },
}


def domain_title(code: str, locale: str) -> str:
    """The title of a domain for a reader of ``locale``; the code itself for a domain not of the blueprint."""
    return DOMAINS[code][locale] if code in DOMAINS else code
