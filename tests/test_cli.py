"""The command line: what it prints, what it answers to mistakes, and that it stops cleanly."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import discord
import pytest
import yarl
from click.testing import CliRunner, Result

import config
from bot import TRIES, cli
from tests.conftest import free_port
from tests.databases import postgres_database, rows

ROOT = Path(__file__).parent.parent
APPLICATION = 123456789012345678
TOKEN = base64.urlsafe_b64encode(str(APPLICATION).encode()).decode().rstrip("=") + ".made.up"
KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in config.variable_names():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def env(tmp_path: Path) -> Callable[..., None]:
    def write(**lines: object) -> None:
        settings = {
            "DISCORD_TOKEN": TOKEN,
            "IMGUR_CLIENT_ID": "example-id",
            "TOKEN_KEYS": KEY,
            "PORT": 0,
            "ADMIN_PORT": 0,
            **lines,
        }
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    return write


def _invoke(*arguments: str, answers: str | None = None) -> Result:
    result = CliRunner().invoke(cli, list(arguments), input=answers)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


class FakeDiscord:
    """Discord's REST side, as far as logging in and syncing go; the gateway only tells that it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.commands: Any = None
        self.token_is_good = True
        self.on_gateway: Callable[[], None] = lambda: None
        self.released = threading.Event()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.requests.append((method, path))
        if not self.token_is_good:
            return 401, {"message": "401: Unauthorized", "code": 0}
        if path.endswith("/users/@me"):
            return 200, {"id": str(APPLICATION), "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
        if path.endswith("/applications/@me"):
            owner = {"id": "1", "username": "o", "discriminator": "0", "avatar": None}
            flags = {"bot_public": True, "bot_require_code_grant": False, "verify_key": "00", "icon": None}
            return 200, {"id": str(APPLICATION), "name": "bot", "description": "", "owner": owner, **flags}
        if method == "PUT" and path.endswith("/commands"):
            self.commands = json.loads(body)
            return 200, []
        if path.startswith("/gateway"):
            self.on_gateway()
            self.released.wait(10)
        return 404, {"message": "404: Not Found", "code": 0}


@pytest.fixture
def fake_discord(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDiscord]:
    fake = FakeDiscord()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = fake.answer(self.command, self.path.partition("?")[0], body)
            payload = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_PUT = answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"127.0.0.1:{server.server_port}"
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://{address}")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(f"ws://{address}/gateway"))
    yield fake
    fake.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


# --- without a command, check, keygen ----------------------------------------------------------------------------


def test_no_command_prints_the_help() -> None:
    output = _invoke().output
    for command in ("run", "demo", "init", "check", "sync", "keygen"):
        assert re.search(rf"^  {command}\s+\w", output, re.MULTILINE)


@pytest.mark.parametrize("command", ["check", "run", "sync"])
def test_an_empty_environment_is_one_message_with_every_missing_variable(command: str) -> None:
    result = _invoke(command)
    assert result.exit_code == 2
    for name in ("DISCORD_TOKEN", "IMGUR_CLIENT_ID", "TOKEN_KEYS"):
        assert result.output.count(f"{name}: is missing") == 1


def test_check_names_what_is_wrong_without_its_value(env: Callable[..., None]) -> None:
    env(TOKEN_KEYS="k1:very-private", PORT="many")
    result = _invoke("check")
    assert result.exit_code == 2
    assert "TOKEN_KEYS:" in result.output
    assert "PORT:" in result.output
    assert "very-private" not in result.output


@pytest.mark.parametrize("is_there", [True, False])
def test_check_says_what_is_not_done_without_ffmpeg(
    env: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    env()
    monkeypatch.setenv("PATH", str(tmp_path))
    if is_there:
        (tmp_path / "ffmpeg").touch(0o755)
    result = _invoke("check")
    assert result.exit_code == 0
    assert ("There is no ffmpeg here: users are asked before a video goes" in result.output) is not is_there


def test_check_builds_everything_and_touches_nothing(env: Callable[..., None], tmp_path: Path) -> None:
    env(PUBLIC_URL="https://bot.example.org", IMGUR_CLIENT_SECRET="example")
    result = _invoke("check")
    assert result.exit_code == 0
    assert "https://bot.example.org/oauth/imgur" in result.output
    assert re.search(r"\b[1-9]\d* commands", result.output)
    said = [line for line in result.output.splitlines() if "ffmpeg" not in line]  # which may be there or not
    assert len(said) == 2
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_check_says_when_users_cannot_link(env: Callable[..., None]) -> None:
    env(PUBLIC_URL="https://bot.example.org")
    result = _invoke("check")
    assert result.exit_code == 0
    assert "cannot link" in result.output


def test_check_says_when_users_have_to_paste_and_what_does_nothing_then(env: Callable[..., None]) -> None:
    env(IMGUR_CLIENT_SECRET="example")
    result = _invoke("check")
    assert result.exit_code == 0
    assert "by pasting the address" in result.output
    assert "or https://imgur.com" in result.output
    assert "DISCORD_CLIENT_SECRET" not in result.output
    env(IMGUR_CLIENT_SECRET="example", DISCORD_CLIENT_SECRET="example-discord-secret")
    assert "DISCORD_CLIENT_SECRET does nothing without PUBLIC_URL" in _invoke("check").output


def test_keygen_prints_a_new_key_each_time_that_the_settings_take(env: Callable[..., None], tmp_path: Path) -> None:
    first, second = (_invoke("keygen").output.strip() for _ in range(2))
    assert first != second
    env(TOKEN_KEYS=f"{first},{second}")
    assert [len(key) for key in config.load(tmp_path / ".env").token_keys.values()] == [32, 32]


def test_check_names_every_fault_of_the_unedited_example(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    for command in ("check", "run", "sync"):
        result = _invoke(command)
        assert result.exit_code == 2
        for name in ("DISCORD_TOKEN", "IMGUR_CLIENT_ID", "TOKEN_KEYS"):
            assert f"  {name}: " in result.output
    assert "keygen" in result.output
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_check_names_faults_of_every_kind_at_once(env: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    env(
        DISCORD_TOKEN="no-token-at-all",
        IMGUR_CLIENTID="made-up",
        IMGUR_CLIENT_ID="",
        PORT=8081,
        ADMIN_PORT=8081,
        LOG_FORMAT="xml",
        LOG_LEVL="debug",
        DATABASE_URL=f"sqlite:///{tmp_path}/file/bot.db",
    )
    result = _invoke("check")
    assert result.exit_code == 2
    names = [line.split(":")[0].strip() for line in result.output.splitlines()[1:]]
    assert names == [
        *("DISCORD_TOKEN", "IMGUR_CLIENT_ID", "ADMIN_PORT", "DATABASE_URL", "LOG_FORMAT"),
        *("IMGUR_CLIENTID", "LOG_LEVL"),
    ]
    assert "no-token-at-all" not in result.output


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('from-the-future')"
        )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.write_bytes(b"this is no database" * 90), "file is not a database"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.symlink_to("/dev/null"), "is no file"),
        (lambda path: path.symlink_to("a" * 300), "File name too long"),
        (lambda path: path.symlink_to(Path(sys.executable).resolve()), "Text file busy"),
        (lambda path: path.symlink_to("/proc/none/bot.db"), "nothing can be written to /proc"),
        (_newer, "newer release"),
    ],
    ids=["no-database", "folder", "device", "name", "read-only", "unwritable", "newer"],
)
def test_check_names_a_database_that_could_not_be_used(
    env: Callable[..., None], tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    path = tmp_path / "data.db"
    make(path)
    env(DATABASE_URL=f"sqlite:///{path}")
    result = _invoke("check")
    assert result.exit_code == 2
    assert "  DATABASE_URL: " in result.output
    assert sentence in result.output


def test_check_waits_for_no_database_that_is_locked_and_leaves_one_in_use_alone(
    env: Callable[..., None], database_url: str
) -> None:
    env(DATABASE_URL=database_url)
    path = Path(database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert "database is locked" in _invoke("check").output
        connection.execute("ROLLBACK")
        before = path.read_bytes()
        assert _invoke("check").exit_code == 0
        assert path.read_bytes() == before


def test_check_looks_at_a_postgresql_and_leaves_it_as_it_was(env: Callable[..., None]) -> None:
    with postgres_database(empty=True) as url:
        env(DATABASE_URL=url)
        result = _invoke("check")
        assert result.exit_code == 0, result.output
        assert rows(url, "SELECT * FROM pg_tables WHERE schemaname = 'public'") == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://bot:fake-hidden@127.0.0.1:{port}/imgur", "the database cannot be used: .*refused|Connect call"),
        ("postgresql://bot:fake-hidden@127.0.0.1/imgur?sslmod=require", "parameter that is not known: sslmod"),
        ("postgresql://bot:fake-hidden@127.0.0.1:port/imgur", "is no number"),
    ],
)
def test_check_and_run_name_a_postgresql_that_could_not_be_used_without_its_password(
    env: Callable[..., None], address: str, sentence: str
) -> None:
    env(DATABASE_URL=address.format(port=free_port()))
    for command, code in (("check", 2), ("run", 1)):
        result = _invoke(command)
        assert result.exit_code == code
        assert re.search(sentence, result.output)
        assert "DATABASE_URL" in result.output
        assert "fake-hidden" not in result.output


