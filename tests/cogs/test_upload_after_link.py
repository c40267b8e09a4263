"""An upload that waits for its user to link an account goes on by itself, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cogs.ui import door
from cogs.ui.after_link import LATEST, AfterLink
from errors import AttachmentGoneError
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_link import enter, link_of

UPLOAD = "POST /3/upload*"
LINK = "Link account and upload"


async def asked(discord: Discord, picture: bytes, **options: Any) -> tuple[Any, Any]:
    """The question, and the offer that its press brings beside it."""
    question = answer(await discord.run("upload", file=("hill.jpg", picture), **options))
    return question, await offered(discord, question)


async def offered(discord: Discord, question: Any) -> Any:
    [offer] = (await discord.click(question, LINK)).followups
    assert offer.ephemeral
    return offer


async def ended(discord: Discord) -> None:
    """All that was begun from outside of Discord has ended."""
    await discord.env.settle()


async def test_upload_goes_on_in_place_of_its_question(discord: Discord, account: Account, picture: bytes) -> None:
    question, offer = await asked(discord, picture, title="A hill")
    assert "Where should this go?" in text(question)
    assert "Your upload waits, and goes on by itself" in text(offer)
    assert not discord.standin.sent(UPLOAD)
    told = await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    assert "Linked as alice\\_pictures" in text(told)
    assert "Your upload goes on now" in text(told)
    assert "Your upload goes on now" in text(discord.reread(offer))
    assert "Unlink" in buttons(discord.reread(offer))
    assert "Uploaded to your Imgur account" in text(question)
    (sent,) = discord.standin.sent(UPLOAD)
    assert sent.fields["title"] == ["A hill"]


@pytest.mark.parametrize("options", [{"share": True}, {"anonymous": False}, {"album": "Hills"}])
async def test_upload_goes_on_as_it_was_asked_for(
    discord: Discord, account: Account, picture: bytes, options: dict[str, Any]
) -> None:
    question, _ = await asked(discord, picture, **options)
    await discord.link(account)
    await ended(discord)
    if options.get("album"):
        assert "None of your albums is called that" in text(question)
        await discord.click(question, "Make it and upload")
    assert len(discord.standin.sent(UPLOAD)) == 1
    assert ("Shared" in text(question)) is bool(options.get("share"))
    assert len(discord.channel.history(viewer=discord.bob)) == bool(options.get("share"))


async def test_upload_goes_on_when_it_is_linked_in_a_direct_message_or_by_an_attempt_begun_later(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question, offer = await asked(discord, picture)
    await discord.click(offer, "Move to direct message")
    (message,) = discord.alice_user.dm_channel.history()
    assert "Your upload waits" in text(message)
    later = answer(await discord.run("link"))
    await enter(discord, later, await discord.walk_pages(link_of(later), account))
    assert "Uploaded to your Imgur account" in text(question)
    assert "Your upload goes on now" in text(discord.reread(later))


async def test_link_of_somebody_else_sends_nothing(discord: Discord, account: Account, picture: bytes) -> None:
    question, _ = await asked(discord, picture)
    await discord.link(account, discord.bob)
    await ended(discord)
    assert "Where should this go?" in text(question)
    assert not discord.standin.sent(UPLOAD)
    assert discord.house.bot.after_link.waits(discord.alice.id)


async def test_pressed_again_it_goes_on_by_the_newest_offer_once(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question, first = await asked(discord, picture)
    second = await offered(discord, question)
    assert "no longer in use" in text(discord.reread(first))
    await enter(discord, second, await discord.walk_pages(link_of(second), account))
    assert "Uploaded to your Imgur account" in text(question)
    assert len(discord.standin.sent(UPLOAD)) == 1
    assert not discord.house.bot.after_link.waits(discord.alice.id)


@pytest.mark.interplay
async def test_pressed_once_linked_it_goes_on_at_once_and_pressed_twice_it_goes_once(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question = answer(await discord.run("upload", file=("hill.jpg", picture)))
    button = buttons(question)[LINK]
    await discord.link(account)
    discord.attachments.hold(discord.env)
    for when in ("at first", "while it is under way", "when it is there"):
        data = {"component_type": 2, "custom_id": button["custom_id"]}
        pressed = await discord.alice._dispatch_interaction(3, discord.channel, data, source_message_id=question.id)
        assert not pressed.followups, when
        assert "too old" not in text(question)
        if when == "while it is under way":
            discord.attachments.go_on.set()
            await ended(discord)
    assert "Uploaded to your Imgur account" in text(question)
    assert len(discord.standin.sent(UPLOAD)) == 1


async def test_all_that_waits_goes_on(discord: Discord, account: Account, picture: bytes) -> None:
    questions = [(await asked(discord, picture + title.encode(), title=title))[0] for title in ("One", "Two")]
    await discord.link(account)
    await ended(discord)
    assert ["Uploaded to your Imgur account" in text(question) for question in questions] == [True, True]
    assert sorted(sent.fields["title"][0] for sent in discord.standin.sent(UPLOAD)) == ["One", "Two"]


async def test_user_is_told_when_the_bot_is_just_being_restarted(
    discord: Discord, account: Account, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.0)
    question, _ = await asked(discord, picture)
    await discord.house.bot.door.close()
    await discord.link(account)
    await ended(discord)
    assert "The bot is restarting" in text(discord.channel.history(viewer=discord.alice)[-1])
    assert "Where should this go?" in text(question)
    assert not discord.standin.sent(UPLOAD)


async def test_what_went_up_anonymously_does_not_go_up_again(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question, offer = await asked(discord, picture)
    await discord.click(question, "Upload anonymously")
    told = await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    assert "goes on" not in text(told)
    assert "Uploaded anonymously" in text(question)
    assert len(discord.standin.sent(UPLOAD)) == 1


async def test_user_is_told_when_discord_no_longer_has_the_file(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question, offer = await asked(discord, picture)

    def gone() -> None:
        raise AttachmentGoneError("expired")

    discord.attachments.meanwhile["hill.jpg"] = gone
    await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    assert "The file is no longer there" in text(question)
    assert "Attach it once more" in text(question)


async def test_link_says_what_to_do_when_the_bot_was_restarted_meanwhile(
    discord: Discord, account: Account, picture: bytes
) -> None:
    question, offer = await asked(discord, picture)
    code = await discord.walk_pages(link_of(offer), account)
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await enter(discord, offer, code)
        assert "press **Link account and upload** under its question" in text(discord.reread(offer))
        await discord.click(question, LINK)
        assert "too old" in text(question)
        assert "Run the command again" in text(question)
        await discord.env.shutdown()
    assert not discord.standin.sent(UPLOAD)


async def test_user_is_told_when_no_link_can_begin_and_the_question_stays(discord: Discord, picture: bytes) -> None:
    for _ in range(20):
        await discord.house.services.linking.begin(discord.alice.id, "alice")
    question = answer(await discord.run("upload", file=("hill.jpg", picture)))
    [told] = (await discord.click(question, LINK)).followups
    assert "Too many attempts" in text(told)
    assert not discord.house.bot.after_link.waits(discord.alice.id)
    await discord.click(question, "Upload anonymously")
    assert "Uploaded anonymously" in text(question)


class Press:
    """As much of a press as is looked at."""

    def __init__(self, user_id: int) -> None:
        self.user = self
        self.id = user_id
        self.client = self
        self.went_on = 0

    async def go_on(self, _press: Any, work: Any) -> None:
        await work()

    async def work(self) -> None:
        self.went_on += 1


async def test_nothing_goes_on_for_which_discord_takes_no_answer_any_more() -> None:
    now = 0.0
    waiting = AfterLink(lambda: now)
    early, late, answered = Press(1), Press(1), Press(1)
    await waiting.offer(early, "a", is_there=lambda: True, go_on=early.work)  # type: ignore[arg-type]
    now = 60.0
    await waiting.offer(late, "b", is_there=lambda: True, go_on=late.work)  # type: ignore[arg-type]
    await waiting.offer(answered, "c", is_there=lambda: False, go_on=answered.work)  # type: ignore[arg-type]
    now = LATEST + 1
    assert waiting.waits(1)
    assert not waiting.waits(2)
    assert waiting.go_on(1)
    await asyncio.sleep(0)
    assert (early.went_on, late.went_on, answered.went_on) == (0, 1, 0)
    assert not waiting.go_on(1)
