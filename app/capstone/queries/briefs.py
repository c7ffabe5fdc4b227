"""Briefs: those that ship with the product, and those that somebody has begun, as they were then."""

from functools import cache
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlmodel import Session, col

from app.capstone.models import CapstoneBrief
from app.capstone.rules.briefs import Brief
from app.platform.database import kept

CURRENT = "tarazy"
"""The brief that is begun now."""
_DATA = Path(__file__).parents[1] / "data"


@cache
def shipped(slug: str = CURRENT) -> Brief:
    """A brief that ships with the product, from its file."""
    return Brief.model_validate(yaml.safe_load((_DATA / f"{slug}.yaml").read_text(encoding="utf-8")))


def brief_of(session: Session, brief_id: UUID) -> Brief:
    """A brief as it was written down; it never changes, so a process reads it once."""
    known = kept(session)
    key = ("capstone_brief", brief_id)
    if key not in known:
        content = session.scalars(
            select(col(CapstoneBrief.content)).where(col(CapstoneBrief.id) == brief_id)
        ).one()
        known[key] = Brief.model_validate(content)
    found: Brief = known[key]
    return found
