"""The processes: web server and worker."""

import signal

import typer
import uvicorn

from app.kernel.clock import SystemClock
from app.platform import logging
from app.platform.database import make_engine
from app.platform.settings import Settings, load
from app.worker import Worker, make_context


def run_server(settings: Settings) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        "app.main:make",
        factory=True,
        host=settings.bind_host,
        port=settings.bind_port,
        workers=settings.processes,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_worker_healthcheck=60,  # the default of 5 s restarts a process that is still importing
    )


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def serve() -> None:
        """Serve the web pages."""
        run_server(load())

    @app.command()
    def worker() -> None:
        """Do jobs in a process of their own."""
        settings = load()
        logging.configure(json=settings.log_json)
        clock = SystemClock()
        engine = make_engine(settings.database, pool_size=2)
        loop = Worker(make_context(engine, clock, settings))
        signal.signal(signal.SIGTERM, lambda *_: loop.stop())
        signal.signal(signal.SIGINT, lambda *_: loop.stop())
        loop.run()
        engine.dispose()
