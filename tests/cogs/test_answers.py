"""Discord refuses what the bot says, or no longer waits for it: what was done is told, and nothing is done unseen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import discord as discord_py
import pytest
from discord import app_commands, ui
from discord.ext.commands import Cog
from simcord import InteractionResult
from simcord._clock import Clock

from cogs.calls import DiscordTime
from cogs.ui import door, reply
from cogs.ui.actions import action
from cogs.ui.kept import Kept
from cogs.ui.markdown import Markdown
from cogs.ui.reply import acknowledge, done
from cogs.ui.untold import Done, Untold
from locales.text import Text
from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_gallery import listed, options, pictures

pytestmark = pytest.mark.interplay

EDIT = "/webhooks/*/messages/@original"
FOLLOW_UP = "/webhooks/*"
CALLBACK = "/interactions/*/callback"
REFUSALS = [(400, 50035), (404, 10008), (500, 0)]
OTHER_REFUSALS = [(400, 240000), (401, 50027), (403, 50001), (404, 10015), (413, 40005), (429, 0), (502, 0)]


@dataclass
class Deed:
    """Something that a user has done, up to the step that does it."""

    last: Callable[[], Awaitable[InteractionResult]]
    is_done: Callable[[], Awaitable[bool]]
    told: str


@pytest.fixture
def image(discord: Discord, linked: Account) -> StoredImage:
    return discord.standin.world.add_image(linked, title="||A hill||", description="Before")


@pytest.fixture(
    params=["upload", "share", "favorite", "favorite button", "unfavorite", "edit", "form", "delete", "unlink", "code"]
)
async def deed(  # noqa: C901, PLR0911 - one of each kind
    request: pytest.FixtureRequest, discord: Discord, linked: Account, image: StoredImage, picture: bytes
) -> Deed:
    world, services = discord.standin.world, discord.house.services
    page = f"https://imgur.com/{image.id}"

    async def stored() -> bool:
        return len(world.images_of(linked)) == 2

    async def liked() -> bool:
        return image in linked.favorites

    async def edited() -> bool:
        return image.title == "After"

    async def unlinked() -> bool:
        return await services.accounts.linked(discord.alice.id) is None

    match request.param:
        case "upload" | "share":
            share = request.param == "share"
            upload = lambda: discord.run("upload", file=("a.jpg", picture), title="||x||", share=share)  # noqa: E731
            return Deed(upload, stored, "https://imgur.com/")
        case "favorite":
            return Deed(lambda: discord.run("favorite", image=image.id), liked, page)
        case "favorite button":
            shown = answer(await discord.run("show", image=image.id))
            return Deed(lambda: discord.click(shown, "Favorite"), liked, page)
        case "unfavorite":
            world.add_favorites(linked, [image])

            async def disliked() -> bool:
                return not await liked()

            return Deed(lambda: discord.run("unfavorite", image=image.id), disliked, page)
        case "edit":
            return Deed(lambda: discord.run("edit", image=image.id, title="After"), edited, page)
        case "form":
            form = await discord.run("edit", image=image.id)
            typed = {"title": "After", "description": "Before"}
            return Deed(lambda: discord.alice.submit_modal(form, typed), edited, page)
        case "delete":
            asked = answer(await discord.run("delete", image=image.id))

            async def deleted() -> bool:
                return image.id not in world.images

            return Deed(lambda: discord.click(asked, "Delete for good"), deleted, image.id)
        case "unlink":
            asked = answer(await discord.run("unlink"))
            return Deed(lambda: discord.click(asked, "Unlink"), unlinked, "Unlinked alice\\_pictures")
        case _:
            await services.accounts.unlink(discord.alice.id)
            offer = answer(await discord.run("link"))
            code = await discord.walk_pages(buttons(offer)["Open the link page"]["url"], linked)
            form = await discord.click(offer, "Enter code")

            async def is_linked() -> bool:
                return not await unlinked()

            return Deed(lambda: discord.alice.submit_modal(form, {"code": code}), is_linked, "Linked as alice")


def seen(result: InteractionResult) -> str:
    """All that an interaction shows."""
    messages = [*([result.response] if result.response else []), *result.followups]
    return "\n".join(text(message) for message in messages)


def told_lies(said: str) -> bool:
    return any(lie in said.lower() for lie in ("wrong", "try again", "once more", "did not take the answer"))


# --- what was done is told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_what_was_done_is_told_when_the_answer_is_refused(
    discord: Discord, deed: Deed, status: int, code: int
) -> None:
    discord.env.inject_error("PATCH", EDIT, status=status, code=code, times=5 if status == 500 else 1)
    result = await deed.last()
    said = seen(result) + "\n".join(text(message) for message in discord.channel.history())
    assert await deed.is_done()
    assert deed.told in said
    assert not told_lies(said)


@pytest.mark.parametrize(("status", "code"), OTHER_REFUSALS)
async def test_upload_is_told_however_discord_refuses_the_answer(
    discord: Discord, linked: Account, picture: bytes, status: int, code: int
) -> None:
    discord.env.inject_error("PATCH", EDIT, status=status, code=code, times=None)
    said = seen(await discord.run("upload", file=("a.jpg", picture)))
    assert f"https://imgur.com/{discord.standin.world.images_of(linked)[0].id}" in said
    assert not told_lies(said)


async def test_what_was_done_is_told_by_the_next_answer_when_nothing_gets_through(discord: Discord, deed: Deed) -> None:
    for method in ("PATCH", "POST"):
        discord.env.inject_error(method, FOLLOW_UP, status=404, code=10015, times=None)
    await deed.last()
    assert await deed.is_done()
    discord.env.backend.faults.clear()
    assert "Earlier" not in seen(await discord.run("account", discord.bob))
    later = await discord.run("account")
    [earlier] = later.followups
    assert earlier.ephemeral
    assert deed.told in text(earlier)
    assert not told_lies(text(earlier))
    assert not (await discord.run("account")).followups


@pytest.mark.parametrize("share", [True, False])
async def test_upload_is_shown_without_its_words_and_picture_when_discord_dislikes_them(
    discord: Discord, linked: Account, picture: bytes, *, share: bool
) -> None:
    """The private answer and what everyone sees are refused each for itself."""
    discord.env.inject_error("POST" if share else "PATCH", FOLLOW_UP if share else EDIT, status=400, code=50035)
    result = await discord.run("upload", file=("a.jpg", picture), title="harmful", share=share)
    [shown] = result.followups if share else [answer(result)]
    assert shown.ephemeral is not share
    assert f"https://imgur.com/{discord.standin.world.images_of(linked)[0].id}" in text(shown)
    assert "Edit" in buttons(shown)
    assert "harmful" not in str(discord.env.http_requests[-1].json)
    assert not pictures(shown)


async def test_link_is_in_the_private_answer_as_well_when_an_upload_was_shared(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    said = text(answer(await discord.run("upload", file=("a.jpg", picture), share=True)))
    assert "Everyone here can see it" in said
    assert f"https://imgur.com/{discord.standin.world.images_of(linked)[0].id}" in said


async def test_shared_message_stays_a_picture_when_discord_dislikes_its_new_words(
    discord: Discord, image: StoredImage
) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    form = await discord.click(message, "Edit")
    discord.env.inject_error("PATCH", EDIT, status=400, code=50035)
    result = await discord.alice.submit_modal(form, {"title": "After", "description": ""})
    assert not result.followups
    assert f"Image {image.id}" in text(message)
    assert "Favorite" in buttons(message)
    assert image.title == "After"


class Bare(Cog):
    """Commands for what the bot's own do not come to."""

    @action("slip")
    async def slip(self, interaction: Any) -> None:
        """Do something, and fail at telling it."""
        await acknowledge(interaction)
        done(interaction, Text("Done"), Markdown("https://imgur.com/abc1234"))
        raise ZeroDivisionError

    @app_commands.command()
    async def old(self, interaction: Any, custom_ids: str) -> None:
        """Show buttons with these custom_ids, as another release may have."""
        view = ui.LayoutView()
        ids = custom_ids.splitlines()
        for start in range(0, len(ids), 5):
            row = ui.ActionRow[Any]()
            for custom_id in ids[start : start + 5]:
                row.add_item(ui.Button(label=custom_id[:80], custom_id=custom_id))
            view.add_item(row)
        view.stop()
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command()
    async def menu(self, interaction: Any, custom_id: str) -> None:
        """Show a menu of another release's."""
        row, view = ui.ActionRow[Any](), ui.LayoutView()
        row.add_item(ui.Select(custom_id=custom_id, options=[discord_py.SelectOption(label="x")]))
        view.add_item(row)
        view.stop()
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command()
    async def form(self, interaction: Any, custom_id: str) -> None:
        """Open a form of another release's."""
        form = ui.Modal(title="Old", custom_id=custom_id)
        for name in ("title", "description"):
            form.add_item(ui.Label(text=name, component=ui.TextInput(custom_id=name, required=False)))
        await interaction.response.send_modal(form)


