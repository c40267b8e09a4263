"""`/imgur data delete`: asked first, with what would be left on Imgur for good; afterwards nothing names the user."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from services.data import Leaving
from services.several import AT_ONCE
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_bulk import eventually
from tests.cogs.test_select import add_images, selecting
from tests.cogs.test_upload_form import files, sent
from tests.databases import on_both
from tests.storage.factories import dump

DELETE = "DELETE /3/image/*"


@pytest.fixture
def works() -> bool:
    return True


def naming(discord: Discord, user_id: int) -> list[str]:
    """Every row of the database that names a user, whatever the table."""
    return [line for line in dump(discord.house.settings.database_url) if str(user_id) in line]


async def settled(discord: Discord) -> None:
    """As it is a few seconds later."""
    await discord.house.services.library.catalogue.shelves.close()
    await discord.house.services.upkeep.sweep()


async def is_found_by_bob(discord: Discord) -> bool:
    return "Picture 1" in text(answer(await discord.run("images", actor=discord.bob, query="#sun")))


async def upload(discord: Discord, picture: bytes, number: int) -> None:
    for one in range(number):
        another = picture + bytes(len(discord.standin.world.images))
        await discord.run("upload", file=(f"cat{one}.jpg", another), anonymous=True, title=f"Cat {one}")


@on_both
async def test_nothing_names_who_had_everything_erased(discord: Discord, linked: Account, picture: bytes) -> None:
    await upload(discord, picture, 1)
    add_images(discord, linked, 2)
    await discord.run("tag", image="Picture 1", tags="sun")
    await discord.run("images", query="Picture")
    asked = answer(await discord.run("data delete"))
    said = text(asked)
    assert "alice\\_pictures** is unlinked" in said
    assert "1 anonymous upload stays on Imgur, and nobody could ever delete it" in said
    assert "to be deleted by" not in said
    assert list(buttons(asked)) == ["Delete those uploads first…", "Erase everything", "Keep everything"]
    assert naming(discord, discord.alice.id)

    gone = answer(await discord.click(asked, "Erase everything"))

    assert "Everything is erased" in text(gone)
    assert "settings/apps" in buttons(gone)["Imgur's application settings"]["url"]
    await settled(discord)
    assert naming(discord, discord.alice.id) == []
    assert len(discord.standin.world.images) == 3
    assert not discord.standin.sent(DELETE)


async def test_keep_changes_nothing(discord: Discord, linked: Account, picture: bytes) -> None:
    await upload(discord, picture, 1)
    asked = answer(await discord.run("data delete"))
    assert "Nothing was erased" in text(answer(await discord.click(asked, "Keep everything")))
    assert "Linked as" in text(answer(await discord.run("account")))
    assert await discord.house.services.uploads.anonymous_count(discord.alice.id) == 1


async def test_the_anonymous_uploads_can_be_deleted_first(discord: Discord, picture: bytes) -> None:
    await upload(discord, picture, 3)
    asked = answer(await discord.run("data delete"))
    question = answer(await discord.click(asked, "Delete those uploads first…"))
    assert "### Delete 3 pictures?" in text(question)
    assert len(discord.standin.world.images) == 3
    await discord.click(question, "Delete 3 for good")
    await eventually(lambda: not discord.standin.world.images)
    await eventually(lambda: "3 deleted" in text(discord.reread(question)))
    gone = answer(await discord.click(asked, "Erase everything"))
    assert "Everything is erased" in text(gone)
    assert "Imgur's application settings" not in buttons(gone)
    assert naming(discord, discord.alice.id) == []


NOW = "Delete now what is to be deleted"


async def test_what_is_to_be_deleted_by_itself_is_named_and_can_be_deleted_first(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    for number, anonymous in enumerate((False, False, True)):
        file = (f"cat{number}.jpg", picture + bytes([number]))
        await discord.run("upload", file=file, expires="30 days", anonymous=anonymous)
    kept = add_images(discord, linked, 1)
    asked = answer(await discord.run("data delete"))
    assert "**3 pictures are to be deleted by themselves, and would stay on Imgur:**" in text(asked)
    assert list(buttons(asked)) == ["Delete those uploads first…", "Erase everything", "Keep everything", NOW]
    assert len(discord.standin.world.images) == 4
    again = answer(await discord.click(asked, NOW))
    assert "3 pictures were deleted." in text(again)
    assert "to be deleted by" not in text(again)
    assert list(buttons(again)) == ["Erase everything", "Keep everything"]
    assert list(discord.standin.world.images) == kept
    assert "Everything is erased" in text(answer(await discord.click(again, "Erase everything")))
    assert naming(discord, discord.alice.id) == []


async def test_what_could_not_be_deleted_first_is_said_and_erased_all_the_same_if_its_user_wants(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    for number in range(2):
        await discord.run("upload", file=(f"cat{number}.jpg", picture + bytes([number])), expires="1 day")
    asked = answer(await discord.run("data delete"))
    discord.standin.fail_next("over-capacity-403", DELETE, times=99)
    again = answer(await discord.click(asked, NOW))
    assert "2 pictures are to be deleted by themselves" in text(again)
    assert "2 could not be deleted yet." in text(again)
    assert "over capacity" in text(again)
    assert NOW in buttons(again)
    assert "Everything is erased" in text(answer(await discord.click(again, "Erase everything")))
    assert naming(discord, discord.alice.id) == []
    assert len(discord.standin.world.images) == 2


@pytest.mark.parametrize("seen", ["0", "0d", "1", "0e1", "1e0", "e1", "0e", "-1e1", "x", "1e1e1", "9" * 5000])
async def test_nothing_is_erased_before_its_user_has_seen_what_would_be_left(
    discord: Discord, linked: Account, picture: bytes, seen: str
) -> None:
    """Buttons of the release before say nothing of what is to be deleted by itself."""
    await discord.run("upload", file=("cat.jpg", picture), expires="1 day", anonymous=True)
    assert isinstance(await discord.house.services.leaving.leave(discord.alice.id, seen), Leaving)
    assert naming(discord, discord.alice.id)


async def test_who_would_lose_more_than_they_were_told_is_asked_again(discord: Discord, picture: bytes) -> None:
    await upload(discord, picture, 1)
    asked = answer(await discord.run("data delete"))
    await upload(discord, picture, 1)
    again = answer(await discord.click(asked, "Erase everything"))
    assert "2 anonymous uploads stay on Imgur" in text(again)
    assert naming(discord, discord.alice.id)
    assert "Everything is erased" in text(answer(await discord.click(again, "Erase everything")))


@pytest.mark.interplay
async def test_who_is_having_them_deleted_is_told_to_wait_and_may_erase_all_the_same(
    discord: Discord, picture: bytes
) -> None:
    """Then the job stops where it is, and what it was about to record is recorded nowhere."""
    await upload(discord, picture, 3)
    asked = answer(await discord.run("data delete"))
    question = answer(await discord.click(asked, "Delete those uploads first…"))
    held = discord.standin.switches.hold(DELETE)
    await discord.click(question, "Delete 3 for good")
    await asyncio.wait_for(held.arrived.wait(), 15)
    again = answer(await discord.click(asked, "Erase everything"))
    assert "still under way" in text(again)
    assert list(buttons(again)) == ["Erase everything", "Keep everything"]
    assert naming(discord, discord.alice.id)
    await discord.click(again, "Erase everything")
    held.release()
    await eventually(lambda: len(discord.standin.world.images) == 2)
    await settled(discord)
    assert naming(discord, discord.alice.id) == []
    assert len(discord.standin.sent(DELETE)) == 1


@on_both
async def test_an_upload_under_way_is_deleted_from_imgur_again(discord: Discord, picture: bytes) -> None:
    asked = answer(await discord.run("data delete"))
    held = discord.standin.switches.hold("POST /3/upload", answer=True)
    running = asyncio.create_task(discord.run("upload", file=("cat.jpg", picture), anonymous=True, spoiler=True))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    held.release()
    assert "deleted it from Imgur again" in text(answer(await running))
    assert not discord.standin.world.images
    assert naming(discord, discord.alice.id) == []
    assert "Nothing was erased" not in text(asked)
    await upload(discord, picture, 1)
    assert await discord.house.services.uploads.anonymous_count(discord.alice.id) == 1


async def test_of_several_files_none_is_begun_after_it_and_no_row_names_who_sent_them(discord: Discord) -> None:
    names = [f"{letter}.png" for letter in "abcdef"]
    held = discord.standin.switches.hold("POST /3/upload", answer=True)
    running = asyncio.create_task(sent(discord, files(*names), anonymous=True))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    held.release()
    said = text(answer(await running))
    assert said.count("**You had everything erased meanwhile**") >= len(names)
    assert "deleted it from Imgur again" in said
    assert len(discord.standin.sent("POST /3/upload")) <= AT_ONCE
    assert not discord.standin.world.images
    await settled(discord)
    assert naming(discord, discord.alice.id) == []


@on_both
async def test_one_into_the_account_that_was_to_be_deleted_later_is_deleted_at_once(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    """By the account: what Imgur's documents call a deletehash is good for nobody's pictures alone."""
    held = discord.standin.switches.hold("POST /3/upload", answer=True)
    running = asyncio.create_task(discord.run("upload", file=("cat.jpg", picture), expires="1 day"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    [image_id] = discord.standin.world.images
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    held.release()
    said = text(answer(await running))
    assert "deleted it from Imgur again" in said
    assert "It is deleted" not in said
    assert discord.standin.sent(DELETE)[-1].path.endswith(image_id)
    assert not discord.standin.world.images
    await settled(discord)
    assert naming(discord, discord.alice.id) == []


async def test_what_could_not_be_deleted_again_is_said_to_be_left(discord: Discord, picture: bytes) -> None:
    held = discord.standin.switches.hold("POST /3/upload", answer=True)
    running = asyncio.create_task(discord.run("upload", file=("cat.jpg", picture), anonymous=True))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    discord.standin.fail_next("over-capacity-500", DELETE, times=9)
    held.release()
    assert "nobody can delete it now" in text(answer(await running))
    assert naming(discord, discord.alice.id) == []


async def test_buttons_of_who_is_gone_end_in_plain_words_and_favorite_works_for_others(
    discord: Discord, linked: Account
) -> None:
    theirs = discord.standin.world.add_account("bob_pictures")
    await discord.link(theirs, discord.bob)
    ids = add_images(discord, linked, 3)
    shared = (await discord.run("show", image=ids[0], share=True)).followups[-1]
    gallery = await selecting(discord, "images")
    unlink = answer(await discord.run("unlink"))
    asked, other = [answer(await discord.run("data delete")) for _ in range(2)]
    await discord.click(asked, "Erase everything")
    await settled(discord)

    assert "nothing to forget" in text(answer(await discord.click(unlink, "Unlink")))
    assert text(answer(await discord.click(gallery, "Done")))
    assert "Everything is erased" in text(answer(await discord.click(other, "Erase everything")))
    assert naming(discord, discord.alice.id) == []
    pressed = await discord.click(shared, "Favorite", discord.bob)
    assert "Added to your favorites" in text(answer(pressed))


async def test_the_other_user_of_the_same_account_notices_nothing(discord: Discord, linked: Account) -> None:
    await discord.link(linked, discord.bob)
    add_images(discord, linked, 2)
    await discord.run("tag", actor=discord.bob, image="Picture 1", tags="sun")
    await eventually(partial(is_found_by_bob, discord))  # once the account is read in
    await discord.click(answer(await discord.run("data delete")), "Erase everything")
    await settled(discord)
    assert await is_found_by_bob(discord)
    assert naming(discord, discord.alice.id) == []
