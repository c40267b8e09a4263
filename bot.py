"""Command line and composition root: builds every room, starts them, stops them in reverse order."""

from __future__ import annotations

import gc

# What the imports below make stays for good: looking through it for garbage takes a sixth of a start.
gc.disable()

import asyncio
import base64
import contextlib
import os
import secrets
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import click
import discord
import structlog
from aiohttp import web

import config
import logs
import wizard
from cogs.client import EXTENSIONS, ImgurBot
from config import Settings, SettingsError
from discordauth.client import DiscordLogin
from discordauth.models import ISSUER
from imgur.client import BASE_URL, ImgurClient
from locales.languages import catalogues, wrong
from media.archive import Archive
from media.attachment import DISCORD, HttpAttachmentSource
from media.film import Ffmpeg
from media.picture import IMGUR, PictureSource
from media.turning.pool import Turner
from media.workshop import Workshop
from services import Services
from services.account import AccountService
from services.adoption import AdoptionService
from services.album import AlbumService
from services.bulk import Adding, Adopting, BulkService, Copies, Deleting, Favoriting
from services.data import PARTS_AT_ONCE, BackupService, ExportService, LeavingService, Streams
from services.duplicates import Duplicates
from services.expiry import Expiring, ExpiryService, SteadyClock
from services.jobs import Changes, Handler, JobService, Over, Runner, Turns
from services.library import Library
from services.library.favorites import SeveralFavorites
from services.library.shelves import Shelves
from services.linking import LinkingService
from services.login import Logins
from services.mark import MarkService
from services.message import MessageReader
from services.orientation import OrientationService
from services.picked import PickedService
from services.ports import AttachmentSource
from services.preferences import PreferenceService
from services.quota.caller import Caller, Priority, calling
from services.quota.governor import Governor
from services.search import SearchService
from services.selection import SelectionService
from services.several import SeveralUploads
from services.sharing import SharingService
from services.sign_in import SignInService
from services.sync import SyncHandler, SyncService
from services.upkeep import Upkeep
from services.upload import AT_ONCE, UploadService
from services.views import Views
from storage import Stores
from storage.database import Database, open_database
from storage.errors import StorageError
from storage.housekeeping import Housekeeper
from storage.models import Job
from storage.sealing import Keyring, SealContext, new_key
from web.admin import create_admin_app
from web.public import create_public_app
from web.server import serving

gc.freeze()
gc.enable()
gc.set_threshold(10_000)  # of what comes and goes with a start or a command, hardly anything is garbage

log = structlog.get_logger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here, so no advice about it

CALLS = 100  # connections to Imgur, apart from uploads
DATABASE_ANSWERS = 2.0  # seconds
TELLING = 6  # characters; a shorter password than that would hide words of every log line
SWEEP_EVERY = 5.0  # seconds; expired attempts hold tokens no longer than this

UNREACHABLE = "Discord cannot be reached. Is this machine online? Try again later."
WRONG_TOKEN = "Discord does not know DISCORD_TOKEN. Reset it on the page Bot of your application."  # noqa: S105
NUMBER_OF_SHARDS = "Discord wants another number of shards ({}). Start the bot again: it asks Discord for the number."
INTENTS = "Discord refuses the intents of this bot ({}). See the page Bot of your application, or update the bot."
# By Discord's code for closing the gateway; these are what only the operator can mend.
WITHOUT_FFMPEG = "users are asked before a video goes with its place and camera, and a GIF over 10 MB becomes no video"

CLOSE_CODES = {
    4004: WRONG_TOKEN,
    4010: NUMBER_OF_SHARDS.format(4010),
    4011: NUMBER_OF_SHARDS.format(4011),
    4012: "Discord no longer takes the version of its protocol that this release speaks (4012). Update the bot.",
    4013: INTENTS.format(4013),
    4014: INTENTS.format(4014),
}


class CannotListenError(Exception):
    """A port is taken, or the address is not this machine's."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything assembled; the bot is not logged in yet."""

    settings: Settings
    bot: ImgurBot
    services: Services


