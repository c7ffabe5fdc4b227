"""The shapes of Open Badges 3.0 that a credential of ours must have, and the two that validators refuse.

Source: Open Badges 3.0 data model (1EdTech), sections AchievementSubject, Achievement, Result, IdentityObject.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.platform.outbox import enqueue_later
from tests.certificates import cases
from tests.factories import person
from tests.world import World

MEMBERS = {
    "AchievementSubject": "id type activityEndDate activityStartDate creditsEarned achievement identifier image "
    "licenseNumber narrative result role source term",
    "Achievement": "id type achievementType alignment creator creditsAvailable criteria description endorsement "
    "endorsementJwt fieldOfStudy humanCode image inLanguage name otherIdentifier related resultDescription "
    "specialization tag version",
    "Related": "id type inLanguage version",
    "Result": "type achievedLevel alignment resultDescription status value",
    "ResultDescription": "id type alignment allowedValue name requiredLevel requiredValue resultType "
    "rubricCriterionLevel valueMax valueMin",
    "IdentityObject": "type hashed identityHash identityType salt",
}
"""What each class may hold: those of the first six are closed."""
TEXTS = (
    "name",
    "description",
    "narrative",
    "value",
    "requiredValue",
    "valueMin",
    "valueMax",
    "licenseNumber",
)
INSTANTS = ("validFrom", "validUntil", "awardedDate")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def faults(claims: dict[str, Any]) -> list[str]:
    """What a validator of Open Badges 3.0 would say against a credential of ours."""
    found = []
    for one in _objects(claims):
        types = one.get("type", [])
        for kind in [types] if isinstance(types, str) else types:
            allowed = MEMBERS.get(kind)
            found += [f"{kind}.{key}" for key in one if allowed and key not in allowed.split()]
        found += [f"{key} is no text" for key in TEXTS if key in one and not isinstance(one[key], str)]
    if not isinstance(claims.get("credentialStatus"), dict):
        found.append("credentialStatus is not one object")
    found += [key for key in INSTANTS if key in claims and not str(claims[key]).endswith("Z")]
    return found


def _claims(jwt: str) -> dict[str, Any]:
    body = jwt.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


@pytest.mark.parametrize("kind", ["certification", "completion"])
def test_a_credential_has_only_the_shapes_of_open_badges(world: World, kind: str) -> None:
    holder = person(world)
    if kind == "certification":
        cases.certificate(world, holder)
    else:
        slug = cases.course(world)
        with world.write() as session:
            enqueue_later(
                session, world.clock, "course.completed", {"person_id": holder, "course_slug": slug}
            )
        world.work()
    number = world.browser(holder).get("/en/certificates").text.split("/credentials/", 1)[1][:20]
    claims = _claims(world.browser(holder).get(f"/credentials/{number}.jwt").text)
    assert faults(claims) == []
    # an array of states and a map of languages are what the published schema refuses
    status, name = claims["credentialStatus"], claims["name"]
    assert faults(claims | {"credentialStatus": [status]}) == ["credentialStatus is not one object"]
    assert faults(claims | {"name": {"en": name}}) == ["name is no text"]
    claims["credentialSubject"]["languages"] = ["kk"]
    assert faults(claims) == ["AchievementSubject.languages"]
