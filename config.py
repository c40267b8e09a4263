"""Settings: the only place that knows variable names."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from yarl import URL

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
KEY_BYTES = 32


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names every one of them, and no secret value."""


def public_origin(value: str) -> str:
    """An address that PUBLIC_URL may have, in its normal form. Raises ValueError in words."""
    url = URL(value)
    if not url.absolute or url.scheme not in {"http", "https"}:
        raise ValueError("must be an address such as https://bot.example.org")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise ValueError("must begin with https:// (plain http only for 127.0.0.1 or localhost)")
    if url.path != "/" or url.query_string or url.fragment or url.user:
        raise ValueError("must be a bare origin, without path, query or user name")
    return str(url.origin())


def _database_url(value: str) -> str:
    path = value.removeprefix("sqlite:///")
    if path == value or not path:
        raise ValueError("must be sqlite:///PATH")
    return value


def _token_keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    keys: dict[str, bytes] = {}
    for part in value.split(","):
        name, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not (name and name.isascii() and name.isalnum() and colon and len(key) == KEY_BYTES):
            raise ValueError("must be id:key[,id:key...], each key as `python bot.py keygen` prints it")
        if name in keys:
            raise ValueError("has the same key id twice")
        keys[name] = key
    return keys


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


Port = Annotated[int, Field(ge=0, le=65535)]
Text = Annotated[str, AfterValidator(_filled)]


class Settings(BaseSettings):
    """Everything that an operator can set. Environment variables win over `.env`; an empty one counts as unset."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    discord_token: SecretStr
    imgur_client_id: Text
    imgur_client_secret: SecretStr | None = None
    public_url: Annotated[str, AfterValidator(public_origin)] | None = None
    host: Text = "127.0.0.1"
    port: Port = 8080
    admin_host: Text = "127.0.0.1"
    admin_port: Port = 8081
    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///data/bot.db"
    token_keys: Annotated[dict[str, bytes], NoDecode, BeforeValidator(_token_keys), Field(repr=False)]
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)] = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def can_link(self) -> bool:
        """Whether users can link accounts: that takes a client secret and a public address."""
        return self.imgur_client_secret is not None and self.public_url is not None

    @property
    def callback_url(self) -> str | None:
        """The address to register with Imgur."""
        return f"{self.public_url}/oauth/imgur" if self.public_url else None


def variable_names() -> tuple[str, ...]:
    """Every variable the settings know, in the order of the documents."""
    return tuple(name.upper() for name in Settings.model_fields)


def load(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the environment and `env_file`. Raises SettingsError, which names every fault in one message."""
    try:
        return Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = [
        "The settings are not complete. Set these in the environment or in .env (`python bot.py init` asks for them):"
    ]
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(fault["loc"][0]).upper()
        why = "is missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {why}")
    return "\n".join(lines)
