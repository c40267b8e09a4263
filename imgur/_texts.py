"""Texts as they go over the wire."""

from __future__ import annotations


def in_utf8(text: str) -> str:
    """The text as it can be sent: halves of characters, which JSON can hold and UTF-8 cannot, become "?"."""
    return text.encode("utf-8", "replace").decode()