# --- init --------------------------------------------------------------------------------------------------------

ANSWERS = f"{TOKEN}\nexample-id\nexample-secret\nhttps://bot.example.org/\n"


def test_init_writes_a_private_file_that_check_accepts(tmp_path: Path) -> None:
    result = _invoke("init", answers=ANSWERS)
    assert result.exit_code == 0
    path = tmp_path / ".env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = config.load(path)
    assert settings.discord_token == TOKEN
    assert settings.public_url == "https://bot.example.org"
    assert settings.can_link
    assert f"client_id={APPLICATION}&scope=bot+applications.commands" in result.output
    assert "integration_type=1" in result.output
    assert "https://bot.example.org/oauth/imgur" in result.output
    assert _invoke("check").exit_code == 0
    assert [file.name for file in tmp_path.iterdir()] == [".env"]


def test_init_asks_again_for_what_cannot_be_right(tmp_path: Path) -> None:
    wrong = f"no-token\n{TOKEN}.more\n{TOKEN}\nwith space\nexample-id\n\nhttp://bot.example.org\n\n"
    result = _invoke("init", answers=wrong)
    assert result.exit_code == 0
    assert result.output.count("not a bot token") == 2
    assert "must begin with https://" in result.output
    settings = config.load(tmp_path / ".env")
    assert settings.imgur_client_id == "example-id"
    assert not settings.can_link


