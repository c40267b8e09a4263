"""Settings: what is taken, what is refused, and that every fault is named at once without its value."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

import config

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(100, 132))).decode()
ZEROS = base64.b64encode(bytes(32)).decode()
ONE_BYTE = base64.b64encode(b"k" * 32).decode()
REQUIRED = {"DISCORD_TOKEN": "a.b.c", "IMGUR_CLIENT_ID": "client-id", "TOKEN_KEYS": f"k1:{KEY}"}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.variable_names():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def from_file(**lines: str) -> config.Settings:
        path = tmp_path / ".env"
        path.write_text("".join(f"{name}={value}\n" for name, value in {**REQUIRED, **lines}.items()))
        return config.load(path)

    return from_file


def test_the_required_settings_are_enough(load: Any) -> None:
    settings = load()
    assert settings.discord_token == "a.b.c"
    assert settings.token_keys == {"k1": bytes(range(32))}
    assert (settings.host, settings.port, settings.admin_host, settings.admin_port) == (
        "127.0.0.1",
        8080,
        "127.0.0.1",
        8081,
    )
    assert settings.database_url == "sqlite:///data/bot.db"
    assert (settings.log_level, settings.log_format) == ("info", "console")
    assert not settings.can_link
    assert settings.callback_url is None


def test_every_missing_variable_is_named_in_one_message() -> None:
    with pytest.raises(config.SettingsError) as raised:
        config.load(None)
    text = str(raised.value)
    assert [name for name in config.variable_names() if f"{name}: is missing" in text] == list(REQUIRED)


def test_every_wrong_variable_is_named_in_one_message(load: Any) -> None:
    with pytest.raises(config.SettingsError) as raised:
        load(
            PORT="99999", ADMIN_PORT="x", PUBLIC_URL="ftp://a", LOG_LEVEL="loud", DATABASE_URL="mysql://x", HOST=" ' ' "
        )
    text = str(raised.value)
    for name in ("PORT", "ADMIN_PORT", "PUBLIC_URL", "LOG_LEVEL", "DATABASE_URL"):
        assert f"  {name}: " in text


def test_no_secret_value_shows_in_an_error_or_a_repr(load: Any) -> None:
    with pytest.raises(config.SettingsError) as raised:
        load(TOKEN_KEYS="k1:not-a-key-but-secret")
    assert "TOKEN_KEYS" in str(raised.value)
    assert "but-secret" not in str(raised.value)
    shown = repr(load(IMGUR_CLIENT_SECRET="very-secret"))
    assert "a.b.c" not in shown
    assert "very-secret" not in shown
    assert "\\x01" not in shown


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://bot.example.org", "https://bot.example.org"),
        ("https://bot.example.org/", "https://bot.example.org"),
        ("https://bot.example.org:8443", "https://bot.example.org:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://B\u00fccher.example", "https://xn--bcher-kva.example"),
        ("https://bot_1.7-up.example", "https://bot_1.7-up.example"),
        ("https://10.0.0.1:8443", "https://10.0.0.1:8443"),
        ("https://bot", "https://bot"),
    ],
)
def test_public_url_is_taken(load: Any, given: str, taken: str) -> None:
    settings = load(PUBLIC_URL=given, IMGUR_CLIENT_SECRET="x")
    assert settings.public_url == taken
    assert settings.callback_url == f"{taken}/oauth/imgur"
    assert settings.can_link


@pytest.mark.parametrize(
    "given",
    [
        "http://bot.example.org",
        "https://bot.example.org/path",
        "https://bot.example.org?a=1",
        "https://user@bot.example.org",
        "bot.example.org",
        "javascript:alert(1)",
        "http://127.0.0.1.example.org",
        "https://:fake-password@bot.example.org",
        "https://<your-domain>",
        "https://*.example.org",
        "https://bot..example.org",
        "https://bot.example.org;",
        "https://%62ot.example.org",
        f"https://{'a' * 64}.org",
        "https://1.2.3.999",
        "https://0x7f.1",
        "https://0.0.0.0:8080",
        "https://[::]",
        "https://[fe80::1%25eth0]",
    ],
)
def test_public_url_is_refused(load: Any, given: str) -> None:
    with pytest.raises(config.SettingsError, match="PUBLIC_URL"):
        load(PUBLIC_URL=given)


@pytest.mark.parametrize(
    "given",
    [
        KEY,
        f":{KEY}",
        f"k 1:{KEY}",
        "k1:",
        "k1:short",
        f"k1:{KEY},k1:{OTHER_KEY}",
        f"k1:{KEY},",
        "k1:\u00e4",
        f"k1:{ZEROS}",
        f"k1:{ONE_BYTE}",
        f"k1:{KEY},example:{ZEROS}",
        f"{'k' * 65}:{KEY}",
    ],
)
def test_token_keys_are_refused(load: Any, given: str) -> None:
    with pytest.raises(config.SettingsError, match="TOKEN_KEYS"):
        load(TOKEN_KEYS=given)


def test_token_keys_keep_their_order(load: Any) -> None:
    assert list(load(TOKEN_KEYS=f"new:{OTHER_KEY}, old:{KEY}").token_keys) == ["new", "old"]


def test_the_environment_wins_over_the_file(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGUR_CLIENT_ID", "from-the-environment")
    monkeypatch.setenv("PORT", "")
    settings = load(PORT="9000")
    assert settings.imgur_client_id == "from-the-environment"
    assert settings.port == 9000


def test_an_empty_secret_counts_as_unset(load: Any) -> None:
    assert load(IMGUR_CLIENT_SECRET="", PUBLIC_URL="").can_link is False


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "99999", "must be a number from 0 to 65535"),
        ("PORT", "-1", "must be a number from 0 to 65535"),
        ("PORT", "80.5", "must be a number from 0 to 65535"),
        ("ADMIN_PORT", "\u0664\u0662", "must be a number from 0 to 65535"),
        ("ADMIN_PORT", "http", "must be a number from 0 to 65535"),
        ("HOST", "127.0.0.1:8080", "must be an address of this machine, without a port"),
        ("HOST", "a..b", "must be an address of this machine, without a port"),
        ("HOST", "a" * 64, "must be an address of this machine, without a port"),
        ("ADMIN_HOST", "http://localhost", "must be an address of this machine, without a port"),
        ("PUBLIC_URL", "https://", "must be an address such as https://bot.example.org"),
        ("PUBLIC_URL", "https://bot.example.org:many", "must be an address such as https://bot.example.org"),
        ("PUBLIC_URL", "https://[", "must be an address such as https://bot.example.org"),
        ("PUBLIC_URL", "https://bot example.org", "must be an address such as https://bot.example.org"),
        ("DATABASE_URL", "mysql://user:fake-hidden@db/bot", "must be sqlite:///PATH, with the path of a file"),
        (
            "DATABASE_URL",
            "postgresql+psycopg2://user:fake-hidden@db/bot",
            "must be sqlite:///PATH, with the path of a file, or p",
        ),
        ("DATABASE_URL", "postgresql://", "must be sqlite:///PATH, with the path of a file, or p"),
        ("DATABASE_URL", "sqlite:///data/", "must be sqlite:///PATH, with the path of a file"),
        ("DATABASE_URL", "sqlite:///~/bot.db", "must be sqlite:///PATH, with the path of a file"),
        ("DATABASE_URL", "sqlite:///bot.db?mode=ro", "must be sqlite:///PATH, with the path of a file"),
        ("LOG_LEVEL", "loud", "must be debug, info, warning or error"),
        ("LOG_FORMAT", "xml", "must be console or json"),
        ("DISCORD_TOKEN", "paste-the-token-of-your-discord-bot-here", "is still the example"),
        ("DISCORD_TOKEN", "<your token>", "is still the example"),
        ("DISCORD_TOKEN", "changeme", "is still the example"),
        ("DISCORD_TOKEN", "a.b c.d", "has a space"),
        ("IMGUR_CLIENT_ID", "your-client-id", "is still the example"),
        ("IMGUR_CLIENT_SECRET", "s\u00e9cret", "has a space or another character"),
        *(
            (name, f"{value}", "has a space or another character")
            for name, value in (
                ("DISCORD_TOKEN", "a.b.c;"),
                ("DISCORD_TOKEN", "a.b.c\\n"),
                ("DISCORD_TOKEN", "**a.b.c**"),
                ("IMGUR_CLIENT_ID", "${IMGUR_ID}"),
                ("IMGUR_CLIENT_ID", "https://imgur.com/a"),
                ("IMGUR_CLIENT_SECRET", "****"),
            )
        ),
        ("IMGUR_CLIENT_ID", "MTIz.made.up", "looks like a token or a secret"),
        ("IMGUR_CLIENT_ID", "0123abcdef" * 4, "looks like a token or a secret"),
        ("IMGUR_CLIENT_SECRET", "MTIz.made.up", "looks like the bot's token"),
    ],
)
def test_a_wrong_value_is_worded_by_us(load: Any, name: str, value: str, sentence: str) -> None:
    with pytest.raises(config.SettingsError) as raised:
        load(**{name: value})
    _, *faults = str(raised.value).splitlines()
    assert len(faults) == 1
    assert faults[0].startswith(f"  {name}: {sentence}")
    assert value not in faults[0].removeprefix(f"  {name}: {sentence}")


@pytest.mark.parametrize(("level", "form"), [("Debug", "JSON"), ("WARNING", "Console")])
def test_a_word_may_have_any_case(load: Any, level: str, form: str) -> None:
    settings = load(LOG_LEVEL=level, LOG_FORMAT=form)
    assert (settings.log_level, settings.log_format) == (level.lower(), form.lower())


@pytest.mark.parametrize(
    ("ours", "theirs", "clash"),
    [
        ({}, {}, True),
        ({"HOST": "0.0.0.0"}, {}, True),
        ({"HOST": "localhost"}, {"ADMIN_HOST": "::1"}, True),
        ({"HOST": "10.0.0.1"}, {}, False),
    ],
)
def test_two_servers_do_not_listen_in_one_place(load: Any, ours: Any, theirs: Any, clash: bool) -> None:
    if not clash:
        load(PORT="9000", ADMIN_PORT="9000", **ours, **theirs)
        return
    with pytest.raises(config.SettingsError, match="ADMIN_PORT: must not be the same as PORT"):
        load(PORT="9000", ADMIN_PORT="9000", **ours, **theirs)


# --- the file itself ---------------------------------------------------------------------------------------------

PLAIN = "".join(f"{name}={value}\n" for name, value in REQUIRED.items())


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "  \t\n"),
        "".join(f"export {line}\n" for line in PLAIN.splitlines()),
        PLAIN.replace("=a.b.c", " = a.b.c").lower().replace(KEY.lower(), KEY),
        PLAIN.replace("a.b.c", "'a.b.c'").replace("client-id", '"client-id"'),
        PLAIN.replace("a.b.c", "\"'a.b.c'\"").replace("client-id", "\u201cclient-id\u201d"),
        PLAIN.replace("a.b.c", "a.b.c # from the portal"),
        "# a comment\n\n" + PLAIN + "UNKNOWN=1\nPATH\n",
        '"' + PLAIN.replace("=", '"=', 1).replace("\nIMGUR", "\n\u200bIMGUR"),
    ],
    ids=["crlf", "bom", "blanks", "export", "case", "quotes", "quotes-pasted", "comment", "foreign", "names"],
)
def test_the_file_may_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    path = tmp_path / ".env"
    path.write_bytes(text.encode())
    settings = config.load(path, tries={})
    assert settings.discord_token == "a.b.c"
    assert settings.imgur_client_id == "client-id"


def test_quotes_around_an_environment_variable_are_not_part_of_it(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGUR_CLIENT_ID", '"from-docker" ')
    assert load().imgur_client_id == "from-docker"


@pytest.mark.parametrize(
    "content",
    [None, "\ufeffPORT=1".encode("utf-16"), "PORT=1".encode("utf-16-le"), b"PORT=\xe4"],
    ids=["folder", "utf-16", "utf-16-le", "latin"],
)
def test_a_file_that_is_no_text_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / ".env"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(config.SettingsError, match=r"\.env (cannot be read: Is a directory|is not in UTF-8)"):
        config.load(path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("DISCORD_TOKN", "DISCORD_TOKEN"),
        ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"),
        ("DICSORD_TOKEN", "DISCORD_TOKEN"),
        ("IMGUR_CLIENTID", "IMGUR_CLIENT_ID"),
        ("IMGUR_SECRET", "IMGUR_CLIENT_SECRET"),
        ("TOKEN_KEY", "TOKEN_KEYS"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("TOKEN", "DISCORD_TOKEN"),
        ("BOT_TOKEN", "DISCORD_TOKEN"),
        ("CLIENT_ID", "IMGUR_CLIENT_ID"),
    ],
)
def test_a_misspelt_name_is_named_with_what_it_may_mean(tmp_path: Path, written: str, meant: str) -> None:
    path = tmp_path / ".env"
    path.write_text("".join(f"{name}={value}\n" for name, value in {**REQUIRED, written: "x"}.items() if name != meant))
    assert config.doubts(path) == [f"{written}: is no setting; {meant} is, and is not set"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("IMGUR_CLIENTID", "IMGUR_CLIENT_ID"), ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"), ("TOKENS_KEYS", "TOKEN_KEYS")],
)
def test_a_misspelt_name_is_named_in_the_file_even_if_its_setting_is_set(
    load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    load()
    monkeypatch.setenv(written, "x")
    assert config.doubts(tmp_path / ".env") == []
    load(**{written: "x"})
    assert config.doubts(tmp_path / ".env") == [f"{written}: is no setting; {meant} is"]


def test_a_misspelt_name_in_the_environment_is_named_too(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PORTS", "1")
    assert config.doubts(None)[-1] == "ADMIN_PORTS: is no setting; ADMIN_PORT is, and is not set"


@pytest.mark.parametrize(
    "name",
    [
        *("TZ", "COMPOSE_PROJECT_NAME", "HOSTNAME", "SSH_PORT", "POSTGRES_PASSWORD", "IMGUR_REFRESH_TOKEN"),
        *("DISCORD_CONTRACTS", "DISCORD_PUBLIC_KEY", "TOKEN", "CLIENT_ID"),
    ],
)
def test_a_foreign_name_is_no_fault(load: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv(name, "x")
    load(**{name: "x"})
    assert config.doubts(tmp_path / ".env") == []


def test_lines_that_say_nothing_and_names_that_are_set_twice_are_named(load: Any, tmp_path: Path) -> None:
    load()
    path = tmp_path / ".env"
    path.write_text(path.read_text() + "\nDISCORD_TOKEN: very-secret\nPORT=1\nPORT=2\nHOST\n")
    assert config.doubts(path) == [
        f"line 5 of {path}: is not NAME=value",
        f"line 8 of {path}: is not NAME=value",
        f"PORT: is in {path} more than once; the last one counts",
    ]
