"""What linking looks like. Pure functions."""

from __future__ import annotations

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.adopt import adopt_button, beside
from cogs.ui.expiry import deleted_words, undeleted_words
from cogs.ui.layout import WARNING, Control, link_to, notice, trouble
from cogs.ui.words import Said, joined, small
from errors import BotError
from imgur.errors import ImgurError
from locales.text import Moment, Plural, Text, sentences
from services.expiry import Deleted
from services.linking import LinkOffer
from services.messages import words
from services.words import Words

MOVED = (Text("I sent you a direct message"), Text("Linking goes on there."))
GOES_ON = Text("Your upload goes on now, in the message of its question.")
STILL_WAITS = Text(
    "If your upload has not gone on by itself, press **Link account and upload** under its question once more."
)
WAITS = "waits"
REVOKE_URL = "https://imgur.com/account/settings/apps"


def offer_view(
    offer: LinkOffer,
    owner: int,
    *,
    movable: bool,
    reason: Said | None = None,
    waits: bool = False,
    expiring: int = 0,
) -> ui.LayoutView:
    """How to link. `reason` says why the user sees this again; `movable` offers a direct message.

    `waits`: something goes on once it is linked. So many pictures of the present account are to be deleted later.
    """
    controls: list[Control] = [
        link_to(Text("Open Imgur's page") if offer.pastes else Text("Open the link page"), offer.url),
        paste_button(owner)
        if offer.pastes
        else ActionButton("link-code", owner, label=Text("Enter code"), style=discord.ButtonStyle.primary),
    ]
    if movable:
        about = [WAITS] if waits else []
        controls.append(ActionButton("link-dm", owner, *about, label=Text("Move to direct message")))
    if offer.outage is not None:
        controls.append(ActionButton("sign-in-tell", owner, label=Text("Tell me when it works")))
    return notice(
        Text("Link your Imgur account"),
        reason,
        _down(offer),
        sentences(_present(offer), _bereft(expiring) if expiring else None),
        joined("\n", _steps(offer)),
        Text("Your upload waits, and goes on by itself once this is done.") if waits else None,
        Text("This is only for you and ends {when}.", when=Moment(offer.expires_at)),
        controls=controls,
    )


def _bereft(expiring: int) -> Plural:
    return Plural(
        "**{count} picture in it is to be deleted by itself:** should you link another account, that may not work any "
        "more. /imgur unlink lets you have it deleted before.",
        "**{count} pictures in it are to be deleted by themselves:** should you link another account, that may not "
        "work any more. /imgur unlink lets you have them deleted before.",
        expiring,
    )


def paste_button(owner: int) -> ActionButton:
    """Opens the form for the address that Imgur leads to."""
    return ActionButton("link-paste", owner, label=Text("Paste the address"), style=discord.ButtonStyle.primary)


def _steps(offer: LinkOffer) -> tuple[Text, ...]:
    """What to do, in order."""
    if offer.pastes:
        return (
            Text("1. Open Imgur's page and allow access there. Imgur then sends you to some page; never mind which."),
            Text("2. Copy all of that page's address, come back and press **Paste the address**."),
            Text(
                "**Give that address to nobody.** Whoever asks you for it is trying to get at your Imgur account. It "
                "belongs in the bot's own form, begun by yourself, and nowhere else."
            ),
        )
    if offer.logs_in:
        return (
            Text("1. Open the link page, log in with Discord, and allow access on Imgur's own page."),
            Text("2. Confirm on the last page. If it shows a code instead, come back and press **Enter code**."),
        )
    return (
        Text("1. Open the link page and allow access on Imgur's own page."),
        Text("2. The last page shows a code. Come back and press **Enter code**."),
    )


def promised_view() -> ui.LayoutView:
    """The answer to "Tell me when it works"."""
    return notice(
        Text("You will be told"),
        Text(
            "Once Imgur's sign-in has worked for some minutes, I send you one direct message. That takes direct "
            "messages from this bot, or from members of a server in which you both are, to be allowed in your settings."
        ),
    )


def works_view(owner: int) -> ui.LayoutView:
    """Imgur's sign-in works: in a direct message to who asked to be told, or at once."""
    return notice(
        Text("Imgur's sign-in works again"),
        Text("You can link your Imgur account now."),
        controls=[ActionButton("link", owner, label=Text("Link account"), style=discord.ButtonStyle.primary)],
    )


def waiting_view() -> ui.LayoutView:
    """The direct message, until it is certain that Discord takes it."""
    return notice(
        Text("Link your Imgur account"),
        Text("One moment, please. If nothing more appears here, go on where you came from."),
    )


def moved_view(message: discord.Message) -> ui.LayoutView:
    """Where linking goes on."""
    return notice(
        *MOVED,
        controls=[link_to(Text("Open the direct message"), message.jump_url)],
    )


