"""Routers whose endpoints run, read, write and commit in one thread, which see at once what is not theirs.

A dependency that opens and closes a session by itself costs a request two more changes of thread, as much as
a small page. So ``Write`` and ``Read`` hand over sessions that have not begun, and the route begins and ends
them around its endpoint.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.routing import Match
from starlette.types import Scope

from app.kernel.locales import LOCALES


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


_Heads = tuple[str, ...]
_DEEPEST = 2
"""Segments of an address that tell our routers apart."""


def _head_of(path: str) -> _Heads:
    """The fixed words with which an address or a pattern begins, after the language; at most ``_DEEPEST``."""
    words = [word for word in path.split("/") if word]
    if words and (words[0] in LOCALES or words[0].startswith("{locale:")):
        del words[0]
    fixed = next((place for place, word in enumerate(words[:_DEEPEST]) if "{" in word), _DEEPEST)
    return tuple(words[:fixed])


class Router(APIRouter):
    """A router of ours; takes what ``APIRouter`` takes.

    The framework tries pattern after pattern, at each level of routers anew: with two hundred routes that is
    a third of a small page. A router of ours that has no pattern beginning like the address says so at once.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=_Route, **options)
        self._parts: list[Router] = []

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Add the routes of another router of ours, without a prefix of its own in here.

        Raises:
            TypeError: it is not one of ours, or a prefix is given: its addresses would not be known.
        """
        if not isinstance(router, Router) or "prefix" in options:
            raise TypeError(router)
        super().include_router(router, **options)
        self._parts.append(router)

    @cached_property
    def _heads(self) -> frozenset[_Heads]:
        return frozenset(_head_of(pattern) for pattern in self.patterns())

    def patterns(self, prefix: str = "") -> Iterator[str]:
        """The patterns of its routes and of included routers; complete when the first request comes."""
        yield from (prefix + route.path for route in self.routes if isinstance(route, APIRoute))
        for part in self._parts:
            yield from part.patterns(prefix + self.prefix)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes is meant."""
        heads, head = self._heads, _head_of(scope["path"])
        if () in heads or head[:1] in heads or head in heads:
            return super().matches(scope)
        return Match.NONE, {}
