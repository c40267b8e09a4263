"""Linking where the bot has no address of its own: users paste the one that Imgur sends them to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from config import Settings
from errors import LinkUsedError
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, shown_label, text
from tests.conftest import CLIENT_ID


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=None)


def state_of(offer: Any) -> str:
    return URL(buttons(offer)["Open Imgur's page"]["url"]).query["state"]


def led_to(discord: Discord, account: Account, state: str) -> str:
    tokens = discord.standin.world.issue_tokens(account, CLIENT_ID)
    fragment = f"access_token={tokens.access_token}&refresh_token={tokens.refresh_token}&account_username=x"
    return f"https://imgur.com/?state={state}#{fragment}"


async def paste(
    discord: Discord, message: Any, address: str, label: str = "Paste the address", actor: Any = None
) -> Any:
    who = actor or discord.alice
    form = await who.click(message, label=shown_label(message, label))
    assert form.modal is not None
    return answer(await who.submit_modal(form, {"address": address}))


async def linked(discord: Discord) -> list[str]:
    accounts = discord.house.services.accounts
    found = [await accounts.linked(who.id) for who in (discord.alice, discord.bob)]
    return [one.username for one in found if one]


async def test_account_is_linked_by_the_address_that_imgur_leads_to(
    discord: Discord, account: Account, logged: Callable[[], str]
) -> None:
    offer = answer(await discord.run("link"))
    assert set(buttons(offer)) == {"Open Imgur's page", "Paste the address", "Move to direct message"}
    assert "Give that address to nobody" in text(offer)
    state = state_of(offer)
    address = led_to(discord, account, state)
    told = await paste(discord, offer, f"here it is: <{address}>")
    assert "Linked as alice\\_pictures" in text(told)
    assert text(discord.reread(offer)) == "### Linked as alice\\_pictures"
    assert await linked(discord) == ["alice_pictures"]
    said = logged() + text(told)
    assert state not in said
    assert not any(grant in said for grant in re.findall("token=([0-9a-f]{40})", address))


async def test_linking_goes_on_in_a_direct_message(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    await discord.click(offer, "Move to direct message")
    (message,) = discord.alice_user.dm_channel.history()
    address = led_to(discord, account, state_of(message))
    await paste(discord, message, address, actor=discord.alice_user)
    assert await linked(discord) == ["alice_pictures"]


async def test_what_is_missing_is_named_and_nothing_is_used_up(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    address = led_to(discord, account, state_of(offer))
    for part, said in (
        ("hello", "no such address"),
        (address.partition("#")[2], "beginning is missing"),
        (address.partition("#")[0], "end is missing"),
    ):
        told = await paste(discord, offer, part)
        assert said in text(told)
        assert part not in text(told)
        assert "Paste again" in buttons(told)
    assert "Linked as" in text(await paste(discord, told, address, "Paste again"))


async def test_address_of_another_s_attempt_or_of_two_is_refused(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    bobs = answer(await discord.run("link", discord.bob))
    address = led_to(discord, account, state_of(offer))
    for wrong in (address, f"{address}&state={state_of(bobs)}", address.replace(state_of(offer), "a" * 43)):
        told = await paste(discord, bobs, wrong, actor=discord.bob)
        assert "another sign-in" in text(told)
        assert state_of(offer) not in text(told)
    older = state_of(offer)
    offer = answer(await discord.run("link"))
    assert "another sign-in" in text(await paste(discord, offer, led_to(discord, account, older)))
    assert not discord.standin.sent("POST /oauth2/token")
    assert await linked(discord) == []
    await paste(discord, offer, led_to(discord, account, state_of(offer)))
    assert await linked(discord) == ["alice_pictures"]


@pytest.mark.parametrize(
    "shape", ["?state={}&error=access_denied", "?state={}#error=access_denied", "?error=access_denied"]
)
async def test_a_no_ends_it_in_words(discord: Discord, account: Account, shape: str) -> None:
    offer = answer(await discord.run("link"))
    told = await paste(discord, offer, "https://imgur.com/" + shape.format(state_of(offer)))
    assert "You said no" in text(told)
    assert "Begin again" in buttons(told)
    assert "You said no" in text(discord.reread(offer))
    assert await linked(discord) == []


async def test_token_of_another_application_links_nothing(discord: Discord, account: Account) -> None:
    discord.standin.register_client("another-app", "another-secret", "https://another.example.org")
    offer = answer(await discord.run("link"))
    token = discord.standin.world.issue_tokens(account, "another-app").refresh_token
    told = await paste(discord, offer, f"https://imgur.com/?state={state_of(offer)}#refresh_token={token}")
    assert "Imgur did not confirm" in text(told)
    assert "Begin again" in buttons(told)
    assert await linked(discord) == []


async def test_pasted_twice_it_is_linked_once_and_nobody_is_told_otherwise(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    address = led_to(discord, account, state_of(offer))
    pasting = [discord.house.services.linking.paste(discord.alice.id, address) for _ in range(3)]
    found = await asyncio.gather(*pasting)
    assert {one.username for one in found} == {"alice_pictures"}
    assert (await discord.house.services.linking.paste(discord.alice.id, address)).username == "alice_pictures"
    assert len(discord.standin.sent("POST /oauth2/token")) == 1
    denied = address.partition("#")[0] + "&error=access_denied"
    with pytest.raises(LinkUsedError):
        await discord.house.services.linking.paste(discord.alice.id, denied)
    assert await linked(discord) == ["alice_pictures"]


async def test_address_is_worth_nothing_without_an_attempt(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    address = led_to(discord, account, state_of(offer))
    for who in (discord.alice, discord.bob):
        await discord.house.services.linking.abandon(who.id)
        with pytest.raises(LinkUsedError):
            await discord.house.services.linking.paste(who.id, address)
    assert await linked(discord) == []
