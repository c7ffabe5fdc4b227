"""What an attempt ended with: the receipt, its verification, the result."""

from uuid import UUID

from fastapi import Request, Response

from app.accounts import queries as accounts
from app.exams.queries import attempts as attempt_queries
from app.exams.queries import overriding
from app.exams.queries import results as queries
from app.exams.rules import secure_browser
from app.exams.rules.domains import domain_title
from app.exams.rules.states import CLOSED, Outcome
from app.platform.database import Read
from app.platform.routing import Router
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep, SignedIn

router = Router()


@router.get("/exams/attempts/{attempt_id}/receipt")
def show_receipt(request: Request, session: Read, viewer: SignedIn, attempt_id: UUID) -> Response:
    """What was handed in and when, with the hash of the stored answers."""
    ended = queries.ended_of(session, viewer.person_id, attempt_id)
    if ended.lifecycle not in CLOSED:
        return go(request, f"exams/attempts/{attempt_id}")
    name = accounts.names_of(session, [viewer.person_id])[viewer.person_id]
    return page(
        request,
        "exams/receipt.html",
        browser_end=secure_browser.END,
        ended=ended,
        candidate=name.shown(str(locale_of(request))),
        swept=ended.deadline is not None and ended.submitted_at == ended.deadline,
    )


@router.get("/exams/receipts/{code}/{digest}")
def verify_receipt(request: Request, session: Read, viewer: SignedIn, code: str, digest: str) -> Response:
    """Whether a receipt says what is stored today; for the candidate whose attempt it is."""
    ended = queries.ended_by_code(session, viewer.person_id, code)
    given = digest.replace(" ", "").lower()
    matches = given != "" and given == queries.stored_hash(session, ended.id) == ended.answers_hash
    return page(request, "exams/receipt_check.html", ended=ended, matches=matches)


@router.get("/exams/attempts/{attempt_id}/result")
def show_result(
    request: Request, session: Read, viewer: SignedIn, clock: ClockDep, attempt_id: UUID
) -> Response:
    """The outcome with bands by domain, once it is released; never item by item."""
    ended = queries.ended_of(session, viewer.person_id, attempt_id)
    if ended.lifecycle not in CLOSED:
        return go(request, f"exams/attempts/{attempt_id}")
    reason = attempt_queries.find_reason(session, attempt_id)
    if not ended.is_released:
        return page(
            request,
            "exams/result.html",
            ended=ended,
            passed=None,
            bands=[],
            retake=None,
            reason=reason,
            rescores=[],
        )
    passed = ended.outcome is Outcome.PASSED
    retake = None
    if not (passed and ended.certification):
        retake = queries.retake_of(session, ended, viewer.person_id, at=clock.now())
    locale = str(locale_of(request))
    bands = queries.bands(
        ended.domain_points or {}, cut_score=ended.cut_score or 0, max_points=ended.max_points or 0
    )
    return page(
        request,
        "exams/result.html",
        ended=ended,
        passed=passed,
        reason=reason,
        bands=[(domain_title(one.domain, locale), one) for one in bands],
        retake=retake,
        rescores=overriding.rescores_of(session, attempt_id) if ended.result == "reissued" else [],
        open_again=attempt_queries.find_open(session, viewer.person_id, ended.exam_id) is not None,
    )