def linked_view(username: str, owner: int, next_step: Said | None = None, *, anonymous: int = 0) -> ui.LayoutView:
    """What becomes of the message that began linking, and the answer to the right code.

    So many `anonymous` uploads could be brought along.
    """
    controls = [adopt_button(owner)] if anonymous else []
    controls.append(ActionButton("unlink", owner, label=Text("Unlink")))
    return notice(linked_title(username), next_step, beside(anonymous), controls=controls)


def linked_title(username: str) -> Text:
    """What was done."""
    return Text("Linked as {name}", name=username)


def failed_view(error: BotError | ImgurError, owner: int, *, may_go_on: bool) -> ui.LayoutView:
    """What becomes of that message when nothing was linked. `may_go_on`: a code may still come, in the same browser."""
    said = words(error) or Words(Text("Nothing was linked"))
    controls: list[Control] = [
        ActionButton("link", owner, label=Text("Begin again"), style=discord.ButtonStyle.primary)
    ]
    if may_go_on:
        controls.append(ActionButton("link-code", owner, label=Text("Enter code")))
    return notice(said.title, said.text, controls=controls, colour=WARNING)


def confirm_unlink_view(username: str, owner: int, expiring: int = 0) -> ui.LayoutView:
    """The question before an account is forgotten. So many of its pictures are to be deleted by themselves."""
    danger = discord.ButtonStyle.danger
    ways = [ActionButton("unlink-confirm", owner, label=Text("Unlink"), style=danger)]
    if expiring:
        ways = [
            ActionButton("unlink-delete", owner, label=Text("Delete now and unlink"), style=danger),
            ActionButton("unlink-leave", owner, label=Text("Unlink and delete nothing"), style=danger),
        ]
    return notice(
        Text("Unlink {name}?", name=username),
        Text(
            "The bot forgets its access to this Imgur account, what it knows of it, and the tags and notes that you "
            "made while it was linked. Your pictures stay on Imgur; nothing is deleted there."
        ),
        small(
            Text(
                "Your anonymous uploads stay yours, and so do tags and notes on them or from before you linked an "
                "account: clear those with /imgur tag and /imgur note."
            )
        ),
        _left_behind(expiring) if expiring else None,
        controls=[*ways, ActionButton("unlink-keep", owner, label=Text("Keep"))],
        colour=WARNING,
    )


def _left_behind(expiring: int) -> Text:
    return Plural(
        "**{count} picture in this account is to be deleted by itself.** Once it is unlinked the bot cannot do that "
        "any more: shall it be deleted now, or stay on Imgur?",
        "**{count} pictures in this account are to be deleted by themselves.** Once it is unlinked the bot cannot do "
        "that any more: shall they be deleted now, or stay on Imgur?",
        expiring,
    )


def undeleted_view(deleted: Deleted, owner: int) -> ui.LayoutView:
    """Not all could be deleted: what became of them, and the account stays linked."""
    done = deleted_words(deleted) if deleted.count else None
    again = Text("That is tried again by itself as long as {name} is linked.", name=deleted.username)
    return notice(
        Text("{name} is still linked", name=deleted.username),
        sentences(done, undeleted_words(deleted), again),
        trouble(deleted.trouble) or None,
        controls=[
            ActionButton("unlink-delete", owner, label=Text("Try again and unlink")),
            ActionButton(
                "unlink-leave", owner, label=Text("Unlink and delete nothing"), style=discord.ButtonStyle.danger
            ),
        ],
        colour=WARNING,
    )


def unlinked_view(username: str, *, erased: bool) -> ui.LayoutView:
    """What was forgotten, whether that is done, and how to take the permission back at Imgur as well."""
    rest = None if erased else Text("What the files of its database still hold of it is being erased.")
    return notice(
        unlinked_title(username),
        sentences(
            Text("The bot has forgotten its access."),
            rest,
            Text(
                "To take the permission back at Imgur as well, open Settings → Applications there and revoke this bot."
            ),
        ),
        controls=[link_to(Text("Imgur's application settings"), REVOKE_URL)],
    )


def unlinked_title(username: str) -> Text:
    """What was done."""
    return Text("Unlinked {name}", name=username)


def kept_view() -> ui.LayoutView:
    """The answer to Keep."""
    return notice(Text("Nothing was changed"), Text("Your Imgur account is linked as before."))


def _down(offer: LinkOffer) -> Text | None:
    if offer.outage is None:
        return None
    return Text(
        "**Imgur's sign-in is down**, as far as I have seen since {since}; I last looked {seen}. You can try all the "
        "same. Until it works, /imgur upload with anonymous: True needs no account, and accounts that are linked go on "
        "to work.",
        since=Moment(offer.outage.since, "f"),
        seen=Moment(offer.outage.seen_at),
    )


def _present(offer: LinkOffer) -> Text | None:
    if offer.present is None:
        return None
    name = offer.present.username
    if offer.present.broken:
        return Text(
            "You are linked as **{name}**, but Imgur no longer accepts it. Linking again repairs or replaces it.",
            name=name,
        )
    return Text(
        "You are linked as **{name}**. That stays until a new link is complete, which then replaces it.", name=name
    )
