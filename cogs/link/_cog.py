"""The commands and presses of linking."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.link._notifier import interaction_origin, message_origin
from cogs.link._views import (
    GOES_ON,
    MOVED,
    WAITS,
    confirm_unlink_view,
    kept_view,
    linked_title,
    linked_view,
    moved_view,
    offer_view,
    promised_view,
    undeleted_view,
    unlinked_title,
    unlinked_view,
    waiting_view,
    works_view,
)
from cogs.ui.actions import Interaction, action
from cogs.ui.expiry import deleted_words
from cogs.ui.forms import Form, field
from cogs.ui.layout import trouble
from cogs.ui.reply import (
    acknowledge,
    acknowledge_in_place,
    acknowledge_press,
    answer,
    done,
    is_forbidden,
    open_form,
    refused,
)
from cogs.ui.spot import spot_of
from errors import (
    AnswerRefusedError,
    DirectMessageLostError,
    DirectMessagesClosedError,
    LinkUsedError,
    NothingLinkedError,
)
from locales.text import Text
from services.account import AccountService, LinkedAccount
from services.adoption import AdoptionService
from services.expiry import ExpiryService
from services.linking import LinkingService, LinkOffer
from services.pasted import LONGEST as PASTE_LIMIT
from services.sign_in import SignInService

NEXT_STEP = Text("Try /imgur upload with a picture, or /imgur images to see what you have.")
CODE_LIMIT = 20  # the code has 8 characters; people add spaces and dashes


class CodeForm(Form):
    """Asks for the code that the last page shows."""

    def __init__(self, owner: int) -> None:
        super().__init__("link-code-entered", owner, title=Text("Link your Imgur account"))
        code: ui.TextInput[Any] = ui.TextInput(max_length=CODE_LIMIT, custom_id="code")
        self.add_item(field(Text("Code"), code, Text("The last page in your browser shows it.")))


class PasteForm(Form):
    """Asks for the address that Imgur has led to."""

    def __init__(self, owner: int) -> None:
        super().__init__("link-pasted", owner, title=Text("Link your Imgur account"))
        address: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=PASTE_LIMIT, custom_id="address"
        )
        self.add_item(field(Text("Address"), address, Text("All of the address that Imgur sent you to.")))


class Linking(commands.Cog):
    """Begins and ends links between Discord users and Imgur accounts."""

    def __init__(
        self,
        linking: LinkingService,
        accounts: AccountService,
        sign_in: SignInService,
        *,
        adoption: AdoptionService,
        expiries: ExpiryService,
    ) -> None:
        self._linking = linking
        self._sign_in = sign_in
        self._adoption = adoption
        self._accounts = accounts
        self._expiries = expiries
        self._moving: set[int] = set()  # the messages that are being moved

    @app_commands.command()
    async def link(self, interaction: Interaction) -> None:
        """Link your Imgur account."""
        await self._offer(interaction)

    @app_commands.command()
    async def unlink(self, interaction: Interaction) -> None:
        """Make the bot forget your Imgur account."""
        await self._ask_to_unlink(interaction)

    @action("link")
    async def _link_pressed(self, interaction: Interaction) -> None:
        await self._offer(interaction)

    @action("sign-in-tell")
    async def _tell_pressed(self, interaction: Interaction) -> None:
        """Have them told when Imgur's sign-in works; that it does, if it does by now."""
        await acknowledge(interaction)
        outage = await self._sign_in.tell_me(interaction.user.id, interaction.locale.value)
        if outage is not None:
            done(interaction, Text("You will be told"))
        await answer(interaction, promised_view() if outage else works_view(interaction.user.id))

    @action("link-code")
    async def _code_pressed(self, interaction: Interaction) -> None:
        await open_form(interaction, CodeForm(interaction.user.id))

    @action("link-code-entered")
    async def _code_entered(self, interaction: Interaction, *, code: str) -> None:
        """Link the account if the code is right."""
        await acknowledge(interaction)
        await self._linked(interaction, self._linking.enter_code(interaction.user.id, code))

    @action("link-paste")
    async def _paste_pressed(self, interaction: Interaction) -> None:
        await open_form(interaction, PasteForm(interaction.user.id))

    @action("link-pasted")
    async def _address_pasted(self, interaction: Interaction, *, address: str) -> None:
        """Link the account that the address stands for."""
        await acknowledge(interaction)
        await self._linked(interaction, self._linking.paste(interaction.user.id, address))

    async def _linked(self, interaction: Interaction, linking: Awaitable[LinkedAccount]) -> None:
        """Say so once it is done, and what comes next."""
        next_step = GOES_ON if interaction.client.after_link.waits(interaction.user.id) else NEXT_STEP
        account = await linking
        done(interaction, linked_title(account.username))
        anonymous = await self._adoption.waiting(interaction.user.id)
        await answer(interaction, linked_view(account.username, interaction.user.id, next_step, anonymous=anonymous))

    @action("link-dm")
    async def _move_pressed(self, interaction: Interaction, about: str = "") -> None:
        """Go on in a direct message. Who presses twice gets one."""
        await acknowledge_press(interaction)
        pressed = interaction.message.id if interaction.message else interaction.id
        if pressed in self._moving:
            return
        self._moving.add(pressed)
        try:
            await self._move(interaction, pressed, waits=about == WAITS)
        finally:
            self._moving.remove(pressed)

    async def _move(self, interaction: Interaction, pressed: int, *, waits: bool) -> None:
        """Go on there with an attempt of its own. Unless it gets through, all stays as it was here.

        By the nonce Discord knows a message that it has been sent before, by another process even.
        """
        user = interaction.user
        send = partial(user.send, view=waiting_view(), nonce=pressed)
        refusal, message = await refused(interaction, send, again=True)
        if message is None:
            raise DirectMessagesClosedError if is_forbidden(refusal) else DirectMessageLostError
        try:
            offer = await self._linking.begin(
                user.id,
                user.name,
                message_origin(message, interaction.locale, waits=waits),
                moved=True,
                locale=interaction.locale.value,
                spot=spot_of(interaction),
            )
        except Exception:
            await refused(interaction, message.delete, again=True)
            raise
        edit = partial(message.edit, view=offer_view(offer, user.id, movable=False, waits=waits))
        refusal, _ = await refused(interaction, edit, again=True)
        if refusal is None:
            done(interaction, *MOVED)
            await answer(interaction, moved_view(message))
        else:
            await self._stay(interaction, offer, waits=waits)

    async def _stay(self, interaction: Interaction, offer: LinkOffer, *, waits: bool) -> None:
        """Show here what the direct message did not take."""
        here = interaction.message.id if interaction.message else None
        origin = interaction_origin(interaction, here, waits=waits)
        if origin:
            await self._linking.set_origin(offer.attempt_id, origin)
        reason = trouble(DirectMessageLostError())
        view = offer_view(offer, interaction.user.id, movable=False, reason=reason, waits=waits)
        await answer(interaction, view)

    @action("unlink")
    async def _unlink_pressed(self, interaction: Interaction) -> None:
        await self._ask_to_unlink(interaction)

    @action("unlink-confirm")
    async def _unlink_confirmed(self, interaction: Interaction) -> None:
        """Unless there are by now pictures to be deleted by themselves: that is asked first."""
        await acknowledge_in_place(interaction)
        if await self._expiries.of_account(interaction.user.id):
            await self._show_question(interaction)
        else:
            await self._unlink(interaction)

    @action("unlink-leave")
    async def _unlink_leaving(self, interaction: Interaction) -> None:
        """What was to be deleted stays on Imgur."""
        await acknowledge_in_place(interaction)
        await self._unlink(interaction)

    @action("unlink-delete")
    async def _unlink_deleting(self, interaction: Interaction) -> None:
        """First delete what was to be deleted later; all of it, or the account stays linked."""
        await acknowledge_in_place(interaction)
        deleted = await self._expiries.delete_now(interaction.user.id)
        if deleted.left:
            if deleted.count:
                done(interaction, deleted_words(deleted))
            await answer(interaction, undeleted_view(deleted, interaction.user.id))
        elif await self._expiries.of_account(interaction.user.id):  # uploaded meanwhile
            await self._show_question(interaction)
        else:
            await self._unlink(interaction)

    async def _unlink(self, interaction: Interaction) -> None:
        await self._linking.abandon(interaction.user.id)
        unlinked = await self._accounts.unlink(interaction.user.id, spot_of(interaction))
        done(interaction, unlinked_title(unlinked.username))
        await answer(interaction, unlinked_view(unlinked.username, erased=unlinked.erased))

    @action("unlink-keep")
    async def _unlink_declined(self, interaction: Interaction) -> None:
        await acknowledge_in_place(interaction)
        await answer(interaction, kept_view())

    async def _offer(self, interaction: Interaction) -> None:
        shown = await acknowledge(interaction)
        user = interaction.user
        offer = await self._linking.begin(
            user.id,
            user.name,
            interaction_origin(interaction, shown),
            locale=interaction.locale.value,
            spot=spot_of(interaction),
        )
        expiring, movable = await self._expiries.of_account(user.id), not interaction.context.dm_channel
        await answer(interaction, offer_view(offer, user.id, movable=movable, expiring=expiring))

    async def offer_beside(self, interaction: Interaction) -> None:
        """Show how to link in another private message: what was pressed on stays, and goes on later."""
        user, movable = interaction.user, not interaction.context.dm_channel
        locale, spot = interaction.locale.value, spot_of(interaction)
        offer = await self._linking.begin(user.id, user.name, locale=locale, spot=spot)
        view = offer_view(offer, user.id, movable=movable, waits=True)
        send = partial(interaction.followup.send, view=view, ephemeral=True, wait=True)
        refusal, message = await refused(interaction, send)
        if refusal is not None:
            raise AnswerRefusedError from refusal
        if origin := interaction_origin(interaction, message.id if message else None, waits=True):
            with suppress(LinkUsedError):  # who has gone on meanwhile, in a direct message
                await self._linking.set_origin(offer.attempt_id, origin)

    async def _ask_to_unlink(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await self._show_question(interaction)

    async def _show_question(self, interaction: Interaction) -> None:
        account = await self._accounts.linked(interaction.user.id)
        if account is None:
            await self._linking.abandon(interaction.user.id)
            raise NothingLinkedError
        expiring = await self._expiries.of_account(interaction.user.id)
        await answer(interaction, confirm_unlink_view(account.username, interaction.user.id, expiring))
