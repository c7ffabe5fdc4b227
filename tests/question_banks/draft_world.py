"""What tests of the pages of drafts share: people, a file, a complete sheet, and the way to approval."""

import re
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.kernel.canonical import sha256_hex
from app.question_banks.models import DraftSet, ItemDraft
from tests import factories
from tests.world import Browser, World

GIFT = """::d1-001::Қай қала — Қазақстанның астанасы? {=Астана#Дұрыс. ~Алматы#Бұрынғы астана. ~Шымкент#Үшінші ірі қала. ~Атырау#Мұнайлы қала.}

::d1-002::Су теңіз деңгейінде неше градуста қайнайды? {#100:0.5}
"""


def office(world: World) -> dict[str, Browser]:
    """Somebody of each role that has to do with drafts."""
    roles = ("instructor", "exam_manager", "item_reviewer", "translation_checker")
    return {role: world.browser(factories.person(world, role)) for role in roles}


def sends(browser: Browser, text: str | bytes, status: int, locale: str = "en", **said: str) -> str:
    """Send a file to the import page."""
    data = {"format": "gift", "language": "kk", "name": "office", "purpose": "certification"} | said
    body = text.encode() if isinstance(text, str) else text
    reply = browser.post(f"/{locale}/items/import", data, files={"file": ("a.txt", body, "text/plain")})
    assert reply.status_code == status, reply.text[-3000:]
    return str(reply.headers["location"] if status == 303 else reply.text)


def imports(browser: Browser, text: str = GIFT, **said: str) -> None:
    """Import a file as its page does."""
    sends(browser, text, 303, step="import", sha256=sha256_hex(text.encode()), **said)


def draft(world: World, slug: str = "d1-001") -> ItemDraft:
    """A draft as it reads now."""
    with world.read() as session:
        found = session.scalars(select(ItemDraft).where(col(ItemDraft.slug) == slug)).one()
        session.expunge(found)
        return found


def page_of(world: World, slug: str = "d1-001") -> str:
    """The address of a draft."""
    return f"/en/items/drafts/{draft(world, slug).id}"


def fields(html: str) -> dict[str, Any]:
    """The sheet of a page as a browser would send it."""
    form = html[html.index('<form class="flow" method="post"') :].split("</form>", maxsplit=1)[0]
    found: dict[str, Any] = {}

    def put(name: str, value: str) -> None:
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value

    def plain(value: str) -> str:
        return value.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&amp;", "&")

    for tag in re.findall(r"<input\b[^>]*>", form):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("name", "csrf_token") == "csrf_token":
            continue
        if given.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        put(given["name"], plain(given.get("value", "")))
    for name, body in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        put(name, plain(body))
    for name, body in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', body)
        put(name, "" if chosen is None else chosen[1] if chosen[1] is not None else chosen[2])
    return found


WORDS = {
    "stem-ru": "Какой город — столица Казахстана?",
    "stem-en": "Which city is the capital of Kazakhstan?",
    **{f"text-{at}-ru": word for at, word in enumerate(("Астана", "Алматы", "Шымкент", "Атырау"))},
    **{f"text-{at}-en": word for at, word in enumerate(("Astana", "Almaty", "Shymkent", "Atyrau"))},
    **{
        f"why-{at}-ru": word
        for at, word in enumerate(("Верно.", "Прежняя столица.", "Третий город.", "Нефтяной город."))
    },
    **{
        f"why-{at}-en": word
        for at, word in enumerate(("Correct.", "The former capital.", "The third city.", "A city of oil."))
    },
    "domain": "D1",
    "cognitive": "understand",
    "tasks": ["T1", "T3"],
    "sources": "Constitution of the Republic of Kazakhstan, article 2",
}


def completes(writer: Browser, address: str, **changes: Any) -> None:
    """Write the two other languages and what a bank asks besides."""
    sheet = fields(writer.get(f"{address}/text").text) | WORDS | changes
    reply = writer.post(f"{address}/text", sheet)
    assert reply.status_code == 303, reply.text[-4000:]


def steps(
    world: World, browser: Browser, step: str, status: int = 303, slug: str = "d1-001", **said: str
) -> str:
    """Do a step on a draft's page."""
    one = draft(world, slug)
    data = {"step": step, "version": str(one.version)} | said
    reply = browser.post(f"/en/items/drafts/{one.id}/steps", data)
    assert reply.status_code == status, (step, reply.status_code, reply.text[-3000:])
    return str(reply.text)


def set_id(world: World, slug: str = "office") -> UUID:
    """The set of that name."""
    with world.read() as session:
        return session.scalars(select(col(DraftSet.id)).where(col(DraftSet.slug) == slug)).one()