def test_init_takes_nothing_that_the_settings_would_refuse(tmp_path: Path) -> None:
    ids = f"your-client-id\n{TOKEN}\n{'0123abcdef' * 4}\n \n'example-id'\n"
    result = _invoke("init", answers=f'"{TOKEN}"\n{ids}example-secret;\nexample-secret\nhttps://bot..example.org\n\n')
    assert result.exit_code == 0
    assert result.output.count("Error: ") == 6
    settings = config.load(tmp_path / ".env", tries={})
    assert (settings.discord_token, settings.imgur_client_id) == (TOKEN, "example-id")
    assert settings.imgur_client_secret == "example-secret"


@pytest.mark.parametrize("keys", [f"{KEY},", KEY[:-2], f"{KEY},{KEY}", f"{KEY},k2:x"])
def test_init_replaces_no_keys_that_may_have_sealed_something(tmp_path: Path, keys: str) -> None:
    path = tmp_path / ".env"
    path.write_text(before := f"TOKEN_KEYS={keys}\n")
    result = _invoke("init", answers="y\n" + ANSWERS)
    assert result.exit_code == 2
    assert "TOKEN_KEYS in .env is wrong" in result.output
    assert KEY[3:20] not in result.output
    assert path.read_text() == before


@pytest.mark.parametrize("line", ["", "TOKEN_KEYS=", "TOKEN_KEYS=paste-your-keys-here"])
def test_init_makes_a_key_where_there_is_none(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"MINE=1\n{line}\n")
    assert _invoke("init", answers="y\n" + ANSWERS).exit_code == 0
    assert len(config.load(tmp_path / ".env", tries={}).token_keys) == 1