@pytest.fixture
async def bare(discord: Discord) -> Discord:
    await discord.house.bot.add_cog(Bare())
    await discord.house.bot.sync(force=True)
    return discord


async def test_deed_is_told_when_a_fault_of_ours_follows_it(bare: Discord, logged: Callable[[], str]) -> None:
    slip = f"v1:slip:{bare.alice.id}"
    said = seen(await bare.click(answer(await bare.run("old", custom_ids=slip)), slip))
    assert "https://imgur.com/abc1234" in said
    assert not told_lies(said)
    assert "ZeroDivisionError" in logged()


def test_untold_is_bounded_and_the_newest_is_kept() -> None:
    untold = Untold()
    for number in range(7):
        untold.keep(1, Done(Markdown(number)))
    for user in range(2, 1002):
        untold.keep(user, Done(Markdown("x")))
    assert untold.take(1) == []
    assert len(untold.take(2)) == 1
    assert untold.take(2) == []
    for number in range(7):
        untold.keep(1, Done(Markdown(number)))
    assert [done.title for done in untold.take(1)] == ["2", "3", "4", "5", "6"]


# --- what is only read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "share"),
    [("delete", False), *((command, share) for command in ("show", "images", "favorites") for share in (True, False))],
)
async def test_what_is_read_is_shown_without_words_and_pictures_when_discord_dislikes_them(
    discord: Discord, linked: Account, image: StoredImage, command: str, *, share: bool
) -> None:
    discord.standin.world.add_favorites(linked, [image])
    given: dict[str, Any] = {"image": image.id} if command in {"show", "delete"} else {}
    if share:
        given["share"] = True
    discord.env.inject_error("POST" if share else "PATCH", FOLLOW_UP if share else EDIT, status=400, code=50035)
    result = await discord.run(command, **given)
    [shown] = result.followups if share else [answer(result)]
    assert f"https://imgur.com/{image.id}" in text(shown)
    assert "hill" not in text(shown)
    assert not pictures(shown)
    assert buttons(shown)


