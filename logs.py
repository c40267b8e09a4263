"""Logging: structlog over the standard library, with a last line of defence that hides what looks like a secret.

Nothing should log a secret in the first place. The redaction is for what we do not write ourselves: a library's
message, a traceback's last line.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"

# The lowest level of each, whatever LOG_LEVEL says: below it they print request bodies, statement parameters or
# addresses with secrets in them.
CHATTY = {
    "aiohttp": logging.INFO,
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,
    "asyncio": logging.INFO,
    "discord": logging.INFO,
    "sqlalchemy": logging.WARNING,  # at INFO it prints every statement
    "stamina": logging.INFO,
}

_VALUE = r"[^\s\"'&,;<>(){}\[\]\\]+"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # Discord: interaction and webhook tokens in addresses, signed links, bot tokens
        (r"(/(?:webhooks|interactions)/\d+/)[\w-]+", rf"\1{HIDDEN}"),
        (rf"((?:cdn|media)\.discordapp\.(?:com|net)/[^\s?\"']+\?){_VALUE}(?:&{_VALUE})*", rf"\1{HIDDEN}"),
        (r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}", HIDDEN),
        # Imgur: tokens are forty hexadecimal digits; a deletehash is longer than any id
        (r"\b[0-9a-f]{40}\b", HIDDEN),
        (r"(/3/(?:image|album)/)\w{12,}", rf"\1{HIDDEN}"),
        # both: headers, form fields, JSON, queries, our own link pages
        (rf"\b((?:Bearer|Client-ID)\s+){_VALUE}", rf"\1{HIDDEN}"),
        (rf"(\b\w*(?:token|secret|deletehash)\\?[\"']?\s*[=:]\s*\\?[\"']?){_VALUE}", rf"\1{HIDDEN}"),
        (rf"([?&#](?:code|state|nonce)=){_VALUE}", rf"\1{HIDDEN}"),
        (r"(/link/)[\w-]{16,}", rf"\1{HIDDEN}"),
        (rf"(__Host-[\w-]+=){_VALUE}", rf"\1{HIDDEN}"),
    )
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide `secrets` and everything that has the shape of a token, a signed link or a deletehash."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def set_up(
    level: str = "info",
    style: Literal["console", "json"] = "console",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line to `stream` (standard error), redacted; `secrets` are hidden wherever they appear."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(style, colors=out.isatty()),
                _Redaction(secrets),
            ],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name, lowest in CHATTY.items():
        logging.getLogger(name).setLevel(max(number, lowest))
    logging.captureWarnings(capture=True)


def _renderers(style: Literal["console", "json"], *, colors: bool) -> list[Processor]:
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # The plain formatter: a pretty one would print local variables, tokens among them.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]


class _Redaction:
    """The last processor: it sees the finished line, traceback included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def __call__(self, _logger: Any, _method: str, line: EventDict | str | bytes) -> str:
        return redact(str(line), self._secrets)
