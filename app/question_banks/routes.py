"""Pages and fragments of the question_banks slice."""

from fastapi import APIRouter

from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
