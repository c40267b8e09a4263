"""Logging: structlog over the standard library, with a last line of defence that hides what looks like a secret.

Nothing should log a secret in the first place. The redaction is for what we do not write ourselves: a library's
message, a traceback's last line. It sees every value before it is rendered, so that neither colours nor JSON's escapes
stand between a name and its secret.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote, quote_plus

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
    "asyncpg": logging.INFO,
    "discord": logging.INFO,
    "sqlalchemy": logging.WARNING,  # at INFO it prints every statement
    "stamina": logging.INFO,
}

# Two ways to know a secret: by what stands before it, and by how it looks. Every repetition is bounded, or begins where
# no other attempt can begin, so that the time grows with the length and no faster.
_ESCAPE = r"(?:\x1b|\\(?:x1b|u001b|033|e))"  # itself, or as `repr` and JSON write it
_ANSI = re.compile(rf"{_ESCAPE}\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{{0,200}}(?:\x07|\x1b\\)", re.IGNORECASE)

# Its name: at the end of any word (`refresh_token`), or a word of its own.
_NAME = (
    r"(?:tokens?|secrets?|delete[-_]?hash(?:es)?|passw(?:or)?d|passphrase|pwd|api[-_]?key|authorization|cookie|credentials?|signature"
    r"|verifier|nonce|(?<![a-z])(?:sig|hm))"
)
# A status or an error number is no code, and "state: closed" is a sentence.
_NUMBER_OR_WORD = r"[=:, \"'\\]{1,8}\d{1,6}(?![\w-])|: ?(?-i:[a-z_]{1,20})(?![\w-])"
_WEAK_NAME = rf"(?<![a-z])(?:code|state)(?!{_NUMBER_OR_WORD})"
_NAMES = rf"(?:{_NAME}|{_WEAK_NAME}|__Host-[\w-]{{1,80}}+)"
# What stands between: `=` or `:`, quoted, escaped or percent-encoded; the comma of a pair; the head of a form's part.
_QUOTE = r"(?:[\"'\\]|u002[27]|%(?:25){0,3}(?:22|27|5C)|&quot;|&\#34;|&\#39;)"
_QUOTES = rf"{_QUOTE}{{1,40}}"  # JSON in JSON in JSON, in the repr of bytes, has more than thirty backslashes
_SPACE = r"(?:\s|%20|\+|\\[rnt]){0,8}+"
_ASSIGNED = rf"(?:{_QUOTES})?[ \t]{{0,8}}(?:=>?|->|:|%(?:25){{0,3}}3[DA]|\\{{1,40}}u003d|&\#61;)"
_BETWEEN = (
    rf"(?:(?:{_ASSIGNED}|(?:{_QUOTES})?[ \t]{{0,8}}>){_SPACE}"
    rf"|{_QUOTES}[\s,]{{1,8}}(?:{_QUOTES})?value(?:{_QUOTES})?[ \t]{{0,8}}[=:]{_SPACE}"
    rf"|{_QUOTES}\s{{0,8}}(?:,|%2C){_SPACE}(?=b?{_QUOTE})"
    rf"|{_QUOTES}(?:\r?\n|(?:\\r)?\\n){{2,4}})"
)
_OPENING = rf"(?:[({{]|\[(?!hidden\])|[a-z]\w{{0,30}}\(|b(?=[\"'])|{_QUOTE}){{0,40}}+"
_SCHEME = r"(?:(?:Bearer|Client-ID|Basic|Bot)(?:\s|%20|\+){1,8}+)"
_VALUE = r"(?!\[hidden\]|(?:None|null|True|False)\b)[^\s\"'&,;<>(){}\[\]\\]+"
_SLASH = r"(?:\\?/|%2F)"

_ADDRESS = (  # of an interaction token, a deletehash, our own link pages
    rf"{_SLASH}(?:(?:webhooks|interactions){_SLASH}\d{{1,20}}{_SLASH}|link{_SLASH}(?=[\w-]{{16}})"
    rf"|(?:3{_SLASH}(?:image|album)|delete){_SLASH}(?=\w{{12}}))"
)
_NAMED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(f"({before}){secret}", re.IGNORECASE)
    for before, secret in (
        (rf"token_keys?{_BETWEEN}{_OPENING}", r"(?!\[hidden\])[^\s\"'\\{}()\[\]]+"),
        (rf"{_NAMES}{_BETWEEN}{_OPENING}{_SCHEME}?+(?![\w-]{{0,40}}{_NAMES}{_BETWEEN})", _VALUE),
        # Once more for a value that looks like the first of a pair, whose other half is hidden by now.
        (rf"{_NAMES}{_BETWEEN}{_OPENING}{_SCHEME}?+(?![\w-]{{0,40}}{_NAMES}{_ASSIGNED})", _VALUE),
        (r"(?:Bearer|Client-ID)(?:\s|%20|\+){1,8}+", _VALUE),
        (_ADDRESS, r"[\w-]+"),
        (r"://", r"[^\s/@\"'<>?#]{1,256}+(?=@)"),
    )
)
_SHAPED = re.compile(
    r"(?<![\w-])(?:(?P<public>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16}|[A-Za-z]+(?:Error|Exception))"
    r"|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"  # a bot's token
    r"|[0-9a-f]{40}"  # Imgur's tokens
    r"|(?=[A-Z-]{0,8}\d)(?=[0-9-]{0,8}[A-Z])[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}"  # a code that people type
    r"|(?P<word>[\w-]{15,}))(?![\w-])"
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?!=)",  # a key
    re.ASCII,
)
_HUMPS = re.compile(r"[A-Z]*[a-z]+|[A-Z]+|[0-9]+")
_RUNS = re.compile(r"[A-Za-z0-9]{15,}")
_NAMED_PART = 5  # of so many letters one is in a word, in what has a name
_HUMP = 4  # letters; names of things have longer ones, random letters shorter ones


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide `secrets` and what has the name or the looks of one; colours go where something was hidden."""
    plain = _ANSI.sub("", text)
    hidden = plain
    for secret in secrets:
        hidden = hidden.replace(secret, HIDDEN)
    for pattern in _NAMED:
        hidden = pattern.sub(rf"\1{HIDDEN}", hidden)
    hidden = _SHAPED.sub(_judged, hidden)
    return text if hidden == plain else hidden


