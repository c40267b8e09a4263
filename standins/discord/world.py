"""What this Discord holds: the application, a server, its people, messages, and every interaction that was sent."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

EPOCH = 1_420_070_400_000  # Discord's, in milliseconds
ANSWER_WITHIN = 60.0  # seconds
_numbers = count()

Json = dict[str, Any]


def snowflake(ahead: float = 0.0) -> str:
    """A new id: like Discord's, it tells when it was made; `ahead` in seconds."""
    return str((int((time.time() + ahead) * 1000) - EPOCH) << 22 | next(_numbers) & 0x3FFFFF)


def now() -> str:
    """The time of day as Discord writes it."""
    return datetime.now(UTC).isoformat()


def user(name: str, **more: Any) -> Json:
    """A person, or the bot."""
    names = {"id": snowflake(), "username": name, "global_name": name.title(), "discriminator": "0", "avatar": None}
    return {**names, "public_flags": 0, "flags": 0, "primary_guild": None, **more}


@dataclass
class Interaction:
    """One interaction and everything that was answered to it."""

    id: str
    kind: int
    payload: Json
    token: str = field(default_factory=lambda: secrets.token_hex(32))
    sent_at: float = field(default_factory=time.monotonic)
    callbacks: list[Json] = field(default_factory=list)  # accepted: at most one
    refused: list[int] = field(default_factory=list)  # error codes of further callbacks
    original: Json | None = None  # the message that answers it
    finished: asyncio.Event = field(default_factory=asyncio.Event)  # it has an answer, not only a promise of one
    edits: list[Json] = field(default_factory=list)
    followups: list[Json] = field(default_factory=list)

    async def answered(self) -> Json:
        """The message that answers it, once it says more than that an answer is coming. Raises TimeoutError."""
        async with asyncio.timeout(ANSWER_WITHIN):
            await self.finished.wait()
        return self.original or {}

    @property
    def acknowledgement(self) -> int | None:
        """The type of the accepted callback."""
        return self.callbacks[0]["type"] if self.callbacks else None


class World:
    """Discord's memory."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.bot = user("imgur", bot=True)
        self.people: dict[str, Json] = {}
        self.locales: dict[str, str | None] = {}  # by the person's id, where it is not English; None: told by nobody
        self.guild_locale = "en-US"
        self.guild_id, self.channel_id = snowflake(), snowflake()
        self.guilds = [self.guild_id]
        self.guild_details: list[Json] = []  # what a client with the intent for servers is told of them
        self.commands: list[Json] = []
        self.interactions: dict[str, Interaction] = {}  # by token
        self.messages: dict[str, Json] = {}
        self.files: dict[str, tuple[bytes, str]] = {}  # by path on the CDN: content and type

    def add_person(self, name: str) -> Json:
        """Somebody who can use the bot."""
        person = user(name)
        self.people[str(person["id"])] = person
        return person

    def new_message(self, body: Json, channel_id: str) -> Json:
        """A message of the bot's, as Discord keeps and hands it out."""
        message = {
            "id": snowflake(), "type": 0, "channel_id": channel_id, "author": self.bot, "timestamp": now(),
            "edited_timestamp": None, "pinned": False, "mention_everyone": False, "tts": False, "mentions": [],
            "mention_roles": [], "content": "", "attachments": [], "embeds": [], "flags": 0, "components": [],
        }  # fmt: skip
        if "nonce" in body:
            message["nonce"] = body["nonce"]
        self.messages[str(message["id"])] = message
        return self.change_message(message, body)

    def someones_message(self, parts: Json) -> Json:
        """A message of a person's with this in it, as it comes with a press on its menu. It is not kept."""
        return {
            "id": snowflake(), "type": 0, "channel_id": self.channel_id, "author": user("carol"), "timestamp": now(),
            "edited_timestamp": None, "pinned": False, "mention_everyone": False, "tts": False, "mentions": [],
            "mention_roles": [], "content": "", "attachments": [], "embeds": [], "flags": 0, "components": [], **parts,
        }  # fmt: skip

    def copied(self, url: str, data: bytes, content_type: str) -> Json:
        """A picture on another site, of which Discord has a copy."""
        path = f"/external/{secrets.token_urlsafe(32)}/{url.replace('://', '/')}"
        self.files[path] = (data, content_type)
        return {"url": url, "proxy_url": f"https://images-ext-1.discordapp.net{path}", "width": 4, "height": 4}

    def change_message(self, message: Json, body: Json) -> Json:
        """Edit it: what the body does not name stays."""
        numbers = count(1)
        for key in ("content", "flags"):
            if body.get(key) is not None:
                message[key] = message[key] | body[key] if key == "flags" else body[key]
        if body.get("components") is not None:
            message["components"] = [_stored(part, numbers) for part in body["components"]]
        return message

    def upload(self, name: str, data: bytes, content_type: str) -> Json:
        """A file that a person attaches to a command."""
        number = snowflake()
        path = f"/ephemeral-attachments/{self.channel_id}/{number}/{name}"
        self.files[path] = (data, content_type)
        signed = f"{path}?ex={secrets.token_hex(4)}&is={secrets.token_hex(4)}&hm={secrets.token_hex(16)}&"
        return {
            "id": number, "filename": name, "size": len(data), "content_type": content_type, "ephemeral": True,
            "url": f"https://cdn.discordapp.com{signed}", "proxy_url": f"https://media.discordapp.net{signed}",
        }  # fmt: skip


def _stored(part: Json, numbers: count[int]) -> Json:
    """A component as Discord keeps it: numbered, its pictures by their proxies, its defaults written out."""
    kept = {**_DEFAULTS.get(part["type"], {}), **part, "id": next(numbers)}
    if "components" in part:
        kept["components"] = [_stored(inner, numbers) for inner in part["components"]]
    if "emoji" in part:
        kept["emoji"] = {key: value for key, value in part["emoji"].items() if value is not None}
    if "accessory" in part:
        kept["accessory"] = _stored(part["accessory"], numbers)
    if "items" in part:
        kept["items"] = [
            {"description": None, "spoiler": False, **item, "media": _media(item["media"])} for item in part["items"]
        ]
    if "media" in part:
        kept["media"] = _media(part["media"])
    return kept


_DEFAULTS: dict[int, Json] = {
    3: {"placeholder": None, "min_values": 1, "max_values": 1, "disabled": False},
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}


def _media(media: Json) -> Json:
    return {"id": snowflake(), "url": media["url"], "proxy_url": media["url"]}
