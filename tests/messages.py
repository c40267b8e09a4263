"""Messages as Discord sends them with a press on their menu: whole, or with what a test is about put in."""

from __future__ import annotations

from typing import Any

AUTHOR = {"id": "300", "username": "carol", "discriminator": "0", "avatar": None, "global_name": "Carol"}
PROXY = "https://images-ext-1.discordapp.net/external/abc"
CDN = "https://cdn.discordapp.com/attachments/1/2"
SIGNED = "?ex=7fffffff&is=66000000&hm=0123456789abcdef"


def message(**parts: Any) -> dict[str, Any]:
    """A message of somebody's."""
    empty: dict[str, Any] = {"attachments": [], "embeds": [], "components": [], "mentions": [], "mention_roles": []}
    return {
        "id": "1000",
        "channel_id": "2000",
        "type": 0,
        "content": "",
        "author": AUTHOR,
        "flags": 0,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        **empty,
        **parts,
    }


def forwarded(**parts: Any) -> dict[str, Any]:
    """A forwarded message: empty outside, and inside without an author."""
    inside = message(**parts)
    kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions")
    snapshot = {key: inside[key] for key in (*kept, "mention_roles", "components")}
    snapshot |= {"stickers": parts.get("stickers", []), "sticker_items": parts.get("sticker_items", [])}
    return message(
        message_snapshots=[{"message": snapshot}],
        message_reference={"type": 1, "message_id": "77", "channel_id": "88", "guild_id": "99"},
    )


def attachment(name: str = "hill.jpg", **more: Any) -> dict[str, Any]:
    """A picture that somebody attached; what is None is left out."""
    url = more.pop("url", f"{CDN}/{name}{SIGNED}")
    whole = {
        "id": "55",
        "filename": name,
        "size": 1234,
        "url": url,
        "content_type": "image/jpeg",
        "width": 4,
        "proxy_url": url.replace("cdn.discordapp.com", "media.discordapp.net"),
        "height": 4,
        **more,
    }
    return {key: value for key, value in whole.items() if value is not None}


def media(url: str = "https://pictures.example.com/hill.jpg", proxy: str | None = None, **more: Any) -> dict[str, Any]:
    """A picture on another site, with Discord's copy of it."""
    host = url.partition("://")[2]
    return {
        "url": url,
        "proxy_url": f"{PROXY}/https/{host}" if proxy is None else proxy,
        "width": 4,
        "height": 4,
    } | more


def embed(page: str = "https://pictures.example.com/hill.jpg", **more: Any) -> dict[str, Any]:
    """What Discord makes of a link to a picture."""
    return {"type": "image", "url": page, "thumbnail": media(page)} | more


def gifv(proxy: str | None = None) -> dict[str, Any]:
    """What Discord makes of a link to a moving picture."""
    return {
        "type": "gifv",
        "url": "https://tenor.com/view/cat-1",
        "thumbnail": media("https://media.tenor.com/a/cat.png"),
        "video": media("https://media.tenor.com/b/cat.mp4", proxy),
    }


def gallery(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A gallery within a container, as bots send it."""
    return {"type": 17, "components": [{"type": 12, "items": list(items)}], **more}
