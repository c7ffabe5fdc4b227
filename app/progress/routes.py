"""Pages and fragments of the progress slice."""

from fastapi import APIRouter

from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