def test_init_writes_to_files_only(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    result = _invoke("init", "--file", str(path), answers=ANSWERS)
    assert result.exit_code == 2
    assert "pipe is no file. `init --file -` prints the settings" in result.output
    assert path.is_fifo()


def test_init_that_cannot_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINE=1\n")
    words = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, str(ROOT / "bot.py"), "init"]
    result = subprocess.run(
        words, input="y\n" + ANSWERS, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60
    )
    assert result.returncode == 2
    assert ".env could not be written, and is as it was: File too large. `init --file -` prints" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert (tmp_path / ".env").read_text() == "MINE=1\n"


def test_init_leaves_a_file_alone_unless_told_otherwise(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINE=1\n")
    result = _invoke("init", answers="n\n")
    assert result.exit_code == 1
    assert (tmp_path / ".env").read_text() == "MINE=1\n"


def test_init_changes_what_it_asks_about_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        f'# mine\nPORT=1\nexport discord_token=old\nTOKEN_KEYS="{KEY}"\n\nTZ=UTC # mine too\nIMGUR_CLIENT_ID=a'
    )
    assert _invoke("init", answers="y\n" + ANSWERS).exit_code == 0
    assert path.read_text().splitlines() == [
        "# mine",
        "PORT=1",
        f"DISCORD_TOKEN={TOKEN}",
        f"TOKEN_KEYS={KEY}",
        "",
        "TZ=UTC # mine too",
        "IMGUR_CLIENT_ID=example-id",
        "IMGUR_CLIENT_SECRET=example-secret",
        "PUBLIC_URL=https://bot.example.org",
    ]


def test_init_keeps_what_is_answered_by_enter_alone(tmp_path: Path) -> None:
    assert _invoke("init", answers=ANSWERS).exit_code == 0
    path = tmp_path / ".env"
    before = path.read_text()
    result = _invoke("init", answers="y\n\nanother-id\n\n\n")
    assert result.exit_code == 0
    assert path.read_text() == before.replace("example-id", "another-id")
    assert "https://bot.example.org/oauth/imgur" in result.output
    assert "example-secret" not in result.output


