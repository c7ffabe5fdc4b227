"""Who may reach which route. A route without a row here fails the build.

PUBLIC: anybody. SIGNED_IN: any account; what is not one's own is 404 there. A tuple: one of these roles; without
it 403. The finer grain (own attempt, own scope, own trainee) is tested where the rule lives.
"""

PUBLIC = "public"
SIGNED_IN = "signed_in"
REVIEWER = ("incident_reviewer",)
OFFICER = ("certification_officer",)
MANAGER = ("exam_manager",)
PROCTOR = ("proctor",)
ROOM = ("exam_manager", "proctor")
COHORT = ("programme_manager",)
ADMIN = ("administrator",)
AUDIT = ("administrator", "auditor")
ITEMS = ("exam_manager", "instructor", "item_reviewer", "translation_checker")
WRITERS = ("exam_manager", "instructor")
RATER = ("rater",)
PANEL = ("item_reviewer", "appeals_panel")
APPEALS = ("appeals_panel",)
STANDARD = ("exam_manager", "certification_officer")
RESCORES = (*PANEL, "certification_officer")

_GET = {
    PUBLIC: (
        "/healthz /readyz /static/{name} /sitemap.xml /robots.txt / /programmes /programmes/{slug} /courses /courses/{slug} "
        "/courses/{slug}/glossary /courses/{slug}/{module}/checklist /courses/{slug}/{module}/{lesson} /search /conduct /scheme /privacy /accessibility /exams/notice /supervision /exams/secure-browser /exams/secure-browser/end "
        "/exams/secure-browser/{token}.seb /verify /v/{typed} "
        "/share/{token} /credentials/{number}.pdf /credentials/{number}.jwt /credentials/{number} /api/v1/verify/{number} /api/v1/receipts/{code}/{digest} "
        "/issuer /achievements/{slug}/v{version} /achievements/{slug}/v{version}/{language} /keys/{thumbprint} "
        "/.well-known/jwks.json /.well-known/did.json /status/{purpose}/{number} /sign-in /register /register/sent "
        "/confirm/{token} /reset /reset/sent /reset/{token} /dev/mail /dev/mail/{name} /invitations/{token} /join/{token}"
    ),
    SIGNED_IN: (
        "/settings /settings/address /settings/address/{token} /settings/closure "
        "/dashboard /practice /practice/quizzes/{quiz_id} /exams /exams/{exam_slug}/application "
        "/exams/{exam_slug}/application/correction /exams/{exam_slug}/application/withdrawal "
        "/exams/{exam_slug}/sittings /exams/bookings/{booking_id}/cancellation /exams/attempts/{attempt_id}/before "
        "/exams/attempts/{attempt_id} /exams/attempts/{attempt_id}/time /exams/attempts/{attempt_id}/submission "
        "/exams/attempts/{attempt_id}/messages /exams/attempts/{attempt_id}/receipt /exams/attempts/{attempt_id}/settings.seb /exams/receipts/{code}/{digest} /exams/attempts/{attempt_id}/result "
        "/exams/attempts/{attempt_id}/record /exams/attempts/{attempt_id}/record.json /exams/attempts/{attempt_id}/challenges /exams/attempts/{attempt_id}/appeal "
        "/capstone /capstone/{submission_id}/parts/{part_id} /capstone/{submission_id}/files/{file_id} "
        "/capstone/{submission_id}/submission "
        "/exams/attempts/{attempt_id}/camera /exams/attempts/{attempt_id}/pictures /exams/attempts/{attempt_id}/pictures/{picture_id} "
        "/certificates /certificates/names/{case_id} /cohorts/{cohort_id} /cohorts/{cohort_id}/people.csv "
        "/cohorts/{cohort_id}/invitations /judging /judging/{study_id}"
    ),
    COHORT: "/cohorts /cohorts/new",
    MANAGER: "/accommodations /accommodations/{application_id} /sittings /sittings/{sitting_id} /centres "
    "/sittings/{sitting_id}/cancellation /items/export /forms /forms/new /forms/searches/{request_id} /panels/new /appeals/clocks",
    ITEMS: "/items /items/drafts/{draft_id} /items/drafts/{draft_id}/preview",
    WRITERS: "/items/import /items/drafts/{draft_id}/text /statistics /statistics/{form_id} "
    "/statistics/{form_id}/items/{version_id} /statistics/{form_id}/items.csv /statistics/{form_id}/statistics.json",
    PROCTOR: "/rooms /rooms/{sitting_id} /rooms/{sitting_id}/wall /rooms/{sitting_id}/attempts/{attempt_id}/refusal "
    "/rooms/attempts/{attempt_id}/pictures/{picture_id}",
    REVIEWER: "/reviews /reviews/{attempt_id} /reviews/{attempt_id}/pictures/{picture_id}",
    ROOM: "/rooms/attempts/{attempt_id} /rooms/attempts/{attempt_id}/incidents /rooms/attempts/{attempt_id}/unsent "
    "/rooms/{sitting_id}/time /rooms/{sitting_id}/board /rooms/{sitting_id}/messages /rooms/{sitting_id}/monitoring "
    "/rooms/attempts/{attempt_id}/identity",
    STANDARD: "/panels /panels/{study_id}",
    OFFICER: (
        "/decisions /decisions/review /decisions/{case_id} /decisions/certificates /decisions/certificates/{number} "
        "/results /results/{attempt_id} /results/{attempt_id}/record /results/{attempt_id}/pictures/{picture_id} /rescores/certificates "
        "/capstones /capstones/{submission_id} /capstones/{submission_id}/files/{file_id}"
    ),
    RATER: "/ratings /ratings/{submission_id} /ratings/{submission_id}/files/{file_id} /written-answers /written-answers/{answer_id}",
    PANEL: "/challenges /challenges/items/{version_id} /challenges/{challenge_id} /rescores/items/{version_id}",
    APPEALS: "/appeals /appeals/{appeal_id} /appeals/{appeal_id}/pictures/{picture_id}",
    RESCORES: "/rescores /rescores/{plan_id}",
    ADMIN: "/admin/people /admin/people/{person_id}",
    AUDIT: "/admin/keys",
}
_POST = {
    PUBLIC: (
        "/sign-in /sign-in/demonstration /sign-out /register /confirm/{token} /reset /reset/{token} "
        "/courses/{slug}/{module}/{lesson}/checks/{check_id}"
    ),
    SIGNED_IN: (
        "/settings/profile /settings/address /settings/address/{token} /settings/closure "
        "/settings/password /settings/sessions/end-others /settings/sessions/{session_id}/end "
        "/courses/{slug}/enrolment /courses/{slug}/{module}/{lesson}/opening /courses/{slug}/{module}/{lesson}/reading "
        "/practice/{module_code} /practice/quizzes/{quiz_id}/answers /exams/{exam_slug}/attempts "
        "/exams/attempts/{attempt_id}/start /exams/attempts/{attempt_id}/window /exams/attempts/{attempt_id}/answers "
        "/exams/attempts/{attempt_id}/submission /exams/{exam_slug}/application /exams/{exam_slug}/bookings "
        "/exams/{exam_slug}/application/correction /exams/{exam_slug}/application/withdrawal "
        "/exams/bookings/{booking_id}/move /exams/bookings/{booking_id}/cancellation /exams/attempts/{attempt_id}/check-in "
        "/exams/attempts/{attempt_id}/browser /exams/attempts/{attempt_id}/statement /exams/attempts/{attempt_id}/challenges /exams/attempts/{attempt_id}/appeal "
        "/exams/attempts/{attempt_id}/snapshots /exams/attempts/{attempt_id}/signals /exams/attempts/{attempt_id}/pictures "
        "/exams/attempts/{attempt_id}/messages/{message_id}/reading "
        "/capstone /capstone/{submission_id}/parts/{part_id} /capstone/{submission_id}/submission "
        "/certificates/{number}/share-links /certificates/share-links/{link_id}/end /certificates/{number}/name "
        "/certificates/names/{case_id} /invitations/{token} /join/{token} /cohorts/{cohort_id}/instructors "
        "/cohorts/{cohort_id}/instructors/{person_id}/end /cohorts/{cohort_id}/join-link "
        "/cohorts/{cohort_id}/join-link/end /cohorts/{cohort_id}/invitations "
        "/judging/{study_id}/ratings"
    ),
    COHORT: "/cohorts",
    MANAGER: (
        "/accommodations/{application_id} /sittings /sittings/{sitting_id}/proctors /sittings/{sitting_id}/browser "
        "/sittings/{sitting_id}/cancellation /centres /centres/rooms /rooms/attempts/{attempt_id}/void /items/export "
        "/rooms/attempts/{attempt_id}/hold /rooms/attempts/{attempt_id}/hold/{hold_id}/lifting "
        "/statistics/{form_id}/computation /forms /forms/searches/{request_id}/acceptance "
        "/panels /panels/{study_id}/judges /panels/{study_id}/judges/{judge_id}/withdrawal "
        "/panels/{study_id}/round /panels/{study_id}/calling-off"
    ),
    ITEMS: "/items/drafts/{draft_id}/steps",
    WRITERS: "/items/import /items/drafts/{draft_id}/text",
    PROCTOR: (
        "/rooms/{sitting_id}/attempts/{attempt_id}/admission /rooms/{sitting_id}/attempts/{attempt_id}/refusal "
        "/rooms/{sitting_id}/attempts/{attempt_id}/no-show /rooms/{sitting_id}/closure /rooms/attempts/{attempt_id}/identity"
    ),
    REVIEWER: (
        "/reviews/{attempt_id}/taking /reviews/{attempt_id}/statement-request /reviews/{attempt_id}/clearance "
        "/reviews/{attempt_id}/referral /reviews/{attempt_id}/finding"
    ),
    ROOM: (
        "/rooms/attempts/{attempt_id}/incidents /rooms/attempts/{attempt_id}/incidents/{incident_id}/correction "
        "/rooms/attempts/{attempt_id}/time /rooms/attempts/{attempt_id}/pause /rooms/attempts/{attempt_id}/resume "
        "/rooms/attempts/{attempt_id}/entry /rooms/attempts/{attempt_id}/unsent /rooms/attempts/{attempt_id}/termination "
        "/rooms/attempts/{attempt_id}/termination/confirmation /rooms/attempts/{attempt_id}/termination/withdrawal "
        "/rooms/{sitting_id}/time /rooms/attempts/{attempt_id}/browser /rooms/{sitting_id}/board "
        "/rooms/{sitting_id}/messages /rooms/{sitting_id}/pause /rooms/{sitting_id}/resume /rooms/{sitting_id}/monitoring"
    ),
    OFFICER: (
        "/decisions/review /decisions/{case_id} /decisions/{case_id}/names /decisions/certificates/{number} "
        "/decisions/certificates/{number}/correction /results/{attempt_id}/release /results/{attempt_id}/invalidation "
        "/rescores/{plan_id}/decision /rescores/certificates/{review_id} /capstones/{submission_id}/telling "
        "/panels/{study_id}/decision"
    ),
    RATER: (
        "/ratings/{submission_id} /ratings/{submission_id}/taking /ratings/{submission_id}/return "
        "/written-answers/{answer_id} /written-answers/{answer_id}/taking /written-answers/{answer_id}/return"
    ),
    APPEALS: "/appeals/{appeal_id}/taking /appeals/{appeal_id}/return /appeals/{appeal_id}/votes",
    PANEL: (
        "/challenges/items/{version_id}/proposal /challenges/items/{version_id}/decision "
        "/challenges/{challenge_id}/proposal /challenges/{challenge_id}/decision /rescores/items/{version_id} "
        "/rescores/{plan_id}/renewal"
    ),
    ADMIN: (
        "/admin/people/{person_id}/roles /admin/people/{person_id}/roles/{grant_id}/revocation "
        "/admin/people/{person_id}/reopening"
    ),
}


def _rows() -> dict[tuple[str, str], object]:
    rows: dict[tuple[str, str], object] = {}
    for method, table in (("GET", _GET), ("POST", _POST)):
        for access, paths in table.items():
            for path in paths.split():
                assert (method, path) not in rows, path
                rows[method, path] = access
    return rows


MATRIX = _rows()
