"""Routers whose endpoints run, read, write and commit in one thread.

A dependency that opens and closes a session by itself costs a request two more changes of thread, as much as
a small page. So ``Write`` and ``Read`` hand over sessions that have not begun, and the route begins and ends
them around its endpoint.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlmodel import Session


def _in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(endpoint)
    def run(**values: Any) -> Any:
        session = next((value for value in values.values() if isinstance(value, Session)), None)
        if session is None:
            return endpoint(**values)
        with session, session.begin() as transaction:
            answer = endpoint(**values)
            if not session.info["writes"]:
                transaction.rollback()
            return answer

    return run


def pattern_of(scope: Mapping[str, Any]) -> str | None:
    """The whole pattern of the route that was chosen, with its routers' prefixes; None before one was.

    An address may hold a token or an id, its pattern does not: logs and the audit name the pattern.
    """
    chosen = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(chosen, "path_format", None)


class _Route(APIRoute):
    """A route whose plain endpoint commits before its answer is sent."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            endpoint = _in_one_thread(endpoint)
        super().__init__(path, endpoint, **options)


Router: Callable[..., APIRouter] = partial(APIRouter, route_class=_Route)
"""A router of ours; takes what ``APIRouter`` takes."""
