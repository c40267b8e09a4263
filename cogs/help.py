"""`/imgur help`: what one can do here and now, with buttons that start it."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.client import ImgurBot
from cogs.ui.actions import ActionButton, Interaction
from cogs.ui.adopt import beside
from cogs.ui.audience import manages
from cogs.ui.layout import Control, notice, trouble
from cogs.ui.posts import spot_of
from cogs.ui.reply import acknowledge, answer
from cogs.ui.report import link_button
from cogs.ui.words import Said, bullet, joined
from locales.text import Moment, Plural, Text, sentences
from services.orientation import Orientation, OrientationService


class Help(commands.Cog):
    """Tells each user what goes for them, in this place. All it says comes from what is known: Imgur is not asked."""

    def __init__(self, orientation: OrientationService) -> None:
        self._orientation = orientation

    @app_commands.command()
    async def help(self, interaction: Interaction) -> None:
        """What you can do with your pictures, here and now."""
        await acknowledge(interaction)
        known = await self._orientation.look(interaction.user.id, spot_of(interaction))
        await answer(interaction, help_view(known, interaction.user.id, manages=manages(interaction)))


def help_view(known: Orientation, owner: int, *, manages: bool = False) -> ui.LayoutView:
    """How things stand for its owner, what they can do, and buttons that begin the first of it."""
    return notice(
        Text("Your pictures on Imgur, without leaving Discord"),
        _standing(known),
        joined("\n", map(bullet, _lines(known, manages=manages))),
        trouble(known.unshared),
        beside(known.anonymous) if known.is_linked else None,
        controls=list(_controls(known, owner)),
    )


def _standing(known: Orientation) -> Said:
    """Where pictures go, and what keeps an account from being linked."""
    if known.account is not None and known.is_linked:
        return Text("You are linked as **{name}**: uploads go into that account.", name=known.account.username)
    anonymous = _anonymously(known.anonymous)
    if not known.links:
        return sentences(Text("This bot runs without accounts."), anonymous)
    if known.outage is not None:
        down = Text(
            "**Imgur's sign-in is down**, as far as I have seen since {since}: linking an account may fail.",
            since=Moment(known.outage.since, "f"),
        )
        return sentences(down, anonymous)
    if known.account is not None:
        return Text(
            "You are linked as **{name}**, but Imgur no longer accepts it. Linking again repairs it.",
            name=known.account.username,
        )
    return sentences(Text("No Imgur account of yours is linked yet."), anonymous)


def _anonymously(count: int) -> Text | Plural:
    if not count:
        return Text("Uploads work all the same, anonymously: you keep the means to delete them here.")
    return Plural(
        "Uploads work all the same, anonymously; {count} of yours is here, in /imgur images.",
        "Uploads work all the same, anonymously; {count} of yours are here, in /imgur images.",
        count,
    )


def _lines(known: Orientation, *, manages: bool) -> Iterator[Text]:
    """What there is to do; what needs an account stands there for who has one."""
    yield Text(
        "**Upload:** /imgur upload takes a file or an address; with neither, a form takes up to ten files. "
        "`expires` has them deleted again."
    )
    yield Text(
        "**From any message:** press and hold it, or click it with the right button, then Apps: "
        "**Upload to Imgur**, or **Favorite on Imgur**."
    )
    if known.is_linked:
        yield Text("**Find:** /imgur images, favorites and random look for words, and for `#tags` of your own.")
        yield Text("**Tidy up:** /imgur edit, delete, tag, note and album; **Select…** in galleries takes many.")
    else:
        yield Text("**Find:** /imgur images shows what you have uploaded; /imgur delete takes it off Imgur.")
    yield Text("**Look around:** /imgur search for what is public, /imgur show for any link of Imgur's.")
    if known.unshared is None:
        yield Text("**Share:** answers are for you alone, until you press **Share** or set `share: True`.")
    if known.backs_up:
        yield Text("**Your data:** /imgur data export, backup, delete, and policy.")
    else:
        yield Text("**Your data:** /imgur data export, delete, and policy.")
    if manages:
        yield Text("**This server:** /imgur server says what may be shared in it, and shows what was.")


def _controls(known: Orientation, owner: int) -> Iterator[Control]:
    blue = discord.ButtonStyle.primary
    yield ActionButton("upload", owner, label=Text("Upload"), style=blue, emoji="📤")
    if known.is_linked or known.anonymous:
        yield ActionButton("images", owner, label=Text("My images"), emoji="🖼️")
    if known.is_linked:
        yield ActionButton("favorites", owner, label=Text("My favorites"), emoji="⭐")
        yield ActionButton("account", owner, label=Text("My account"))
    elif known.links and known.outage is not None:
        yield link_button(owner)
        yield ActionButton("sign-in-tell", owner, label=Text("Tell me when it works"))
    elif known.links:
        yield link_button(owner)


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Help(bot.services.orientation))
