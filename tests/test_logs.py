"""Logging: what a line looks like, and that no secret gets through, whoever wrote it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import re
import string
import sys
import threading
import time
import warnings
from collections.abc import Callable
from http.cookies import SimpleCookie
from random import Random
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import structlog
from aiohttp import InvalidURL
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

import logs

HEX = "5f" * 20  # an access token has this shape
BOT_TOKEN = f"{'A' * 24}.{'b' * 6}.{'c' * 30}"


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
        ("Set-Cookie: __Host-imgur-link-a1b2=AbCdEfGh; Path=/; Secure", "AbCdEfGh", "Path=/"),
        ("<Morsel: __Host-imgur-link-a1b2=AbCdEfGh; HttpOnly>", "AbCdEfGh", "HttpOnly"),
        ("{'__Host-imgur-link-a1b2': 'AbCdEfGh', 'n': 1}", "AbCdEfGh", "'n': 1"),
        ("exchanging code=c0de now", "c0de", "exchanging"),
        ("{'code': 'C0DE77AB'}", "C0DE77AB", "'code'"),
        ("the code 7K3QX9PM was typed", "7K3QX9PM", "was typed"),
        ("the code 7K3Q-X9PM was typed", "X9PM", "was typed"),
        ("TOKEN_KEYS=k1:c2VjcmV0,k2:b3RoZXI= PORT=80", "b3RoZXI", "PORT=80"),
        ("token_keys: 'k1:c2VjcmV0,k2:b3RoZXI='", "b3RoZXI", "token_keys"),
        ("DISCORD_TOKEN='abc'", "abc", "DISCORD_TOKEN"),
        ("Settings(discord_token=SecretText('abc'), port=80)", "abc", "port=80"),
        ("[('refresh_token', 'abc'), ('grant_type', 'refresh_token')]", "abc", "grant_type"),
        ("((b'Authorization', b'Bearer a.b'), (b'Host', b'x'))", "a.b", "b'Host'"),
        ("<CIMultiDict('Authorization': 'Bot a.b', 'Host': 'x')>", "a.b", "'Host': 'x'"),
        (r'{"body": "{\"refresh_token\": \"abc\", \"n\": 1}"}', "abc", "n"),
        (r'"{\"body\": \"{\\\"refresh_token\\\": \\\"abc\\\", \\\"n\\\": 1}\"}"', "abc", "n"),
        ('{"refresh_token" :\n  "abc"}', "abc", "refresh_token"),
        ("refresh_token%3Dabc", "abc", "refresh_token"),
        ("%22refresh_token%22%3A%20%22abc%22", "abc", "refresh_token"),
        ("&quot;refresh_token&quot;: &quot;abc&quot;", "abc", "refresh_token"),
        ('<input name="state" value="abc">', "abc", "input"),
        (r'b\'name="refresh_token"\r\n\r\nabc\r\n--x\'', "abc", "--x"),
        ("<access_token>abc</access_token>", "abc", "access_token"),
        ("refresh token -> abc, id 7", "abc", "id 7"),
        ("refresh_token%253Dabc", "abc", "refresh_token"),
        (r"{\u0022refresh_token\u0022:\u0022abc\u0022}", "abc", "refresh_token"),
        ('{"name": "refresh_token", "value": "abc", "n": 1}', "abc", '"n": 1'),
        ("X-Api-Key: abc; delete-hash=defg", "abc", "X-Api-Key"),
        ("X-Api-Key: abc; delete-hash=defg", "defg", "delete-hash"),
        ("passphrase=abc", "abc", "passphrase"),
        ('name="deletehash"\r\n\r\nabc\r\n--x', "abc", "--x"),
        (r"https://localhost/?ex=1\u0026hm\u003dbeef00", "beef00", "ex=1"),
        ("https%3A%2F%2Fcdn.discordapp.com%2Fa%2Fcat.png%3Fex%3D66%26hm%3Dbeef00", "beef00", "cat.png"),
        ("https://images-ext-1.discordapp.net/external/q_1bRt3Zx9-KpLm2/https/localhost/a.png", "q_1bRt3Z", "a.png"),
        ("https://localhost/a.jpg?X-Amz-Signature=abc&n=1", "abc", "n=1"),
        ("https://ann:fakehunter2@localhost/a.jpg", "fakehunter2", "localhost/a.jpg"),
        ("InvalidURL: https://imgur.com/delete/abcdefghijklmno", "abcdefghijklmno", "InvalidURL"),
        (r"POST \/webhooks\/123\/tok-en_x\/messages", "tok-en_x", "messages"),
        ("interaction aW50ZXJhY3Rpb246MTIzNDU2Nzg5MA failed", "aW50ZXJ", "failed"),
        ("image a1B2c3D has deletehash Xy12Xy12Xy12Xy1", "Xy12Xy12", "a1B2c3D"),
        ("nothing at q8RtYw2LmZ0pAbC", "q8RtYw2", "nothing"),
        ("\x1b[36mrefresh_token\x1b[0m=\x1b[35mabc\x1b[0m", "abc", "refresh_token"),
        ("\x1b[1mBearer\x1b[0m \x1b[2ma.b.c\x1b[0m", "a.b", "Bearer"),
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
        "404 Not Found (error code: 10062): Unknown interaction",
        "an answer could not be shared status=403 code=50013 interaction=1309871234567890123",
        "the socket's state: closed",
        "token=None secret='' code=\"\" state=False",
        "attempt 0a1b2c3d4e5f6071 of 123e4567-e89b-12d3-a456-426614174000, reference 9f86d081",
        "2026-11-25T03:53:07.123456Z [warning  ] cogs.ui.report took 0.25 s at 0x7f3a2b4c5d60",
        "aiohttp.client_exceptions.ClientConnectorDNSError: Cannot connect to host localhost:443 ssl:default",
        'File "/usr/lib/python3.11/site-packages/sqlalchemy/engine/default.py", line 12, in do_execute',
        "services.errors.SignInDownError in test_a_traceback_does_not_print_local_variables",
        "GET https://imgur.com/gallery/a-very-long-title-of-2024-a1B2c3D",
        "IMG_20261125_035307123.jpg, Screenshot_2026-11-25-03-53-07.png",
        "\x1b[2m2026-11-25\x1b[0m [\x1b[32minfo\x1b[0m] \x1b[1mcommands synced\x1b[0m \x1b[36mcount\x1b[0m=12",
    ],
)
def test_redact_leaves_harmless_lines_alone(line: str) -> None:
    assert logs.redact(line) == line


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "-a", "A1", "token", "token=", "'token','", "code: ", "Bearer ", "://", "://a", "/link/", "/3/image/a"),
        *("__Host-", "cdn.discordapp.com/", '"', "\\", "%22", "&quot;", "\x1b[", "\x1b]", "token=a(", "x.", "a line\n"),
    ],
)
def test_redact_takes_a_long_hostile_line_in_little_time(unit: str) -> None:
    line = (unit * 300_000)[:300_000] + " , end"
    before = time.process_time()
    assert logs.redact(line).endswith("end")
    assert time.process_time() - before < 2  # a quadratic pattern takes minutes


# --- whatever holds the secret, whoever writes the line ---------------------------------------------------------

HEX_DIGITS, ALPHANUMERIC = "0123456789abcdef", string.ascii_letters + string.digits


def _random(alphabet: str, length: int) -> st.SearchStrategy[str]:
    """Random letters as a machine draws them, but for the one in a hundred that looks like a name."""
    drawn = st.integers(0, 2**64).map(lambda seed: "".join(Random(seed).choices(alphabet, k=length)))
    return drawn.filter(lambda text: len(re.findall(r"[A-Z]*[a-z]+|[A-Z]+|[0-9]+", text)) > length / 4)


TOKEN = _random(HEX_DIGITS, 40)
DELETEHASH = _random(ALPHANUMERIC, 15)
NONCE = _random(ALPHANUMERIC + "-_", 43)
INTERACTION = _random(ALPHANUMERIC, 60).map("aW50ZXJhY3Rpb246{}".format)
ANYTHING = st.text(ALPHANUMERIC, min_size=9, max_size=12).map("7q{}".format)  # for what is known by its name

BARE: list[Callable[[str], object]] = [
    str,
    lambda secret: f"before {secret} after",
    lambda secret: [secret],
    lambda secret: {secret: 1},
    lambda secret: (1, {"deep": [secret.encode()]}),
    lambda secret: f"https://localhost/a/{secret}?n=1",
    lambda secret: URL("https://localhost/").with_query(q=secret),
    ValueError,
    lambda secret: InvalidURL(f"https://localhost/{secret}"),
    lambda secret: json.dumps(json.dumps({"a": secret})),
]
NAMED: list[Callable[[str, str], object]] = [
    lambda name, secret: {name: secret},
    lambda name, secret: {"deep": [{name: secret.encode()}]},
    lambda name, secret: (name, secret),
    lambda name, secret: [(name.encode(), secret.encode())],
    lambda name, secret: f"{name}={secret}",
    lambda name, secret: f"{name}: {secret}",
    lambda name, secret: json.dumps({name: secret}),
    lambda name, secret: json.dumps(json.dumps({name: secret, "n": 1})),
    lambda name, secret: json.dumps(json.dumps(json.dumps({name: secret}))).encode(),
    lambda name, secret: urlencode({"n": 1, name: secret}),
    lambda name, secret: quote(urlencode({"n": 1, name: secret})),
    lambda name, secret: URL("https://localhost/").with_query({name: secret}),
    lambda name, secret: URL("https://localhost/").with_fragment(f"{name}={secret}"),
    lambda name, secret: CIMultiDict({name: secret}),
    lambda name, secret: SimpleNamespace(**{name: secret}),
    lambda name, secret: SimpleCookie({name: secret}),
    lambda name, secret: KeyError(f"{name}={secret}"),
    lambda name, secret: f"\x1b[36m{name}\x1b[0m=\x1b[35m{secret}\x1b[0m",
]
NAMES = st.sampled_from(
    [
        *("refresh_token", "access_token", "ACCESS_TOKEN", "IMGUR_CLIENT_SECRET", "deletehash", "code", "state"),
        *("nonce", "__Host-imgur-link-a1b2", "TOKEN_KEYS", "password", "hm"),
    ]
)


def _raised(value: object) -> None:
    try:
        raise ValueError(value) from RuntimeError(value)
    except ValueError:
        structlog.get_logger("ours").exception("failed", n=1)


def _in_thread(value: object) -> None:
    def fail() -> None:
        raise ValueError(value)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def _in_finalizer(value: object) -> None:
    class Failing:
        def __del__(self) -> None:
            raise ValueError(value)

    Failing()


def _in_task(value: object) -> None:
    """Nobody waits for it, so asyncio reports it."""

    async def fail() -> None:
        raise ValueError(value)

    async def forget() -> None:
        asyncio.create_task(fail(), name=str(value))  # noqa: RUF006 - that is what is tried
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(forget())


def _noted(value: object) -> None:
    error = ExceptionGroup("several", [ValueError(value), KeyError(value)])
    error.add_note(str(value))
    logging.getLogger("theirs").error("failed", exc_info=error, stack_info=True)


WRITERS: list[Callable[[Any], object]] = [
    lambda value: structlog.get_logger("ours").info("asked", value=value, n=1),
    lambda value: structlog.get_logger("ours").info(f"asked {value}"),
    lambda value: structlog.get_logger("ours").info("asked %s", value),
    lambda value: structlog.get_logger("ours").bind(value=value).warning("asked"),
    lambda value: logging.getLogger("theirs").info("asked %r", value),
    lambda value: logging.getLogger("theirs").info(value),
    lambda value: logging.getLogger("theirs").info("no number: %d", [value]),
    lambda value: logging.getLogger("theirs").error("failed", exc_info=ValueError(value)),
    lambda value: warnings.warn(str(value), UserWarning, stacklevel=1),
    lambda value: sys.excepthook(ValueError, ValueError(value), None),
    lambda value: structlog.get_logger("ours").info("asked", **{str(value): 1}),
    _raised,
    _noted,
    _in_thread,
    _in_finalizer,
    _in_task,
]


class Terminal(io.StringIO):
    """Something that shows colours."""

    def isatty(self) -> bool:
        return True


def _written(how: str, write: Callable[[], object]) -> str:
    out = Terminal() if how == "colours" else io.StringIO()
    logs.set_up("debug", "json" if how == "json" else "console", stream=out)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        error = io.StringIO()
        with contextlib.redirect_stderr(error):
            write()
    assert error.getvalue() == ""
    if how == "json":
        for line in out.getvalue().splitlines():
            assert line.startswith("a line of theirs") or json.loads(line)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


HOW = st.sampled_from(["console", "colours", "json"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    how=HOW,
    write=st.sampled_from(WRITERS),
    hold=st.sampled_from(BARE),
    secret=st.one_of(TOKEN, DELETEHASH, NONCE, INTERACTION),
)
@example(how="console", write=WRITERS[0], hold=str, secret="rsk_rlI-2EUS0RywokXvJ_yuS5Ff3fOo6KE-fiDtsrp")
def test_what_looks_random_never_shows(how: str, write: Any, hold: Any, secret: str) -> None:
    text = _written(how, lambda: write(hold(secret)))
    assert text
    assert secret not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(how=HOW, write=st.sampled_from(WRITERS), hold=st.sampled_from(NAMED), name=NAMES, secret=ANYTHING)
@example("json", WRITERS[0], lambda name, secret: {name: secret, "n": 1}, "token", "7q0PASSWORD")  # as if it named n
@example("console", WRITERS[0], lambda name, secret: SimpleCookie({name: secret}), "refresh_token", "7q0PASSWORD")
def test_what_has_the_name_of_a_secret_never_shows(how: str, write: Any, hold: Any, name: str, secret: str) -> None:
    text = _written(how, lambda: write(hold(name, secret)))
    assert text
    assert secret not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(how=HOW, name=st.sampled_from(["token", "client_secret", "code", "state", "deletehash"]), secret=ANYTHING)
def test_a_keyword_that_has_the_name_of_a_secret_never_shows(how: str, name: str, secret: str) -> None:
    def write() -> None:
        for value in (secret, secret.encode(), [secret], f"two {secret}"):
            structlog.get_logger().info("asked", **{name: value})

    assert secret not in _written(how, write)


PIECES = ["token", "=", "'", '"', "[hidden]", "a1B2", " ", ",", "\\", "%3D", "t", "+", "(", "Bearer ", "b"]


@given(st.text() | st.lists(st.sampled_from(PIECES)))
@example(["token", "=", "\\", "token"])
@example(["token", "=", "Bearer ", "+", "a1B2"])
@example(["token", "=", "t", "(", "b", '"', "a1B2"])
def test_redacting_twice_is_redacting_once(given: str | list[str]) -> None:
    once = logs.redact("".join(given))
    assert logs.redact(once) == once


@pytest.mark.parametrize("style", ["console", "json"])
def test_known_secrets_are_hidden_in_addresses_too(style: str) -> None:
    out = io.StringIO()
    logs.set_up("info", style, secrets=["a/b c", "a/b c+d"], stream=out)  # type: ignore[arg-type]
    structlog.get_logger().info("asked", plain="a/b c+d", first="x=a%2Fb%20c&y", second="x=a%2Fb+c%2Bd&y")
    assert "a/b" not in out.getvalue()
    assert "a%2Fb" not in out.getvalue()
    assert out.getvalue().count("[hidden]") == 3
    assert "&y" in out.getvalue()


def test_numbers_of_a_code_s_name_stay_readable() -> None:
    out = io.StringIO()
    logs.set_up("info", "json", stream=out)
    structlog.get_logger().info("refused", code=50013, status=403, interaction=1309871234567890123, token=None)
    line = json.loads(out.getvalue())
    assert (line["code"], line["status"], line["interaction"]) == (50013, 403, 1309871234567890123)
    assert line["token"] is None


def test_an_error_that_nothing_handled_is_a_line_of_the_log() -> None:
    out = io.StringIO()
    logs.set_up("info", "json", stream=out)
    sys.excepthook(ValueError, ValueError("refresh_token=abc"), None)
    line = json.loads(out.getvalue())
    assert line["level"] == "critical"
    assert line["exception"].endswith("refresh_token=[hidden]")


def test_a_line_that_cannot_be_formatted_says_whose_it_was_and_no_more() -> None:
    out = io.StringIO()
    logs.set_up("info", stream=out)
    logging.getLogger("theirs").info("%d", "abc")
    assert out.getvalue().startswith("a line of theirs, test_logs:")
    assert "abc" not in out.getvalue()


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
