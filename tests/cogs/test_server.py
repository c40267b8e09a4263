"""`/imgur server`: what members may share, what they shared, and taking it down."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from discord import Permissions

from services.sharing import ServerRules, Sharing
from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.limits import length
from tests.cogs.places import marked, thread_of, with_interactions
from tests.cogs.test_gallery import listed, pictures
from tests.cogs.test_sharing import guild_id, menu, shared, spoilers, tick_all

ROLE = "managers"


@pytest.fixture
def manager(discord: Discord) -> Any:
    """Someone who manages the server, and nothing more."""
    return a_manager(discord)


def a_manager(discord: Discord, **permissions: bool) -> Any:
    guild = discord.channel.guild
    assert guild is not None
    role = guild.create_role(ROLE, permissions=Permissions(**(permissions or {"manage_guild": True})))
    return guild.add_member(discord.env.create_user("mallory"), roles=[role])


def demote(discord: Discord, manager: Any) -> None:
    """They are no longer what made them a manager."""
    guild = discord.channel.guild
    assert guild is not None
    member = discord.env.backend.guilds[guild.id].members[manager.id]
    for role in list(member.role_ids):
        discord.env.backend.remove_member_role(guild.id, manager.id, role)


@pytest.fixture
def image(discord: Discord, linked: Account) -> StoredImage:
    return discord.standin.world.add_image(linked, title="Hill", nsfw=False)


async def opened(discord: Discord, manager: Any) -> Any:
    return answer(await discord.run("server", manager))


async def allow(discord: Discord, manager: Any, sharing: str) -> Any:
    message = await opened(discord, manager)
    await manager.select(message, values=[sharing])
    return message


async def rules(discord: Discord) -> ServerRules:
    return await discord.house.services.sharing.rules(guild_id(discord))


# --- who may ------------------------------------------------------------------------------------------------------


async def test_who_does_not_manage_the_server_hears_so(discord: Discord) -> None:
    assert "This is for who manages the server" in text(await opened(discord, discord.alice))


async def test_outside_of_servers_there_is_nothing_to_manage(discord: Discord) -> None:
    message = (await discord.alice_user.slash("imgur server")).response
    assert "This is about a server" in text(message)


async def test_who_lost_the_permission_meanwhile_changes_nothing(discord: Discord) -> None:
    manager = a_manager(discord)
    message = await opened(discord, manager)
    form = await discord.click(message, "Contact for reports…", manager)
    demote(discord, manager)
    presses = [
        lambda: manager.select(message, values=["off"]),
        lambda: discord.click(message, "No mature pictures", manager),
        lambda: manager.submit_modal(form, {"contact": "me"}),
        lambda: discord.click(message, "What was shared here", manager),
    ]
    for press in presses:
        result = await press()
        assert "This is for who manages the server" in text(result.followups[0])
    assert await rules(discord) == ServerRules()


# --- what is allowed ----------------------------------------------------------------------------------------------


async def test_sharing_is_switched_off_for_everything(discord: Discord, manager: Any, image: StoredImage) -> None:
    private = answer(await discord.run("show", image=image.id))
    assert "Nowhere" in text(await allow(discord, manager, "off"))
    for result in (
        await discord.run("show", image=image.id, share=True),
        await discord.run("images", share=True),
        await discord.click(private, "Share"),
    ):
        assert not result.followups
        assert "This server lets nothing be shared" in text(answer(result))
        assert image.id in text(answer(result))


async def test_it_is_looked_at_when_an_upload_is_posted_not_when_it_begins(
    discord: Discord, manager: Any, linked: Account, picture: bytes
) -> None:
    sharing, offs = discord.house.services.sharing, []
    off = partial(sharing.allow, guild_id(discord), Sharing.NOWHERE)
    discord.attachments.meanwhile["a.jpg"] = lambda: offs.append(asyncio.ensure_future(off()))
    result = await discord.run("upload", file=("a.jpg", picture), share=True)
    assert len(offs) == 1
    assert not result.followups
    (stored,) = discord.standin.world.images_of(linked)
    assert f"https://imgur.com/{stored.id}" in text(answer(result))
    assert "This server lets nothing be shared" in text(answer(result))


async def test_only_chosen_channels_and_their_threads_are_shared_in(
    discord: Discord, manager: Any, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert discord.channel.guild is not None
    other = discord.channel.guild.create_text_channel("other")
    message = await allow(discord, manager, "chosen")
    assert "None is chosen yet" in text(message)
    channels = next(part for part in walk(components(message)) if part["type"] == 8)
    await manager.select(message, values=[other], custom_id=channels["custom_id"])
    assert f"<#{other.id}>" in text(message)
    assert (await rules(discord)).channels == (other.id,)
    refused = await discord.run("show", image=image.id, share=True)
    assert "Nothing may be shared in this channel" in text(answer(refused))
    allowed = await discord.alice.slash(other, "imgur show", image=image.id, share=True)
    assert len(allowed.followups) == 1
    with_interactions(monkeypatch, thread_of(other.id))
    assert pictures(await shared(discord, image=image.id))


async def test_mature_pictures_are_not_shared_where_the_server_wants_none(
    discord: Discord, manager: Any, linked: Account
) -> None:
    world = discord.standin.world
    image = world.add_image(linked, nsfw=True)
    album = world.add_album(linked, title="Album", images=[image])
    gallery = await shared(discord, "images")
    message = await opened(discord, manager)
    await discord.click(message, "No mature pictures", manager)
    assert "not at all" in text(message)
    for asked in (image.id, f"https://imgur.com/a/{album.id}"):
        result = await discord.run("show", image=asked, share=True)
        assert "This server wants no mature pictures" in text(answer(result))
        assert not result.followups
    await discord.click(gallery, "Refresh")
    assert not pictures(discord.reread(gallery))
    await discord.click(message, "Let mature pictures be shared", manager)
    assert spoilers(await shared(discord, image=image.id)) == [True]


async def test_a_shared_gallery_turns_no_further_once_sharing_is_off(
    discord: Discord, manager: Any, linked: Account
) -> None:
    for _ in range(12):
        discord.standin.world.add_image(linked, nsfw=False)
    gallery = await shared(discord, "images")
    before = listed(gallery)
    await allow(discord, manager, "off")
    [told] = (await discord.click(gallery, "Next")).followups
    assert "This server lets nothing be shared" in text(told)
    assert listed(discord.reread(gallery)) == before


async def test_what_was_still_being_processed_is_not_shown_once_sharing_is_off(
    discord: Discord, image: StoredImage
) -> None:
    image.odd["processing"] = {"status": "pending"}
    public = await shared(discord, image=image.id)
    image.odd.clear()
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    [told] = (await discord.click(public, "Refresh")).followups
    assert "This server lets nothing be shared" in text(told)
    assert not pictures(discord.reread(public))


# --- what was shared ----------------------------------------------------------------------------------------------


async def test_what_is_on_show_is_what_is_listed(discord: Discord, manager: Any, linked: Account) -> None:
    for _ in range(12):
        discord.standin.world.add_image(linked, nsfw=False)
    gallery = await shared(discord, "images")
    await discord.click(gallery, "Next")
    shown = listed(discord.reread(gallery))
    assert len(shown) == 2
    message = await opened(discord, manager)
    await discord.click(message, "What was shared here", manager)
    said = text(message)
    assert f"<@{discord.alice.id}> in <#{discord.channel.id}>" in said
    assert all(f"<https://imgur.com/{one}>" in said for one in shown)
    assert f"/{discord.channel.id}/{gallery.id}" in said
    await discord.click(message, "Back", manager)
    assert "Sharing in this server" in text(message)


async def test_the_list_has_pages_and_an_empty_one_says_so(discord: Discord, manager: Any, image: StoredImage) -> None:
    message = await opened(discord, manager)
    await discord.click(message, "What was shared here", manager)
    assert "Nothing was shared here" in text(message)
    for _ in range(6):
        await shared(discord, image=image.id)
    message = await opened(discord, manager)
    await discord.click(message, "What was shared here", manager)
    assert "6 messages" in text(message)
    await discord.click(message, "Older", manager)
    assert "Page 2 of 2" in text(message)


async def downs(discord: Discord, manager: Any) -> Any:
    message = await opened(discord, manager)
    await discord.click(message, "What was shared here", manager)
    return message


def is_there(discord: Discord, message: Any) -> bool:
    return message.id in {kept.id for kept in discord.channel.history(viewer=discord.alice)}


@pytest.mark.parametrize("late", [False, True])
async def test_a_moderator_takes_it_down_soon_and_late(
    discord: Discord, manager: Any, image: StoredImage, *, late: bool
) -> None:
    public = await shared(discord, image=image.id)
    if late:  # or after a restart: there is no token any more
        discord.house.bot.posts._posts.clear()
    result = await discord.click(await downs(discord, manager), "Take down", manager)
    assert "Taken down" in text(answer(result))
    assert not is_there(discord, public)
    assert "Nothing was shared here" in text(await downs(discord, manager))
    assert image.id in discord.standin.world.images


async def test_where_discord_lets_the_bot_delete_nothing_that_is_said_and_it_stays_listed(
    discord: Discord, manager: Any, image: StoredImage
) -> None:
    public = await shared(discord, image=image.id)
    discord.env.inject_error("DELETE", "*", status=403, code=50001, times=None)
    result = await discord.click(await downs(discord, manager), "Take down", manager)
    assert "Discord does not let the bot delete it" in text(answer(result))
    assert f"/{public.id}" in text(answer(result))
    assert "1 message" in text(await downs(discord, manager))


async def test_what_is_gone_already_leaves_the_list(discord: Discord, manager: Any, image: StoredImage) -> None:
    await shared(discord, image=image.id)
    message = await downs(discord, manager)
    discord.env.inject_error("DELETE", "*", status=404, code=10008, times=None)
    assert "It was gone already" in text(answer(await discord.click(message, "Take down", manager)))
    again = await discord.click(message, "Take down", manager)
    assert "Nothing is known of that message" in text(answer(again))


# --- reports ------------------------------------------------------------------------------------------------------


async def test_anyone_may_report_and_reads_whom_to_write_to(discord: Discord, manager: Any, image: StoredImage) -> None:
    public = await shared(discord, image=image.id)
    said = text(answer(await discord.click(public, "Report…", discord.bob)))
    assert "Tell a moderator here" in said
    message = await opened(discord, manager)
    form = await discord.click(message, "Contact for reports…", manager)
    await manager.submit_modal(form, {"contact": "Write to **Ann**"})
    assert "Write to \\*\\*Ann\\*\\*" in text(message)
    reported = answer(await discord.click(public, "Report…", discord.bob))
    assert "Write to \\*\\*Ann\\*\\*" in text(reported)
    assert "Take it down" not in buttons(reported)


async def test_who_manages_messages_takes_down_what_was_shared_in_their_channel_alone(
    discord: Discord, image: StoredImage
) -> None:
    moderator = a_manager(discord, manage_messages=True)
    public = await shared(discord, image=image.id)
    question = answer(await discord.click(public, "Report…", moderator))
    with_role = dict(buttons(question))
    assert "Take it down" in with_role
    result = await discord.click(question, "Take it down", moderator)
    assert "Taken down" in text(answer(result))
    assert not is_there(discord, public)


# --- what its owner deletes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
async def test_what_its_owner_deletes_elsewhere_is_shown_no_more(
    discord: Discord, manager: Any, image: StoredImage, *, late: bool
) -> None:
    public = await shared(discord, image=image.id)
    if late:
        discord.house.bot.posts._posts.clear()
    question = answer(await discord.run("delete", image=image.id))
    await discord.click(question, "Delete for good")
    assert not pictures(discord.reread(public))
    assert "was deleted from Imgur" in text(discord.reread(public))
    assert "Nothing was shared here" in text(await downs(discord, manager))


async def test_of_several_the_deleted_one_alone_is_taken_out(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)]
    gallery = await shared(discord, "images")
    question = answer(await discord.run("delete", image=images[1].id))
    await discord.click(question, "Delete for good")
    left = [item["media"]["url"] for item in pictures(discord.reread(gallery))]
    assert left == [f"https://i.imgur.com/{one.id}l.jpg" for one in (images[2], images[0])]
    assert "Report…" in buttons(discord.reread(gallery))
    assert menu(discord.reread(gallery))


async def test_a_picture_deleted_out_of_a_shared_album_leaves_it(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)]
    album = world.add_album(linked, title="Album", images=images)
    public = await shared(discord, image=f"https://imgur.com/a/{album.id}")
    assert len(pictures(public)) == 3
    question = answer(await discord.run("delete", image=images[1].id))
    await discord.click(question, "Delete for good")
    left = [item["media"]["url"] for item in pictures(discord.reread(public))]
    assert left == [f"https://i.imgur.com/{one.id}l.jpg" for one in (images[0], images[2])]


# --- others of the same kinds -------------------------------------------------------------------------------------


async def test_a_server_that_wants_nothing_mature_sees_what_is_not_judged_behind_a_spoiler_even_where_age_is_asked_for(
    discord: Discord, manager: Any, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_interactions(monkeypatch, marked(nsfw=True))
    image = discord.standin.world.add_image(linked, nsfw=None)
    assert spoilers(await shared(discord, image=image.id)) == [False]
    await discord.house.services.sharing.allow_mature(guild_id(discord), mature=False)
    assert spoilers(await shared(discord, image=image.id)) == [True]


async def test_a_search_leaves_out_what_the_server_does_not_want_and_shares_the_rest(
    discord: Discord, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_interactions(monkeypatch, marked(nsfw=True))
    await discord.house.services.sharing.allow_mature(guild_id(discord), mature=False)
    world = discord.standin.world
    mature = world.add_image(title="Cat", in_gallery=True, nsfw=True)
    harmless = world.add_image(title="Cat too", in_gallery=True, nsfw=False)
    private = answer(await discord.run("search", query="cat"))
    assert set(listed(private)) == {mature.id, harmless.id}  # alone one may see it
    for public in (
        await shared(discord, "search", query="cat"),
        (await discord.click(private, "Share")).followups[0],
    ):
        assert listed(public) == [harmless.id]
        await discord.click(public, "Refresh")
        assert listed(discord.reread(public)) == [harmless.id]


async def test_a_full_page_of_hits_that_may_not_be_shared_is_still_shown_with_its_pictures(
    discord: Discord, manager: Any
) -> None:
    for number in range(25):
        discord.standin.world.add_image(title=f"Cat {number}", in_gallery=True, nsfw=False)
    await allow(discord, manager, "off")
    private = answer(await discord.run("search", query="cat", share=True))
    assert "This server lets nothing be shared" in text(private)
    assert len(pictures(private)) == 10
    assert len(list(walk(components(private)))) <= 40


async def test_another_one_is_not_drawn_for_everyone_where_the_server_does_not_want_it(
    discord: Discord, manager: Any, linked: Account
) -> None:
    image = discord.standin.world.add_image(linked, title="Hill", nsfw=False)
    public = await shared(discord, "random")
    image.nsfw = True
    await discord.house.services.sharing.allow_mature(guild_id(discord), mature=False)
    [told] = (await discord.click(public, "Another one")).followups
    assert "This server wants no mature pictures" in text(told)


async def test_where_there_is_no_server_a_report_names_no_moderators(discord: Discord, image: StoredImage) -> None:
    [public] = (await discord.alice_user.slash("imgur show", image=image.id, share=True)).followups
    await discord.house.services.sharing.taken_down(public.id)  # it is not on record that she has shared it
    reported = (await discord.click(public, "Report…", discord.alice_user)).response
    assert "moderator" not in text(reported)
    assert "Imgur takes reports" in text(reported)


@pytest.mark.parametrize(
    "contact",
    [
        "[call](javascript:alert(1)) <@1234567890> @everyone `x` **b**",
        "<https://evil.example|x> ||hidden|| # heading\n# heading",
        "🙂" * 100,
        "x" * 200,
        "\u202e[a](b) \u200b",
    ],
)
async def test_a_contact_is_read_as_it_was_typed_and_can_be_changed_again(
    discord: Discord, manager: Any, image: StoredImage, contact: str
) -> None:
    public = await shared(discord, image=image.id)
    message = await opened(discord, manager)
    form = await discord.click(message, "Contact for reports…", manager)
    await manager.submit_modal(form, {"contact": contact})
    said = text(answer(await discord.click(public, "Report…", discord.bob)))
    assert "<@1234567890>" not in said
    assert "@everyone" not in said
    assert "](javascript" not in said
    assert "||hidden" not in said
    form = await discord.click(message, "Contact for reports…", manager)
    await manager.submit_modal(form, {"contact": ""})
    assert (await rules(discord)).contact is None


async def test_who_has_shared_it_takes_it_down_themselves_and_no_bystander_does(
    discord: Discord, image: StoredImage
) -> None:
    public = await shared(discord, image=image.id)
    assert "Take it down" not in buttons(answer(await discord.click(public, "Report…", discord.bob)))
    question = answer(await discord.click(public, "Report…"))
    assert "Taken down" in text(answer(await discord.click(question, "Take it down")))
    assert not is_there(discord, public)


async def test_who_has_shared_it_in_a_conversation_takes_it_down_there(discord: Discord, image: StoredImage) -> None:
    [public] = (await discord.alice_user.slash("imgur show", image=image.id, share=True)).followups
    question = (await discord.click(public, "Report…", discord.alice_user)).response
    assert "Taken down" in text((await discord.click(question, "Take it down", discord.alice_user)).response)
    assert public.id not in {kept.id for kept in discord.alice_user.dm_channel.history()}


# --- what is gone from Imgur --------------------------------------------------------------------------------------


async def deleted(discord: Discord, image: StoredImage) -> None:
    question = answer(await discord.run("delete", image=image.id))
    await discord.click(question, "Delete for good")


def urls(message: Any) -> list[str]:
    return [item["media"]["url"] for item in pictures(message)]


async def test_of_a_list_the_deleted_ones_line_and_its_place_in_the_menu_go_as_well(
    discord: Discord, linked: Account
) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)]
    [public] = (await discord.click(await tick_all(discord), "Share")).followups
    await deleted(discord, images[1])
    public = discord.reread(public)
    assert listed(public) == [images[2].id, images[0].id]
    assert {option["value"] for option in menu(public)["options"]} == {f"image:{images[n].id}" for n in (0, 2)}


async def test_a_hit_that_is_deleted_leaves_a_shared_search_with_its_button(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Cat {number}", in_gallery=True, nsfw=False) for number in range(3)]
    public = await shared(discord, "search", query="cat")
    await deleted(discord, images[1])
    public = discord.reread(public)
    assert set(listed(public)) == {images[2].id, images[0].id}
    assert sum("hit-favorite" in part.get("custom_id", "") for part in walk(components(public))) == 2
    await discord.click(public, "Report…", discord.bob)


async def test_an_upload_of_several_loses_the_deleted_one_and_then_says_so(
    discord: Discord, manager: Any, linked: Account, picture: bytes
) -> None:
    form = await discord.run("upload")
    files = [("a.jpg", picture), ("b.jpg", picture + b"2")]
    result = await discord.alice.submit_modal(form, {"files": files, "how": ["share"]})
    [public] = result.followups
    first, second = discord.standin.world.images_of(linked)
    await deleted(discord, first)
    assert listed(discord.reread(public)) == [second.id]
    await deleted(discord, second)
    assert "was deleted from Imgur" in text(discord.reread(public))
    assert "Nothing was shared here" in text(await downs(discord, manager))


async def test_a_deleted_album_is_not_on_show_any_more(discord: Discord, manager: Any, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)]
    album = world.add_album(linked, title="Album", images=images)
    kept = world.add_album(linked, title="Other", images=images[2:])
    alone = await shared(discord, image=f"https://imgur.com/a/{album.id}")
    several = await shared(discord, "album list")
    question = answer(await discord.run("album delete", album="Album"))
    await discord.click(question, "Delete the album for good")
    assert "was deleted from Imgur" in text(discord.reread(alone))
    assert not pictures(discord.reread(alone))
    assert "Other" in text(discord.reread(several))
    assert f"/a/{album.id}" not in text(discord.reread(several))
    assert len(urls(discord.reread(several))) == 1
    message = await downs(discord, manager)
    assert "1 message" in text(message)
    assert f"/a/{kept.id}" in text(message)


async def test_two_deleted_out_of_a_gallery_that_was_turned_both_leave_it(
    discord: Discord, manager: Any, linked: Account
) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(13)]
    public = await shared(discord, "images")
    await discord.click(public, "Next")
    on_show = listed(discord.reread(public))
    assert on_show == [images[n].id for n in (2, 1, 0)]
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)  # so that nothing else draws it anew
    for number in (0, 2):
        await deleted(discord, images[number])
    assert listed(discord.reread(public)) == [images[1].id]
    message = await downs(discord, manager)
    assert images[1].id in text(message)
    assert not any(images[number].id in text(message) for number in (0, 2))


async def test_what_is_shown_anew_after_a_deletion_shows_no_more_than_the_server_lets(
    discord: Discord, manager: Any, linked: Account
) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(13)][::-1]
    public = await shared(discord, "images")
    await discord.click(public, "Refresh")
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    await deleted(discord, images[3])
    assert listed(discord.reread(public)) == [image.id for image in images[:10] if image is not images[3]]


@pytest.mark.parametrize("label", ["Favorite", "Delete"])
async def test_what_its_owner_deleted_on_imgur_itself_leaves_a_message_as_soon_as_somebody_presses_on_it(
    discord: Discord, linked: Account, image: StoredImage, label: str
) -> None:
    public = await shared(discord, image=image.id)
    other = await shared(discord, "images")
    discord.standin.world.remove_image(image)
    await discord.click(public, label)
    assert "was deleted from Imgur" in text(discord.reread(public))
    assert not pictures(discord.reread(other))


async def test_an_album_that_imgur_does_not_show_to_everyone_is_not_gone_for_who_presses_on_it(
    discord: Discord, linked: Account, image: StoredImage
) -> None:
    world = discord.standin.world
    await discord.link(world.add_account("bob_pictures"), discord.bob)
    album = world.add_album(linked, title="Album", images=[image])
    public = await shared(discord, image=f"https://imgur.com/a/{album.id}")
    discord.standin.fail_next("not-found-404", f"* /3/album/{album.id}*", times=9)
    assert "no longer" in text(answer(await discord.click(public, "Favorite", discord.bob)))
    assert pictures(discord.reread(public))
    await discord.click(public, "Favorite")
    assert "was deleted from Imgur" in text(discord.reread(public))


# --- every way of sharing -----------------------------------------------------------------------------------------


async def test_no_button_shares_once_sharing_is_off_and_each_answer_has_what_it_was_about(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Cat {number}", in_gallery=True, nsfw=False) for number in range(2)]
    form = await discord.run("upload")
    files = {"files": [("a.jpg", picture + b"1"), ("b.jpg", picture + b"2")], "how": []}
    private = [
        answer(await discord.run("upload", file=("a.jpg", picture))),
        answer(await discord.alice.submit_modal(form, files)),
        answer(await discord.run("show", image=images[0].id)),
        answer(await discord.run("images")),
        answer(await discord.run("search", query="cat")),
        answer(await discord.run("random")),
        await tick_all(discord),
    ]
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    for message in private:
        pressed = await discord.click(message, "Share")
        assert not pressed.followups
        assert "This server lets nothing be shared" in text(answer(pressed))
        assert "https://imgur.com/" in text(answer(pressed))


async def test_no_command_shares_once_sharing_is_off(discord: Discord, linked: Account, picture: bytes) -> None:
    world = discord.standin.world
    image = world.add_image(linked, title="Cat", in_gallery=True, nsfw=False)
    world.add_album(linked, title="Album", images=[image])
    world.add_favorites(linked, [image])
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    form = await discord.run("upload")
    files = [("a.jpg", picture + b"1"), ("b.jpg", picture + b"2")]
    results = [
        await discord.run("upload", file=("a.jpg", picture), share=True),
        await discord.alice.submit_modal(form, {"files": files, "how": ["share"]}),
        await discord.run("show", image=image.id, share=True),
        await discord.run("images", share=True),
        await discord.run("favorites", share=True),
        await discord.run("album list", share=True),
        await discord.run("search", query="cat", share=True),
        await discord.run("random", share=True),
    ]
    for result in results:
        assert not result.followups
        assert "This server lets nothing be shared" in text(answer(result))
        assert "https://imgur.com/" in text(answer(result))


async def test_a_channel_that_is_no_longer_chosen_is_shared_in_no_more(discord: Discord, image: StoredImage) -> None:
    sharing, here = discord.house.services.sharing, guild_id(discord)
    private = answer(await discord.run("show", image=image.id))
    await sharing.choose(here, [discord.channel.id])
    assert (await discord.click(private, "Share")).followups
    await sharing.choose(here, [])
    pressed = await discord.click(private, "Share")
    assert not pressed.followups
    assert "Nothing may be shared in this channel" in text(answer(pressed))


@pytest.mark.parametrize(("status", "code"), [(400, 50083), (403, 50001), (403, 50013), (404, 10003), (404, 10008)])
async def test_whatever_discord_says_of_an_old_message_is_told_to_who_takes_it_down(
    discord: Discord, manager: Any, image: StoredImage, status: int, code: int
) -> None:
    await shared(discord, image=image.id)
    discord.house.bot.posts._posts.clear()
    message = await downs(discord, manager)
    discord.env.inject_error("DELETE", "*", status=status, code=code, times=None)
    said = text(answer(await discord.click(message, "Take down", manager)))
    is_gone = code in {10003, 10008}
    assert ("It was gone already" if is_gone else "Discord does not let the bot delete it") in said
    assert ("Nothing was shared here" if is_gone else "1 message") in text(await downs(discord, manager))


async def test_where_the_token_is_refused_the_bot_tries_as_a_member(
    discord: Discord, manager: Any, image: StoredImage
) -> None:
    public = await shared(discord, image=image.id)
    discord.env.inject_error("DELETE", "/webhooks/*", status=401, code=50027, times=None)
    assert "Taken down" in text(answer(await discord.click(await downs(discord, manager), "Take down", manager)))
    assert not is_there(discord, public)


async def test_a_conversation_that_the_bot_does_not_know_is_not_said_to_be_gone(
    discord: Discord, image: StoredImage
) -> None:
    [public] = (await discord.alice_user.slash("imgur show", image=image.id, share=True)).followups
    question = (await discord.click(public, "Report…", discord.alice_user)).response
    discord.house.bot.posts._posts.clear()
    discord.env.inject_error("DELETE", "*", status=404, code=10003, times=None)
    said = text((await discord.click(question, "Take it down", discord.alice_user)).response)
    assert "Discord does not let the bot delete it" in said
    assert "/channels/@me/" in said
    assert "moderators" not in said


@pytest.mark.parametrize("words", ["*" * 5000, "\N{FAMILY}" * 3000, "x\n" * 3000])
async def test_however_long_its_description_what_may_not_be_shared_is_shown_with_its_picture(
    discord: Discord, linked: Account, words: str
) -> None:
    image = discord.standin.world.add_image(linked, title="*" * 128, description=words, nsfw=False)
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    message = answer(await discord.run("show", image=image.id, share=True))
    assert "This server lets nothing be shared" in text(message)
    assert pictures(message)
    assert sum(length(part["content"]) for part in walk(components(message)) if part["type"] == 10) <= 4000


async def test_a_gallery_that_stays_private_shows_no_more_what_its_user_deletes(
    discord: Discord, image: StoredImage
) -> None:
    await discord.house.services.sharing.allow(guild_id(discord), Sharing.NOWHERE)
    private = answer(await discord.run("images", share=True))
    assert listed(private) == [image.id]
    await deleted(discord, image)
    assert image.id not in text(private)


@pytest.mark.parametrize("second", ["over-capacity-500", "throttled-429", None])
async def test_what_imgur_says_is_gone_but_does_not_say_twice_stays_on_show(
    discord: Discord, linked: Account, image: StoredImage, second: str | None
) -> None:
    public = await shared(discord, image=image.id)
    discord.standin.fail_next("not-found-404", "GET /3/image/*")
    if second is not None:
        discord.standin.fail_next(second, "GET /3/image/*", times=9)
    said = text(answer(await discord.click(public, "Delete")))
    assert "no longer" in said
    assert pictures(discord.reread(public))
