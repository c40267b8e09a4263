"""Anonymous uploads brought into the account that was linked since: what users see, and what Imgur was asked for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from standins.imgur import state
from standins.imgur.records import Account, StoredImage
from storage.models import AnonymousUpload, Expiry
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_bulk import eventually, hurried, hurry, shown
from tests.cogs.test_expiry import due, swept
from tests.cogs.test_gallery import enabled, listed
from tests.cogs.test_link import enter, link_of
from tests.cogs.test_select import press
from tests.databases import rows

UPLOAD, DELETE = "POST /3/upload", "DELETE /3/image/*"
DOUBTFUL = "### 0 brought into your account, 1 still anonymous, and perhaps in your account as well\n"
DUE = datetime(2100, 1, 1, tzinfo=UTC)
OFFER, LEAVE = "Bring them into your account", "Leave them"


@pytest.fixture
def works() -> bool:
    return True


def drawn(number: int, form: str = "PNG") -> bytes:
    """A picture like no other."""
    file = BytesIO()
    Image.new("RGB", (20 + number, 20), (number, 90, 160)).save(file, form)
    return file.getvalue()


async def uploaded(discord: Discord, number: int, *, due: datetime | None = None, **given: Any) -> list[StoredImage]:
    """So many anonymous uploads of Alice's, the oldest first, as if she had made them a while ago."""
    made, uploads = [], discord.house.services.library.catalogue.uploads
    for at in range(number):
        image = discord.standin.world.add_image(data=drawn(at), title=f"Picture {at}", description=f"Number {at}")
        vars(image).update(given)
        await uploads.add(
            AnonymousUpload(
                discord.alice.id,
                image.id,
                image.deletehash,
                f"https://i.imgur.com/{image.id}.png",
                image.mime_type,
                image.width,
                image.height,
                image.size,
                image.title,
                image.description,
                datetime.fromtimestamp(1_700_000_000 + at, UTC),
            ),
            due_at=due,
        )
        made.append(image)
    return made


async def offered(discord: Discord) -> Any:
    """The question."""
    return answer(await discord.click(answer(await discord.run("account")), OFFER))


def confirming(question: Any) -> dict[str, Any]:
    [button] = [one for label, one in buttons(question).items() if label.startswith("Bring ")]
    return {"custom_id": button["custom_id"], "component_type": 2}


async def begun(discord: Discord, number: int) -> tuple[Any, asyncio.Task[Any]]:
    question = await offered(discord)
    return question, asyncio.create_task(discord.click(question, f"Bring {number} along"))


async def held_at(discord: Discord, match: str, number: int) -> Any:
    """The hold of the request of this number, the others before it have passed."""
    held = discord.standin.switches.hold(match)
    for left in range(number - 1, -1, -1):
        await asyncio.wait_for(held.arrived.wait(), 15)
        if left:
            following = discord.standin.switches.hold(match)
            held.release()
            held = following
    return held


async def kept(discord: Discord) -> list[str]:
    """The ids of what is on record as anonymous, the oldest first."""
    rows = await discord.house.services.library.catalogue.uploads.page(discord.alice.id, offset=0, limit=100)
    return [row.image_id for row in rows][::-1]


def titles(discord: Discord, account: Account) -> list[str | None]:
    """What is in the account, the oldest first."""
    return [image.title for image in discord.standin.world.images_of(account)][::-1]


def addresses(discord: Discord) -> list[str]:
    """What Imgur was asked to fetch."""
    return [address for request in discord.standin.sent(UPLOAD) for address in request.fields["image"]]


async def dates(discord: Discord, *images: StoredImage) -> list[datetime | None]:
    """When each is to be deleted."""
    found = await discord.house.services.library.catalogue.uploads.expiring(discord.alice.id, [i.id for i in images])
    return [found[image.id].due_at if image.id in found else None for image in images]


def is_there(discord: Discord, *images: StoredImage) -> bool:
    return all(discord.standin.world.images.get(image.id) is image for image in images)


