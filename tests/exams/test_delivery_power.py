"""Rule 16: the power fails. A real server process is killed, and no acknowledged answer is lost."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from threading import Event, Thread
from uuid import UUID

import httpx2
import pytest

from app.kernel.clock import SystemClock
from app.platform.settings import ROOT
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import ITEMS, MULTIPLE, answers, attempt, make_exam
from tests.world import World


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The product as an operator starts it, over the test's database."""

    def __init__(self, world: World) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CEASAI_")}
        self.environment = kept | {
            "CEASAI_DATABASE_URL": world.settings.database_url,
            "CEASAI_VAR_DIR": str(world.settings.var_dir),
            "CEASAI_PUBLIC_BASE": self.base,
            "CEASAI_ALLOWED_HOSTS": "127.0.0.1",
            "CEASAI_BIND_PORT": str(self.port),
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx2.get(f"{self.base}/readyz").status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.1)
        pytest.fail("the server did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)


class Machine:
    """A signed-in browser on some machine, speaking plain HTTP to the real server."""

    def __init__(self, world: World, server: Server, person_id: UUID) -> None:
        browser = world.browser(person_id)
        cookies = {COOKIE: browser.http.cookies[COOKIE]}
        self.http = httpx2.Client(base_url=server.base, cookies=cookies, timeout=20)
        self.headers = {"Origin": server.base, "Sec-Fetch-Site": "same-origin"}
        self.token = browser.csrf_token()

    def post(self, path: str, **data: str):
        fields = {name.replace("_", "-"): value for name, value in data.items()} | {"csrf_token": self.token}
        return self.http.post(path, data=fields, headers=self.headers | {"HX-Request": "true"})


def test_rule_16_kill_minus_nine_loses_no_acknowledged_answer(world: World) -> None:
    world.clock.advance(SystemClock().now() - world.clock.now())  # sessions are the real server's to judge
    exam = make_exam(world)
    person_id = factories.person(world)
    server = Server(world)
    machine = Machine(world, server, person_id)
    try:
        server.start()
        place = machine.post(f"/en/exams/{exam.slug}/attempts").headers["location"]
        attempt_id = UUID(place.rsplit("/", 1)[1])
        before = attempt(world, attempt_id).layout
        assert before is not None
        for n in range(2, ITEMS + 1):
            given = "ab" if n == MULTIPLE else "abcd"[n % 4]
            reply = machine.post(f"{place}/answers", **{f"a_{n}": list(given), f"v_{n}": "0"})
            assert reply.status_code == 200, reply.text
        acknowledged: list[int] = []
        enough = Event()

        def saving() -> None:
            version = 0
            while True:
                try:
                    reply = machine.post(
                        f"{place}/answers", a_1="ab"[version % 2], v_1=str(version), key=f"k{version}"
                    )
                except httpx2.HTTPError:
                    return
                assert reply.status_code == 200, reply.text
                version += 1
                acknowledged.append(version)
                if version == 12:
                    enough.set()

        saver = Thread(target=saving)
        saver.start()
        assert enough.wait(timeout=60)
        server.kill()
        saver.join(timeout=30)
        chosen, version = answers(world, attempt_id)[1]
        # at most the save that was under way is there besides
        assert version in {acknowledged[-1], acknowledged[-1] + 1}
        assert chosen == ["ab"[(version - 1) % 2]]

        server.start()
        began = time.monotonic()
        with Machine(world, server, person_id).http as elsewhere:
            page = elsewhere.get(f"{place}?view=all").text
        assert time.monotonic() - began < 10
        assert attempt(world, attempt_id).layout == before
        # the whole page as before: every place, its choices in the same order, its answer
        held = {n: words for n, (words, _) in answers(world, attempt_id).items()}
        assert held == {1: chosen} | {
            n: ["a", "b"] if n == MULTIPLE else ["abcd"[n % 4]] for n in range(2, ITEMS + 1)
        }
        for n, item in enumerate(before, start=1):
            boxes = re.findall(rf'name="a-{n}" value="([abcd])"( checked)?', page)
            assert [word for word, _ in boxes] == item["order"]
            assert sorted(word for word, checked in boxes if checked) == held[n]
            assert page.index(f"Stem 1.{n} eng") < page.index(f'name="a-{n}"')
    finally:
        machine.http.close()
        server.kill()
