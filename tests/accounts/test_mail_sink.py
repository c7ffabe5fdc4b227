"""A letter goes over real SMTP and arrives whole."""

import email
import email.policy
import socket
import time
from typing import Any

from aiosmtpd.controller import Controller

from app.platform.mail import SmtpMail
from app.worker import make_context, run_due
from tests.accounts.ground import PASSWORD, REGISTRATION, cheap, link_in
from tests.world import World


class Sink:
    """What the mail server was given."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, list[str], Any]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, letter))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_confirmation_letter_arrives_over_smtp(world: World) -> None:
    cheap(world)
    sink = Sink()
    port = free_port()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings = world.settings.model_copy(update={"mail": "smtp", "smtp_port": port})
        context = make_context(world.engine, world.clock, settings, mail=SmtpMail(settings, world.clock))
        world.browser().post("/kk/register", REGISTRATION)
        run_due(context)
        for _ in range(50):
            if sink.letters:
                break
            time.sleep(0.05)
    finally:
        server.stop()
    [(sender, to, letter)] = sink.letters
    assert sender == "no-reply@ceasai.example"
    assert to == [REGISTRATION["email"]]
    assert letter["Subject"] == "Электрондық пошта мекенжайын растаңыз: CEASAI"
    assert letter["Content-Language"] == "kk"
    assert letter["X-Brand"] == "ceasai"
    link = link_in(letter.get_content())
    assert world.browser().post(link, {"password": PASSWORD}).status_code == 303
