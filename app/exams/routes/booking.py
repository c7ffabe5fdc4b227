"""Pages of booking."""

from fastapi import APIRouter

router = APIRouter()
