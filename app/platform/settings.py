"""What an installation is told from outside: one frozen object, read once, passed on."""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).parents[2]
"""The checkout: where courses/, question_banks/, migrations/ and locales/ stand."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(Exception):
    """A setting is missing or wrong. The message names each environment variable and why."""


class MailTransport(StrEnum):
    """How mail leaves."""

    FILE = "file"
    SMTP = "smtp"


class WorkerMode(StrEnum):
    """Where jobs run: a thread of the web process, or a process of their own."""

    EMBEDDED = "embedded"
    SEPARATE = "separate"


class Settings(BaseSettings):
    """Every variable is read as ``CEASAI_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="CEASAI_", frozen=True, extra="forbid")

    database_url: str = ""
    """SQLAlchemy address; empty means SQLite under ``var_dir``."""
    var_dir: Path = ROOT / "var"
    public_base: str = "http://127.0.0.1:8000"
    """Scheme and host that every link, QR code and credential uses."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "localhost")
    """Exact host names served, comma-separated; anything else gets 421."""
    bind_host: str = "127.0.0.1"
    bind_port: int = Field(default=8000, ge=0, le=65535)
    processes: int = Field(default=1, ge=1, le=64)
    threads: int = Field(default=4, ge=1, le=64)
    """Worker threads of a web process, which is also its number of database connections."""
    data_region: str = "kz"
    """Where the personal data of this installation live (ISO 3166-1 alpha-2, lower case, or ``global``)."""
    residency_countries: Annotated[tuple[str, ...], NoDecode] = ("kz",)
    """Countries whose law keeps their residents' data at home (Law 94-V Art. 12 for kz)."""
    worker: WorkerMode = WorkerMode.EMBEDDED
    mail: MailTransport = MailTransport.FILE
    mail_sender: str = "no-reply@ceasai.example"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = False
    secret_file: Path | None = None
    """File with at least 32 bytes that CSRF tokens are made from; made under ``var_dir`` when not set."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses whose X-Forwarded-For is believed."""
    brand: str = "ceasai"
    issuer_name_kk: str = "Еуропалық ЖИ қауіпсіздігі талдаушыларының халықаралық кеңесі (CEASAI)"
    issuer_name_ru: str = "Международный совет европейских аналитиков по безопасности ИИ (CEASAI)"
    issuer_name_en: str = "Council of European AI Safety Analysts International (CEASAI)"
    """Who signs certificates: the same under every brand. A demonstration signs as a test issuer."""
    timezone: str = "Asia/Almaty"
    log_json: bool = True
    ip_limit_per_minute: int = Field(default=1200, ge=1)
    """POSTs to sign-in, registration and reset an address may make in a minute: 300 candidates fit."""

    @field_validator("allowed_hosts", "residency_countries", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_base")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            msg = "must be scheme and host only, like https://lms.example.org"
            raise ValueError(msg)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            msg = "must be https outside localhost"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value.startswith("postgresql://"):
            value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            msg = "must be empty, sqlite:///… or postgresql://…"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        host = urlsplit(self.public_base).hostname
        if host not in self.allowed_hosts:
            msg = f"CEASAI_PUBLIC_BASE names {host}, which CEASAI_ALLOWED_HOSTS does not hold"
            raise ValueError(msg)
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.var_dir / 'ceasai.db'}"

    @property
    def secure(self) -> bool:
        """Whether the product is served over TLS, so that cookies are Secure and HSTS is sent."""
        return self.public_base.startswith("https://")

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.bind_host in LOOPBACK and urlsplit(self.public_base).hostname in LOOPBACK


def load(**overrides: object) -> Settings:
    """Read the environment once.

    Raises:
        SettingsError: naming each variable that is wrong, and why.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # values are validated by pydantic
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "CEASAI_" + "_".join(str(part) for part in problem["loc"]).upper()
            lines.append(f"{name.removesuffix('_')}: {problem['msg'].removeprefix('Value error, ')}")
        raise SettingsError("\n".join(lines)) from error


def private_folder(path: Path) -> Path:
    """The folder, made with whatever of its parents is missing, and open to its owner only.

    What stands under ``var_dir`` (database, keys, letters with live links) is nobody else's on this machine.
    A folder that was there before keeps its mode.
    """
    for folder in reversed([each for each in (path, *path.parents) if not each.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    return path


def secret(settings: Settings) -> bytes:
    """The installation's secret, 32 bytes or more; made on first use when no file is named.

    Raises:
        SettingsError: the named file is missing or too short.
    """
    path = settings.secret_file or settings.var_dir / "secret"
    if settings.secret_file is None and not path.exists():
        private_folder(path.parent)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        fresh.replace(path)
    try:
        value = path.read_bytes()
    except OSError as error:
        msg = f"CEASAI_SECRET_FILE: {path} cannot be read"
        raise SettingsError(msg) from error
    if len(value) < 32:
        msg = f"CEASAI_SECRET_FILE: {path} holds fewer than 32 bytes"
        raise SettingsError(msg)
    return value
