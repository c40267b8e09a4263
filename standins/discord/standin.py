"""The stand-in as tests and benchmarks see it: people who use the bot, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from aiohttp import web

from standins.discord.contract import MENU, Contract
from standins.discord.gateway import Gateway
from standins.discord.oauth import OAuth
from standins.discord.switches import Switches
from standins.discord.world import Interaction, Json, World, now, snowflake

COMMAND, PRESS, TYPING, SUBMIT = 2, 3, 4, 5
ATTACHMENT = 11
PERMISSIONS = str(1 << 11 | 1 << 31)  # send messages, use commands


class Standin:
    """A running Discord."""

    def __init__(self, token: str, contracts: Path | None = None) -> None:
        self.port = 0
        self.switches = Switches()
        self.contract = Contract(contracts)
        self.world = World(token)
        self.oauth = OAuth()
        self.gateway = Gateway(self.world, self.switches, self.contract)
        self.calls: list[tuple[str, str, Any]] = []  # method, path, body
        self.turned_away = 0  # calls during an outage
        self.unknown: list[str] = []  # calls that are not modelled

    def sent(self, match: str) -> list[Any]:
        """The bodies of the calls whose method and path match (wildcards allowed)."""
        return [body for method, path, body in self.calls if fnmatchcase(f"{method} {path}", match)]

    # --- people -------------------------------------------------------------------------------------------------

    async def slash(self, person: Json, name: str, *files: Json, direct: bool = False, **options: Any) -> Interaction:
        """A person runs `/imgur <name>`, in a group too; files (made by `World.upload`) are given by their ids."""
        command = child = next(command for command in self.world.commands if command["name"] == "imgur")
        path = name.split()
        for part in path:
            child = next(option for option in child["options"] if option["name"] == part)
        kinds = {option["name"]: option["type"] for option in child.get("options", [])}
        given = [{"name": option, "type": kinds[option], "value": value} for option, value in options.items()]
        for depth, part in enumerate(reversed(path)):
            given = [{"name": part, "type": 2 if depth else 1, "options": given}]
        data: Json = {"id": command["id"], "name": "imgur", "type": 1, "options": given}
        if files:
            data["resolved"] = {"attachments": {file["id"]: file for file in files}}
        return await self.interact(COMMAND, person, data, direct=direct)

    async def menu(self, person: Json, name: str, *, direct: bool = False, **parts: Any) -> Interaction:
        """A person chooses a command in the menu of a message, of somebody's, with this in it."""
        command = next(command for command in self.world.commands if command["name"] == name)
        message = self.world.someones_message(parts)
        data: Json = {"id": command["id"], "name": name, "type": MENU, "target_id": message["id"]}
        data["resolved"] = {"messages": {message["id"]: message}}
        return await self.interact(COMMAND, person, data, direct=direct)

    async def press(self, person: Json, message: Json, label: str) -> Interaction:
        """A person presses the button with this label."""
        button = next(part for part in walk(message["components"]) if part.get("label") == label)
        data = {"custom_id": button["custom_id"], "component_type": button["type"], "id": button["id"]}
        direct = message["channel_id"] != self.world.channel_id
        return await self.interact(PRESS, person, data, message=message, direct=direct)

    async def submit(self, person: Json, opened: Interaction, **values: str) -> Interaction:
        """A person fills in and sends the form that a command or a press has opened."""
        filled: list[Json] = [
            {
                "id": 2 * number,
                "type": 18,
                "component": {"id": 2 * number + 1, "type": 4, "custom_id": name, "value": value},
            }
            for number, (name, value) in enumerate(values.items())
        ]
        data = {"custom_id": opened.callbacks[0]["data"]["custom_id"], "components": filled}
        message = opened.payload.get("message")
        direct = opened.payload["channel_id"] != self.world.channel_id
        return await self.interact(SUBMIT, person, data, direct=direct, **({"message": message} if message else {}))

    async def interact(
        self, kind: int, person: Json, data: Json, *, direct: bool = False, documented: bool = True, **more: Any
    ) -> Interaction:
        """Whatever a person may do, with this data; `documented` says that Discord would send such."""
        world, number = self.world, snowflake(self.switches.ahead)
        channel: Json = {"id": world.channel_id, "type": 0, "name": "pictures", "position": 0, "flags": 0,
                         "guild_id": world.guild_id, "permissions": PERMISSIONS, "last_message_id": None}  # fmt: skip
        place: Json = {
            "guild_id": world.guild_id,
            "guild": {"id": world.guild_id, "locale": world.guild_locale, "features": []},
            "guild_locale": world.guild_locale,
            "context": 0,
            "authorizing_integration_owners": {"0": world.guild_id},
            "member": {
                "user": person, "roles": [], "flags": 0, "permissions": PERMISSIONS, "joined_at": now(),
                "deaf": False, "mute": False, "avatar": None, "banner": None, "nick": None, "premium_since": None,
                "pending": False, "communication_disabled_until": None,
            },
        }  # fmt: skip
        if str(person["id"]) in self.switches.managers:
            place["member"]["permissions"] = channel["permissions"] = str(int(PERMISSIONS) | 1 << 5)
        if self.switches.alone:
            place["authorizing_integration_owners"] = {"1": person["id"]}
        if direct:
            channel = {"id": f"{int(person['id']) + 1}", "type": 1, "flags": 0, "recipients": [person],
                       "last_message_id": None}  # fmt: skip
            place = {"context": 1, "authorizing_integration_owners": {"1": person["id"]}, "user": person}
        if direct and self.switches.in_group:
            channel |= {"type": 3, "name": "Friends", "icon": None, "owner_id": person["id"]}
            place["context"] = 2
        interaction = Interaction(number, kind, {})
        interaction.payload.update(
            id=number, application_id=world.bot["id"], type=kind, token=interaction.token, version=1, data=data,
            channel=channel, channel_id=channel["id"], app_permissions=PERMISSIONS, entitlements=[],
            attachment_size_limit=10_485_760, **place, **more,
        )  # fmt: skip
        if locale := world.locales.get(str(person["id"]), "en-US"):
            interaction.payload["locale"] = locale
        world.interactions[interaction.token] = interaction
        send = self.gateway.publish if documented else self.gateway.send
        await send("INTERACTION_CREATE", interaction.payload)
        return interaction

    async def ready(self) -> None:
        """Wait until a bot has identified."""
        await asyncio.wait_for(self.gateway.identified.wait(), 60)
        self.gateway.identified.clear()

    async def until(self, condition: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait for what the bot is about to do. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - of whatever kind it is
                await asyncio.sleep(0.01)


def walk(components: list[Json]) -> list[Json]:
    """Every component, nested ones included, in the order of reading."""
    found = []
    for part in components:
        found += [part, *walk(part.get("components", [])), *walk([part["accessory"]] if "accessory" in part else [])]
    return found


def text(message: Json) -> str:
    """What a reader of the message sees."""
    return "\n".join(part["content"] for part in walk(message["components"]) if "content" in part)


STANDIN: web.AppKey[Standin] = web.AppKey("discord", Standin)
