"""Drawn certificates kept by what they are made of, so that asking again costs a read.

A file's name is the hash of the facts, the brand, the fonts, the sentences and this code: nothing stale is
ever found. The files hold names, so only the process may read them, and they are thrown away after a month.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from app.brands.resolver import resolve
from app.certificates.facts import CertificateFacts
from app.certificates.pdf import faces
from app.certificates.pdf.render import render
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.ids import new_id
from app.platform.settings import ROOT, Settings

KEEP = timedelta(days=30)
"""Drawing again is cheap; a copy of a name is not kept longer than this."""
_NOT_PRINTED = {"status", "reason", "status_since"}


@cache
def _edition() -> str:
    """What the page is made with: changes with every release that changes the paper."""
    here = Path(__file__).parent
    made_with = [*here.glob("*.py"), *faces.FOLDER.glob("*.ttf"), *(ROOT / "locales").glob("*/*/*.mo")]
    return sha256_hex(b"".join(path.read_bytes() for path in sorted(made_with)))


def _folder(settings: Settings) -> Path:
    return settings.var_dir / "cache" / "certificates"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def document(facts: CertificateFacts, settings: Settings) -> bytes:
    """The certificate's PDF, drawn now or found. Call it outside any transaction."""
    brand = resolve(default=settings.brand, brand_id=facts.brand_id)
    printed = {key: _plain(value) for key, value in asdict(facts).items() if key not in _NOT_PRINTED}
    name = sha256_hex(canonical_json([printed, brand.model_dump(), settings.timezone, _edition()]))
    path = _folder(settings) / f"{name}.pdf"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    drawn = render(facts, brand, settings.timezone)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{new_id()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(drawn)
    fresh.replace(path)
    return drawn


def purge(settings: Settings, now: datetime) -> int:
    """Throw away what was drawn more than a month before ``now`` (aware UTC); how many files."""
    old = [path for path in _folder(settings).glob("*") if path.stat().st_mtime < (now - KEEP).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