def _judged(match: re.Match[str]) -> str:
    """What may stay of something that is shaped like a secret."""
    word = match["word"]
    if match["public"] or (word and not _is_random(word)):
        return _RUNS.sub(lambda run: HIDDEN if _is_random(run[0]) else run[0], match[0]) if word else match[0]
    return HIDDEN


def _is_random(word: str) -> bool:
    """Whether letters and digits change as they do in random ones: `Xy12Xy12Xy12Xy1`, and not `a-long-name_2`."""
    parts = re.split("[-_]+", word)
    changes = sum(max(len(_HUMPS.findall(part)) - 1, 0) for part in parts)
    length = sum(map(len, parts))
    named = sum(len(part) for part in parts if re.fullmatch("[a-z]{3,}", part))  # a random one may begin with `rsk_`
    return named * _NAMED_PART < length < _HUMP * (changes + 1)


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
    redaction = _Redaction(secrets)
    handler = _Handler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redaction.values,
                *_renderers(style, redaction, colors=out.isatty()),
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
    sys.excepthook = _log_unhandled
    threading.excepthook = _log_unhandled_in_thread
    sys.unraisablehook = _log_unraisable


def _renderers(style: Literal["console", "json"], redaction: _Redaction, *, colors: bool) -> list[Processor]:
    if style == "json":
        return [structlog.processors.JSONRenderer()]
    # The plain formatter: a pretty one would print local variables, tokens among them.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain), redaction.line]


class _Redaction:
    """Processors that hide `secrets`, however they are encoded, and what has the name or the looks of one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))}
        self._secrets = sorted(forms, key=len, reverse=True)  # one may begin with another

    def values(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """Before rendering: each value on its own, anything but text by its `repr`."""
        return {redact(name, self._secrets): self._value(name, value) for name, value in event.items()}

    def line(self, _logger: Any, _method: str, line: EventDict | str | bytes) -> str:
        """After rendering, for what only shows in the whole. Not for JSON, which has to stay JSON."""
        return redact(str(line), self._secrets)

    def _value(self, name: str, value: Any) -> Any:
        text = value if isinstance(value, str) else repr(value)
        if redact(f"{name}=-") != f"{name}=-" and redact(f"{name}={text}") != f"{name}={text}":
            return HIDDEN  # its name says that all of it is secret
        hidden = redact(text, self._secrets)
        return value if hidden == text else hidden


class _Handler(logging.StreamHandler[TextIO]):
    """One that does not print a record raw, as the library does, when it cannot be formatted."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say whose line it was."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"a line of {record.name}, {record.module}:{record.lineno}, could not be written\n")


def _log_unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        structlog.get_logger(__name__).critical("unhandled error", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)


def _log_unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and args.exc_type is not SystemExit:
        structlog.get_logger(__name__).error("unhandled error in a thread", exc_info=args.exc_value)


def _log_unraisable(args: sys.UnraisableHookArgs) -> None:
    """What a finalizer or a callback of C code raises, which Python would print as it is."""
    if args.exc_value is not None:
        structlog.get_logger(__name__).error("unhandled error where nobody waits", exc_info=args.exc_value)