@asynccontextmanager
async def compose(
    settings: Settings,
    *,
    imgur_url: str = BASE_URL,
    discord_url: str = ISSUER,
    attachments: AttachmentSource | None = None,
    connector: Callable[..., aiohttp.BaseConnector] = aiohttp.TCPConnector,
    cdn: Collection[str] = DISCORD,
    find_ffmpeg: Callable[[], Ffmpeg | None] = Ffmpeg.found,
    pictures: str = IMGUR,
    serve: bool = True,
    work: bool | None = None,
) -> AsyncIterator[House]:
    """Build every room, and stop in reverse order what was started.

    With `serve`, the web servers and the sweeper run; so does what is done in the background, unless `work` says
    otherwise. Every way out goes through a `connector`; attachments come from the origins of `cdn`, the pictures of
    backups from below `pictures`. Raises StorageError and CannotListenError.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.database_url))
        # Each has a pool of its own, so that uploads, however many or slow, keep no read waiting.
        calls, uploading, fetching, backing_up = [
            await stack.enter_async_context(_session(connector, most))
            for most in (CALLS, 2 * AT_ONCE, 2 * AT_ONCE, PARTS_AT_ONCE)
        ]
        stores = await Stores.opened(database, Keyring(settings.token_keys), datetime.now(UTC))
        governor = Governor(stores.ledger, is_linked=stores.accounts.is_linked)
        stack.push_async_callback(governor.close)
        imgur = ImgurClient(
            calls,
            settings.imgur_client_id,
            settings.imgur_client_secret,
            base_url=imgur_url,
            upload_session=uploading,
            middlewares=(governor,),
        )
        accounts = AccountService(stores.accounts, imgur)
        stack.push_async_callback(accounts.close)
        views = Views(stores.views)
        library = Library.over(accounts, imgur, stores.uploads, Shelves(stores.library, stores.marks), views=views)
        stack.push_async_callback(library.items.close)
        stack.push_async_callback(library.catalogue.lists.close)
        changes = Changes(stores.jobs)
        stack.push_async_callback(changes.close)
        albums = AlbumService(
            accounts,
            imgur,
            library.catalogue,
            record=changes.record,
            leave=changes.leave,
            is_held=changes.holds,
            turn=Turns(stores.jobs).turn,
        )
        discords = HttpAttachmentSource(fetching, origins=cdn)
        source = attachments or discords
        preferences = PreferenceService(stores.preferences)
        uploads = UploadService(
            accounts,
            imgur,
            source,
            stores.uploads,
            albums,
            workshop=Workshop(Turner(), find_ffmpeg()),
            duplicates=Duplicates(stores.files, stores.uploads, imgur),
            keeps_details=preferences.keeps_details,
            ready=governor.ready_to_upload,
        )
        stack.push_async_callback(uploads.close)
        marks = MarkService(library.catalogue, stores.marks)
        clock = SteadyClock()
        handlers = (
            Deleting(library.items),
            Favoriting(library.items),
            Adding(albums),
            Adopting(Copies(accounts, imgur), library.catalogue, library.items, marks, files=stores.files),
            albums.interrupted,
            SyncHandler(accounts, imgur, stores.library),
            Expiring(stores.expiries, library.items, clock),
            Over(),
        )
        runner = Runner(stores.jobs, handlers, within=_on_behalf)
        jobs = JobService(stores.jobs, runner.wake)
        runner.tell_with(jobs.ended)
        stack.push_async_callback(jobs.close)
        sync = SyncService(accounts, imgur, stores.library, jobs, quota=governor.background_seconds)
        library.catalogue.shelves.listen(sync)
        sign_in = SignInService(stores.sign_in, imgur, accounts, response_type=settings.imgur_response_type)
        linking = LinkingService(
            stores.attempts,
            stores.accounts,
            imgur,
            linked=sync.begin,
            outage=sign_in.outage,
            public_url=settings.public_url if settings.can_link else None,
            authorize_url=partial(imgur.authorize_url, response_type=settings.imgur_response_type)
            if settings.can_link
            else None,
            response_type=settings.imgur_response_type,
            logins=_logins(settings, stores, calls, discord_url),
        )
        stack.push_async_callback(linking.close)
        backups = BackupService(
            stores.backups, stores.accounts, stores.library, stores.uploads, sync, public_url=settings.public_url
        )
        selections = SelectionService(views, library.catalogue)
        bulk = BulkService(jobs, selections, views, library.catalogue, albums)
        sharing = SharingService(stores.sharing)
        library.catalogue.tell_gone(sharing.emptying.gone)
        stack.push_async_callback(sharing.close)
        services = Services(
            accounts=accounts,
            linking=linking,
            uploads=uploads,
            several=SeveralUploads(uploads, albums),
            messages=MessageReader(discords),
            favorites=SeveralFavorites(library.items),
            library=library,
            jobs=jobs,
            changes=changes,
            sync=sync,
            albums=albums,
            search=SearchService(imgur, stores.uploads),
            views=views,
            marks=marks,
            upkeep=Upkeep(stores.library),
            governor=governor,
            selections=selections,
            picked=PickedService(views, selections, library.catalogue),
            sharing=sharing,
            bulk=bulk,
            preferences=preferences,
            sign_in=sign_in,
            exports=ExportService(stores.held),
            orientation=OrientationService(
                accounts, linking, uploads, sign_in=sign_in, sharing=sharing, backups=backups
            ),
            adoption=AdoptionService(bulk, views, library.catalogue),
            expiries=ExpiryService(
                stores.expiries, library.items, jobs, uploads=stores.uploads, accounts=accounts, clock=clock
            ),
            backups=backups,
            streams=Streams(backups, PictureSource(backing_up, pictures), Archive),
            leaving=LeavingService(
                stores.leaving,
                stores.accounts,
                stores.uploads,
                stores.expiries,
                jobs,
                abandon=linking.abandon,
                deletes=Deleting.kind,
            ),
        )
        bot = ImgurBot(services=services, syncs=stores.syncs, connector=partial(connector, limit=0))
        if serve:
            admin = create_admin_app(partial(_obstacles, bot, database))
            await _serve(stack, settings, services, admin, Housekeeper(database))
        if serve if work is None else work:
            runner.start()
            stack.push_async_callback(runner.close)
        yield House(settings, bot, services)


def _logins(settings: Settings, stores: Stores, session: aiohttp.ClientSession, discord_url: str) -> Logins | None:
    """Discord logins, if the settings have what it takes."""
    application, secret = config.application_id(settings.discord_token), settings.discord_client_secret
    if not settings.logs_in or application is None or secret is None or settings.login_callback_url is None:
        return None
    callback = settings.login_callback_url
    return Logins(
        stores.attempts, DiscordLogin(session, application, secret, callback_url=callback, base_url=discord_url)
    )


def _on_behalf(job: Job, handler: Handler) -> AbstractContextManager[None]:
    """Whose credits a job uses: what its user asked for is theirs, the rest comes last."""
    priority = Priority.COMMAND if handler.is_asked_for else Priority.BACKGROUND
    return calling(Caller(job.discord_id, priority))


def _session(connector: Callable[..., aiohttp.BaseConnector], most: int) -> aiohttp.ClientSession:
    """A session of at most so many connections, which keeps no cookies."""
    return aiohttp.ClientSession(connector=connector(limit=most), cookie_jar=aiohttp.DummyCookieJar())


async def _obstacles(bot: ImgurBot, database: Database) -> list[str]:
    """What keeps users from being served, in words."""
    found = bot.obstacles()
    asked = asyncio.ensure_future(database.ping())  # left alone if it takes longer: no statement is given up halfway
    asked.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({asked}, timeout=DATABASE_ANSWERS)
    error = asked.exception() if asked.done() else TimeoutError()
    if error is not None and not isinstance(error, (StorageError, TimeoutError)):
        raise error
    return [*found, "the database cannot be used"] if error else found


async def _serve(
    stack: AsyncExitStack, settings: Settings, services: Services, admin: web.Application, housekeeper: Housekeeper
) -> None:
    apps = [(admin, settings.admin_host, settings.admin_port)]
    if settings.public_url is not None:
        backups = services.backups, services.streams
        public = create_public_app(services.linking, public_url=settings.public_url, backups=backups)
        apps.append((public, settings.host, settings.port))
    for app, host, port in apps:
        try:
            await stack.enter_async_context(serving(app, host, port))
        except OSError as error:
            is_plain = error.errno and not isinstance(error, socket.gaierror)
            reason = os.strerror(error.errno or 0) if is_plain else error.strerror
            raise CannotListenError(f"{host}:{port}: {reason}") from error
    sweeper = asyncio.create_task(_sweep(services, housekeeper), name="sweeper")
    stack.push_async_callback(_cancelled, sweeper)
    if settings.can_link:
        watcher = asyncio.create_task(_watch_sign_in(services.sign_in), name="sign-in")
        stack.push_async_callback(_cancelled, watcher)


async def _sweep(services: Services, housekeeper: Housekeeper) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            services.library.catalogue.tidy()
            services.search.tidy()
            await services.governor.tidy()
            await services.linking.sweep()
            await services.backups.sweep()
            await services.views.sweep()
            await services.expiries.sweep()
            await services.sharing.sweep()
            await services.leaving.sweep()
            await services.upkeep.sweep()
            await housekeeper.tick(datetime.now(UTC))
        except StorageError as error:
            log.warning("what has expired could not be erased; trying again", reason=type(error).__name__)
        except Exception:
            log.exception("what has expired could not be erased; trying again")


async def _watch_sign_in(sign_in: SignInService) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            await sign_in.tick()
        except StorageError as error:
            log.warning("what Imgur's sign-in does is not known", reason=type(error).__name__)
        except Exception:
            log.exception("what Imgur's sign-in does is not known")


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


# --- command line ------------------------------------------------------------------------------------------------


@click.group(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The Imgur bot for Discord."""


