"""The credential as it is signed: Open Badges 3.0 over W3C Verifiable Credentials 2.0, as claims of a JWT.

Plain values in, a document out; nothing is read or signed here.

Source: specification of certificates, section 3; Open Badges 3.0 (1EdTech), section 8.2.4 (JWT proof).
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.certificates.rules import number as numbers
from app.certificates.rules.states import Kind
from app.kernel.locales import LOCALES, Locale, Trilingual
from app.platform.settings import Settings

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json-ld/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
MAIN_LANGUAGE = Locale.EN
"""The language of the embedded achievement; the others stand at its ``related`` addresses."""
_TYPES = {Kind.CERTIFICATION: "Certification", Kind.COMPLETION: "CertificateOfCompletion"}
_TEST = {"kk": "СЫНАҚ БЕРУШІСІ", "ru": "ТЕСТОВЫЙ ИЗДАТЕЛЬ", "en": "TEST ISSUER"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: configuration of the installation, never part of a brand."""

    base: str
    name: Trilingual
    test: bool

    @property
    def id(self) -> str:
        """The issuer's public address."""
        return f"{self.base}/issuer"


def issuer_of(settings: Settings, *, demonstration: bool) -> Issuer:
    """The issuer of this installation; a demonstration signs as a test issuer, and says so in its name."""
    name = {"kk": settings.issuer_name_kk, "ru": settings.issuer_name_ru, "en": settings.issuer_name_en}
    if demonstration:
        name = {locale: f"{_TEST[locale]}: {text}" for locale, text in name.items()}
    return Issuer(settings.public_base, name, demonstration)


@dataclass(frozen=True, slots=True)
class AchievementText:
    """A version of an achievement, in three languages."""

    slug: str
    version: int
    kind: Kind
    title: Trilingual
    description: Trilingual
    criteria: Trilingual


@dataclass(frozen=True, slots=True)
class Score:
    """What was reached in the exam, in whole points, and the level it certifies."""

    reached: int
    possible: int
    required: int
    level: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything one credential says."""

    number: str
    subject: UUID
    name_cyrillic: str | None
    name_latin: str | None
    valid_from: datetime
    expires_at: datetime | None
    awarded_at: datetime
    list_number: int
    status_index: int
    score: Score | None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as a Profile: what ``/issuer`` serves, and what every credential names."""
    return {"id": issuer.id, "type": ["Profile"], "name": issuer.name[MAIN_LANGUAGE], "url": issuer.base}


def achievement_address(base: str, slug: str, version: int) -> str:
    """The public address of a version of an achievement."""
    return f"{base}/achievements/{slug}/v{version}"


def achievement(issuer: Issuer, text: AchievementText, language: str) -> dict[str, Any]:
    """An achievement in one language, pointing to its other languages."""
    address = achievement_address(issuer.base, text.slug, text.version)
    return {
        "id": address if language == MAIN_LANGUAGE else f"{address}/{language}",
        "type": ["Achievement"],
        "achievementType": _TYPES[text.kind],
        "version": str(text.version),
        "inLanguage": language,
        "name": text.title[language],
        "description": text.description[language],
        "criteria": {"narrative": text.criteria[language]},
        "creator": profile(issuer),
        "related": [
            {
                "id": address if other == MAIN_LANGUAGE else f"{address}/{other}",
                "type": ["Related"],
                "inLanguage": str(other),
            }
            for other in LOCALES
            if other != language
        ],
    }


def _results(address: str, score: Score) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What can be reached, and what was: values are strings, as the schema demands."""
    described = [
        {
            "id": f"{address}#score",
            "type": ["ResultDescription"],
            "name": "Examination score in points",
            "resultType": "RawScore",
            "valueMin": "0",
            "valueMax": str(score.possible),
            "requiredValue": str(score.required),
        },
        {
            "id": f"{address}#level",
            "type": ["ResultDescription"],
            "name": "Level",
            "resultType": "PerformanceLevel",
            "allowedValue": [score.level],
            "requiredValue": score.level,
        },
    ]
    reached = [
        {"type": ["Result"], "resultDescription": f"{address}#score", "value": str(score.reached)},
        {"type": ["Result"], "resultDescription": f"{address}#level", "value": score.level},
    ]
    return described, reached


def _names(draft: Draft) -> list[dict[str, Any]]:
    """The names in clear: a dictionary reverses the hash of a name, and the paper shows it anyway."""
    return [
        {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
        for name in (draft.name_latin, draft.name_cyrillic)
        if name
    ]


def document(issuer: Issuer, text: AchievementText, draft: Draft) -> dict[str, Any]:
    """The credential with its JWT claims. The payload is the credential; there is no ``vc`` member."""
    identifier = f"{issuer.base}/credentials/{draft.number}"
    subject_id = f"urn:uuid:{draft.subject}"
    embedded = achievement(issuer, text, MAIN_LANGUAGE)
    subject: dict[str, Any] = {
        "id": subject_id,
        "type": ["AchievementSubject"],
        "licenseNumber": numbers.shown(draft.number),
        "identifier": _names(draft),
        "achievement": embedded,
    }
    if draft.score is not None:
        embedded["resultDescription"], subject["result"] = _results(embedded["id"], draft.score)
    listed = f"{issuer.base}/status/revocation/{draft.list_number}"
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": identifier,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": text.title[MAIN_LANGUAGE],
        "description": text.description[MAIN_LANGUAGE],
        "issuer": profile(issuer),
        "validFrom": _instant(draft.valid_from),
        "awardedDate": _instant(draft.awarded_at),
        "credentialSubject": subject,
        "credentialSchema": [SCHEMA],
        "credentialStatus": {
            "id": f"{listed}#{draft.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(draft.status_index),
            "statusListCredential": listed,
        },
        "iss": issuer.id,
        "jti": identifier,
        "sub": subject_id,
        "nbf": int(draft.valid_from.timestamp()),
    }
    if draft.expires_at is not None:
        made["validUntil"] = _instant(draft.expires_at)
        made["exp"] = int(draft.expires_at.timestamp())
    return made


def encode(claims: dict[str, Any]) -> bytes:
    """The bytes that are stored, signed and compared: UTF-8 JSON without spaces, in the order made."""
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