async def test_page_is_turned_without_words_when_discord_dislikes_them(discord: Discord, linked: Account) -> None:
    for number in range(11):
        discord.standin.world.add_image(linked, title=f"hill {number}")
    message = answer(await discord.run("images"))
    discord.env.inject_error("PATCH", EDIT, status=400, code=50035)
    result = await discord.click(message, "Next")
    assert not result.followups
    assert len(listed(message)) == 1
    assert "hill" not in text(message) + str(options(message))


async def test_what_is_read_is_shown_in_another_message_when_the_first_is_gone(
    discord: Discord, image: StoredImage
) -> None:
    discord.env.inject_error("PATCH", EDIT, status=404, code=10008)
    said = seen(await discord.run("show", image=image.id))
    assert "A hill" in said.replace("\\", "")


async def test_answer_ends_in_words_when_even_the_plain_one_is_refused(discord: Discord, image: StoredImage) -> None:
    discord.env.inject_error("PATCH", EDIT, status=400, code=50035, times=2)
    discord.env.inject_error("POST", FOLLOW_UP, status=400, code=50035)
    said = seen(await discord.run("show", image=image.id))
    assert "did not take the answer" in said
    assert "in the bot" not in said


# --- acknowledging ---------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again at once."""
    monkeypatch.setattr(reply, "AGAIN", (0.0, 0.0, 0.0))


