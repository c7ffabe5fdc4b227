"""Pages of rooms."""

from fastapi import APIRouter

router = APIRouter()
