"""What linking looks like. Pure functions."""

from __future__ import annotations

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.layout import WARNING, Control, notice, plain, worded
from errors import BotError
from imgur.errors import ImgurError
from services.linking import LinkOffer
from services.messages import Words

MOVED = ("I sent you a direct message", "Linking goes on there.")
REVOKE_URL = "https://imgur.com/account/settings/apps"


def offer_view(offer: LinkOffer, owner: int, *, movable: bool, reason: str = "") -> ui.LayoutView:
    """How to link. `reason` says, in markdown, why the user sees this again; `movable` offers a direct message."""
    controls: list[Control] = [
        ui.Button(label="Open the link page", url=offer.url),
        ActionButton("link-code", owner, label="Enter code", style=discord.ButtonStyle.primary),
    ]
    if movable:
        controls.append(ActionButton("link-dm", owner, label="Move to direct message"))
    return notice(
        "Link your Imgur account",
        reason,
        _present(offer),
        "1. Open the link page and allow access on Imgur's own page.\n"
        "2. The last page shows a code. Come back and press **Enter code**.",
        f"This is only for you and ends {discord.utils.format_dt(offer.expires_at, 'R')}.",
        controls=controls,
    )


def waiting_view() -> ui.LayoutView:
    """The direct message, until it is certain that Discord takes it."""
    return notice(
        "Link your Imgur account", "One moment, please. If nothing more appears here, go on where you came from."
    )


def moved_view(message: discord.Message) -> ui.LayoutView:
    """Where linking goes on."""
    return notice(
        *MOVED,
        controls=[ui.Button(label="Open the direct message", url=message.jump_url)],
    )


def linked_view(username: str, owner: int, next_step: str = "") -> ui.LayoutView:
    """What becomes of the message that began linking, and the answer to the right code."""
    return notice(linked_title(username), next_step, controls=[ActionButton("unlink", owner, label="Unlink")])


def linked_title(username: str) -> str:
    """What was done."""
    return f"Linked as {plain(username)}"


def failed_view(error: BotError | ImgurError, owner: int, *, may_go_on: bool) -> ui.LayoutView:
    """What becomes of that message when nothing was linked. `may_go_on`: a code may still come, in the same browser."""
    said = worded(error) or Words("Nothing was linked", "")
    controls: list[Control] = [ActionButton("link", owner, label="Begin again", style=discord.ButtonStyle.primary)]
    if may_go_on:
        controls.append(ActionButton("link-code", owner, label="Enter code"))
    return notice(said.title, said.text, controls=controls, colour=WARNING)


def confirm_unlink_view(username: str, owner: int) -> ui.LayoutView:
    """The question before an account is forgotten."""
    return notice(
        f"Unlink {plain(username)}?",
        "The bot forgets its access to this Imgur account, what it knows of it, and the tags and notes that you made "
        "while it was linked. Your pictures stay on Imgur; nothing is deleted there.",
        "-# Your anonymous uploads stay yours, and so do tags and notes on them or from before you linked an account: "
        "clear those with `/imgur tag` and `/imgur note`.",
        controls=[
            ActionButton("unlink-confirm", owner, label="Unlink", style=discord.ButtonStyle.danger),
            ActionButton("unlink-keep", owner, label="Keep"),
        ],
        colour=WARNING,
    )


def unlinked_view(username: str, *, erased: bool) -> ui.LayoutView:
    """What was forgotten, whether that is done, and how to take the permission back at Imgur as well."""
    rest = "" if erased else "What the files of its database still hold of it is being erased. "
    return notice(
        unlinked_title(username),
        f"The bot has forgotten its access. {rest}To take the permission back at Imgur as well, open "
        "Settings → Applications there and revoke this bot.",
        controls=[ui.Button(label="Imgur's application settings", url=REVOKE_URL)],
    )


def unlinked_title(username: str) -> str:
    """What was done."""
    return f"Unlinked {plain(username)}"


def kept_view() -> ui.LayoutView:
    """The answer to Keep."""
    return notice("Nothing was changed", "Your Imgur account is linked as before.")


def _present(offer: LinkOffer) -> str:
    if offer.present is None:
        return ""
    name = plain(offer.present.username)
    if offer.present.broken:
        return f"You are linked as **{name}**, but Imgur no longer accepts it. Linking again repairs or replaces it."
    return f"You are linked as **{name}**. That stays until a new link is complete, which then replaces it."