REFUSED_FIRST = [(404, 10062), (400, 40060), (500, 0), (401, 50027), (403, 50001)]


async def test_nothing_is_done_when_it_cannot_be_acknowledged(
    discord: Discord, deed: Deed, logged: Callable[[], str]
) -> None:
    discord.standin.requests.clear()
    logged()
    discord.env.inject_error("POST", CALLBACK, status=404, code=10062, times=None)
    result = await deed.last()
    assert not result.acknowledged
    assert not await deed.is_done()
    assert not discord.standin.requests
    said = logged()
    assert len([line for line in said.splitlines() if "[" in line]) == 1, said
    assert "Traceback" not in said
    assert "error    " not in said


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [(what, 404, 10062) for what in ("suggestion", "form", "code form", "question", "keep")]
    + [(what, *refusal) for what in ("suggestion", "command") for refusal in REFUSED_FIRST[1:]],
)
async def test_refused_acknowledgement_is_one_quiet_line(
    discord: Discord, image: StoredImage, picture: bytes, logged: Callable[[], str], what: str, status: int, code: int
) -> None:
    shown = answer(await discord.run("show", image=image.id))
    offer, asked = answer(await discord.run("link")), answer(await discord.run("unlink"))
    await discord.house.services.accounts.unlink(discord.alice.id)
    question = answer(await discord.run("upload", file=("a.jpg", picture)))
    presses: dict[str, Callable[[], Awaitable[Any]]] = {
        "suggestion": lambda: discord.alice.autocomplete(discord.channel, "imgur show", "image", "h"),
        "form": lambda: discord.click(shown, "Edit"),
        "code form": lambda: discord.click(offer, "Enter code"),
        "question": lambda: discord.click(question, "Upload anonymously"),
        "command": lambda: discord.run("link"),
        "keep": lambda: discord.click(asked, "Keep"),
    }
    logged()
    discord.env.inject_error("POST", CALLBACK, status=status, code=code, times=None)
    await presses[what]()
    said = logged()
    assert len([line for line in said.splitlines() if "[" in line]) == 1, said
    assert "Traceback" not in said
    discord.env.backend.faults.clear()
    if what == "question":  # it was not used up
        await discord.click(question, "Upload anonymously")
        assert "Uploaded anonymously" in text(question)


class Late(Clock):
    """A Discord whose interactions are as old as told when they arrive."""

    age = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) - self.age


@pytest.fixture
def late(discord: Discord) -> Late:
    clock = Late()
    discord.env.backend.clock = clock
    return clock


async def test_interaction_is_dropped_before_any_work_when_it_comes_too_late(
    discord: Discord, linked: Account, image: StoredImage, late: Late, logged: Callable[[], str]
) -> None:
    shown = answer(await discord.run("show", image=image.id))
    discord.standin.requests.clear()
    late.age = timedelta(seconds=3.5)
    logged()
    for send in (lambda: discord.run("show", image=image.id), lambda: discord.click(shown, "Favorite")):
        result = await send()
        assert not result.acknowledged
        said = logged()
        assert said.count("\n") == 1, said
        assert "too late" in said
    assert not discord.standin.requests
    assert not linked.favorites
    late.age = timedelta(seconds=1.0)
    assert (await discord.click(shown, "Favorite")).acknowledged


async def test_very_first_interaction_is_dropped_when_it_comes_too_late(discord: Discord, late: Late) -> None:
    late.age = timedelta(seconds=2.9)
    assert not (await discord.run("account")).acknowledged


@pytest.mark.parametrize("wrong", [timedelta(seconds=10), timedelta(minutes=3), timedelta(days=-1)])
async def test_bot_answers_all_the_same_when_the_clock_is_wrong(
    discord: Discord, linked: Account, late: Late, logged: Callable[[], str], wrong: timedelta
) -> None:
    """Simcord's answers have no date, by which the bot would know better: a few seconds may still cost three."""
    late.age = wrong
    answered = [(await discord.run("account")).acknowledged for _ in range(6)]
    if wrong == timedelta(seconds=10):
        assert answered == [False] * 3 + [True] * 3
        assert "clock of this machine" in logged()
    else:
        assert all(answered)


