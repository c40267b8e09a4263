"""Logging: what a line looks like, and that no secret gets through, whoever wrote it."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

import logs

HEX = "5f" * 20  # an access token has this shape
BOT_TOKEN = f"{'A' * 24}.{'b' * 6}.{'c' * 30}"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    chatty = {name: logging.getLogger(name).level for name in logs.CHATTY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in chatty.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("line", "secret", "kept"),
    [
        ("POST /webhooks/123/aW50ZXJhY3Rpb24tdG9rZW4/messages/@original", "aW50ZXJ", "/webhooks/123/"),
        ("POST https://discord.com/api/v10/interactions/77/tok-en_x/callback", "tok-en_x", "/callback"),
        ("GET https://cdn.discordapp.com/a/1/cat.png?ex=66&is=67&hm=beef00 -> 200", "beef00", "cat.png"),
        ('{"url": "https://media.discordapp.net/a/cat.png?ex=1&hm=beef00", "n": 1}', "beef00", '"n": 1'),
        (f"headers {{'Authorization': 'Bearer {HEX}'}}", HEX, "Bearer"),
        ("Authorization: Bearer not-hex-at-all", "not-hex", "Bearer"),
        ("Authorization: Client-ID abc123xyz", "abc123xyz", "Client-ID"),
        (f"logging in with {BOT_TOKEN}", BOT_TOKEN, "logging in"),
        (f"SELECT 1 -- ('{HEX}',)", HEX, "SELECT"),
        ("refresh_token=abc&grant_type=refresh_token", "abc", "grant_type"),
        ('{"access_token": "abc.def", "expires_in": 3600}', "abc.def", "3600"),
        ("{'deletehash': 'Xy12Xy12Xy12Xy1', 'id': 'a1B2c3D'}", "Xy12Xy12", "a1B2c3D"),
        ("DELETE /3/image/Xy12Xy12Xy12Xy1 -> 200", "Xy12Xy12", "/3/image/"),
        ("GET /oauth/imgur?state=s3cr3t&code=c0de HTTP/1.1", "s3cr3t", "HTTP/1.1"),
        ("GET /oauth/imgur?state=s3cr3t&code=c0de HTTP/1.1", "c0de", "/oauth/imgur"),
        ("GET /link/AbCdEfGhIjKlMnOpQrSt", "AbCdEfGh", "GET /link/"),
        ("b'Cookie: __Host-imgur-link-a1b2=AbCdEfGh; other=kept'", "AbCdEfGh", "other=kept"),
    ],
)
def test_redact_hides_the_secret_and_keeps_the_rest(line: str, secret: str, kept: str) -> None:
    redacted = logs.redact(line)
    assert secret not in redacted
    assert kept in redacted
    assert logs.HIDDEN in redacted


@pytest.mark.parametrize(
    "line",
    [
        "linked as someone, image a1B2c3D, album aBcDe",
        "GET /3/image/a1B2c3D -> 200",
        "the commands were synced count=12",
        "https://i.imgur.com/a1B2c3D.png?maxwidth=640",
        "Bot started",
        "status code: 50007",
    ],
)
def test_redact_leaves_harmless_lines_alone(line: str) -> None:
    assert logs.redact(line) == line


@pytest.mark.parametrize("style", ["console", "json"])
def test_no_secret_gets_through_from_our_own_or_a_library_s_line(style: str) -> None:
    out = io.StringIO()
    logs.set_up("debug", style, secrets=["hunter2-plain", ""], stream=out)  # type: ignore[arg-type]
    structlog.get_logger("ours").info("asked", url=f"https://localhost/?x={HEX}", password="hunter2-plain")
    logging.getLogger("theirs").warning("body was %s", {"refresh_token": "r-e-f"})
    try:
        raise ValueError(f"Bearer {HEX}")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    text = out.getvalue()
    assert "asked" in text
    assert "theirs" in text
    assert "ValueError" in text
    for secret in (HEX, "r-e-f", "hunter2-plain"):
        assert secret not in text


def test_a_traceback_does_not_print_local_variables() -> None:
    out = io.StringIO()
    logs.set_up("info", stream=out)
    local = "-".join(["kept", "to", "itself"])
    try:
        raise ValueError(len(local))
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "ValueError: 14" in out.getvalue()
    assert local not in out.getvalue()


def test_json_lines_stay_json_when_something_was_hidden() -> None:
    out = io.StringIO()
    logs.set_up("info", "json", stream=out)
    structlog.get_logger("room").info("posted", body='{"refresh_token": "abc", "id": 1}', url="/link/" + "n" * 20)
    line = json.loads(out.getvalue())
    assert line["event"] == "posted"
    assert line["level"] == "info"
    assert line["logger"] == "room"
    assert "abc" not in line["body"]
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", ["discord.http", "aiosqlite", "aiohttp.access", "sqlalchemy.engine", "asyncio"])
def test_loggers_that_print_secrets_at_debug_say_nothing_at_debug(name: str) -> None:
    out = io.StringIO()
    logs.set_up("debug", stream=out)
    logging.getLogger(name).debug("body %s", "quiet")
    logging.getLogger(name).warning("heard")
    logging.getLogger("other").debug("mine")
    assert "quiet" not in out.getvalue()
    assert "heard" in out.getvalue()
    assert "mine" in out.getvalue()


@pytest.mark.parametrize("name", ["sqlalchemy.engine.Engine", "alembic.runtime.migration"])
def test_statements_are_not_logged_at_any_level(name: str) -> None:
    out = io.StringIO()
    logs.set_up("debug", stream=out)
    logging.getLogger(name).info("SELECT %s", "quiet")
    assert out.getvalue() == ""


def test_the_level_holds_for_chatty_loggers_too() -> None:
    out = io.StringIO()
    logs.set_up("error", stream=out)
    logging.getLogger("discord.gateway").warning("not shown")
    structlog.get_logger().error("shown")
    assert "not shown" not in out.getvalue()
    assert "shown" in out.getvalue()


def test_warnings_go_to_the_log() -> None:
    out = io.StringIO()
    logs.set_up("info", stream=out)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old habit", UserWarning, stacklevel=1)
    assert "old habit" in out.getvalue()
