"""Pages of notices."""

from fastapi import APIRouter

router = APIRouter()
