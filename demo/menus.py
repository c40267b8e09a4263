"""Menus of messages on simcord's page, which has none: its actions for a message lead to them as well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import discord
from simcord import SetupError
from simcord.preview import Preview

KEY = "menu"
STYLE = """
.message-menu-button { padding: 0 8px; color: var(--discord-text); background: transparent; white-space: nowrap; }
.message-menu-button:hover { background: var(--discord-hover); }
"""
BESIDE = "    if (toolbar.childElementCount) root.append(toolbar);"
BUTTONS = """    for (const name of message.ephemeral ? [] : MENUS) {
      const button = node("button", "message-menu-button");
      button.textContent = name;
      button.addEventListener("click", () => options.onMenu?.(message, name));
      toolbar.append(button);
    }
"""
AMONG = "    onReaction: (item, reaction) => {"
CHOSEN = """    onMenu: channelLayout ? (item, name) => dispatch("click", {
      control_key: `message:${item.id}:component:menu`, menu: name,
    }) : null,
"""


def scripts(client: discord.Client) -> dict[str, tuple[str, str]]:
    """What is put in the place of what, by file: the menus that the bot has."""
    names = [menu.name for menu in client.tree.get_commands(type=discord.AppCommandType.message)]  # type: ignore[attr-defined]
    buttons = BUTTONS.replace("MENUS", json.dumps(names))
    return {"/messages.js": (BESIDE, buttons + BESIDE), "/surfaces.js": (AMONG, CHOSEN + AMONG)}


def offer(preview: Preview) -> None:
    """Take what such a button sends for a choice in the menu of its message."""
    prepare = preview._prepare_action  # noqa: SLF001 - no other way leads to what the page can do

    def prepared(page: Any, kind: str, body: Mapping[str, Any]) -> Any:
        name = body.get(KEY)
        if kind != "click" or not isinstance(name, str):
            return prepare(page, kind, body)
        seen = preview.channel.history(viewer=page.viewer)
        target = next((message for message in seen if str(message.id) == str(body["target_id"])), None)
        if target is None:
            raise SetupError("nobody sees that message")

        async def run(action: Any, cursor: int) -> Any:
            chosen = page.viewer.context_menu(preview.channel, name, target)
            return await preview._run_interaction_action(page, action, cursor, chosen)  # noqa: SLF001

        return run

    preview._prepare_action = prepared  # type: ignore[method-assign]  # noqa: SLF001
