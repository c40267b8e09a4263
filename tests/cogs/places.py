"""Channels as Discord tells of them, where simcord knows no age restriction and no threads made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simcord import interactions
from simcord.backend import serializers
from simcord.http.routes import channels

Change = Callable[[dict[str, Any]], dict[str, Any]]


class _Told:
    """simcord's serializers, with what they tell of a channel changed."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def __getattr__(self, name: str) -> Any:
        found = getattr(serializers, name)
        return (lambda *given: self._change(dict(found(*given)))) if name == "channel_payload" else found


def with_interactions(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """What comes with a command or a press."""
    monkeypatch.setattr(interactions, "serializers", _Told(change))


def when_asked(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """What Discord answers about a channel."""
    monkeypatch.setattr(channels, "serializers", _Told(change))


def marked(nsfw: object) -> Change:
    """Whether it is age-restricted."""
    return lambda payload: payload | {"nsfw": nsfw}


def thread_of(parent: int, kind: int = 11) -> Change:
    """A thread, or a forum's post, as it comes with an interaction: of its parent there is the id alone."""
    times = {"archive_timestamp": "2026-01-01T00:00:00+00:00", "create_timestamp": "2026-01-01T00:00:00+00:00"}
    details = {"archived": False, "auto_archive_duration": 60, "locked": False, **times}
    kept = ("id", "name", "guild_id", "last_message_id", "rate_limit_per_user")

    def changed(payload: dict[str, Any]) -> dict[str, Any]:
        thread = {name: payload.get(name) for name in kept}
        return thread | {
            "type": kind, "parent_id": str(parent), "owner_id": "7", "thread_metadata": details,
            "message_count": 0, "member_count": 1, "flags": 0,
        }  # fmt: skip

    return changed
