"""Refusals of the exams slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError

# Forms and booking

# Delivery
