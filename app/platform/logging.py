"""Structured logs with a request id. They hold ids and codes, never names, addresses, tokens or answers."""

import logging
import sys

import structlog


def configure(*, json: bool, least: int = logging.INFO) -> None:
    """Set up structlog for this process: one JSON object a line, or a readable line for a terminal.

    ``least``: the level from which on something is written.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in ("uvicorn.access", "httpx"):
        logging.getLogger(name).disabled = True
