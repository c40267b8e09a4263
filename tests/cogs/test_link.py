"""Linking and unlinking as it is seen in Discord; the browser walks the real link pages."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import simcord
import time_machine

from bot import compose
from cogs.link._notifier import Notifier, interaction_origin
from config import Settings
from demo.attachments import ReadAttachments
from errors import LinkUsedError
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from tests.cogs.conftest import Discord, answer, buttons, shown_label, text
from tests.conftest import CLIENT_ID
from tests.reading import english
from tests.visitor import Visitor


def link_of(message: Any) -> str:
    return str(buttons(message)["Open the link page"]["url"])


async def enter(discord: Discord, message: Any, code: str, actor: Any = None) -> Any:
    """Press Enter code and fill the form; the answer to it."""
    who = actor or discord.alice
    form = await who.click(message, label=shown_label(message, "Enter code"))
    assert form.modal is not None
    return answer(await who.submit_modal(form, {"code": code}))


async def test_linking_ends_in_the_message_that_began_it(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    assert set(buttons(offer)) == {"Open the link page", "Enter code", "Move to direct message"}
    assert re.search(r"<t:\d+:R>", text(offer))
    told = await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    assert "Linked as alice\\_pictures" in text(told)
    assert "/imgur upload" in text(told)
    begun = discord.reread(offer)
    assert text(begun) == "### Linked as alice\\_pictures"
    assert set(buttons(begun)) == {"Unlink"}
    assert await discord.house.services.accounts.linked(discord.alice.id) is not None
    assert not discord.channel.history(viewer=discord.bob)


async def test_linking_runs_in_the_direct_message_when_it_is_begun_there(discord: Discord, account: Account) -> None:
    offer = answer(await discord.alice_user.slash("imgur link"))
    assert set(buttons(offer)) == {"Open the link page", "Enter code"}
    await enter(discord, offer, await discord.walk_pages(link_of(offer), account), discord.alice_user)
    assert "Linked as" in text(discord.reread(offer))


async def test_linking_goes_on_in_a_direct_message_when_asked_for(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    direct = discord.alice_user.dm_channel.history
    assert not direct()
    await discord.click(offer, "Move to direct message")
    moved = discord.reread(offer)
    assert "I sent you a direct message" in text(moved)
    (message,) = direct()
    assert str(message.id) in buttons(moved)["Open the direct message"]["url"]
    assert set(buttons(message)) == {"Open the link page", "Enter code"}
    told = await enter(discord, message, await discord.walk_pages(link_of(message), account), discord.alice_user)
    assert "Linked as" in text(told)
    assert text(discord.reread(message)) == "### Linked as alice\\_pictures"
    assert "I sent you" in text(discord.reread(offer))


async def test_first_link_is_void_when_linking_was_moved(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    first = link_of(offer)
    await discord.click(offer, "Move to direct message")
    with pytest.raises(AssertionError) as refused:
        await discord.walk_pages(first, account)
    assert "no longer in use" in english(str(refused.value))


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, 50007, "direct messages are closed"),
        (400, 50007, "direct messages are closed"),
        (403, 20026, "did not get through"),
        (403, 40003, "did not get through"),
        (429, 40003, "did not get through"),
        (500, 0, "did not get through"),
        (400, 50035, "did not get through"),
    ],
)
@pytest.mark.parametrize("path", ["/channels/*/messages", "/users/@me/channels"])
async def test_linking_goes_on_with_the_same_link_when_no_direct_message_gets_through(
    discord: Discord, account: Account, path: str, status: int, code: int, said: str
) -> None:
    offer = answer(await discord.run("link"))
    before = text(offer), buttons(offer)
    discord.env.inject_error("POST", path, status=status, code=code, times=5)
    [told] = (await discord.click(offer, "Move to direct message")).followups
    assert told.ephemeral
    assert said in text(told)
    assert (text(discord.reread(offer)), buttons(discord.reread(offer))) == before
    await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    assert text(discord.reread(offer)) == "### Linked as alice\\_pictures"


async def test_linking_goes_on_here_when_the_direct_message_cannot_be_filled(
    discord: Discord, account: Account
) -> None:
    offer = answer(await discord.run("link"))
    discord.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50007)
    pressed = await discord.click(offer, "Move to direct message")
    assert not pressed.followups
    here = discord.reread(offer)
    assert "did not get through" in text(here)
    assert set(buttons(here)) == {"Open the link page", "Enter code"}
    await enter(discord, here, await discord.walk_pages(link_of(here), account))
    assert text(discord.reread(offer)) == "### Linked as alice\\_pictures"


async def test_direct_message_is_taken_back_when_no_attempt_can_begin(discord: Discord) -> None:
    for _ in range(19):
        await discord.house.services.linking.begin(discord.alice.id, "alice")
    offer = answer(await discord.run("link"))
    [told] = (await discord.click(offer, "Move to direct message")).followups
    assert "Too many attempts" in text(told)
    assert not discord.alice_user.dm_channel.history()


async def test_form_says_that_it_is_linked_when_the_first_message_is_gone(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    form = await discord.click(offer, "Enter code")
    code = await discord.walk_pages(link_of(offer), account)
    discord.env.inject_error("PATCH", f"/webhooks/*/messages/{offer.id}", status=404, code=10008)
    told = answer(await discord.alice.submit_modal(form, {"code": code}))
    assert "Linked as alice\\_pictures" in text(told)
    assert set(buttons(told)) == {"Unlink"}


async def test_wrong_codes_are_counted_privately_until_the_attempt_ends(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    code = await discord.walk_pages(link_of(offer), account)
    answers = [await enter(discord, offer, "AAAAAAAA") for _ in range(5)]
    assert [set(buttons(one)) for one in answers] == [{"Try again"}] * 4 + [{"Begin again"}]
    said = [text(one) for one in answers]
    assert ["4 tries left" in said[0], "1 try left" in said[3], "last try" in said[4]] == [True] * 3
    begun = discord.reread(offer)
    assert "that was the last try" in text(begun)
    assert set(buttons(begun)) == {"Begin again"}
    with pytest.raises(LinkUsedError):
        await discord.house.services.linking.enter_code(discord.alice.id, code)
    assert await discord.house.services.accounts.linked(discord.alice.id) is None


async def test_code_is_refused_in_words_when_the_page_shows_none_yet(discord: Discord) -> None:
    offer = answer(await discord.run("link"))
    assert "no code to enter yet" in text(await enter(discord, offer, "ABCD2345"))


async def test_code_does_nothing_when_someone_else_enters_it(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    code = await discord.walk_pages(link_of(offer), account)
    own = answer(await discord.run("link", discord.bob))
    assert "no code to enter yet" in text(await enter(discord, own, code, discord.bob))
    services = discord.house.services
    assert await services.accounts.linked(discord.bob.id) is None
    assert "Linked as" in text(await enter(discord, offer, code))


async def test_present_link_is_named_and_stays_until_the_new_one_is_complete(
    discord: Discord, linked: Account, standin: Standin
) -> None:
    other = standin.world.add_account("second_account")
    offer = answer(await discord.run("link"))
    assert "You are linked as **alice\\_pictures**" in text(offer)
    present = await discord.house.services.accounts.linked(discord.alice.id)
    assert present is not None
    assert present.username == "alice_pictures"
    told = await enter(discord, offer, await discord.walk_pages(link_of(offer), other))
    assert "Linked as second\\_account" in text(told)


async def test_linking_is_refused_in_words_after_twenty_attempts_within_an_hour(discord: Discord) -> None:
    for _ in range(20):
        await discord.house.services.linking.begin(discord.alice.id, "alice")
    assert "Too many attempts" in text(answer(await discord.run("link")))
    assert "Open the link page" in buttons(answer(await discord.run("link", discord.bob)))


async def test_linking_says_that_anonymous_uploads_work_when_it_is_not_set_up(
    settings: Settings, standin: Standin
) -> None:
    closed = replace(settings, imgur_client_secret=None)
    async with compose(closed, imgur_url=standin.url, attachments=ReadAttachments(), serve=False) as house:
        env = simcord.Env(house.bot, settle_timeout=10.0, shard_count=1)
        await env.start()
        guild = env.create_guild()
        alice = guild.add_member(env.create_user("alice"))
        said = answer(await alice.slash(guild.create_text_channel("pictures"), "imgur link"))
        await env.shutdown()
    assert "not set up here" in text(said)
    assert "Anonymous uploads work" in text(said)
    assert not buttons(said)


async def test_link_button_of_an_error_begins_linking(discord: Discord) -> None:
    refused = answer(await discord.run("favorite", image="abc1234"))
    offer = answer(await discord.click(refused, "Link account"))
    assert "Open the link page" in buttons(offer)


async def test_first_message_says_so_and_goes_on_either_way_when_the_user_denied(
    discord: Discord, account: Account
) -> None:
    offer = answer(await discord.run("link"))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        visitor = Visitor(session, str(discord.house.settings.public_url))
        state = await visitor.press_continue(link_of(offer))
        assert "You said no" in english((await visitor.come_back(state, error="access_denied")).text)
        told = discord.reread(offer)
        assert "You said no, so nothing was linked" in text(told)
        assert set(buttons(told)) == {"Begin again", "Enter code"}
        token = discord.standin.world.issue_tokens(account, CLIENT_ID).refresh_token
        page = await visitor.get((await visitor.come_back(state, token)).location)
    linked = await enter(discord, told, page.text.partition('id="code" class="code">')[2].partition("<")[0])
    assert "Linked as" in text(linked)
    assert "Linked as" in text(discord.reread(offer))


async def test_first_message_says_so_and_offers_to_begin_again_when_the_user_stopped(
    discord: Discord, account: Account
) -> None:
    offer = answer(await discord.run("link"))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        visitor = Visitor(session, str(discord.house.settings.public_url))
        state = await visitor.press_continue(link_of(offer))
        token = discord.standin.world.issue_tokens(account, CLIENT_ID).refresh_token
        page = (await visitor.come_back(state, token)).location
        assert "Stopped" in english((await visitor.post(f"{page}/stop")).text)
    told = discord.reread(offer)
    assert "You stopped, so nothing was linked" in text(told)
    assert set(buttons(told)) == {"Begin again"}
    again = answer(await discord.click(told, "Begin again"))
    await enter(discord, again, await discord.walk_pages(link_of(again), account))
    assert "Linked as" in text(discord.reread(again))


async def test_first_message_says_so_when_imgur_fails_while_it_is_asked(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        visitor = Visitor(session, str(discord.house.settings.public_url))
        state = await visitor.press_continue(link_of(offer))
        discord.standin.fail_next("sign-in-down-200", "POST /oauth2/token", times=9)
        token = discord.standin.world.issue_tokens(account, CLIENT_ID).refresh_token
        assert "sign-in is down" in english((await visitor.come_back(state, token)).text)
    told = discord.reread(offer)
    assert "sign-in is down" in text(told)
    assert set(buttons(told)) == {"Begin again"}


@pytest.mark.parametrize("end", ["expired", "newer", "unlinked", "nothing linked"])
async def test_first_message_says_so_and_offers_to_begin_again_when_it_ended_elsewhere(
    discord: Discord, account: Account, end: str
) -> None:
    linking = discord.house.services.linking
    if end == "unlinked":
        begun = answer(await discord.run("link"))
        await enter(discord, begun, await discord.walk_pages(link_of(begun), account))
    offer = answer(await discord.run("link"))
    if end == "expired":
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=False):
            await linking.sweep()
    elif end == "newer":
        await discord.run("link")
    else:
        asked = answer(await discord.run("unlink"))
        if end == "unlinked":
            await discord.click(asked, "Unlink")
    told = discord.reread(offer)
    assert ("This link has expired" if end == "expired" else "no longer in use") in text(told)
    assert set(buttons(told)) == {"Begin again"}
    again = answer(await discord.click(told, "Begin again"))
    await enter(discord, again, await discord.walk_pages(link_of(again), account))
    assert "Linked as" in text(discord.reread(again))


async def test_unlink_asks_and_then_forgets_and_says_where_to_revoke(discord: Discord, linked: Account) -> None:
    asked = answer(await discord.run("unlink"))
    assert "Unlink alice\\_pictures?" in text(asked)
    assert "the tags and notes that you made while it was linked" in text(asked)
    assert "Your anonymous uploads stay yours, and so do tags and notes on them" in text(asked)
    assert await discord.house.services.accounts.linked(discord.alice.id) is not None
    await discord.click(asked, "Unlink")
    done = discord.reread(asked)
    assert "Unlinked alice\\_pictures" in text(done)
    assert "forgotten its access. To take" in text(done)
    assert [part["url"] for part in buttons(done).values()] == ["https://imgur.com/account/settings/apps"]
    assert await discord.house.services.accounts.linked(discord.alice.id) is None
    assert not discord.standin.requests


async def test_unlink_says_what_is_still_being_erased_while_somebody_reads_the_database(
    discord: Discord, linked: Account, database_url: str
) -> None:
    """As a backup does, or an export."""
    asked = answer(await discord.run("unlink"))
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM links").fetchall()
        await discord.click(asked, "Unlink")
    said = text(discord.reread(asked))
    assert "forgotten its access. What the files of its database still hold of it is being erased. To take" in said
    assert await discord.house.services.accounts.linked(discord.alice.id) is None


async def test_unlink_changes_nothing_when_declined(discord: Discord, linked: Account) -> None:
    asked = answer(await discord.run("unlink"))
    await discord.click(asked, "Keep")
    assert "Nothing was changed" in text(discord.reread(asked))
    assert await discord.house.services.accounts.linked(discord.alice.id) is not None


async def test_unlink_says_so_when_nothing_is_linked(discord: Discord) -> None:
    said = text(answer(await discord.run("unlink")))
    assert "No Imgur account is linked" in said
    assert "nothing to forget" in said


async def test_unlink_says_so_in_place_when_it_was_confirmed_twice(discord: Discord, linked: Account) -> None:
    first, second = answer(await discord.run("unlink")), answer(await discord.run("unlink"))
    await discord.click(first, "Unlink")
    pressed = await discord.click(second, "Unlink")
    assert "No Imgur account is linked" in text(discord.reread(second))
    assert not pressed.followups


@pytest.mark.parametrize("origin", ["{}", "not JSON", None])
async def test_nothing_is_sent_or_raised_when_the_origin_is_none_that_is_known(
    discord: Discord, origin: str | None
) -> None:
    before = len(discord.env.http_requests)
    bot = discord.house.bot
    await Notifier(bot, discord.house.services.adoption, bot.after_link).linked(origin, discord.alice.id, "alice")
    assert len(discord.env.http_requests) == before


def test_origin_is_left_out_when_discord_did_not_name_the_message() -> None:
    interaction: Any = None
    assert interaction_origin(interaction, None) is None


async def test_buttons_work_on_after_a_restart(discord: Discord, linked: Account) -> None:
    asked = answer(await discord.run("unlink"))
    offer = answer(await discord.run("link"))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        form = await discord.click(offer, "Enter code")
        assert form.modal is not None
        await discord.click(asked, "Unlink")
        assert "Unlinked alice\\_pictures" in text(discord.reread(asked))
        await discord.env.shutdown()


async def test_linked_message_changes_after_a_restart_in_the_middle(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    code = await discord.walk_pages(link_of(offer), account)
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await enter(discord, offer, code)
        assert text(discord.reread(offer)) == "### Linked as alice\\_pictures"
        await discord.env.shutdown()