async def test_whoever_links_is_offered_it_and_each_picture_comes_along_whole(
    discord: Discord, account: Account, picture: bytes
) -> None:
    first = await discord.run(
        "upload", file=("SPOILER_a.jpg", picture), title="Beach", description="At *dusk*", anonymous=True
    )
    await discord.run("upload", file=("b.png", drawn(1)), anonymous=True)
    await discord.run("tag", image="Beach", tags="sea, Sun")
    await discord.run("note", image="Beach", text="from the train")
    beach, other = discord.standin.world.images.values()
    assert answer(first)
    offer = answer(await discord.run("link"))
    told = await enter(discord, offer, await discord.walk_pages(link_of(offer), account))
    for message in (told, discord.reread(offer)):
        assert "You have 2 anonymous uploads, which are not in it." in text(message)
        assert set(buttons(message)) == {OFFER, "Unlink"}
    question = answer(await discord.click(told, OFFER))
    assert "### Bring 2 anonymous uploads into your account?\n\nInto: **alice\\_pictures**" in text(question)
    assert text(question).index("Beach (") < text(question).index(other.id)
    assert "**So its link changes:**" in text(question)
    assert enabled(question) == [LEAVE, "Bring 2 along"]
    discord.standin.requests.clear()
    await discord.click(question, "Bring 2 along")
    await eventually(lambda: "### 2 brought into your account\n" in text(question))
    newer, copy = discord.standin.world.images_of(account)
    assert text(question).endswith(f"\n\nBeach ({copy.id}), {newer.id}.")
    assert (copy.title, copy.description, copy.data) == ("Beach", "At *dusk*", picture)
    assert {image.id for image in discord.standin.world.images.values()} == {copy.id, newer.id}
    assert addresses(discord) == [
        f"https://i.imgur.com/{beach.id}.jpg",
        f"https://i.imgur.com/{other.id}.png",
    ]
    gallery = answer(await discord.run("images"))
    assert listed(gallery) == [newer.id, copy.id]
    assert OFFER not in buttons(gallery)
    shown = answer(await discord.run("show", image="Beach"))
    assert "sea" in text(shown)
    assert "Sun" in text(shown)
    assert "from the train" in text(shown)
    assert await discord.house.services.library.catalogue.uploads.hidden([copy.id, newer.id, beach.id]) == {copy.id}
    assert await kept(discord) == []
    assert listed(answer(await discord.run("images", query="#sea"))) == [copy.id]


async def test_no_original_is_deleted_before_its_copy_was_seen(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 2)
    question, pressing = await begun(discord, 2)
    await pressing
    await eventually(lambda: "### 2 brought into your account" in text(question))
    copies = discord.standin.world.images_of(linked)[::-1]
    lines = [request.line for request in discord.standin.requests if "account" not in request.line]
    for image, copy in zip(images, copies, strict=True):
        where = [
            lines.index(f"GET /3/image/{image.id}"),
            lines.index(f"GET /3/image/{copy.id}"),
            lines.index(f"DELETE /3/image/{image.deletehash}"),
        ]
        assert where == sorted(where)
        assert UPLOAD in lines[where[0] : where[1]]


async def test_it_is_offered_beside_what_a_linked_user_looks_at(discord: Discord, linked: Account) -> None:
    assert OFFER not in buttons(answer(await discord.run("account")))
    await uploaded(discord, 1)
    message = answer(await discord.run("account"))
    assert "You have 1 anonymous upload, which is not in it." in text(message)
    assert OFFER in buttons(message)
    assert {OFFER, "Anonymous uploads (1)"} <= set(buttons(answer(await discord.run("images"))))
    discord.standin.world.add_image(linked)
    assert {OFFER, "Anonymous uploads (1)"} <= set(buttons(answer(await discord.run("images"))))
    assert OFFER not in buttons(await discord.shown("images", share=True))


async def test_leaving_them_leaves_them(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 2)
    question = await offered(discord)
    await discord.click(question, LEAVE)
    assert "Nothing was changed" in text(question)
    assert not discord.standin.sent(UPLOAD)
    assert is_there(discord, *images)