def test_init_keeps_nothing_that_the_settings_would_refuse(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text().replace("#IMGUR_CLIENT_SECRET", "IMGUR_CLIENT_SECRET")
    (tmp_path / ".env").write_text(text)
    result = _invoke("init", answers=f"y\n\n{TOKEN}\n\nexample-id\n\n\n")
    assert result.exit_code == 0
    assert "Enter keeps" not in result.output
    settings = config.load(tmp_path / ".env", tries={})
    assert (settings.discord_token, settings.imgur_client_id) == (TOKEN, "example-id")
    assert settings.imgur_client_secret is None


def test_init_makes_a_key_in_place_of_the_published_one(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    assert _invoke("init", answers="y\n" + ANSWERS).exit_code == 0
    text = (tmp_path / ".env").read_text()
    assert "# debug, info, warning or error" in text
    assert _invoke("check").exit_code == 0


def test_check_names_the_redirect_where_users_log_in_with_discord(env: Callable[..., None]) -> None:
    linking = {"IMGUR_CLIENT_SECRET": "example-secret", "PUBLIC_URL": "https://bot.example.org"}
    env(**linking)
    assert "/oauth/discord" not in _invoke("check").output
    env(**linking, DISCORD_CLIENT_SECRET="example-discord-secret")
    assert "https://bot.example.org/oauth/discord" in _invoke("check").output
    env(DISCORD_CLIENT_SECRET=TOKEN)
    assert "DISCORD_CLIENT_SECRET: looks like the bot's token" in _invoke("check").output


def test_init_names_no_callback_where_nobody_can_link(tmp_path: Path) -> None:
    result = _invoke("init", answers=f"{TOKEN}\nexample-id\n\nhttps://bot.example.org\n")
    assert result.exit_code == 0
    assert "callback" not in result.output
    assert "/oauth/imgur" not in result.output


def test_init_says_what_to_register_where_users_have_to_paste(tmp_path: Path) -> None:
    result = _invoke("init", answers=f"{TOKEN}\nexample-id\nexample-secret\n\n")
    assert result.exit_code == 0
    assert "any address of yours as the callback" in result.output
    assert "/oauth/imgur" not in result.output


@pytest.mark.parametrize("name", ["HOST", "ADMIN_HOST"])
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_check_names_an_address_that_is_not_this_machine_s(env: Callable[..., None], name: str, address: str) -> None:
    env(**{name: address})
    result = _invoke("check")
    assert result.exit_code == 2
    assert f"  {name}: is no address of this machine" in result.output


@pytest.mark.parametrize("name", ["PORT", "ADMIN_PORT"])
def test_check_names_a_port_that_its_user_may_not_open(name: str) -> None:
    user = os.geteuid()
    try:
        os.seteuid(user or 65534)
        with socket.socket() as probe, suppress(PermissionError):
            probe.bind(("127.0.0.1", 1))
            pytest.skip("everybody may open it here")
        fault = TRIES[name](1)
    finally:
        os.seteuid(user)
    assert fault is not None
    assert "cannot be opened by this user: Permission denied" in fault


def test_check_leaves_a_port_alone_that_is_taken(env: Callable[..., None]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env(ADMIN_PORT=taken.getsockname()[1])
        assert _invoke("check").exit_code == 0


def test_init_that_is_broken_off_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("MINE=1\n")
    assert _invoke("init", answers=f"y\n{TOKEN}\n").exit_code == 1
    assert path.read_text() == "MINE=1\n"
    assert [file.name for file in tmp_path.iterdir()] == [".env"]


def test_init_takes_its_answers_from_a_pipe_and_prints_the_settings_alone(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "bot.py"), "init", "--file", "-"]
    result = subprocess.run(command, input=ANSWERS, capture_output=True, text=True, cwd=tmp_path, check=True)
    path = tmp_path / "settings"
    path.write_text(result.stdout)
    assert config.load(path, tries={}).discord_token == TOKEN
    assert "DISCORD_TOKEN" in result.stderr
    assert "https://discord.com/oauth2/authorize" in result.stderr
    assert TOKEN not in result.stderr
    assert "example-secret" not in result.stderr
    assert "Warning" not in result.stderr
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize("command", ["check", "run", "init"])
def test_a_settings_file_that_is_a_folder_is_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / ".env").mkdir()
    result = _invoke(command, answers=ANSWERS)
    assert result.exit_code == 2
    assert ".env cannot be read: Is a directory" in result.output


def test_init_says_where_it_cannot_write_before_it_asks() -> None:
    result = _invoke("init", "--file", "no-such-folder/.env", answers=ANSWERS)
    assert result.exit_code == 2
    assert re.search(r"Nothing can be written to \S+/no-such-folder: No such file or directory", result.output)
    assert "--file -" in result.output
    assert "DISCORD_TOKEN" not in result.output


def test_init_writes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".env").symlink_to("elsewhere/settings")
    assert _invoke("init", answers=ANSWERS).exit_code == 0
    assert (tmp_path / ".env").is_symlink()
    assert config.load(tmp_path / "elsewhere" / "settings").discord_token == TOKEN


