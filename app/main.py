"""The web process: slices put together, and nothing decided here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette_compress import CompressMiddleware

from app.accounts import queries as accounts_queries
from app.accounts import routes as accounts
from app.accounts import service as accounts_service
from app.appeals import routes as appeals
from app.capstone import routes as capstone
from app.certificates import api as certificates_api
from app.certificates import routes as certificates
from app.courses import routes as courses
from app.exams import api as exams_api
from app.exams import routes as exams
from app.exams.queries.attempts import sweep_delay
from app.exams.queries.board import Boards
from app.kernel.clock import Clock, SystemClock
from app.kernel.locales import LOCALES
from app.platform import installation, logging
from app.platform.database import make_engine, read_session, reading
from app.platform.passwords import Passwords
from app.platform.settings import Settings, WorkerMode, load, secret
from app.proctoring import routes as proctoring
from app.proctoring.queries.reviews import had_any_part
from app.programmes import routes as programmes
from app.programmes.queries.scopes import scope_choices, scope_names
from app.progress import routes as progress
from app.psychometrics import routes as psychometrics
from app.question_banks import routes as question_banks
from app.web import errors
from app.web.assets import assets
from app.web.headers import Shell
from app.web.limits import make_limiter
from app.web.pages import environment
from app.worker import Worker, make_context

ROUTERS = (
    accounts.router,
    programmes.router,
    question_banks.router,
    courses.router,
    exams.router,
    exams_api.router,
    proctoring.router,
    psychometrics.router,
    capstone.router,
    certificates.router,
    certificates_api.router,
    appeals.router,
    progress.router,
)


def _health(app: FastAPI) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        """The process answers."""
        return Response("ok\n", media_type="text/plain")

    @app.get("/readyz")
    def readyz(request: Request) -> Response:
        """The process can serve: the database answers. The body says how late the sweeper of exams is."""
        try:
            with read_session(request.app.state.engine) as session:
                session.execute(text("SELECT 1 FROM installation"))
                delay = sweep_delay(session, request.app.state.clock.now())
        except SQLAlchemyError:
            return Response("database\n", HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/plain")
        body = f"ready\nsweep_delay_seconds {int(delay.total_seconds())}\n"
        return Response(body, media_type="text/plain")

    @app.get("/static/{name:path}")
    async def static(request: Request, name: str) -> Response:
        """A static file by its hashed name."""
        return assets().respond(request, name)


def create_app(settings: Settings, clock: Clock) -> FastAPI:
    """The application over one database.

    Raises:
        SettingsError: a setting is wrong, or the database is not initialised.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        worker = Worker(make_context(app.state.engine, clock, settings))
        if settings.worker is WorkerMode.EMBEDDED:
            worker.start()
        yield
        worker.stop()
        app.state.engine.dispose()

    app = FastAPI(title="CEASAI", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    embedded = 3 if settings.worker is WorkerMode.EMBEDDED else 0
    app.state.engine = make_engine(settings.database, pool_size=settings.threads + embedded)
    app.state.reading = reading(app.state.engine)
    app.state.settings = settings
    app.state.clock = clock
    app.state.secret = secret(settings)
    app.state.limiter = make_limiter()
    app.state.boards = Boards()
    app.state.find_viewer = accounts_queries.find_viewer
    app.state.touch = accounts_service.touch
    app.state.find_scopes = scope_choices
    app.state.name_scopes = scope_names
    app.state.kept_out = had_any_part
    app.state.passwords = Passwords()
    with read_session(app.state.engine) as session:
        app.state.installation = installation.facts(session, settings)
    errors.install(app)
    _health(app)
    for router in ROUTERS:
        app.include_router(router)
    for locale in LOCALES:
        environment(locale)
    assets()
    app.add_middleware(CompressMiddleware, minimum_size=500, zstd=False, brotli_quality=3, gzip_level=4)
    app.add_middleware(
        Shell,
        settings=settings,
        on_bug=errors.bug,
        on_unknown=errors.unknown,
        on_large=errors.too_large,
    )
    return app


def make() -> FastAPI:
    """What a server process starts: settings from the environment, the machine's clock."""
    settings = load()
    logging.configure(json=settings.log_json)
    return create_app(settings, SystemClock())