async def test_a_limit_at_the_seventh_leaves_fourteen_as_they_were_and_it_goes_on_by_itself(
    discord: Discord, linked: Account
) -> None:
    images = await uploaded(discord, 20)
    question, pressing = await begun(discord, 20)
    held = await held_at(discord, UPLOAD, 7)
    discord.standin.fail_next("too-fast-429", UPLOAD)
    held.release()
    await eventually(lambda: "**6 of 20** done so far." in text(question))
    await pressing
    await discord.click(question, "How far is it?")
    assert "Imgur takes no more of it at the moment; it goes on <t:" in text(question)
    assert titles(discord, linked) == [f"Picture {number}" for number in range(6)]
    assert await kept(discord) == [image.id for image in images[6:]]
    assert is_there(discord, *images[6:])
    assert len(discord.standin.sent(UPLOAD)) == 7  # not hammered on
    await discord.house.services.library.items.delete(discord.alice.id, f"image:{images[19].id}")
    async with asyncio.timeout(30):
        while len(await kept(discord)):
            await hurry(discord)
            await asyncio.sleep(0.05)
    await discord.click(question, "How far is it?")
    await eventually(lambda: "### 19 brought into your account, 1 was gone already" in text(question))
    assert titles(discord, linked) == [f"Picture {number}" for number in range(19)]
    assert len(discord.standin.sent(UPLOAD)) == 20


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("fault", ["lost-answer", "cut-answer"])
async def test_a_copy_of_which_nobody_heard_is_looked_for_and_counts(
    discord: Discord, linked: Account, fault: str
) -> None:
    """The two are as one but for what they are called."""
    await uploaded(discord, 2)
    discord.standin.fail_next(fault, UPLOAD)
    question, pressing = await begun(discord, 2)
    await hurried(discord, question, "### 2 brought into your account\n")
    await pressing
    assert titles(discord, linked) == ["Picture 0", "Picture 1"]
    assert len(discord.standin.sent(UPLOAD)) == 2
    assert await kept(discord) == []


@pytest.mark.usefixtures("looking_often")
async def test_what_is_doubtful_is_shown_and_not_sent_again_unless_its_user_says_so(
    discord: Discord, linked: Account
) -> None:
    [image] = await uploaded(discord, 1)
    discord.standin.fail_next("lost-request", UPLOAD)
    question, pressing = await begun(discord, 1)
    await hurried(discord, question, DOUBTFUL)
    await pressing
    assert f"Picture 0 ({image.id})" in text(question)
    assert len(discord.standin.sent(UPLOAD)) == 1
    assert is_there(discord, image)
    assert enabled(question) == []
    again, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(again))
    assert titles(discord, linked) == ["Picture 0"]
    assert len(discord.standin.sent(UPLOAD)) == 2


@pytest.mark.usefixtures("looking_often")
async def test_a_copy_that_shows_late_is_found_before_another_is_made(discord: Discord, linked: Account) -> None:
    """The answer was lost, and Imgur lists the copy only after it was given up."""
    [image] = await uploaded(discord, 1)
    discord.standin.fail_next("lost-answer", UPLOAD)
    held = discord.standin.switches.hold(UPLOAD)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    held.release()
    await eventually(lambda: len(discord.standin.world.images_of(linked)) == 1)
    [copy] = discord.standin.world.images_of(linked)
    discord.standin.switches.withheld.append(copy.id)
    await hurried(discord, question, DOUBTFUL)
    await pressing
    assert is_there(discord, image, copy)
    discord.standin.switches.withheld.clear()
    again, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(again))
    assert discord.standin.world.images_of(linked) == [copy]
    assert len(discord.standin.sent(UPLOAD)) == 1


@pytest.mark.usefixtures("looking_often")
async def test_the_copy_of_another_is_not_taken_for_its_own(discord: Discord, linked: Account) -> None:
    """The two are the same picture, uploaded twice, and the second is never heard of. An hour ago it was there too."""
    data = drawn(0)
    discord.standin.world.add_image(linked, data, title="Twice").created -= 3600
    given: dict[str, Any] = {
        "data": data,
        "size": len(data),
        "title": "Twice",
        "description": None,
        "width": 20,
        "height": 20,
    }
    images = await uploaded(discord, 2, **given)
    held = discord.standin.switches.hold(UPLOAD)
    question, pressing = await begun(discord, 2)
    await asyncio.wait_for(held.arrived.wait(), 15)
    second = discord.standin.switches.hold(UPLOAD)
    held.release()
    await asyncio.wait_for(second.arrived.wait(), 15)
    discord.standin.fail_next("lost-request", UPLOAD)
    second.release()
    await hurried(discord, question, "### 1 brought into your account, 1 still anonymous, and perhaps in your")
    await pressing
    assert is_there(discord, images[1])
    assert not is_there(discord, images[0])
    assert titles(discord, linked) == ["Twice", "Twice"]


