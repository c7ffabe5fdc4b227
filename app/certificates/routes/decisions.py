"""Pages and fragments."""

from fastapi import APIRouter

from app.web.locale import PREFIX

router = APIRouter(prefix=PREFIX)