@cli.command()
def run() -> None:
    """Run the bot on Discord and Imgur."""
    with _faults_in_words():
        settings = _load()
        for doubt in config.doubts():
            log.warning(doubt)
        _until_stopped(_run(settings))


async def _run(settings: Settings, **outside: Any) -> None:
    async with compose(settings, **outside) as house:
        if not settings.can_link:
            log.warning("users cannot link accounts: set IMGUR_CLIENT_SECRET; uploads are anonymous")
        if Ffmpeg.found() is None:
            log.warning("there is no ffmpeg", effect=WITHOUT_FFMPEG)
        async with house.bot:
            await house.bot.start(settings.discord_token)


def _port(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    try:
        return int(config.port_number(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@cli.command()
@click.option("--port", default="0", callback=_port, help="Where the page listens; 0 takes a free port.")
@click.option("--credits", "limit", type=click.IntRange(1, 500), help="How many each account has, a minute; else 500.")
@click.option("--pseudo", is_flag=True, help="Everything is said in a made-up language, a third longer than English.")
def demo(port: int, limit: int | None, *, pseudo: bool) -> None:
    """Try the whole bot in a web browser, with no account anywhere."""
    try:
        from demo.show import show  # noqa: PLC0415 - the bot in production runs without the demo and its packages
    except ModuleNotFoundError as error:
        raise _OperatorError(
            f"The demo is not installed here ({error.name} is missing). `make demo` does it."
        ) from None
    with _faults_in_words():
        _until_stopped(show(compose, port=port, limit=limit, pseudo=pseudo))


@cli.command()
def check() -> None:
    """Build everything offline; name every fault in the settings."""
    with _faults_in_words():
        settings = _load(tries=TRIES)
        commands = asyncio.run(_check(settings))
        click.echo(f"The settings are complete and everything builds: {commands} commands.")
        for path in catalogues():
            for fault in wrong(path):
                click.echo(f"In {path.name} of {path.parent.parent.name}, {fault}: that stays English.", err=True)
        if settings.can_link and settings.public_url is None:
            click.echo("Users can link accounts, by pasting the address that Imgur sends them to. Register any address")
            click.echo("of yours with Imgur as the callback, or https://imgur.com. With PUBLIC_URL nobody need paste.")
            if settings.discord_client_secret is not None:
                click.echo(
                    "DISCORD_CLIENT_SECRET does nothing without PUBLIC_URL: there is no page on which to log in."
                )
        elif settings.can_link:
            click.echo(f"Users can link accounts. The callback address to register with Imgur: {settings.callback_url}")
            if settings.logs_in:
                click.echo(f"They log in with Discord. The redirect to register there: {settings.login_callback_url}")
        else:
            click.echo("Users cannot link accounts; that takes IMGUR_CLIENT_SECRET.")
        if Ffmpeg.found() is None:
            click.echo(f"There is no ffmpeg here: {WITHOUT_FFMPEG}.")


def _why_no_token(token: str) -> str | None:
    return (
        None if config.application_id(token) else "is not a bot token: three parts with dots between, from the page Bot"
    )


def _why_no_database(url: str) -> str | None:
    from storage.probe import probe  # noqa: PLC0415 - only `check` needs it

    try:
        probe(url)
    except StorageError as error:
        return str(error)
    return None


def _why_no_host(host: str) -> str | None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
    except OSError as error:
        return f"is no address of this machine: {error.strerror}"
    return None


def _why_no_port(port: int) -> str | None:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except PermissionError as error:
        return f"cannot be opened by this user: {error.strerror}. Numbers from 1024 on can"
    except OSError:  # taken, and it may be by the bot, which runs already
        return None
    return None


TRIES: dict[str, config.Try] = {
    "DISCORD_TOKEN": _why_no_token,
    "HOST": _why_no_host,
    "PORT": _why_no_port,
    "ADMIN_HOST": _why_no_host,
    "ADMIN_PORT": _why_no_port,
    "DATABASE_URL": _why_no_database,
}


async def _check(settings: Settings) -> int:
    """Build everything on a database of its own, beside a bot that may be running; how many commands there are."""
    Keyring(settings.token_keys).seal("a token", SealContext("check", ""), new_key())
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(settings, database_url=f"sqlite:///{folder}/check.db")
        async with compose(aside, serve=False) as house:
            for extension in EXTENSIONS:
                await house.bot.load_extension(extension)
            return sum(1 for _ in house.bot.tree.walk_commands())


@cli.command()
def sync() -> None:
    """Send the commands to Discord, changed or not."""
    with _faults_in_words():
        settings = _load()
        _until_stopped(_sync(settings))
    click.echo("The commands were sent. Discord may take a moment to show them.")


async def _sync(settings: Settings) -> None:
    async with compose(settings, serve=False) as house, house.bot:
        await house.bot.login(settings.discord_token)
        await house.bot.sync(force=True)


@cli.command()
def keygen() -> None:
    """Make a key for TOKEN_KEYS."""
    with _faults_in_words():
        click.echo(_new_key())


@cli.command()
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    default=Path(".env"),
    show_default=True,
    help="Where the settings go; - prints them.",
)
def init(path: Path) -> None:
    """Ask for what is needed, make a key, write .env."""
    with _faults_in_words():
        wizard.write_settings(path, new_key=_new_key())


def _new_key() -> str:
    return f"k{secrets.token_hex(3)}:{base64.b64encode(new_key()).decode()}"


def _load(*, tries: Mapping[str, config.Try] | None = None) -> Settings:
    settings = config.load(tries=tries)
    keys = [base64.b64encode(key).decode() for key in settings.token_keys.values()]
    written = settings.database_password or ""
    passwords = {word for word in (written, unquote(written)) if len(word) >= TELLING}
    given = (settings.discord_token, settings.discord_client_secret, settings.imgur_client_secret, *passwords)
    texts = [secret for secret in given if secret]
    logs.set_up(settings.log_level, settings.log_format, secrets=[*texts, *keys])
    return settings


def _until_stopped(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or to SIGINT or SIGTERM; either way everything is stopped in order. A second signal kills."""
    signals = (signal.SIGINT, signal.SIGTERM)

    async def stoppable() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(main)

        def stop() -> None:
            for number in signals:
                loop.remove_signal_handler(number)
            task.cancel()

        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C cancels by itself there
            for number in signals:
                loop.add_signal_handler(number, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(stoppable())


class _OperatorError(click.ClickException):
    """A sentence for the operator instead of a traceback."""


class _BadSettingsError(_OperatorError):
    exit_code = 2


@contextmanager
def _faults_in_words() -> Iterator[None]:
    """What an operator can do something about ends with a sentence and a code: 2 for settings, 1 for the rest."""
    try:
        yield
    except SettingsError as error:
        raise _BadSettingsError(str(error)) from None
    except StorageError as error:
        raise _OperatorError(f"{error}. DATABASE_URL says where the database is.") from None
    except CannotListenError as error:
        raise _OperatorError(f"Cannot listen on {error}. HOST, PORT, ADMIN_HOST and ADMIN_PORT say where.") from None
    except discord.LoginFailure:
        raise _OperatorError(WRONG_TOKEN) from None
    except discord.ConnectionClosed as error:
        raise _OperatorError(CLOSE_CODES.get(error.code, UNREACHABLE)) from None
    except discord.HTTPException as error:
        raise _OperatorError(f"Discord answered with status {error.status}. Try again later.") from None
    except (aiohttp.ClientError, discord.GatewayNotFound):
        raise _OperatorError(UNREACHABLE) from None
    except BrokenPipeError:
        raise  # whoever read the output has gone: click ends quietly
    except OSError as error:
        raise _OperatorError(f"{error.filename or 'The system'}: {error.strerror}") from None


if __name__ == "__main__":
    cli()
