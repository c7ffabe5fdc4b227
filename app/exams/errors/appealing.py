"""Refusals while a panel hears an appeal."""

from app.kernel.errors import DomainError


class AppealHeard(DomainError):
    """A panel hears the candidate's appeal: until it has decided nothing about the attempt changes."""

    code = "appeal-heard"
