"""Pages of checkin."""

from fastapi import APIRouter

router = APIRouter()