async def test_what_is_gone_is_told_and_nothing_is_uploaded(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 3)
    discord.standin.world.remove_image(images[1])
    question, pressing = await begun(discord, 3)
    await pressing
    await eventually(lambda: "### 2 brought into your account, 1 was gone already\n" in text(question))
    assert f"Gone already: Picture 1 ({images[1].id})." in text(question)
    assert len(discord.standin.sent(UPLOAD)) == 2
    assert await kept(discord) == []


async def test_the_placeholder_of_what_is_gone_is_no_copy(discord: Discord, linked: Account) -> None:
    """It goes between the look at it and Imgur's fetching it: Imgur's own redirect is answered with 200."""
    images = await uploaded(discord, 2)
    held = discord.standin.switches.hold(UPLOAD)
    question, pressing = await begun(discord, 2)
    await asyncio.wait_for(held.arrived.wait(), 15)
    discord.standin.world.remove_image(images[0])
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account, 1 was gone already\n" in text(question))
    assert titles(discord, linked) == ["Picture 1"]


@pytest.mark.parametrize(
    ("number", "given"),
    [
        (0, {"size": 99}),  # Imgur has made it smaller
        (0, {"width": 19}),
        (0, {"mime_type": "image/jpeg"}),
        (0, {"animated": True, "mime_type": "image/gif"}),
        (0, {"account": None}),  # and nobody could delete it
        (0, {"odd": {"account_id": 4}}),
    ],
)
async def test_what_is_not_copied_as_it_is_stays_as_it_was(
    discord: Discord, linked: Account, number: int, given: dict[str, Any]
) -> None:
    images = await uploaded(discord, 2)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 2)
    await asyncio.wait_for(held.arrived.wait(), 15)
    [copy] = discord.standin.world.images_of(linked)
    vars(copy).update(given)
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account, 1 still anonymous, as no copy" in text(question))
    assert f"({images[number].id})" in text(question)
    assert is_there(discord, images[number])
    assert await kept(discord) == [images[number].id]
    assert [title for title in titles(discord, linked) if title != "Picture 0"] == ["Picture 1"]
    assert (copy in discord.standin.world.images.values()) is ("account" in given)


@pytest.mark.parametrize("odd", [{"account_id": 0}, {"account_id": None, "account_url": None}])
async def test_where_imgur_does_not_say_whose_it_is_its_owner_knows(
    discord: Discord, linked: Account, odd: dict[str, Any]
) -> None:
    await uploaded(discord, 1)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    discord.standin.world.images_of(linked)[0].odd.update(odd)
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(question))


