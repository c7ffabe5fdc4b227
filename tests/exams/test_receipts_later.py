"""Long after a hand-in: a receipt is checked by whoever holds it, and a score is made anew from the log."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from app.cli import commands
from app.exams.api import PER_MINUTE
from app.exams.models.attempts import Attempt, Response
from tests.exams.delivery_world import Candidate, attempt, candidate, make_exam
from tests.exams.types_world import MATCHING, ORDERING, PENALTY, TEXT, make_types_exam
from tests.world import World


def handed_in(world: World) -> tuple[Candidate, Attempt]:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    who.save(1, "a", lease=lease)
    who.save(2, "b", lease=lease)
    assert who.hand_in(lease=lease).status_code == 303
    return who, attempt(world, who.attempt_id)


def change(world: World, attempt_id: UUID, *, place: int = 2, **values: Any) -> None:
    """What nobody may do: an answer is changed behind the log's back."""
    with world.write() as session:
        session.execute(
            update(Response)
            .where(Response.attempt_id == attempt_id, Response.position == place)  # type: ignore[arg-type]
            .values(**values)
        )


def test_whoever_holds_a_receipt_can_check_it_and_learns_nothing_else(world: World) -> None:
    who, row = handed_in(world)
    assert row.submitted_at is not None
    assert row.answers_hash is not None
    visitor = world.browser()
    reply = visitor.get(f"/api/v1/receipts/{row.code.lower()}/{row.answers_hash.upper()}")
    assert reply.json() == {
        "attempt": row.code,
        "matches": True,
        "handed_in_at": row.submitted_at.isoformat(),
    }
    assert reply.headers["cache-control"] == "no-store"
    wrong = visitor.get(f"/api/v1/receipts/{row.code}/{'0' * 64}").json()
    assert wrong == {"attempt": row.code, "matches": False, "handed_in_at": None}
    unknown = visitor.get(f"/api/v1/receipts/ABCDE-12345/{row.answers_hash}").json()
    assert unknown == {"attempt": "ABCDE-12345", "matches": False, "handed_in_at": None}
    change(world, row.id, chosen=["a"])
    changed = visitor.get(f"/api/v1/receipts/{row.code}/{row.answers_hash}").json()
    assert not changed["matches"]
    assert who.person_id.hex not in reply.text


def test_a_receipt_of_a_running_attempt_does_not_exist_yet(world: World) -> None:
    who = candidate(world, make_exam(world))
    code = attempt(world, who.attempt_id).code
    assert not world.browser().get(f"/api/v1/receipts/{code}/None").json()["matches"]


def test_an_address_asks_so_often_and_no_more(world: World) -> None:
    visitor = world.browser()
    for _ in range(PER_MINUTE):
        assert visitor.get(f"/api/v1/receipts/A/{'0' * 64}").status_code == 200
    assert visitor.get(f"/api/v1/receipts/A/{'0' * 64}").status_code == 429


def run(world: World, *words: str) -> Any:
    environment = {"CEASAI_DATABASE_URL": world.settings.database}
    return CliRunner().invoke(commands("attempt"), ["attempt", "recompute", *words], env=environment)


def test_a_score_is_what_the_log_gives(world: World) -> None:
    _who, row = handed_in(world)
    for name in (str(row.id), row.code.lower()):
        result = run(world, name, "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout) == {
            "attempt": row.code,
            "stored": 1,
            "recomputed": 1,
            "places": [],
            "checksum": True,
            "same": True,
        }
    assert run(world, row.code).stdout == f"{row.code}: stored 1, from the log 1\n"


def test_a_difference_is_said_and_fails(world: World) -> None:
    _who, row = handed_in(world)
    change(world, row.id, chosen=["a"])
    result = run(world, row.code, "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["places"], said["checksum"], said["same"]) == ([2], False, False)
    assert "answers differ at 2" in run(world, row.code).stdout
    change(world, row.id, chosen=["b"])
    with world.write() as session:
        session.execute(update(Attempt).values(raw_score=2))
    assert run(world, row.code).exit_code == 1


def test_the_order_of_what_was_answered_is_compared_too(world: World) -> None:
    who = candidate(world, make_types_exam(world))
    who.save(MATCHING, "b=builds", "a=runs", "c=uses")
    who.save(ORDERING, "a=3", "b=1", "c=4", "d=2")
    who.save(PENALTY, "c", "a", "b")
    who.save(TEXT, "risk")
    who.save(TEXT, clear=str(TEXT), version=1)
    assert who.hand_in().status_code == 303
    result = run(world, str(who.attempt_id), "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["stored"], said["places"], said["same"]) == (0, 9, [], True)
    change(world, who.attempt_id, place=ORDERING, chosen=["d", "b", "a", "c"])
    result = run(world, str(who.attempt_id), "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["recomputed"], said["places"], said["same"]) == (1, 9, [ORDERING], False)


@pytest.mark.parametrize("name", ["nobody", "00000000-0000-7000-8000-000000000000"])
def test_an_attempt_that_is_not_there_fails_with_one_line(world: World, name: str) -> None:
    result = run(world, name)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_running_attempt_has_no_score_yet(world: World) -> None:
    who = candidate(world, make_exam(world))
    result = run(world, str(who.attempt_id))
    assert result.exit_code == 0
    assert "not scored yet" in result.stdout
