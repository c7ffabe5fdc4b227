"""The web process: slices put together, and nothing decided here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from starlette_compress import CompressMiddleware

from app import registry, worker
from app.accounts import queries as accounts
from app.kernel.clock import Clock, SystemClock
from app.platform import installation, logging
from app.platform.database import make_engine, read_session
from app.platform.settings import Settings, WorkerMode, load, secret
from app.web import errors
from app.web.assets import assets
from app.web.headers import Shell
from app.web.limits import make_limiter
from app.web.pages import environment
