"""Pages and fragments of the courses slice, put together."""

from fastapi import APIRouter

from app.courses.routes import courses, lessons, practice
from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
router.include_router(courses.router)
router.include_router(lessons.router)
router.include_router(practice.router)