async def test_lateness_is_told_from_what_is_usual_when_the_clock_is_a_little_wrong(
    discord: Discord, linked: Account, late: Late
) -> None:
    late.age = timedelta(seconds=2.5)
    assert (await discord.run("account")).acknowledged
    late.age = timedelta(seconds=3.5)
    assert (await discord.run("account")).acknowledged
    late.age = timedelta(seconds=6)
    assert not (await discord.run("account")).acknowledged


async def test_bot_goes_on_answering_when_the_clock_jumps(discord: Discord, linked: Account, late: Late) -> None:
    for minutes in (0, 1, 5, 60, 0):
        late.age = timedelta(minutes=minutes)
        assert (await discord.run("account")).acknowledged


@pytest.mark.parametrize("wrong", [3, 20, 300, -300, 86_400])
def test_the_time_is_discord_s_where_this_machine_s_is_wrong(wrong: int) -> None:
    time = DiscordTime()
    for date in ("", "yesterday", format_datetime(datetime.now(UTC) - timedelta(seconds=wrong), usegmt=True)):
        time.heard(date)
    assert abs((datetime.now(UTC) - time()).total_seconds() - wrong) < 1.1
    time.heard(format_datetime(datetime.now(UTC) - timedelta(seconds=0.9), usegmt=True))
    assert abs((datetime.now(UTC) - time()).total_seconds()) < 0.1


# --- restarts and earlier releases -----------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["a restart", "16 minutes"])
async def test_edit_form_is_saved_when_it_is_sent_late(discord: Discord, image: StoredImage, after: str) -> None:
    form = await discord.run("edit", image=image.id)
    async with discord.again() as house:
        if after == "a restart":
            await discord.env.restart_bot(house.bot)
        else:
            await discord.env.advance_time(16 * 60)
        image.description = "Changed meanwhile"
        message = answer(await discord.alice.submit_modal(form, {"title": "After", "description": "Before"}))
        assert "### After" in text(message)
        assert (image.title, image.description) == ("After", "Changed meanwhile")
        await discord.env.shutdown()


