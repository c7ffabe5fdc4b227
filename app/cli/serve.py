"""The web processes."""

import gc
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from gunicorn.app.base import BaseApplication
from uvicorn_worker import UvicornWorker

from app import main
from app.cli.catalogues import ensure_compiled
from app.platform.memory import share_one_arena
from app.platform.settings import Settings, load

# A bug is logged by us, with its place and without its text; nobody's headers are believed here.
_SERVER: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "date_header": True,
    "proxy_headers": False,
}


class _Process(UvicornWorker):  # type: ignore[misc]  # the library has no types
    CONFIG_KWARGS = UvicornWorker.CONFIG_KWARGS | _SERVER


class _Processes(BaseApplication):  # type: ignore[misc]  # the library has no types
    """Several web processes that share one copy of the code: it is imported before they part."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Say what the server is to do."""
        options = {
            "bind": f"{self._settings.bind_host}:{self._settings.bind_port}",
            "workers": self._settings.processes,
            "worker_class": _Process,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> FastAPI:
        """The application, made once; each process opens connections of its own."""
        made = main.make()
        made.state.engine.dispose()
        gc.collect()
        gc.freeze()  # what is here now is never garbage: leave its pages shared
        return made


def run_server(settings: Settings) -> None:
    """Serve until told to stop."""
    share_one_arena()
    if settings.processes > 1:
        _Processes(settings).run()
    else:
        uvicorn.run(main.make(), host=settings.bind_host, port=settings.bind_port, **_SERVER)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve() -> None:
        """Serve the web pages."""
        settings = load()
        ensure_compiled()
        run_server(settings)
