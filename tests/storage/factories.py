"""Values for the stores, and an attempt brought to any status by the real steps."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from storage import Stores
from storage.models import AnonymousUpload, AttemptStatus, ImgurAccount, LinkAttempt
from tests.databases import postgres_server, rows

NOW = datetime(2026, 11, 23, 12, 0, 0, 123457, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
COOKIE, STATE = b"cookie-hash", b"state-hash"
CODE = "K7QW2M9X"


def account(number: int = 9, **changes: Any) -> ImgurAccount:
    values: dict[str, Any] = {
        "account_id": number,
        "username": f"imgurian-{number}",
        "access_token": f"access-of-{number}",
        "refresh_token": f"refresh-of-{number}",
        "expires_at": NOW + timedelta(days=28),
    }
    return ImgurAccount(**(values | changes))


def attempt(name: str = "first", discord_id: int = 1, **changes: Any) -> LinkAttempt:
    values: dict[str, Any] = {
        "id": name,
        "discord_id": discord_id,
        "discord_name": f"discordian-{discord_id}",
        "created_at": NOW,
        "expires_at": LATER,
        "locale": "pt-BR",
        "origin": "interaction-token",
        "nonce_hash": hashlib.sha256(name.encode()).digest(),
    }
    return LinkAttempt(**(values | changes))


def upload(image_id: str = "abc1234", discord_id: int = 1, **changes: Any) -> AnonymousUpload:
    values: dict[str, Any] = {
        "discord_id": discord_id,
        "image_id": image_id,
        "deletehash": f"deletehash-{image_id}",
        "link": f"https://i.imgur.com/{image_id}.png",
        "mime_type": "image/png",
        "width": 640,
        "height": 480,
        "size": 200_000_000,
        "title": "a cat",
        "description": None,
        "uploaded_at": NOW,
    }
    return AnonymousUpload(**(values | changes))


async def bring_to(
    stores: Stores, status: AttemptStatus, name: str = "first", discord_id: int = 1, owner: ImgurAccount | None = None
) -> LinkAttempt:
    """An attempt at `status`; its cookie and state hashes begin with its name where it is not the first."""
    attempts, mark = stores.attempts, b"" if name == "first" else name.encode()
    hashes: dict[str, Any] = {"cookie_hash": mark + COOKIE, "state_hash": mark + STATE, "now": NOW}
    assert await attempts.begin(attempt(name, discord_id), hourly_limit=20)
    if status in {AttemptStatus.BOUND, AttemptStatus.SPENT, AttemptStatus.PROVED, AttemptStatus.DONE}:
        assert await attempts.bind(name, **hashes)
    if status in {AttemptStatus.SPENT, AttemptStatus.PROVED, AttemptStatus.DONE}:
        assert await attempts.spend(name, **hashes)
    if status in {AttemptStatus.PROVED, AttemptStatus.DONE}:
        assert await attempts.prove(name, owner or account(), CODE, now=NOW)
    if status is AttemptStatus.DONE:
        assert await attempts.complete(name, now=NOW)
    if status is AttemptStatus.VOID:
        assert await attempts.void(name)
    found = await attempts.by_id(name)
    assert found is not None
    assert found.status is status
    return found


async def mark_refused(stores: Stores, account_id: int, version: int) -> bool:
    """Mark the tokens of this version as refused, as the process does that has tried them."""
    await stores.accounts.claim(account_id, version, by="a test", seconds=30)
    return await stores.accounts.mark_broken(account_id, version, by="a test")


async def link(stores: Stores, discord_id: int = 1, owner: ImgurAccount | None = None, name: str = "first") -> None:
    await bring_to(stores, AttemptStatus.DONE, name, discord_id, owner)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody else's program sees it; waits for nothing."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        yield connection


def cells(where: Path | str, table: str) -> list[dict[str, Any]]:
    """All rows of a table of the database at an address, or in a file."""
    return rows(f"sqlite:///{where}" if isinstance(where, Path) else where, f"SELECT * FROM {table} ORDER BY 1")


def dump(where: Path | str) -> list[str]:
    """Tables and rows of the database at an address, or in a file."""
    if isinstance(where, str) and not where.startswith("sqlite:///"):
        return postgres_server().dump(where)
    with raw(Path(where.removeprefix("sqlite:///") if isinstance(where, str) else where)) as connection:
        return list(connection.iterdump())


def bytes_of(path: Path) -> bytes:
    """All of the database's files, the write-ahead log and its index included."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