async def test_code_form_links_when_the_bot_was_restarted_meanwhile(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    code = await discord.walk_pages(buttons(offer)["Open the link page"]["url"], account)
    form = await discord.click(offer, "Enter code")
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        assert "Linked as alice" in text(answer(await discord.alice.submit_modal(form, {"code": code})))
        await discord.env.shutdown()


async def test_typed_text_outlives_an_error_and_a_press_brings_it_back(discord: Discord, image: StoredImage) -> None:
    form = await discord.run("edit", image=image.id)
    discord.standin.fail_next("over-capacity-500", "POST /3/image/*", times=5)
    typed = {"title": "After", "description": "Many\n```words```"}
    failed = answer(await discord.alice.submit_modal(form, typed))
    assert "over capacity" in text(failed)
    assert "```\nAfter\n```" in text(failed)
    assert "Many\n" in text(failed)
    discord.standin.faults.clear()
    again = await discord.click(failed, "Try again")
    assert again.modal is not None
    assert [part["component"]["value"] for part in again.modal["components"]] == list(typed.values())
    await discord.alice.submit_modal(again, typed)
    assert (image.title, image.description) == ("After", "Many\n```words```")


async def test_typed_text_is_told_to_its_owner_alone_when_the_message_is_shared(
    discord: Discord, image: StoredImage
) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    form = await discord.click(message, "Edit")
    discord.standin.fail_next("over-capacity-500", "POST /3/image/*", times=5)
    [told] = (await discord.alice.submit_modal(form, {"title": "After", "description": "Words"})).followups
    assert told.ephemeral
    assert "Words" in text(told)
    assert "Words" not in text(message)


async def test_error_is_told_without_the_typed_text_when_discord_dislikes_that(
    discord: Discord, image: StoredImage
) -> None:
    form = await discord.run("edit", image=image.id)
    discord.standin.fail_next("over-capacity-500", "POST /3/image/*", times=5)
    discord.env.inject_error("PATCH", EDIT, status=400, code=240000)
    discord.env.inject_error("POST", FOLLOW_UP, status=400, code=240000)
    failed = answer(await discord.alice.submit_modal(form, {"title": "harmful", "description": ""}))
    assert "over capacity" in text(failed)
    assert "harmful" not in text(failed)


async def test_wrong_code_can_be_entered_again_at_once(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    code = await discord.walk_pages(buttons(offer)["Open the link page"]["url"], account)
    form = await discord.click(offer, "Enter code")
    for tries in (4, 3, 2, 1):
        failed = answer(await discord.alice.submit_modal(form, {"code": "AAAAAAAA"}))
        assert f"{tries} tr" in text(failed)
        form = await discord.click(failed, "Try again")
    assert "Linked as" in text(answer(await discord.alice.submit_modal(form, {"code": code})))


async def test_last_wrong_code_offers_no_other_try(discord: Discord, account: Account) -> None:
    offer = answer(await discord.run("link"))
    await discord.walk_pages(buttons(offer)["Open the link page"]["url"], account)
    for _ in range(5):
        form = await discord.click(offer, "Enter code")
        failed = answer(await discord.alice.submit_modal(form, {"code": "AAAAAAAA"}))
    assert "last try" in text(failed)
    assert list(buttons(failed)) == ["Begin again"]


OLD_BUTTONS = [
    "b:link:{me}",
    "b:item-show:{me}:image:abc1234",
    "v0:link:{me}",
    "v2:link:{me}",
    "v1:nothing-of-this-name:{me}",
    "v1:item-copy:{me}",
    "v1:item-copy:{me}:image",
    "v1:item-copy:{me}:image:abc1234:more",
    "v1:item-copy:{me}:video:abc1234",
    "v1:item-edited:{me}:image:abc1234:000000000000:000000",
    "v1:gallery:{me}:account:x:0:next",
    "v1:gallery:{me}:nowhere:0:0:next",
    "v1:item-delete-confirm:{me}:image:abc1234:x",
    "v1:link:me",
    "v1:link:" + "9" * 90,
    "v1:link",
    "v1",
    ":",
    "anything at all",
    "ä" * 50,
]
OLD_MENUS = ["s:item-show:{me}", "v1:nothing-of-this-name:{me}", "v1:item-copy:{me}:image:abc1234", "ä" * 50]
OLD_FORMS = ["v0:edited:{me}", "v1:item-edited:{me}:image:abc1234", "v1:item-edited:{me}:image:a:b:c:d", "v1:link:{me}"]


async def test_presses_and_forms_of_another_release_end_in_words(bare: Discord, logged: Callable[[], str]) -> None:
    old_buttons, old_menus, old_forms = (
        [custom_id.format(me=bare.alice.id) for custom_id in old] for old in (OLD_BUTTONS, OLD_MENUS, OLD_FORMS)
    )
    shown = answer(await bare.run("old", custom_ids="\n".join(old_buttons)))
    menus = [answer(await bare.run("menu", custom_id=custom_id)) for custom_id in old_menus]
    forms = [await bare.run("form", custom_id=custom_id) for custom_id in old_forms]
    logged()
    results = [await bare.click(shown, custom_id[:80]) for custom_id in old_buttons]
    results += [await bare.alice.select(menu, ["x"]) for menu in menus]
    results += [await bare.alice.submit_modal(form, {"title": "x", "description": "x"}) for form in forms]
    for result, custom_id in zip(results, [*old_buttons, *old_menus, *old_forms], strict=True):
        assert "earlier version" in text(answer(result)), custom_id
        assert "Run the command again" in text(answer(result))
    assert logged() == ""
    assert not bare.standin.requests


async def test_command_that_is_gone_or_takes_something_else_ends_in_words(
    discord: Discord, linked: Account, logged: Callable[[], str]
) -> None:
    """Discord still offers what was synced; the bot has become another meanwhile."""
    group = discord.house.bot.tree.imgur
    for name in ("account", "show", "edit", "delete"):
        group.remove_command(name)

    @group.command()
    async def show(interaction: Any, picture: str) -> None:
        """Show."""

    @group.command()
    async def delete(interaction: Any, image: str) -> None:
        """Delete."""

    logged()
    assert "earlier version" in text(answer(await discord.run("account")))
    assert "earlier version" in text(answer(await discord.run("show", image="x")))
    for command in ("show", "edit", "delete"):
        await discord.alice.autocomplete(discord.channel, f"imgur {command}", "image", "h")
    assert "Traceback" not in logged()


async def test_strangers_are_told_whose_a_gallery_is_and_cost_its_owner_nothing(
    discord: Discord, linked: Account
) -> None:
    for _ in range(11):
        discord.standin.world.add_image(linked)
    [message] = (await discord.run("images", share=True)).followups
    discord.standin.requests.clear()
    told = text(answer(await discord.click(message, "Next", discord.bob)))
    assert "This gallery is not yours" in told
    assert "/imgur images" in told
    assert not discord.standin.requests


# --- shutting down ---------------------------------------------------------------------------------------------------


async def begun(discord: Discord, match: str, command: str, **given: Any) -> Any:
    """Run a command that hangs at Imgur."""
    held = discord.standin.switches.hold(match)
    discord.env.settle_timeout = 0.3
    with pytest.raises(TimeoutError):
        await discord.run(command, **given)
    async with asyncio.timeout(20):
        await held.arrived.wait()
    return held


def test_shutting_down_leaves_users_four_seconds_and_is_within_docker_s_thirty() -> None:
    assert door.GRACE == 4.0
    assert door.GRACE + 2 * door.ENDING <= 20.0


async def test_command_under_way_ends_in_words_when_the_bot_shuts_down(
    discord: Discord, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "GRACE", 0.3)
    await begun(discord, "GET *", "show", image=image.id)
    before = time.monotonic()
    await discord.house.bot.door.close()
    assert time.monotonic() - before > 0.25
    assert "being restarted" in text(discord.channel.history(viewer=discord.alice)[-1])


async def test_command_under_way_may_end_by_itself_when_the_bot_shuts_down(
    discord: Discord, image: StoredImage
) -> None:
    held = await begun(discord, "GET *", "show", image=image.id)
    closing = asyncio.create_task(discord.house.bot.door.close())
    await asyncio.sleep(0)
    held.release()
    await closing
    assert "A hill" in text(discord.channel.history(viewer=discord.alice)[-1])


async def test_press_under_way_ends_in_words_when_the_bot_shuts_down(
    discord: Discord, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "GRACE", 0.1)
    shown = answer(await discord.run("show", image=image.id))
    held = discord.standin.switches.hold("GET *")
    discord.env.settle_timeout = 0.3
    with pytest.raises(TimeoutError):
        await discord.click(shown, "Delete")
    async with asyncio.timeout(20):
        await held.arrived.wait()
    await discord.house.bot.door.close()
    assert "being restarted" in text(discord.channel.history(viewer=discord.alice)[-1])


async def test_new_commands_and_presses_are_told_to_wait_when_the_bot_shuts_down(
    discord: Discord, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.1)
    shown = answer(await discord.run("show", image=image.id))
    await discord.house.bot.door.close()
    discord.standin.requests.clear()
    for result in (await discord.run("show", image=image.id), await discord.click(shown, "Favorite")):
        assert "Try again in a minute" in text(answer(result))
    assert not discord.standin.requests


async def test_another_process_goes_first_when_this_one_can_only_refuse(discord: Discord, image: StoredImage) -> None:
    """During a restart two hear the same; here the other one takes it within the second that it is given."""
    shown = answer(await discord.run("show", image=image.id))
    await discord.house.bot.door.close()
    discord.env.inject_error("POST", CALLBACK, status=400, code=40060)
    before = time.monotonic()
    result = await discord.click(shown, "Favorite")
    assert time.monotonic() - before > 0.9
    assert not result.acknowledged


def test_kept_values_are_there_for_a_while_and_not_without_end() -> None:
    clock = [0.0]
    kept: Kept[int] = Kept(most=2, clock=lambda: clock[0])
    one, two, three = (kept.keep(number) for number in (1, 2, 3))
    assert kept.get(one) is None  # the oldest made room
    assert kept.get(two) == kept.take(two) == 2
    assert kept.take(two) is None
    assert [kept.is_taken(key) for key in (one, two, three)] == [False, True, False]
    clock[0] = 15 * 60
    assert kept.take(three) is None
    assert not kept.is_taken(three), "it was too old by then"