async def test_the_original_is_no_copy_of_itself(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imgur might answer with the picture that it has already."""
    [image] = await uploaded(discord, 1)
    monkeypatch.setattr(state, "new_id", lambda length=7: image.id if length == len(image.id) else image.deletehash)
    question, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 0 brought into your account, 1 still anonymous" in text(question))
    assert not discord.standin.sent(DELETE)
    assert image.id in discord.standin.world.images
    assert await kept(discord) == [image.id]


async def test_what_is_to_be_deleted_is_deleted_in_the_account_as_well(
    discord: Discord, linked: Account, database_url: str
) -> None:
    await uploaded(discord, 1, due=DUE)
    await discord.run("upload", file=("b.png", drawn(1)), title="Stays", anonymous=True)
    question, pressing = await begun(discord, 2)
    assert "so does the date of what is to be deleted" in text(question)
    await pressing
    await eventually(lambda: "### 2 brought into your account" in text(question))
    stays, copy = discord.standin.world.images_of(linked)
    assert await dates(discord, copy, stays) == [DUE, None]
    assert "It is deleted" in text(answer(await discord.run("show", image="Picture 0")))
    assert len(rows(database_url, "SELECT * FROM expiries")) == 1
    await due(database_url)
    await swept(discord)
    await eventually(lambda: copy.id not in discord.standin.world.images)
    assert titles(discord, linked) == ["Stays"]


async def test_what_is_deleted_in_its_time_while_it_is_copied_does_not_stay_as_a_copy(
    discord: Discord, linked: Account
) -> None:
    [image] = await uploaded(discord, 1, due=DUE)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.library.items.expire(Expiry(discord.alice.id, image.id, DUE))
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(question))
    [copy] = discord.standin.world.images_of(linked)
    assert await dates(discord, image, copy) == [None, DUE]


async def test_whoever_leaves_the_account_meanwhile_has_the_copy_deleted_all_the_same(
    discord: Discord, linked: Account, database_url: str
) -> None:
    """Where its deletehash is good for that."""
    discord.standin.switches.deletehash_of_accounts = True
    await uploaded(discord, 1, due=DUE)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.accounts.unlink(discord.alice.id)
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(question))
    await due(database_url)
    await swept(discord)
    await eventually(lambda: not discord.standin.world.images)


async def test_what_its_user_wants_to_keep_meanwhile_is_kept(discord: Discord, linked: Account) -> None:
    [image] = await uploaded(discord, 1, due=DUE)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.expiries.keep(discord.alice.id, image.id)
    held.release()
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(question))
    assert await dates(discord, *discord.standin.world.images_of(linked)) == [None]


async def test_what_is_in_both_places_has_its_date_in_both_and_each_can_be_kept(
    discord: Discord, linked: Account
) -> None:
    [image] = await uploaded(discord, 1, due=DUE)
    discord.standin.fail_next("declined-200", f"DELETE /3/image/{image.deletehash}", times=9)
    question, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 0 brought into your account, 1 in both places" in text(question))
    [copy] = discord.standin.world.images_of(linked)
    assert await dates(discord, image, copy) == [DUE, DUE]
    await discord.house.services.expiries.keep(discord.alice.id, copy.id)
    discord.standin.faults.clear()
    again, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(again))
    assert await dates(discord, image, copy) == [None, None]
    assert discord.standin.world.images_of(linked) == [copy]


async def test_of_a_copy_that_is_none_no_date_is_left(discord: Discord, linked: Account, database_url: str) -> None:
    [image] = await uploaded(discord, 1, due=DUE)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    discord.standin.world.images_of(linked)[0].size += 1
    held.release()
    await pressing
    await eventually(lambda: "1 still anonymous, as no copy" in text(question))
    assert [row["image_id"] for row in rows(database_url, "SELECT * FROM expiries")] == [image.id]


def moving() -> bytes:
    file = BytesIO()
    frames = [Image.new("P", (12, 12), number) for number in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=0)
    return file.getvalue()


async def test_of_a_large_gif_the_still_is_never_taken(discord: Discord, linked: Account) -> None:
    """Imgur links to a still from 20 MB on; its own address has what moves."""
    data = moving()
    [image] = await uploaded(discord, 1, data=data, mime_type="image/gif", extension="gif", size=25_000_000)
    image.width = image.height = 12
    image.animated = True
    question, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 0 brought into your account, 1 still anonymous" in text(question))
    assert addresses(discord) == [f"https://i.imgur.com/{image.id}.gif"]
    assert is_there(discord, image)
    assert not discord.standin.world.images_of(linked)


async def test_a_gif_and_a_film_whose_link_ends_in_a_dot_come_along_moving(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    film = b"\0\0\0\x18ftypisom\0\0\0\0isomvide" + bytes(100)
    first, second = await uploaded(discord, 2)
    first.data, first.mime_type, first.extension = moving(), "image/gif", "gif"
    first.width = first.height = 12
    first.size, first.animated = len(first.data), True
    first.odd["link"] = f"https://i.imgur.com/{first.id}.gifv"
    second.data, second.mime_type, second.size = film, "video/mp4", len(film)
    second.width, second.height, second.animated = 640, 360, True
    second.odd["link"] = f"https://i.imgur.com/{second.id}."
    question, pressing = await begun(discord, 2)
    await pressing
    await eventually(lambda: "### 2 brought into your account" in text(question))
    assert [address.rpartition(".")[2] for address in addresses(discord)] == ["gif", "mp4"]
    film_copy, gif_copy = discord.standin.world.images_of(linked)
    assert (gif_copy.data, film_copy.data) == (first.data, film)


async def test_what_imgur_is_not_done_with_is_left_for_later(discord: Discord, linked: Account) -> None:
    [image] = await uploaded(discord, 1, odd={"processing": {"status": "pending"}})
    question, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 0 brought into your account, 1 still anonymous, as Imgur is" in text(question))
    assert not discord.standin.sent(UPLOAD)
    assert is_there(discord, image)


@pytest.mark.parametrize("fault", ["no-image-data-400", "file-type-400", "oversize-413"])
async def test_one_that_imgur_does_not_take_keeps_no_other(discord: Discord, linked: Account, fault: str) -> None:
    images = await uploaded(discord, 3)
    discord.standin.fail_next(fault, UPLOAD)
    question, pressing = await begun(discord, 3)
    await pressing
    await eventually(lambda: "### 2 brought into your account, 1 refused by Imgur" in text(question))
    assert await kept(discord) == [images[0].id]


async def test_trouble_stops_it_and_one_press_goes_on(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 3)
    held = discord.standin.switches.hold(UPLOAD)
    question, pressing = await begun(discord, 3)
    await asyncio.wait_for(held.arrived.wait(), 15)
    discord.standin.fail_next("over-capacity-403", UPLOAD, times=9)
    held.release()
    await pressing
    await eventually(lambda: "### Stopped: 0 brought into your account, 3 untouched" in text(question))
    assert "over capacity" in text(question)
    discord.standin.faults.clear()
    await discord.click(question, "Go on")
    await eventually(lambda: "### 3 brought into your account" in text(question))
    assert not is_there(discord, images[0])


async def test_what_imgur_does_not_delete_is_in_both_places_and_is_never_copied_again(
    discord: Discord, linked: Account
) -> None:
    images = await uploaded(discord, 2)
    discord.standin.fail_next("declined-200", f"DELETE /3/image/{images[0].deletehash}", times=9)
    question, pressing = await begun(discord, 2)
    await pressing
    await eventually(lambda: "### 1 brought into your account, 1 in both places" in text(question))
    assert is_there(discord, images[0])
    assert await kept(discord) == [images[0].id]
    discord.standin.faults.clear()
    again, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(again))
    assert titles(discord, linked) == ["Picture 0", "Picture 1"]
    assert len(discord.standin.sent(UPLOAD)) == 2
    assert not is_there(discord, images[0])
    assert await kept(discord) == []


@pytest.mark.usefixtures("looking_often")
async def test_a_deletion_of_which_nobody_heard_counts(discord: Discord, linked: Account) -> None:
    await uploaded(discord, 1)
    discord.standin.fail_next("lost-answer", DELETE)
    question, pressing = await begun(discord, 1)
    await hurried(discord, question, "### 1 brought into your account")
    await pressing
    assert titles(discord, linked) == ["Picture 0"]
    assert await kept(discord) == []


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("becomes", ["nobody", "another"])
@pytest.mark.parametrize("done", [False, True])
async def test_whoever_leaves_the_account_in_the_middle_hears_where_each_is(
    discord: Discord, linked: Account, becomes: str, *, done: bool
) -> None:
    """At the fourth: it is under way, and Imgur has copied it or not heard of it yet."""
    images = await uploaded(discord, 6)
    question, pressing = await begun(discord, 6)
    held = await held_at(discord, UPLOAD, 4)
    if done:
        after = discord.standin.switches.hold(UPLOAD, answer=True)
        held.release()
        await asyncio.wait_for(after.arrived.wait(), 15)
        held = after
    other = discord.standin.world.add_account("another")
    if becomes == "nobody":
        await discord.house.services.accounts.unlink(discord.alice.id)
    else:
        await discord.link(other)
    held.release()
    await pressing
    await eventually(lambda: "### Stopped: 4 brought into your account, 2 untouched\n" in text(question))
    assert "The account is no longer linked." in text(question)
    assert f"Untouched: Picture 4 ({images[4].id}), Picture 5 ({images[5].id})." in text(question)
    assert titles(discord, linked) == [f"Picture {number}" for number in range(4)]
    assert not discord.standin.world.images_of(other)
    assert await kept(discord) == [image.id for image in images[4:]]
    assert is_there(discord, *images[4:])
    assert not any(is_there(discord, image) for image in images[:4])
    assert enabled(question) == []


async def test_pressed_twice_and_in_two_processes_each_comes_along_once(discord: Discord, linked: Account) -> None:
    await uploaded(discord, 3)
    old = await offered(discord)
    question = await offered(discord)
    async with discord.again(work=True) as other:
        asked = confirming(question)["custom_id"].split(":")[3]
        await asyncio.gather(
            press(discord, question, **confirming(question)),
            press(discord, question, **confirming(question)),
            other.services.bulk.confirm(discord.alice.id, asked),
        )
        late = await press(discord, old, **confirming(old))
        await eventually(lambda: "### 3 brought into your account" in text(question))
    assert "has had its answer" in text(late.followups[0])
    assert titles(discord, linked) == [f"Picture {number}" for number in range(3)]
    assert len(discord.standin.sent(UPLOAD)) == 3


async def test_who_asks_while_it_goes_on_sees_how_far_it_is(discord: Discord, linked: Account) -> None:
    await uploaded(discord, 2)
    message = answer(await discord.run("account"))
    held = discord.standin.switches.hold(UPLOAD)
    _, pressing = await begun(discord, 2)
    await asyncio.wait_for(held.arrived.wait(), 15)
    offer = {"custom_id": buttons(message)[OFFER]["custom_id"], "component_type": 2}
    second = asyncio.create_task(press(discord, message, **offer))
    await eventually(lambda: len(shown(discord, 0, "**0 of 2** done so far")) > 1)
    held.release()
    await pressing
    told = answer(await second)
    await eventually(lambda: "### 2 brought into your account" in text(told))


async def test_it_is_stopped_after_a_whole_picture_and_goes_on(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 3)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 3)
    await asyncio.wait_for(held.arrived.wait(), 15)
    await eventually(lambda: "### Bringing 3 pictures into your account" in text(question))
    stop = {"custom_id": buttons(question)["Stop"]["custom_id"], "component_type": 2}
    stopping = asyncio.create_task(press(discord, question, **stop))
    await eventually(lambda: "### Stopping 3 pictures" in text(question))
    held.release()
    await asyncio.gather(pressing, stopping)
    await eventually(lambda: "### Stopped: 1 brought into your account, 2 untouched" in text(question))
    assert titles(discord, linked) == ["Picture 0"]
    assert is_there(discord, *images[1:])
    assert not is_there(discord, images[0])
    await discord.click(question, "Go on")
    await eventually(lambda: "### 3 brought into your account" in text(question))


async def test_nobody_else_s_uploads_come_along(discord: Discord, linked: Account) -> None:
    images = await uploaded(discord, 2)
    bobs = discord.standin.world.add_account("bob_pictures")
    await discord.link(bobs, discord.bob)
    message = answer(await discord.run("account"))
    offer = {"custom_id": buttons(message)[OFFER]["custom_id"], "component_type": 2}
    assert "not yours" in text(answer(await press(discord, message, discord.bob, **offer)))
    own = offer | {"custom_id": offer["custom_id"].replace(str(discord.alice.id), str(discord.bob.id))}
    assert "Nothing to bring along" in text(answer(await press(discord, message, discord.bob, **own)))
    question = await offered(discord)
    guessed = confirming(question)
    guessed["custom_id"] = guessed["custom_id"].replace(str(discord.alice.id), str(discord.bob.id))
    result = await press(discord, question, discord.bob, **guessed)
    assert "has had its answer" in text(result.followups[0])
    assert not discord.standin.sent(UPLOAD)
    assert is_there(discord, *images)


async def test_without_an_account_there_is_nowhere_to_bring_them(discord: Discord, linked: Account) -> None:
    await uploaded(discord, 1)
    message, question = answer(await discord.run("account")), await offered(discord)
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert "No Imgur account is linked" in text(answer(await discord.click(message, OFFER)))
    result = await discord.click(question, "Bring 1 along")
    assert "your account was unlinked since" in text(result.followups[0])
    assert not discord.standin.sent(UPLOAD)


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("times", [2, 9])
async def test_a_copy_that_imgur_does_not_show_at_once_is_waited_for_and_nothing_is_deleted_before(
    discord: Discord, linked: Account, times: int
) -> None:
    [image] = await uploaded(discord, 1)
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    question, pressing = await begun(discord, 1)
    await asyncio.wait_for(held.arrived.wait(), 15)
    [copy] = discord.standin.world.images_of(linked)
    discord.standin.fail_next("not-found-404", f"GET /3/image/{copy.id}", times=times)
    held.release()
    is_seen = times < 9
    end = "### 1 brought into" if is_seen else DOUBTFUL
    await hurried(discord, question, end)
    await pressing
    assert is_there(discord, image) is not is_seen
    assert len(discord.standin.sent(UPLOAD)) == 1
