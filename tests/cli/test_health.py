"""The health check of the image: a web process is asked, a worker is judged by the jobs that wait."""

import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.cli import health
from app.platform import outbox
from app.platform.settings import Settings
from app.worker import SLOW
from tests.world import World


@pytest.mark.parametrize(
    ("line", "worker"),
    [
        (b"/srv/ceasai/.venv/bin/python\0/srv/ceasai/.venv/bin/ceasai\0worker\0", True),
        (b"/srv/ceasai/.venv/bin/python\0/srv/ceasai/.venv/bin/ceasai\0serve\0", False),
        (b"/sbin/docker-init\0--\0/srv/ceasai/.venv/bin/ceasai\0worker\0", True),
        (b"", False),
    ],
)
def test_the_first_process_tells_what_is_to_be_looked_at(line: bytes, worker: bool) -> None:
    assert health.is_worker(line) is worker


def test_a_worker_is_healthy_while_no_job_waits_too_long(world: World) -> None:
    def look() -> str:
        return health.trouble(world.settings, world.clock, worker=True)

    assert look() == ""
    with world.write() as session:
        outbox.enqueue_later(session, world.clock, "test.work", {})
    world.clock.advance(health.LATE)
    assert look() == ""
    world.clock.advance(timedelta(seconds=1))
    assert look().startswith("1 jobs wait")
    outbox.claim(world.engine, world.clock)
    assert look() == ""
    world.clock.advance(outbox.LEASE + health.LATE + timedelta(seconds=1))
    assert look().startswith("1 jobs wait")


def test_slow_jobs_wait_for_each_other_and_nobody_worries(world: World) -> None:
    def look() -> str:
        return health.trouble(world.settings, world.clock, worker=True)

    with world.write() as session:
        outbox.enqueue_later(session, world.clock, min(SLOW), {})
    world.clock.advance(health.SLOWLY)
    assert look() == ""
    world.clock.advance(timedelta(seconds=1))
    assert look().startswith("1 jobs wait for longer than 2:00:00")


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_a_web_process_is_asked_whether_it_is_ready(world: World, status: int, healthy: bool) -> None:
    asked = []

    class Web(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.handle_request).start()
        settings = Settings(bind_port=server.server_port)
        assert (health.trouble(settings, world.clock, worker=False) == "") is healthy
    assert asked == ["/readyz"]


def test_a_web_process_that_does_not_listen_is_not_healthy(world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = Settings(bind_port=free.getsockname()[1])
    assert "not ready" in health.trouble(settings, world.clock, worker=False)
