"""`/imgur account`: what is linked, and what is left of Imgur's credits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from urllib.parse import quote

from discord import app_commands, ui
from discord.ext import commands

from cogs.client import ImgurBot
from cogs.ui.actions import ActionButton, Interaction, action
from cogs.ui.adopt import adopt_button, beside
from cogs.ui.history import history_text
from cogs.ui.layout import ERROR, link_to, notice
from cogs.ui.reply import acknowledge, answer, done
from cogs.ui.report import link_button
from cogs.ui.words import Said, bold, joined, small
from errors import LinkBrokenError
from locales.text import Moment, Plural, Text, sentences
from services import Services
from services.account import AccountOverview, LinkedAccount
from services.expiry import Awaited
from services.messages import words
from services.quota.governor import UPLOAD_COST
from services.quota.outlook import Outlook, Standing
from services.sync import Progress

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


class Details(StrEnum):
    """What becomes of what pictures tell of their making."""

    KEEP = "keep"
    REMOVE = "remove"


class Account(commands.Cog):
    """Shows the user what the bot knows of their account."""

    def __init__(self, services: Services) -> None:
        self._accounts = services.accounts
        self._uploads = services.uploads
        self._sync = services.sync
        self._governor = services.governor
        self._preferences = services.preferences
        self._expiries = services.expiries

    @app_commands.command()
    async def account(self, interaction: Interaction) -> None:
        """Your linked Imgur account and what is left of its quota."""
        await self._show(interaction)

    @action("account")
    async def _account_pressed(self, interaction: Interaction) -> None:
        await self._show(interaction)

    async def _show(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        user_id = interaction.user.id
        keeps = await self._preferences.keeps_details(user_id)
        linked = await self._accounts.linked(user_id)
        dates = dates_line(await self._expiries.awaited(user_id))
        history = history_text(await self._accounts.history(user_id))
        if linked is None:
            outlook = await self._governor.outlook(user_id, None)
            anonymous = await self._uploads.anonymous_count(user_id)
            view = unlinked_view(anonymous, outlook, user_id, dates, keeps=keeps, history=history)
        elif linked.broken:
            view = broken_view(linked.username, user_id, dates, history)
        else:
            overview = await self._accounts.overview_if_allowed(user_id)
            read = await self._sync.overview(linked.account_id)
            outlook = await self._governor.outlook(user_id, linked.account_id)
            anonymous = await self._uploads.anonymous_count(user_id)
            view = overview_view(
                overview,
                linked,
                read,
                outlook,
                user_id,
                anonymous=anonymous,
                dates=dates,
                keeps=keeps,
                history=history,
            )
        await answer(interaction, view)

    @action("account-details", choice=Details)
    async def _details_pressed(self, interaction: Interaction, choice: Details) -> None:
        await acknowledge(interaction)
        keeps = choice is Details.KEEP
        await self._preferences.keep_details(interaction.user.id, keep=keeps)
        done(interaction, details_title(keeps=keeps))
        await answer(interaction, details_view(interaction.user.id, keeps=keeps))


def details_title(*, keeps: bool) -> Text:
    """What was chosen, in a few words."""
    return Text("Your pictures keep their hidden data") if keeps else Text("Hidden data is removed from your pictures")


def details_view(owner: int, *, keeps: bool) -> ui.LayoutView:
    """What becomes of place and camera from now on, with a way back."""
    means = Text(
        "Place, camera, time and previews are taken out before a picture leaves for Imgur. What is to be seen stays as "
        "it is."
    )
    if keeps:
        means = Text(
            "What a picture tells beside what is to be seen, the place it was taken at for example, goes to Imgur with "
            "it. What has to be turned into another format loses it all the same. /imgur unlink ends this."
        )
    return notice(details_title(keeps=keeps), means, controls=[_details_button(owner, keeps=keeps)])


def dates_line(awaited: Awaited) -> Said | None:
    """What is to be deleted by itself, and whether that works."""
    if awaited.next_at is None:
        return None
    when = Moment(awaited.next_at)
    line = Plural(
        "**{count} picture is to be deleted by itself**, {when}.",
        "**{count} pictures are to be deleted by themselves**, the first {when}.",
        awaited.count,
        when=when,
    )
    failing = Plural(
        "{count} of them could not be deleted when it was due; it is being tried again. That takes Imgur, and the "
        "account that it is in.",
        "{count} of them could not be deleted when they were due; it is being tried again. That takes Imgur, and the "
        "account that they are in.",
        awaited.failing,
    )
    return sentences(line, failing if awaited.failing else None)


def unlinked_view(
    anonymous: int,
    outlook: Outlook,
    owner: int,
    dates: Said | None = None,
    *,
    keeps: bool = False,
    history: Said | None = None,
) -> ui.LayoutView:
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
        dates,
        *_goes_on(outlook),
        _details(keeps=keeps),
        history,
        controls=[link_button(owner), _details_button(owner, keeps=keeps)],
    )


def broken_view(username: str, owner: int, dates: Said | None = None, history: Said | None = None) -> ui.LayoutView:
    """An account whose tokens Imgur refuses."""
    broken = words(LinkBrokenError())
    return notice(
        Text("Linked as {name}, but it does not work", name=username),
        sentences(Text("{title}.", title=broken.title), broken.text) if broken else None,
        dates,
        history,
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
    keeps: bool = False,
    dates: Said | None = None,
    history: Said | None = None,
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
        dates,
        joined("\n", [*_goes_on(outlook), *_quota(outlook)]),
        _details(keeps=keeps),
        history,
        controls=[
            profile,
            *([adopt_button(owner)] if anonymous else []),
            _details_button(owner, keeps=keeps),
            ActionButton("unlink", owner, label=Text("Unlink")),
        ],
    )


def _details(*, keeps: bool) -> Text:
    if keeps:
        return Text("**Hidden data** such as place and camera **stays** in the pictures that you upload.")
    return Text("**Hidden data** such as place and camera is **removed** from pictures before they are uploaded.")


def _details_button(owner: int, *, keeps: bool) -> ActionButton:
    label = Text("Remove hidden data") if keeps else Text("Keep hidden data")
    return ActionButton("account-details", owner, Details.REMOVE if keeps else Details.KEEP, label=label)


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
    await bot.add_cog(Account(bot.services))
