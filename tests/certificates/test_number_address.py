"""How a number is asked about, over HTTP."""

from tests.certificates import cases
from tests.world import World


def test_a_mistyped_number_is_answered_without_reading_the_database(world: World) -> None:
    number = cases.certificate(world)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    reply = world.browser().get(f"/api/v1/verify/{wrong}")
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"] == "/problems/number-mistyped"
    assert reply.json()["answer"] == "mistyped"


def test_case_dashes_and_look_alikes_find_the_same_certificate(world: World) -> None:
    number = cases.certificate(world)
    typed = "-".join(number[start : start + 4] for start in range(0, 20, 4)).lower()
    for way in (number, typed, typed.replace("-", " "), typed.replace("1", "l").replace("0", "o")):
        assert world.browser().get(f"/api/v1/verify/{way}").json()["status"] == "valid"
