"""A result that does not stand any more certifies nobody."""

import pytest
from sqlmodel import col, select

from app.certificates.errors import CaseIncomplete
from app.certificates.models import Certificate, CertificationCase
from app.certificates.rules.states import Status
from app.exams.models.attempts import Attempt
from app.exams.rules.states import ResultState, Review
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _change(world: World, case_id: object, **values: object) -> None:
    with world.write() as session:
        case = session.get_one(CertificationCase, case_id)
        attempt = session.get_one(Attempt, case.attempt_id)
        for name, value in values.items():
            setattr(attempt, name, value)


def test_a_granted_case_whose_result_was_invalidated_is_never_signed(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    cases.grant(world, case_id, person(world, "certification_officer"))
    _change(world, case_id, result=ResultState.INVALIDATED)
    world.work()
    with world.read() as session:
        found = session.exec(select(Certificate.status).where(col(Certificate.case_id) == case_id)).all()
    assert set(found) <= {Status.RESERVED}


@pytest.mark.parametrize(
    "review", [Review.QUEUED, Review.IN_REVIEW, Review.SECOND_REVIEW, Review.IRREGULARITY]
)
def test_nothing_is_granted_under_review_or_after_an_irregularity(world: World, review: Review) -> None:
    case_id = cases.ready_case(world, person(world))
    _change(world, case_id, review=review)
    with pytest.raises(CaseIncomplete):
        cases.grant(world, case_id, person(world, "certification_officer"))
