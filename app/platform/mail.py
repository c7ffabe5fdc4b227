"""Transport of mail. What it says is rendered in the slice that sends it."""

import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol

from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform.settings import MailTransport, Settings, private_folder


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a message. ``subtype`` is what follows ``text/`` in its media type."""

    name: str
    subtype: str
    text: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person, in that person's language."""

    to: str
    subject: str
    text: str
    language: str
    sender_name: str
    brand_id: str
    attachments: tuple[Attachment, ...] = ()


class MailSender(Protocol):
    """Takes a message away."""

    def send(self, mail: Mail) -> None:
        """Hand the message over.

        Raises:
            OSError: the other side did not take it; the job is repeated.
        """
        ...


def _message(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    message = EmailMessage()
    message.set_content(mail.text)  # first: it drops every Content-… header there is
    for one in mail.attachments:
        # as bytes: the text policy would change its line ends, which calendars count on
        message.add_attachment(
            one.text.encode(),
            maintype="text",
            subtype=one.subtype,
            filename=one.name,
            params={"charset": "utf-8", **dict(one.parameters)},
        )
    message["From"] = f"{mail.sender_name} <{sender}>" if mail.sender_name.isascii() else sender
    if not mail.sender_name.isascii():
        name = mail.sender_name.replace('"', "")
        message.replace_header("From", f'"{name}" <{sender}>')
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message["X-Brand"] = mail.brand_id
    return message


class FileMail:
    """Writes each message into a folder as .eml: development and demonstrations."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        self._folder, self._sender, self._clock = folder, sender, clock

    def send(self, mail: Mail) -> None:
        """Write the message; the name sorts by time."""
        letter = private_folder(self._folder) / f"{new_id()}.eml"
        letter.write_bytes(bytes(_message(mail, self._sender, self._clock)))


class SmtpMail:
    """Hands each message to a mail server."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock

    def send(self, mail: Mail) -> None:
        """Deliver over SMTP, with STARTTLS and a login when the settings say so."""
        s = self._settings
        with smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=20) as server:
            if s.smtp_starttls:
                server.starttls()
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password)
            server.send_message(_message(mail, s.mail_sender, self._clock))


def make_sender(settings: Settings, clock: Clock) -> MailSender:
    """The transport the settings ask for."""
    if settings.mail is MailTransport.SMTP:
        return SmtpMail(settings, clock)
    return FileMail(settings.var_dir / "mail", settings.mail_sender, clock)


def list_written(settings: Settings, *, at_most: int = 50) -> list[Path]:
    """The newest messages in the folder, newest first."""
    folder = settings.var_dir / "mail"
    return sorted(folder.glob("*.eml"), reverse=True)[:at_most] if folder.is_dir() else []


MESSAGE_NAME = re.compile(r"^[0-9a-f-]{36}\.eml$")
"""What ``FileMail`` names its files; nothing else may be asked for by name."""
