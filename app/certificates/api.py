"""Addresses without a language: verification, credentials, keys, status lists."""

from fastapi import APIRouter

router = APIRouter()
