"""What DATABASE_URL may look like for PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engines import backend
from storage.engines.postgres import Address, parse
from storage.errors import AddressError

FULL: dict[str, Any] = {"user": "bot", "password": "fake", "database": "imgur"}


@pytest.mark.parametrize(
    ("address", "meaning"),
    [
        ("postgresql://bot:fake@db/imgur", FULL),
        ("postgres://bot:fake@db/imgur", FULL),
        ("POSTGRESQL://bot:fake@db/imgur", FULL),
        ("postgresql+asyncpg://bot:fake@db/imgur", FULL),
        (" postgresql://bot:fake@db/imgur\n", FULL),
        ("postgresql://bot:fake@db:6432/imgur", FULL | {"ports": (6432,)}),
        ("postgresql://bot:fake@db:/imgur", FULL),
        ("postgresql://bot:fake@1@db/imgur", FULL | {"password": "fake@1"}),
        ("postgresql://bot:fake%401@db/imgur", FULL | {"password": "fake@1"}),
        ("postgresql://bot:fake50%@db/imgur", FULL | {"password": "fake50%"}),
        ("postgresql://bot:fake50%25@db/imgur", FULL | {"password": "fake50%"}),
        ("postgresql://bot:fake/b#c?d:e+f@db/imgur", FULL | {"password": "fake/b#c?d:e+f"}),
        ("postgresql://bot:%F0%9F%90%88fake@db/imgur", FULL | {"password": "\U0001f408fake"}),
        ("postgresql://bot@home:fake@db/imgur", FULL | {"user": "bot@home"}),
        ("postgresql://bot%40home:fake@db/imgur", FULL | {"user": "bot@home"}),
        ("postgresql://bot:fake@[::1]:6432/imgur", FULL | {"hosts": ("::1",), "ports": (6432,)}),
        ("postgresql://bot:fake@[::1]/imgur", FULL | {"hosts": ("::1",)}),
        ("postgresql://bot:fake@a,b:6432/imgur", FULL | {"hosts": ("a", "b"), "ports": (5432, 6432)}),
        ("postgresql://bot:fake@%2Frun%2Fpg/imgur", FULL | {"hosts": ("/run/pg",)}),
        ("postgresql://bot:fake@%2Frun%2Fpg:6432/imgur", FULL | {"hosts": ("/run/pg",), "ports": (6432,)}),
        ("postgresql://bot:fake@/imgur?host=/run/pg&port=6432", FULL | {"hosts": ("/run/pg",), "ports": (6432,)}),
        ("postgresql://db/imgur?user=bot&password=fa%26ke", FULL | {"password": "fa&ke"}),
        ("postgresql://db?dbname=imgur", {"database": "imgur"}),
        ("postgresql:///imgur", {"hosts": (), "ports": (), "database": "imgur"}),
        ("postgresql://db", {}),
        ("postgresql://db.", {"hosts": ("db.",)}),
        (f"postgresql://%2F{'d' * 64}/imgur", {"hosts": ("/" + "d" * 64,), "database": "imgur"}),
        ("postgresql://db/imgur?sslmode=require", {"database": "imgur", "driver": {"sslmode": "require"}}),
        ("postgresql://db/imgur?ssl=true", {"database": "imgur", "driver": {"sslmode": "require"}}),
        (
            "postgresql://db/imgur?SSLMODE=Verify-Full&sslrootcert=/a%20b.pem",
            {"database": "imgur", "driver": {"sslmode": "verify-full", "sslrootcert": "/a b.pem"}},
        ),
        ("postgresql://db/imgur?channel_binding=require&pgbouncer=true&statement_cache_size=0", {"database": "imgur"}),
        (
            "postgresql://db/imgur?options=-csearch_path%3Dbot",
            {"database": "imgur", "server": {"options": "-csearch_path=bot"}},
        ),
        ("postgresql://db/imgur?connect_timeout=3", {"database": "imgur", "timeout": 3.0}),
        ("postgresql://db/imgur?connect_timeout=0", {"database": "imgur"}),
    ],
)
def test_addresses_are_understood(address: str, meaning: dict[str, Any]) -> None:
    expected = Address(**{"hosts": ("db",), "ports": (5432,), **meaning})
    assert parse(address) == expected
    assert "fake" not in repr(expected)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://bot:fake@db/imgur?sslmod=require", "not known: sslmod"),
        ("postgresql://bot:fake@db/imgur?sslmode=fake-or-not", "sslmode .* must be one of allow, disable"),
        ("postgresql://bot:fake@db:port/imgur", "is no number"),
        ("postgresql://bot:fake@db/imgur?port=x", "is no number"),
        ("postgresql://bot:fake@db:65536/imgur", "is no number from 1 to 65535"),
        ("postgresql://bot:fake@db:0/imgur", "is no number from 1 to 65535"),
        ("postgresql://bot:fake@db/imgur?port=-1", "is no number from 1 to 65535"),
        ("postgresql://bot:fake@db/imgur?connect_timeout=soon", "is no number"),
        ("postgresql://bot:fake@db/imgur/more", "must be postgresql://user"),
        ("postgresql+psycopg2://bot:fake@db/imgur", "must be postgresql://user"),
        ("postgresql://bot:fake@db..internal/imgur", "a host .* cannot be looked up"),
        (f"postgresql://bot:fake@{'d' * 64}.example/imgur", "a host .* cannot be looked up"),
        ("postgresql://bot:fake@db,d%FFb/imgur", "a host .* cannot be looked up"),
        ("postgresql://bot:fake@/imgur?host=%00", "has %00"),
        ("postgresql://bot:fake@db/imgur?sslrootcert=%00", "has %00"),
        ("postgresql://bot:fake%00@db/imgur", "has %00"),
    ],
)
def test_what_is_not_understood_is_named_without_the_password(address: str, words: str) -> None:
    with pytest.raises(AddressError, match=words) as refused:
        backend(address, busy_timeout=1)
    assert "fake" not in str(refused.value)
