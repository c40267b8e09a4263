"""Settings: what is taken, what is refused, and that every fault is named at once without its value."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

import config

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(32)).decode()
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
    assert settings.discord_token.get_secret_value() == "a.b.c"
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
