"""The mail a demonstration has written into its folder, to be read on the machine it runs on."""

import email
import email.policy
import re
from typing import Any

from fastapi import Request, Response

from app.accounts.routes.sign_in import shows_demonstration
from app.kernel.errors import NotFound
from app.platform.mail import MESSAGE_NAME, list_written
from app.platform.routing import Router
from app.platform.settings import MailTransport
from app.web.pages import page
from app.web.viewer import MaybeViewer

router = Router(prefix="/dev/mail")


def _only_here(request: Request) -> None:
    if not shows_demonstration(request) or request.app.state.settings.mail is not MailTransport.FILE:
        raise NotFound


@router.get("")
def list_letters(request: Request, viewer: MaybeViewer) -> Response:
    """The newest letters.

    Raises:
        NotFound: this is no demonstration on loopback that writes its mail into files.
    """
    del viewer  # only so that the header knows who is signed in
    _only_here(request)
    letters = [(path.stem, _read(path.read_bytes())) for path in list_written(request.app.state.settings)]
    return page(request, "accounts/letters.html", letters=letters)


@router.get("/{name}")
def show_letter(request: Request, viewer: MaybeViewer, name: str) -> Response:
    """One letter, with the links it carries.

    Raises:
        NotFound: no such letter, or none may be read here.
    """
    del viewer  # as above
    _only_here(request)
    settings = request.app.state.settings
    path = settings.var_dir / "mail" / f"{name}.eml"
    if not MESSAGE_NAME.match(path.name) or not path.is_file():
        raise NotFound
    letter = _read(path.read_bytes())
    links = re.findall(re.escape(settings.public_base) + r"(/[\w/.~-]+)", letter["text"])
    return page(request, "accounts/letter.html", letter=letter, links=links)


def _read(raw: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",)) or message
    return {
        "to": str(message["To"]),
        "sender": str(message["From"]),
        "subject": str(message["Subject"]),
        "at": message["Date"].datetime,
        "language": str(message["Content-Language"]),
        "brand": str(message["X-Brand"]),
        "text": body.get_content(),
    }
