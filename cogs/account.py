"""`/imgur account`: what is linked, and what is left of Imgur's credits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.client import ImgurBot
from cogs.ui.actions import ActionButton, Interaction
from cogs.ui.layout import ERROR, notice, plain, worded
from cogs.ui.reply import acknowledge, answer
from cogs.ui.report import link_button
from errors import LinkBrokenError
from services.account import AccountOverview, AccountService, LinkedAccount
from services.quota.governor import UPLOAD_COST, Governor
from services.quota.outlook import Outlook, Standing
from services.sync import Progress, SyncService
from services.upload import UploadService

_COUNTED = {"images": "Images", "albums": "Albums", "favorites": "Favorites"}
USERNAME_LIMIT = 63  # Imgur's; a longer one would not fit into a button


class Account(commands.Cog):
    """Shows the user what the bot knows of their account."""

    def __init__(self, accounts: AccountService, uploads: UploadService, sync: SyncService, governor: Governor) -> None:
        self._accounts = accounts
        self._uploads = uploads
        self._sync = sync
        self._governor = governor

    @app_commands.command()
    async def account(self, interaction: Interaction) -> None:
        """Your linked Imgur account and what is left of its quota."""
        await acknowledge(interaction)
        user_id = interaction.user.id
        linked = await self._accounts.linked(user_id)
        if linked is None:
            outlook = await self._governor.outlook(user_id, None)
            view = unlinked_view(await self._uploads.anonymous_count(user_id), outlook, user_id)
        elif linked.broken:
            view = broken_view(linked.username, user_id)
        else:
            overview = await self._accounts.overview_if_allowed(user_id)
            read = await self._sync.overview(linked.account_id)
            outlook = await self._governor.outlook(user_id, linked.account_id)
            view = overview_view(overview, linked, read, outlook, user_id)
        await answer(interaction, view)


def unlinked_view(anonymous: int, outlook: Outlook, owner: int) -> ui.LayoutView:
    """No account: how many anonymous uploads there are and what can be done."""
    held = {
        0: "You have no anonymous uploads through this bot either.",
        1: "You have 1 anonymous upload; `/imgur images` shows it.",
    }.get(anonymous, f"You have {anonymous:,} anonymous uploads; `/imgur images` shows them.")
    return notice(
        "No Imgur account is linked",
        held,
        "Link your account to upload into it, to favorite, and to see what you have there. "
        "Without one, `/imgur upload` works anonymously.",
        *_goes_on(outlook),
        controls=[link_button(owner)],
    )


def broken_view(username: str, owner: int) -> ui.LayoutView:
    """An account whose tokens Imgur refuses."""
    broken = worded(LinkBrokenError())
    return notice(
        f"Linked as {plain(username)}, but it does not work",
        f"{broken.title}. {broken.text}" if broken else "",
        controls=[link_button(owner, "Link again"), ActionButton("unlink", owner, label="Unlink")],
        colour=ERROR,
    )


def overview_view(
    overview: AccountOverview | None, linked: LinkedAccount, read: Mapping[str, Progress], outlook: Outlook, owner: int
) -> ui.LayoutView:
    """A working account: its profile, how much is in it as far as that is known, how far it was read, its credits.

    Without an overview Imgur could not be asked.
    """
    username = overview.account.username if overview else linked.username
    counts = {name: progress.read for name, progress in read.items() if progress.is_complete}
    counts |= {"images": overview.images_count} if overview else {}
    held = [f"**{label}:** {counts[name]:,}" for name, label in _COUNTED.items() if name in counts]
    profile = ui.Button[ui.LayoutView](
        label="Profile on Imgur", url=f"https://imgur.com/user/{quote(username[:USERNAME_LIMIT], safe='')}"
    )
    return notice(
        f"Linked as {plain(username)}",
        "\n".join([*([" · ".join(held)] if held else []), *_read(read)]),
        "\n".join([*_goes_on(outlook), *_quota(outlook)]),
        controls=[profile, ActionButton("unlink", owner, label="Unlink")],
    )


def _read(read: Mapping[str, Progress]) -> Iterator[str]:
    """What is still being read; when all was read last, if it was."""
    under_way = {name: progress for name, progress in read.items() if not progress.is_complete}
    for name, progress in under_way.items():
        yield f"**Reading your {name}, to find them by words:** {progress.words}"
    times = [progress.finished_at for progress in read.values() if progress.finished_at]
    if times and not under_way:
        yield f"-# Your pictures, albums and favorites were last read {discord.utils.format_dt(min(times), 'R')}."


def _goes_on(outlook: Outlook) -> Iterator[str]:
    """What has to wait for Imgur's limit, and how long; nothing where nothing does."""
    if outlook.reads_at:
        when = discord.utils.format_dt(outlook.reads_at, "R")
        yield f"**Nothing more can be asked of Imgur for now. It goes on {when}.** What is known already can be found."
    elif outlook.uploads_at:
        when = discord.utils.format_dt(outlook.uploads_at, "R")
        yield f"**Uploads have to wait for Imgur's limit. They go on {when}.** Everything else works."


def _quota(outlook: Outlook) -> Iterator[str]:
    yield _line("Your credits", outlook.own)
    yield _line("The bot's credits today", outlook.application)
    if outlook.reserve and outlook.application.was_told:
        yield f"{outlook.reserve:,} a day are kept in reserve, as Imgur's limit was overrun this month."
    if outlook.own.was_told and not outlook.uploads_at:
        uploads = outlook.calls // UPLOAD_COST
        yield f"That is enough for {'one more upload' if uploads == 1 else f'{uploads:,} more uploads'}."
    yield "-# A call costs 1 credit, an upload 10."


def _line(label: str, standing: Standing) -> str:
    if not standing.was_told:
        return f"**{label}:** Imgur has not said"
    again = discord.utils.format_dt(standing.resets_at, "R")
    return f"**{label}:** {max(standing.remaining, 0):,} of {standing.limit:,} left, full again {again}"


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Account(bot.services.accounts, bot.services.uploads, bot.services.sync, bot.services.governor))
