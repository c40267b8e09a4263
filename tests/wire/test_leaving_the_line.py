"""Who unlinks while commands of theirs wait for Imgur's limit, and with a question open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config import Settings
from services.quota import line
from services.quota.allowances import account_allowance
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.imgur.standin import Standin as Imgur
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring
from tests.databases import on_both
from tests.services.test_account import link
from tests.wire.acting import answered, changed
from tests.wire.conftest import Start
from tests.wire.test_waiting import go_on, says, waits

pytestmark = pytest.mark.usefixtures("unhurried")


@on_both
async def test_what_waits_ends_in_words_and_its_places_are_free(
    discord: Discord, standin: Imgur, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent in their name; who waits behind them, on the same account, moves up and goes on by themselves."""
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    alice, bob = discord.world.add_person("alice"), discord.world.add_person("bob")
    account = standin.world.add_account("alice_imgur")
    image = standin.world.add_image(account, title="Sunset")
    async with open_database(settings.database_url) as database:
        stores = await Stores.opened(database, Keyring(settings.token_keys), datetime.now(UTC))
        for person in (alice, bob):
            await link(stores, standin, account, int(person["id"]))
    async with start() as running:
        await discord.ready()
        question = await answered(await discord.slash(alice, "delete", image=image.id))
        assert "Sunset" in text(question)
        now = datetime.now(UTC)
        ledger = running.bot.services.governor._ledger
        await ledger.pause(account_allowance(account.id), now + timedelta(seconds=240), now)
        standin.requests.clear()
        line_up = [await discord.slash(alice, command) for command in ("images", "favorites", "album list")]
        for command in line_up:
            await discord.until(waits(command, "[1-3]"))
        behind = await discord.slash(bob, "favorites")
        await discord.until(waits(behind, 4))

        leaving = await answered(await discord.slash(alice, "unlink"))
        await changed(discord, await discord.press(alice, leaving, "Unlink"), "Unlinked")
        for command in line_up:
            await discord.until(says(command, "No Imgur account is linked"))
        await discord.until(waits(behind, 1))
        pressed = await discord.press(alice, question, "Delete for good")
        await discord.until(lambda: any("That is not yours" in text(one) for one in pressed.followups))
        assert not [sent.line for sent in standin.requests if "Bearer" in sent.headers["Authorization"]]
        await go_on(settings.database_url)
        await discord.until(says(behind, "favorites"))
    assert {sent.method for sent in standin.sent("* /3/*")} == {"GET"}
    assert image.id in standin.world.images