@pytest.mark.parametrize(
    ("command", "shell", "sentence"),
    [
        ("init", "<&-", "Nothing was written. There was nobody to ask"),
        ("init", "</dev/null", "Nothing was written. There was nobody to ask"),
        ("keygen", ">/dev/full", "No space left on device"),
    ],
)
def test_without_anybody_to_ask_or_to_tell_it_ends_in_words(
    tmp_path: Path, command: str, shell: str, sentence: str
) -> None:
    words = ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, str(ROOT / "bot.py"), command]
    result = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
    assert result.returncode in {1, 120}  # Python's own where its output cannot be written at its end either
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


# --- demo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", ["99999", "-1", "abc", ""])
def test_the_demo_refuses_an_odd_port_in_words(port: str) -> None:
    result = _invoke("demo", "--port", port)
    assert result.exit_code == 2
    assert "must be a number from 0 to 65535" in result.output


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_the_demo_refuses_an_odd_number_of_credits_in_words(limit: str) -> None:
    result = _invoke("demo", "--credits", limit)
    assert result.exit_code == 2
    assert "--credits" in result.output


def test_the_demo_says_which_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = _invoke("demo", "--port", str(port))
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in result.output
    assert "in use" in result.output
    assert "--port" in result.output


# --- run and sync ------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_a_sentence(env: Callable[..., None], fake_discord: FakeDiscord) -> None:
    env()
    fake_discord.token_is_good = False
    result = _invoke("run")
    assert result.exit_code == 1
    assert "DISCORD_TOKEN" in result.output
    assert TOKEN not in result.output


def test_an_unreachable_discord_is_a_sentence(env: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    env()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{closed.getsockname()[1]}")
        result = _invoke("sync")
    assert result.exit_code == 1
    assert "cannot be reached" in result.output


@pytest.mark.parametrize("variable", ["PORT", "ADMIN_PORT"])
def test_a_taken_port_is_a_sentence(env: Callable[..., None], variable: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env(**{"PUBLIC_URL": "https://bot.example.org", "IMGUR_CLIENT_SECRET": "example", variable: port})
        result = _invoke("run")
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use. HOST," in result.output


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.write_bytes(b"this is no database, whatever its name says" * 50), "file is not a database"),
        (lambda path: path.mkdir(), "bot.db: Is a directory"),
        (lambda path: os.mkfifo(path, 0o644), "bot.db: is no file"),
    ],
)
def test_an_unusable_database_is_a_sentence(
    env: Callable[..., None], tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    path = tmp_path / "bot.db"
    make(path)
    before = path.stat().st_mode
    env(DATABASE_URL=f"sqlite:///{path}")
    result = _invoke("run")
    assert result.exit_code == 1
    assert f"{sentence}. DATABASE_URL says" in result.output
    assert "Errno" not in result.output
    if not path.is_file():  # whose rights may be everybody's business, as those of /dev/null
        assert path.stat().st_mode == before


def test_sync_sends_the_commands_even_if_nothing_changed(env: Callable[..., None], fake_discord: FakeDiscord) -> None:
    env()
    for _ in range(2):
        fake_discord.commands = None
        assert _invoke("sync").exit_code == 0
        assert "imgur" in [command["name"] for command in fake_discord.commands]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_serves_and_a_signal_ends_it_cleanly(
    env: Callable[..., None], fake_discord: FakeDiscord, number: signal.Signals
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env(ADMIN_PORT=port)
    health: list[int] = []

    def asked() -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            health.append(answer.status)
        os.kill(os.getpid(), number)

    fake_discord.on_gateway = asked
    result = _invoke("run")
    assert result.exit_code == 0
    assert health == [200]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_commands_are_sent_at_start_only_when_they_changed(env: Callable[..., None], fake_discord: FakeDiscord) -> None:
    env()
    fake_discord.on_gateway = lambda: os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(2):
        assert _invoke("run").exit_code == 0
    assert [method for method, path in fake_discord.requests if path.endswith("/commands")] == ["PUT"]
