"""The bot itself: it loads the cogs, keeps every chat command under `/imgur`, and syncs commands when they changed."""

from __future__ import annotations

import hashlib
from typing import Any

import discord
import orjson
import structlog
from discord import app_commands
from discord.ext import commands

from cogs.ui.actions import ActionButton, Actions, ActionSelect
from cogs.ui.report import report
from services import Services
from services.ports import SyncStore

log = structlog.get_logger(__name__)

EXTENSIONS = ("cogs.link", "cogs.account", "cogs.upload", "cogs.gallery", "cogs.item")


class ImgurTree(app_commands.CommandTree["ImgurBot"]):
    """A command tree that puts every chat command and group under `/imgur`, so that nothing collides with other bots.

    Commands work in servers, in direct messages and, installed by a user, everywhere else.
    """

    def __init__(self, client: ImgurBot) -> None:
        super().__init__(client)
        self.imgur = app_commands.Group(
            name="imgur",
            description="Your Imgur account in Discord",
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        super().add_command(self.imgur)

    def add_command(self, command: Any, /, **options: Any) -> None:
        """Add a command or group to `/imgur`."""
        self.imgur.add_command(command, override=options.get("override", False))

    async def on_error(
        self, interaction: discord.Interaction[ImgurBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Word the error for the user."""
        await report(interaction, error)


class ImgurBot(commands.Bot):
    """The Discord client. It needs no privileged intent; nothing it sends ever pings anybody."""

    tree: ImgurTree

    def __init__(self, *, services: Services, syncs: SyncStore, **options: Any) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=ImgurTree,
            **options,
        )
        self.services = services
        self.actions = Actions(report)
        self._syncs = syncs

    async def setup_hook(self) -> None:
        """Load every cog (a broken one stops the start), then sync the commands if they changed."""
        self.add_dynamic_items(ActionButton, ActionSelect)
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.sync()

    async def add_cog(self, cog: commands.Cog, /, **options: Any) -> None:
        """Add a cog and take the actions that it answers."""
        await super().add_cog(cog, **options)
        self.actions.register(cog)

    async def sync(self, *, force: bool = False) -> bool:
        """Send the commands to Discord if they are not the ones of the last sync; whether they were sent."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
        application = self.application_id or 0
        if not force and await self._syncs.get(application) == digest:
            return False
        await self.tree.sync()
        await self._syncs.set(application, digest)
        log.info("commands synced", count=len(payload))
        return True
