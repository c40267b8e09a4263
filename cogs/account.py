"""`/imgur account`: what is linked, and what is left of Imgur's credits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from discord import app_commands, ui
from discord.ext import commands

from cogs.client import ImgurBot
from cogs.ui.actions import ActionButton, Interaction
from cogs.ui.adopt import adopt_button, beside
from cogs.ui.layout import ERROR, link_to, notice
from cogs.ui.reply import acknowledge, answer
from cogs.ui.report import link_button
from cogs.ui.words import Said, bold, joined, small
from errors import LinkBrokenError
from locales.text import Moment, Plural, Text, sentences
from services.account import AccountOverview, AccountService, LinkedAccount
from services.messages import words
from services.quota.governor import UPLOAD_COST, Governor
from services.quota.outlook import Outlook, Standing
from services.sync import Progress, SyncService
from services.upload import UploadService

_COUNTED: Mapping[str, Callable[[int], Text]] = {
    "images": lambda count: Text("**Images:** {count}", count=count),
    "albums": lambda count: Text("**Albums:** {count}", count=count),
    "favorites": lambda count: Text("**Favorites:** {count}", count=count),
}
_READING: Mapping[str, Text] = {
    "images": Text("Reading your images, to find them by words:"),
    "albums": Text("Reading your albums, to find them by words:"),
    "favorites": Text("Reading your favorites, to find them by words:"),
}
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
            anonymous = await self._uploads.anonymous_count(user_id)
            view = overview_view(overview, linked, read, outlook, user_id, anonymous=anonymous)
        await answer(interaction, view)


def unlinked_view(anonymous: int, outlook: Outlook, owner: int) -> ui.LayoutView:
    """No account: how many anonymous uploads there are and what can be done."""
    held = Text("You have no anonymous uploads through this bot either.")
    if anonymous:
        held = Plural(
            "You have {count} anonymous upload; /imgur images shows it.",
            "You have {count} anonymous uploads; /imgur images shows them.",
            anonymous,
        )
    return notice(
        Text("No Imgur account is linked"),
        held,
        Text(
            "Link your account to upload into it, to favorite, and to see what you have there. Without one, "
            "/imgur upload works anonymously."
        ),
        *_goes_on(outlook),
        controls=[link_button(owner)],
    )


def broken_view(username: str, owner: int) -> ui.LayoutView:
    """An account whose tokens Imgur refuses."""
    broken = words(LinkBrokenError())
    return notice(
        Text("Linked as {name}, but it does not work", name=username),
        sentences(Text("{title}.", title=broken.title), broken.text) if broken else None,
        controls=[link_button(owner, Text("Link again")), ActionButton("unlink", owner, label=Text("Unlink"))],
        colour=ERROR,
    )


def overview_view(
    overview: AccountOverview | None,
    linked: LinkedAccount,
    read: Mapping[str, Progress],
    outlook: Outlook,
    owner: int,
    *,
    anonymous: int = 0,
) -> ui.LayoutView:
    """A working account: its profile, how much is in it as far as that is known, how far it was read, its credits.

    Without an overview Imgur could not be asked.
    """
    username = overview.account.username if overview else linked.username
    counts = {name: progress.read for name, progress in read.items() if progress.is_complete}
    counts |= {"images": overview.images_count} if overview else {}
    held = joined(" · ", (counted(counts[name]) for name, counted in _COUNTED.items() if name in counts))
    profile = link_to(Text("Profile on Imgur"), f"https://imgur.com/user/{quote(username[:USERNAME_LIMIT], safe='')}")
    return notice(
        Text("Linked as {name}", name=username),
        joined("\n", [held, *_read(read)]),
        beside(anonymous),
        joined("\n", [*_goes_on(outlook), *_quota(outlook)]),
        controls=[
            profile,
            *([adopt_button(owner)] if anonymous else []),
            ActionButton("unlink", owner, label=Text("Unlink")),
        ],
    )


def _read(read: Mapping[str, Progress]) -> Iterator[Said]:
    """What is still being read; when all was read last, if it was."""
    under_way = {name: progress for name, progress in read.items() if not progress.is_complete}
    for name, progress in under_way.items():
        yield joined(" ", (bold(_READING[name]), progress.words))
    times = [progress.finished_at for progress in read.values() if progress.finished_at]
    if times and not under_way:
        last = Moment(min(times))
        yield small(Text("Your pictures, albums and favorites were last read {when}.", when=last))


def _goes_on(outlook: Outlook) -> Iterator[Said]:
    """What has to wait for Imgur's limit, and how long; nothing where nothing does."""
    if outlook.reads_at:
        yield Text(
            "**Nothing more can be asked of Imgur for now. It goes on {when}.** What is known already can be found.",
            when=Moment(outlook.reads_at),
        )
    elif outlook.uploads_at:
        yield Text(
            "**Uploads have to wait for Imgur's limit. They go on {when}.** Everything else works.",
            when=Moment(outlook.uploads_at),
        )


def _quota(outlook: Outlook) -> Iterator[Said]:
    yield _line(Text("Your credits"), outlook.own)
    yield _line(Text("The bot's credits today"), outlook.application)
    if outlook.reserve and outlook.application.was_told:
        yield Text("{count} a day are kept in reserve, as Imgur's limit was overrun this month.", count=outlook.reserve)
    if outlook.own.was_told and not outlook.uploads_at:
        yield Plural(
            "That is enough for one more upload.",
            "That is enough for {count} more uploads.",
            outlook.calls // UPLOAD_COST,
        )
    yield small(Text("A call costs 1 credit, an upload 10."))


def _line(whose: Text, standing: Standing) -> Text:
    if not standing.was_told:
        return Text("**{whose}:** Imgur has not said", whose=whose)
    return Text(
        "**{whose}:** {left} of {limit} left, full again {when}",
        whose=whose,
        left=max(standing.remaining, 0),
        limit=standing.limit,
        when=Moment(standing.resets_at),
    )


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Account(bot.services.accounts, bot.services.uploads, bot.services.sync, bot.services.governor))
