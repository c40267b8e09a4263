"""`/imgur account` in each state an account can be in."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from cogs.account import overview_view
from services.account import LinkedAccount
from services.quota.outlook import Outlook, Standing
from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, shown_label, text
from tests.cogs.indexing import Index
from tests.cogs.limits import written
from tests.cogs.test_link import enter, link_of
from tests.conftest import CLIENT_ID
from tests.databases import rows


async def test_account_tells_what_can_be_done_when_nobody_is_linked(discord: Discord, picture: bytes) -> None:
    assert "no anonymous uploads" in text(answer(await discord.run("account")))
    await discord.run("upload", file=("hill.jpg", picture), anonymous=True)
    discord.standin.requests.clear()
    message = answer(await discord.run("account"))
    assert "No Imgur account is linked" in text(message)
    assert "1 anonymous upload;" in text(message)
    assert set(buttons(message)) == {"Link account", "Keep hidden data"}
    assert not discord.standin.requests


async def test_account_shows_name_images_and_credits_when_linked(discord: Discord, linked: Account) -> None:
    discord.standin.world.add_image(linked, b"picture")
    message = answer(await discord.run("account"))
    assert "Linked as alice\\_pictures" in text(message)
    assert "**Images:** 1" in text(message)
    assert re.search(r"Your credits:\*\* [\d,]+ of [\d,]+ left, full again <t:\d+:R>", text(message))
    assert re.search(r"bot's credits today:\*\* [\d,]+ of 12,500 left", text(message))
    assert buttons(message)["Profile on Imgur"]["url"] == "https://imgur.com/user/alice_pictures"
    assert [sent.line for sent in discord.standin.requests] == ["GET /3/account/me", "GET /3/account/me/images/count"]


async def test_account_tells_when_how_and_from_where_it_was_linked_and_unlinked(
    discord: Discord, account: Account
) -> None:
    assert "Linked and unlinked" not in text(answer(await discord.run("account")))
    offer = answer(await discord.run("link"))
    await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    line = rf"- <t:\d+:f> · linked · by a code · begun in <#{discord.channel.id}>"
    assert re.search(line, text(answer(await discord.run("account"))))
    asked = answer(await discord.alice_user.slash("imgur unlink"))
    await discord.alice_user.click(asked, label=shown_label(asked, "Unlink"))
    told = text(answer(await discord.run("account")))
    unlinked = r"- <t:\d+:f> · unlinked · begun in a direct message with this bot"
    assert re.search(rf"{unlinked}\n{line}\n-# If one of these was not you", told)
    assert "Linked and unlinked" not in text(answer(await discord.run("account", discord.bob)))
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    assert "Linked and unlinked" not in text(answer(await discord.run("account")))


async def test_account_says_what_imgur_has_not_said_when_there_are_no_rate_headers(
    discord: Discord, account: Account
) -> None:
    discord.standin.switches.rate_headers = False
    await discord.link(account)
    assert "Imgur has not said" in text(answer(await discord.run("account")))


async def test_account_says_when_it_goes_on_and_asks_nobody(discord: Discord, linked: Account) -> None:
    left = discord.standin.world.credits
    await discord.run("account")
    left.spent[f"client {CLIENT_ID}"] = left.client_limit - 29
    assert re.search("enough for (2|one) more upload", text(answer(await discord.run("account"))))
    left.spent[f"client {CLIENT_ID}"] = left.client_limit - 14
    said = text(answer(await discord.run("account")))
    assert re.search(r"Uploads have to wait for Imgur's limit\. They go on <t:\d+:R>\.\*\* Everything else works", said)
    assert re.search(r"bot's credits today:\*\* 1?\d of 12,500 left, full again <t:\d+:R>", said)
    left.exhaust_client(CLIENT_ID)
    await discord.run("show", image="https://imgur.com/a/Ab3dE7g")  # of which Imgur says that nothing is left
    discord.standin.requests.clear()
    said = text(answer(await discord.run("account")))
    assert "Linked as alice\\_pictures" in said
    assert re.search(r"Nothing more can be asked of Imgur for now\. It goes on <t:\d+:R>\.", said)
    assert "bot's credits today:** 0 of 12,500 left" in said
    assert "Nothing more can be asked of Imgur for now" in text(answer(await discord.run("account", actor=discord.bob)))
    assert discord.standin.requests == []


@pytest.mark.parametrize(
    ("overruns", "remaining", "reads", "uploads"),
    [(4, 3_700, False, None), (4, 3_800, True, "5 more uploads"), (0, 3_700, True, "50 more uploads")],
)
def test_account_says_what_is_kept_in_reserve_after_overruns(
    overruns: int, remaining: int, *, reads: bool, uploads: str | None
) -> None:
    """The part that nobody may take is not what is left to be used."""
    at = datetime.now(UTC) + timedelta(hours=5)
    own = Standing(500, 500, at, was_told=True)
    application = Standing(12_500, remaining, at, overruns=overruns, was_told=True)
    outlook = Outlook(own, application, *([] if reads else [at, at]))
    said = written(overview_view(None, LinkedAccount(7, "alice"), {}, outlook, 1))
    assert f"bot's credits today:** {remaining:,} of 12,500 left" in said
    assert ("Nothing more can be asked" in said) is not reads
    kept = "3,750 a day are kept in reserve, as Imgur's limit was overrun this month."
    assert (kept in said) is (overruns > 0)
    assert f"enough for {uploads}" in said or uploads is None


async def test_account_offers_to_link_again_when_imgur_refuses_the_tokens(discord: Discord, linked: Account) -> None:
    discord.standin.world.tokens.revoke(linked, "example-client-id")
    first = answer(await discord.run("account"))
    assert "no longer accepts" in text(first)
    assert "Link account" in buttons(first)
    second = answer(await discord.run("account"))
    assert "Linked as alice\\_pictures, but it does not work" in text(second)
    assert set(buttons(second)) == {"Link again", "Unlink"}


@pytest.mark.parametrize("fault", ["over-capacity-403", "lost-request"])
async def test_account_words_the_fault_when_imgur_fails(discord: Discord, linked: Account, fault: str) -> None:
    discord.standin.fail_next(fault, "GET /3/account/*", times=9)
    assert "Imgur" in text(answer(await discord.run("account")))


@pytest.mark.parametrize("command", ["account", "images"])
async def test_what_operators_have_to_look_after_is_in_the_log_as_well(
    discord: Discord, linked: Account, index: Index, command: str
) -> None:
    """As after TOKEN_KEYS has lost a key: users are told to tell whoever runs the bot, who has to find it there."""
    discord.standin.world.add_image(linked)
    await index.read(Shelf.IMAGES)
    sealed = b"\2\2k9" + bytes(40)
    rows(
        discord.house.settings.database_url,
        "UPDATE imgur_accounts SET access_token = ?, refresh_token = ?",
        sealed,
        sealed,
    )
    with capture_logs() as said:
        message = answer(await discord.run(command))
    assert "A key is missing from its settings." in text(message)
    (line,) = [line for line in said if line["log_level"] == "warning"]
    assert line["reason"] == "the key 'k9' is not in TOKEN_KEYS"
    assert line["command"] == f"imgur {command}"


async def test_unlink_button_asks_first_when_pressed(discord: Discord, linked: Account) -> None:
    message = answer(await discord.run("account"))
    asked = answer(await discord.click(message, "Unlink"))
    assert set(buttons(asked)) == {"Unlink", "Keep"}


async def test_account_works_in_a_direct_message(discord: Discord, linked: Account) -> None:
    assert "Linked as alice" in text(answer(await discord.alice_user.slash("imgur account")))


async def test_account_tells_how_far_the_lists_have_been_read(discord: Discord, linked: Account) -> None:
    """Linking has begun it: the job goes on in whichever process works."""
    world = discord.standin.world
    images = [world.add_image(linked) for _ in range(3)]
    world.add_album(linked, images=images)
    world.add_favorites(linked, images[:2])
    message = text(answer(await discord.run("account")))
    assert "**Reading your images, to find them by words:** 0 read so far" in message
    assert await discord.house.services.jobs.of_user(discord.alice.id)

    async with discord.again(work=True):
        async with asyncio.timeout(20):
            while await discord.house.services.jobs.of_user(discord.alice.id):  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.02)
    message = text(answer(await discord.run("account")))
    assert "**Images:** 3 · **Albums:** 1 · **Favorites:** 2\n" in message
    assert "Reading your" not in message
    assert re.search(r"Your pictures, albums and favorites were last read <t:\d+:R>", message)
