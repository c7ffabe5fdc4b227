"""Pages and fragments of the courses slice, put together."""

from app.courses.routes import courses, lessons, practice, sheets
from app.platform.routing import Router
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
router.include_router(courses.router)
router.include_router(sheets.router)  # before lessons: a checklist's address looks like one
router.include_router(lessons.router)
router.include_router(practice.router, dependencies=KEPT_NOWHERE)
