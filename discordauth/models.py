"""What Discord tells."""

from __future__ import annotations

from dataclasses import dataclass

ISSUER = "https://discord.com"
"""What Discord calls itself where it sends a browser back (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Discord account; `username` is the one that is unique."""

    id: int
    username: str
