"""Pages and fragments of the exams slice."""

from fastapi import APIRouter

from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
