"""The way from a client to the stand-in: Discord's names lead to it, the machine's own stay, all others fail."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

HOSTS = (
    "discord.com",
    "gateway.discord.gg",
    "gateway-us-east1-b.discord.gg",
    "cdn.discordapp.com",
    "media.discordapp.net",
    "images-ext-1.discordapp.net",
)
LOOPBACK = {"localhost", "127.0.0.1"}


class Resolver(AbstractResolver):
    """Answers from a list; no name leaves this machine."""

    def __init__(self, port: int, names: Collection[str]) -> None:
        self._port = port
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Where the name leads. Raises OSError as an unknown name does."""
        if host not in {*self._names, *LOOPBACK}:
            raise OSError(None, f"no such name: {host}")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port if host in LOOPBACK else self._port,
                family=family or socket.AF_INET,
                proto=0,
                flags=0,
            )
        ]

    async def close(self) -> None:
        """Nothing to close."""


def connectors(port: int, authority: Path, names: Collection[str] = HOSTS) -> Callable[..., aiohttp.TCPConnector]:
    """Makes connectors for clients of the stand-in at this port; takes what TCPConnector takes."""

    def make(**options: Any) -> aiohttp.TCPConnector:
        context = ssl.create_default_context(cafile=str(authority))
        return aiohttp.TCPConnector(resolver=Resolver(port, names), ssl=context, **options)

    return make
