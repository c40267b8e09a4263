"""The bot itself: it loads the cogs, keeps every chat command under `/imgur`, and syncs commands when they changed."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import discord
import orjson
import structlog
from discord import app_commands
from discord.ext import commands

from cogs.calls import DiscordTime, reason, watching
from cogs.connection import Connection, patiently
from cogs.translator import Translator, fitted
from cogs.ui.actions import Actions
from cogs.ui.after_link import AfterLink
from cogs.ui.door import Door
from cogs.ui.files import narrowed
from cogs.ui.groups import GROUP
from cogs.ui.menus import MessageMenu
from cogs.ui.origin import origin
from cogs.ui.parents import Parents
from cogs.ui.posts import Posts
from cogs.ui.reply import is_answered, on_behalf
from cogs.ui.report import report
from cogs.ui.untold import Done, Untold
from cogs.ui.words import heard
from services import Services
from services.ports import SyncStore
from services.quota.caller import calling

log = structlog.get_logger(__name__)

# No intent is needed here, so no advice about it.
logging.getLogger("discord.state").addFilter(lambda record: not record.getMessage().startswith("Guilds intent"))

EXTENSIONS = (
    "cogs.link",
    "cogs.account",
    "cogs.upload",
    "cogs.gallery",
    "cogs.item",
    "cogs.server",
    "cogs.album",
    "cogs.data",
    "cogs.help",
)
SYNC_PATIENCE = 10.0  # seconds


COMMANDS = frozenset(kind.value for kind in discord.AppCommandType)
PRESSES = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})


class ImgurTree(app_commands.CommandTree["ImgurBot"]):
    """A command tree that puts every chat command and group under `/imgur`, so that nothing collides with other bots.

    Menus of messages stand beside it, by their own names. Commands work in servers, in direct messages and, installed
    by a user, everywhere else.
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
        app_commands.Group(name="album", description="Your albums on Imgur", parent=self.imgur)
        app_commands.Group(name="data", description="What this bot holds about you", parent=self.imgur)

    def add_command(self, command: Any, /, **options: Any) -> None:
        """Add a command or group to `/imgur`, or to the group there that it names (`cogs/ui/groups.py`)."""
        if isinstance(command, app_commands.ContextMenu):
            super().add_command(command, **options)
            return
        group = self.imgur.get_command(command.extras.get(GROUP, ""))
        within = group if isinstance(group, app_commands.Group) else self.imgur
        within.add_command(command, override=options.get("override", False))

    def remove_command(self, command: str, /, **options: Any) -> Any:
        """Remove what `add_command` has added; None where there is no such command."""
        if options.get("type", discord.AppCommandType.chat_input) is not discord.AppCommandType.chat_input:
            return super().remove_command(command, **options)
        groups = (part for part in self.imgur.commands if isinstance(part, app_commands.Group))
        for group in (self.imgur, *groups):
            if (found := group.get_command(command)) is not None:
                group.remove_command(command)
                return found
        return None

    async def interaction_check(self, interaction: discord.Interaction[ImgurBot], /) -> bool:
        """Let in what can be answered. Raises AppCommandError where Discord still knows the command as it was."""
        if not await self.client.door.admits(interaction):
            return False
        if interaction.type is discord.InteractionType.autocomplete:
            return _can_be_suggested(interaction)
        _refuse_outdated(interaction)
        return True

    def _get_app_command_options(self, data: Any) -> Any:
        """What discord.py finds, which takes it for granted that a group is where the data have one."""
        with _outdated_if_odd():
            return super()._get_app_command_options(data)

    async def _call_context_menu(self, interaction: discord.Interaction[ImgurBot], data: Any, type: int) -> None:  # noqa: A002 - discord.py's signature
        """Run a menu on the message as it came: discord.py would make an object of it, and fail at one odd part."""
        kind = discord.AppCommandType(type)
        menu = interaction.command
        if not isinstance(menu, MessageMenu) or menu.type is not kind:
            raise app_commands.CommandNotFound(data["name"], [], kind)
        message = data["resolved"]["messages"][data["target_id"]]
        try:
            await menu._invoke(interaction, message)  # noqa: SLF001 - as discord.py does
        except app_commands.AppCommandError as error:
            await self.on_error(interaction, error)

    async def _call(self, interaction: discord.Interaction[ImgurBot]) -> None:
        """Run the command. What it raises is dealt with in there: what comes out is about the data."""
        with _outdated_if_odd():
            async with self.client.serving(interaction):
                await super()._call(interaction)

    async def on_error(
        self, interaction: discord.Interaction[ImgurBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Word the error for the user."""
        await report(interaction, error)


class ImgurBot(commands.AutoShardedBot):
    """The Discord client. It needs no intent: all that a command takes comes with its interaction.

    Nothing it sends ever pings anybody. `connector` makes the connector of a session with Discord.
    """

    tree: ImgurTree

    def __init__(
        self,
        *,
        services: Services,
        syncs: SyncStore,
        connector: Callable[[], Any] = lambda: discord.utils.MISSING,
        **options: Any,
    ) -> None:
        time = DiscordTime()
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=ImgurTree,
            guild_ready_timeout=0.0,
            max_messages=None,
            connector=connector(),
            http_trace=watching(time),
            **options,
        )
        self.services = services
        self.actions = Actions(report)
        self.connection = Connection(self)
        self.door = Door(time)
        self.untold = Untold()
        self.after_link = AfterLink()
        self.parents = Parents(self)
        self.posts = Posts()
        self._syncs = syncs
        self._syncing: asyncio.Task[None] | None = None
        self._events: set[asyncio.Task[None]] = set()
        self._new_connector = connector

    async def start(self, token: str, *, reconnect: bool = True) -> None:  # noqa: ARG002 - discord.py's signature
        """Log in and stay connected, however long it takes. Raises LoginFailure and ConnectionClosed."""
        await self._load_cogs()
        await patiently("logging in to Discord", partial(self._log_in, token))
        await self.connect()

    async def _log_in(self, token: str) -> None:
        try:
            await self.login(token)
        except BaseException:
            await self.http.close()  # discord.py leaves the session of a failed login open
            self.http.connector = self._new_connector()
            raise

    async def connect(self, *, reconnect: bool = True) -> None:  # noqa: ARG002 - discord.py's signature
        """Stay connected, at shutdown until all that is under way has ended in words: new ones are heard until then."""
        keeping = asyncio.create_task(self.connection.keep())
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await self.door.close()
            raise
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    @property
    def latencies(self) -> list[tuple[int, float]]:
        """By shard, the seconds between the last heartbeat and its acknowledgement; infinite while there is none."""
        return self.connection.latencies

    @property
    def latency(self) -> float:
        """The longest of them."""
        return max((seconds for _, seconds in self.latencies), default=math.inf)

    async def outcomes(self, user_id: int) -> list[Done]:
        """What has ended in the background since the user was last told."""
        return [Done(words.title, words.text) for words in await self.services.jobs.outcomes(user_id)]

    def obstacles(self) -> list[str]:
        """What keeps users from being served, in words; nothing if they are."""
        if self.is_closed() or self.door.is_closing:
            return ["shutting down"]
        return self.connection.obstacles()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for nothing: the connection keeps Discord's pace."""

    async def on_shard_connect(self, shard_id: int) -> None:
        """A session has begun."""
        self.connection.is_up(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A session goes on."""
        self.connection.is_up(shard_id)

    async def setup_hook(self) -> None:
        """Load every cog (a broken one stops the start), then send the commands if they changed.

        Where Discord takes its time over them, the start goes on and they follow.
        """
        await self._load_cogs()
        await self.tree.set_translator(Translator())
        self._syncing = asyncio.create_task(self._sync_in_time(), name="command sync")
        await asyncio.wait({self._syncing}, timeout=SYNC_PATIENCE)

    async def close(self) -> None:
        """End what is under way in words, then all that still talks to Discord, and then the session with it."""
        if not self.is_closed():
            await self.door.close()
        # What is left may be at the database, which is closed next.
        left = {*self._events, *filter(None, [self._syncing])} - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        await self.services.jobs.close()
        await self.services.sharing.emptying.close()
        await super().close()

    def _schedule_event(self, *event: Any, **named: Any) -> asyncio.Task[None]:
        """As discord.py does, which forgets what it began."""
        task: asyncio.Task[None] = super()._schedule_event(*event, **named)
        self._events.add(task)
        task.add_done_callback(self._events.discard)
        return task

    async def _load_cogs(self) -> None:
        for extension in EXTENSIONS:
            if extension not in self.extensions:
                await self.load_extension(extension)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer presses and forms; commands come in through the tree."""
        if interaction.type in PRESSES and await self.door.admits(interaction):
            async with self.serving(interaction):
                await self.actions.run(interaction)

    async def go_on(self, interaction: discord.Interaction[Any], work: Callable[[], Awaitable[None]]) -> None:
        """Do more for an interaction that has its acknowledgement, as if it had just come in."""
        if await self.door.readmits(interaction):
            async with self.serving(interaction):
                try:
                    await work()
                except Exception as error:  # noqa: BLE001 - the border, as for presses
                    await report(interaction, error)

    @asynccontextmanager
    async def serving(self, interaction: discord.Interaction[Any]) -> AsyncIterator[None]:
        """In here, texts are for who is answered, Imgur is called for them, and changes are theirs to be told of."""
        with heard(interaction), calling(on_behalf(interaction)):
            async with self.services.changes.until_told(origin(interaction), partial(is_answered, interaction)):
                yield

    async def add_cog(self, cog: commands.Cog, /, **options: Any) -> None:
        """Add a cog and take the actions that it answers."""
        await super().add_cog(cog, **options)
        self.actions.register(cog)

    async def _sync_in_time(self) -> None:
        """Send the commands as soon as Discord takes them; where it refuses them, it keeps those it has."""

        async def attempt() -> None:
            try:
                await self.sync()
            except discord.HTTPException as refusal:
                if refusal.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS} or refusal.status >= 500:  # noqa: PLR2004
                    raise
                log.error("Discord refused the commands", status=refusal.status, code=refusal.code, text=refusal.text)  # noqa: TRY400 - a line, no traceback

        try:
            await patiently("sending the commands", attempt, timeout=None)
        except discord.LoginFailure as error:
            log.warning("the commands were not sent", reason=reason(error))

    async def sync(self, *, force: bool = False) -> bool:
        """Send the commands to Discord if they are not the ones of the last sync; whether they were sent."""
        translator = self.tree.translator or Translator()
        commands = self.tree.get_commands()
        translated = [await command.get_translated_payload(self.tree, translator) for command in commands]
        payload = [fitted(narrowed(command)) for command in translated]
        digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
        application = self.application_id or 0
        if not force and await self._syncs.get(application) == digest:
            return False
        await self.http.bulk_upsert_global_commands(application, payload=cast("Any", payload))
        await self._syncs.set(application, digest)
        log.info("commands synced", count=len(payload))
        return True


@contextmanager
def _outdated_if_odd() -> Iterator[None]:
    """Data of a shape that no command of this release has are those of another's."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as misfit:
        log.info("a command could not be read", reason=reason(misfit))
        raise app_commands.CommandNotFound("of another shape", []) from misfit


def _can_be_suggested(interaction: discord.Interaction[Any]) -> bool:
    """Whether it is no autocompletion of what an earlier release had: discord.py would log a traceback."""
    command, typed = interaction.command, cast("dict[str, Any]", interaction.data)
    if not isinstance(command, app_commands.Command):
        return False
    for option in _given(typed.get("options", ())):
        parameter = command.get_parameter(option["name"])
        if option.get("focused") and parameter and parameter.autocomplete and parameter.type.value == option["type"]:
            return True
    return False


def _refuse_outdated(interaction: discord.Interaction[Any]) -> None:
    """Refuse values of another type than the command takes now: discord.py would hand them to it."""
    command, data = interaction.command, cast("dict[str, Any]", interaction.data)
    if data.get("type", 1) not in COMMANDS:
        raise app_commands.CommandNotFound(data["name"], [])
    if not isinstance(command, app_commands.Command):
        return
    files = data.get("resolved", {}).get("attachments", {})
    for option in _given(data.get("options", ())):
        parameter, kind = command.get_parameter(option["name"]), option["type"]
        lost = kind == discord.AppCommandOptionType.attachment.value and option["value"] not in files
        if parameter and (kind != parameter.type.value or lost):
            raise app_commands.CommandSignatureMismatch(command)


def _given(options: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What was given to a command, out of the groups around it."""
    for option in options:
        if "value" in option:
            yield option
        yield from _given(option.get("options", ()))
