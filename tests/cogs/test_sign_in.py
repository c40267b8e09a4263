"""Imgur's sign-in is down: who wants to link is told so, and told once more when it works."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import time_machine

from cogs.link._notifier import SignInTeller
from config import Settings
from standins.imgur.records import Account
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.cogs.conftest import Discord, answer, buttons, shown_label, text
from tests.cogs.test_link import link_of

LOOK = "GET /oauth2/authorize"
TELL = "Tell me when it works"
MINUTES = timedelta(minutes=1)


class Clock:
    """Time goes on as the test says."""

    def __init__(self, travel: Any) -> None:
        self._travel = travel

    def minutes(self, count: int) -> None:
        self._travel.shift(timedelta(minutes=count))


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(datetime.now(UTC), tick=True) as travel:
        yield Clock(travel)


async def look(discord: Discord, clock: Clock, state: str = "", times: int = 1) -> None:
    """So many looks, which find the sign-in like this."""
    for _ in range(times):
        if state:
            discord.standin.switches.sign_in = state  # type: ignore[assignment]
        clock.minutes(6)
        await discord.house.services.sign_in.tick()


def told(actor: Any) -> list[Any]:
    """The direct messages that say that it works."""
    return [message for message in actor.user.dm_channel.history() if "works again" in text(message)]


async def test_who_links_is_told_since_when_it_is_down_and_may_try_all_the_same(discord: Discord, clock: Clock) -> None:
    assert "down" not in text(answer(await discord.run("link")))
    before = int(datetime.now(UTC).timestamp())
    await look(discord, clock, "1024", 2)
    offer = answer(await discord.run("link"))
    assert "Imgur's sign-in is down" in text(offer)
    since = re.search(r"since <t:(\d+):f>", text(offer))
    assert since is not None
    assert 300 <= int(since[1]) - before <= 400, "the first look that found it down"
    assert "with anonymous: True needs no account" in text(offer)
    assert set(buttons(offer)) == {"Open the link page", "Enter code", "Move to direct message", TELL}
    async with aiohttp.ClientSession() as session, session.get(link_of(offer)) as page:
        shown = await page.text()
    assert 'id="outage"' in shown
    assert 'id="continue"' in shown
    await look(discord, clock, "up")
    assert TELL not in buttons(answer(await discord.run("link")))


async def test_nobody_s_press_looks_and_all_processes_together_look_seldom(
    discord: Discord, clock: Clock, settings: Settings
) -> None:
    discord.standin.switches.sign_in = "1024"
    sign_in = discord.house.services.sign_in
    async with discord.again() as other:
        for _ in range(20):
            clock.minutes(1)
            await discord.run("link")
            for _ in range(5):
                await sign_in.tick()
                await other.services.sign_in.tick()
    assert 4 <= len(discord.standin.sent(LOOK)) <= 5
    assert all("authorization" not in {name.lower() for name in sent.headers} for sent in discord.standin.sent(LOOK))
    await look(discord, clock, "up", 3)
    before = len(discord.standin.sent(LOOK))
    for _ in range(60):
        clock.minutes(1)
        await sign_in.tick()
    assert 3 <= len(discord.standin.sent(LOOK)) - before <= 4, "more seldom while it works"


async def test_what_says_nothing_changes_nothing(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    discord.standin.fail_next("over-capacity-403", LOOK)
    await look(discord, clock, "up")
    assert "is down" in text(answer(await discord.run("link")))
    await look(discord, clock, "up")
    discord.standin.fail_next("throttled-429", LOOK)
    await look(discord, clock)
    assert "is down" not in text(answer(await discord.run("link")))


async def test_each_who_asked_hears_it_once_after_it_has_held(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    for actor in (discord.alice, discord.bob):
        offer = answer(await discord.run("link", actor))
        for _ in range(2):
            assert "You will be told" in text(answer(await discord.click(offer, TELL, actor)))
    for state in ("up", "1024", "up", "up", "1024", "up", "up"):
        await look(discord, clock, state)
    assert not told(discord.alice)
    await look(discord, clock, "up")
    await look(discord, clock, "up", 4)
    for actor in (discord.alice, discord.bob):
        (message,) = told(actor)
        assert set(buttons(message)) == {"Link account"}
    [message] = told(discord.alice)
    pressed = await discord.alice_user.click(message, label=shown_label(message, "Link account"))
    assert "Open the link page" in buttons(answer(pressed))


async def test_who_has_closed_their_direct_messages_is_asked_once_and_forgotten(
    discord: Discord, clock: Clock, settings: Settings
) -> None:
    await look(discord, clock, "1024")
    await discord.click(answer(await discord.run("link")), TELL)
    discord.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await look(discord, clock, "up", 6)
    assert not told(discord.alice)
    async with open_database(settings.database_url) as database:
        waits = Stores.of(database, Keyring({"k1": new_key()})).sign_in
        later = datetime.now(UTC) + 10 * MINUTES
        assert await waits.claim(later, until=later) is None


@pytest.mark.parametrize(("status", "code"), [(503, 0), (403, 40003), (400, 40003), (403, 20026)])
async def test_who_could_not_be_told_for_now_hears_it_later(
    discord: Discord, clock: Clock, status: int, code: int
) -> None:
    await look(discord, clock, "1024")
    await discord.click(answer(await discord.run("link")), TELL)
    discord.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    await look(discord, clock, "up", 3)
    assert not told(discord.alice)
    await discord.house.services.sign_in.tick()
    assert not told(discord.alice), "not at once"
    await look(discord, clock, "up", 2)
    assert len(told(discord.alice)) == 1


async def test_who_has_linked_meanwhile_hears_nothing(discord: Discord, clock: Clock, account: Account) -> None:
    await look(discord, clock, "1024")
    await discord.click(answer(await discord.run("link")), TELL)
    await discord.link(account)
    await look(discord, clock, "up", 5)
    assert not told(discord.alice)


async def test_nobody_else_is_written_to_for_a_while_when_discord_wants_no_more(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    for actor in (discord.alice, discord.bob):
        await discord.click(answer(await discord.run("link", actor)), TELL, actor)
    discord.env.inject_error("POST", "/channels/*/messages", status=403, code=40003)
    await look(discord, clock, "up", 3)
    for _ in range(3):
        await discord.house.services.sign_in.tick()
    assert not told(discord.alice) + told(discord.bob)
    await look(discord, clock, "up", 2)
    assert len(told(discord.alice)) == len(told(discord.bob)) == 1


async def test_who_has_an_account_and_wants_another_hears_it_too(
    discord: Discord, clock: Clock, account: Account
) -> None:
    await discord.link(account)
    await look(discord, clock, "1024")
    await discord.click(answer(await discord.run("link")), TELL)
    await look(discord, clock, "up", 5)
    assert len(told(discord.alice)) == 1


async def test_it_is_said_at_once_where_it_works_by_now(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    offer = answer(await discord.run("link"))
    await look(discord, clock, "up")
    assert "Imgur's sign-in works again" in text(answer(await discord.click(offer, TELL)))
    await look(discord, clock, "up", 4)
    assert not told(discord.alice)


async def test_each_is_told_by_one_of_two_processes(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    for actor in (discord.alice, discord.bob):
        await discord.click(answer(await discord.run("link", actor)), TELL, actor)
    await look(discord, clock, "up", 2)
    async with discord.again() as other:
        other.services.sign_in.announce_with(SignInTeller(discord.house.bot))
        both = [discord.house.services.sign_in, other.services.sign_in]
        clock.minutes(6)
        for _ in range(3):
            await asyncio.gather(*(sign_in.tick() for sign_in in both))
    assert len(told(discord.alice)) == len(told(discord.bob)) == 1


async def test_it_comes_back_while_the_bot_is_down(discord: Discord, clock: Clock) -> None:
    await look(discord, clock, "1024")
    for actor in (discord.alice, discord.bob):
        await discord.click(answer(await discord.run("link", actor)), TELL, actor)
    discord.standin.switches.sign_in = "up"
    clock.minutes(600)
    await look(discord, clock, "up", 3)
    await look(discord, clock, "up", 2)
    assert len(told(discord.alice)) == len(told(discord.bob)) == 1
