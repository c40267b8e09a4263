"""Whatever holds a secret does not show it when it is printed: each dataclass of the project, the settings in logs."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

import bot

ROOMS = ("bot", "config", "errors", "logs", "wizard", "cogs", "web", "services", "imgur", "media", "storage")
NAMES = re.compile(r"token|secret|deletehash|cookie|nonce|state|code\b|authorize|_hash|key|password|credential")
"""Fields that tell by their name that they hold a secret."""
OTHERS = {
    "imgur.models.AccessToken": {"value"},
    "imgur._answer.Answer": {"headers", "body"},  # whatever Imgur says, tokens included
    "imgur._transport.Request": {"path", "json", "data"},  # deletehashes stand in paths, tokens in forms
    "media.models.IncomingFile": {"url", "handle"},  # Discord signs the addresses of attachments
    "services.linking.LinkOffer": {"url"},
    "storage.models.LinkAttempt": {"origin"},  # holds the token of an interaction
}
"""And those that do not."""


def modules() -> Iterator[Any]:
    for name in ROOMS:
        module = importlib.import_module(name)
        yield module
        for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
            if not found.name.startswith("storage.migrations"):  # Alembic runs those
                yield importlib.import_module(found.name)


def _values() -> dict[str, type[Any]]:
    return {
        f"{cls.__module__}.{cls.__qualname__}": cls
        for module in modules()
        for cls in vars(module).values()
        if isinstance(cls, type) and cls.__module__ == module.__name__ and is_dataclass(cls)
    }


def _shown(cls: type[Any]) -> tuple[set[str], set[str]]:
    """All fields, and those whose value is seen when one is printed."""
    one = object.__new__(cls)
    names = {field.name for field in fields(cls)}
    for name in names:
        object.__setattr__(one, name, f"<{name}>")
    return names, {name for name in names if f"<{name}>" in repr(one)}


def test_nothing_secret_shows_when_a_value_is_printed() -> None:
    values = _values()
    shown = {name: _shown(cls) for name, cls in values.items()}
    secret = {
        name: {field for field in all_ if NAMES.search(field)} | OTHERS.get(name, set())
        for name, (all_, _) in shown.items()
    }
    assert sum(map(len, secret.values())) > 25
    assert {name: found for name, (_, seen) in shown.items() if (found := seen & secret[name])} == {}
    assert {name for name in OTHERS if not OTHERS[name] <= shown[name][0]} == set(), "fields that are no more"


@pytest.mark.parametrize("form", ["console", "json"])
def test_nothing_of_the_settings_shows_in_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """Known by heart: nothing stands beside it that tells what it is, and it need not look like what it is."""
    bare = ["a-made-up-token", "a-made-up-secret", "made/up+key+in+words/that/look/like/none/AA="]
    secrets = {"DISCORD_TOKEN": bare[0], "IMGUR_CLIENT_SECRET": bare[1], "TOKEN_KEYS": f"k1:{bare[2]}"}
    monkeypatch.chdir(tmp_path)
    for name, value in {**secrets, "IMGUR_CLIENT_ID": "example-id", "LOG_FORMAT": form}.items():
        monkeypatch.setenv(name, value)
    bot._load()
    for value in bare:
        structlog.get_logger("x").warning("said", what=value, more=[value])
        logging.getLogger("library").warning("heard %s", f"grown/together/{value}")
        try:
            raise ValueError(value)
        except ValueError:
            structlog.get_logger("x").exception("failed")
    said = capsys.readouterr()
    assert "said" in said.err + said.out
    assert [value for value in bare if value in said.err + said.out] == []
