"""Control characters in an address or a form: PostgreSQL stores no NUL, and neither database ever sees one."""

import re
from collections.abc import Iterator

import pytest
from starlette.datastructures import FormData

from app.accounts.rules import Role
from app.web.forms import FormModel, PostedForm, parse
from tests.architecture.authorisation import MATRIX, PUBLIC
from tests.architecture.test_authorisation import FILLED, routes_of
from tests.exams import bench
from tests.factories import person
from tests.world import World

NUL = "a%00b"


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """(method, path with its parameters in braces) of every page."""
    for whole, route in routes_of(world.app.router):
        for method in sorted(route.methods - {"HEAD"}):
            yield method, re.sub(r":(?:int|uuid|path|locale)\}", "}", whole)


def fill(path: str, names: list[str], wrong: str | None) -> str:
    for name in names:
        path = path.replace(f"{{{name}}}", NUL if name == wrong else FILLED.get(name, "x"))
    return path


def test_an_address_with_a_control_character_is_not_found_anywhere(world: World) -> None:
    browser = world.browser(person(world, *Role))
    asked = 0
    for method, path in addresses(world):
        names = re.findall(r"\{(\w+)\}", path)
        for wrong in names:
            if wrong == "locale":
                continue
            address = fill(path, names, wrong)
            reply = browser.get(address) if method == "GET" else browser.post(address)
            assert reply.status_code == 404, (method, address, reply.status_code)
            asked += 1
        if method == "GET":
            reply = browser.get(f"{fill(path, names, None)}?q={NUL}&page=1")
            assert reply.status_code == 404, (path, reply.status_code)
            asked += 1
    assert asked > 150


def test_the_page_about_it_speaks_the_readers_language_and_repeats_nothing(world: World) -> None:
    reply = world.browser().get(f"/ru/courses/{NUL}", Accept_Language="en")
    assert reply.status_code == 404
    assert 'lang="ru"' in reply.text
    assert "\x00" not in reply.text
    assert reply.headers["content-security-policy"]
    assert world.browser().get(f"/api/v1/verify/{NUL}").headers["content-type"] == "application/problem+json"


def test_line_breaks_and_other_languages_pass(world: World) -> None:
    assert world.browser().get("/en/search?q=%D1%82%D0%B5%D1%81%D1%82%0A").status_code == 200


def models() -> list[type[FormModel]]:
    found, waiting = [], [FormModel]
    while waiting:
        waiting += (subclasses := waiting.pop().__subclasses__())
        found += subclasses
    return found


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x0b", "\x1f"])
def test_every_field_of_every_form_says_what_it_cannot_keep(sign: str) -> None:
    assert len(models()) > 15
    for model in models():
        for name in model.model_fields:
            data, state = parse(PostedForm([(name, f"typed{sign} text")]), model)
            assert data is None
            assert "taken out" in state.errors[name].message, (model, name)
            assert state.value(name) in ("typed text", ["typed text"]), (model, name)


def test_what_people_type_on_several_lines_is_kept_as_it_is() -> None:
    form = PostedForm(FormData([("reason", "one\r\n\ttwo")]).multi_items())
    assert form.unclean == frozenset()
    assert form["reason"] == "one\r\n\ttwo"


def test_no_form_with_a_control_character_reaches_a_database(world: World) -> None:
    bench.exams(world)
    names = {name for model in models() for name in model.model_fields}
    everything = dict.fromkeys(
        names | {"addresses", "key", "lease", "a-1", "v-1", "n", "seq", "go"}, "a\x00b"
    )
    somebody = person(world, *Role)
    posts = [path for method, path in addresses(world) if method == "POST"]
    assert len(posts) > 40
    for path in posts:
        address = path
        for name in re.findall(r"\{(\w+)\}", path):
            filled = FILLED.get(name, str(somebody) if name.endswith("_id") else "x")
            address = address.replace(f"{{{name}}}", filled)
        plain = path.removeprefix("/{locale}")
        reader = world.browser() if MATRIX["POST", plain] == PUBLIC else world.browser(somebody)
        reply = reader.post(address, everything)
        assert reply.status_code < 500, (address, reply.status_code)


@pytest.mark.parametrize("field", ["name_latin", "name_cyrillic", "guardian_name", "accommodation"])
def test_one_wrong_sign_in_a_good_form_is_said_at_its_field_and_the_rest_is_kept(
    world: World, field: str
) -> None:
    bench.exams(world)
    good = {
        "name_latin": "Sample Candidate",
        "name_cyrillic": "Үлгі Кандидат",
        "age": "minor",
        "guardian_name": "Үлгі Ата-ана",
        "guardian_contact": "parent@people.example",
        "accommodation": "A larger screen",
        "conduct": "true",
        "mark": "true",
        "notice": "true",
    }
    address = "/en/exams/ceasai-analyst/application"
    reply = world.browser(person(world)).post(address, good | {field: good[field] + "\x00"})
    assert reply.status_code == 422
    assert f'id="{field}-e"' in reply.text
    for kept in ("Sample Candidate", "Үлгі Кандидат", "Үлгі Ата-ана", "A larger screen"):
        assert kept in reply.text
