"""Autocomplete from the index as Discord gets it, and that it asks Imgur for nothing."""

from __future__ import annotations

import pytest

from imgur.models import Album
from services.indexed import to_index
from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.cogs.limits import length
from tests.databases import on_both

IMAGES, FAVORITES, ALBUMS = Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS
READS = "GET /3/*"


async def offered(discord: Discord, typed: str, command: str = "show", option: str = "image") -> list[dict[str, str]]:
    """The choices, as Discord takes them: no more than 25, none too long, no value twice."""
    found = await discord.alice.autocomplete(discord.channel, f"imgur {command}", option, typed)
    choices = [{"name": one["name"], "value": one["value"]} for one in found]
    assert len(choices) <= 25
    assert all(1 <= length(choice["name"]) <= 100 for choice in choices)
    assert len({choice["value"] for choice in choices}) == len({choice["name"] for choice in choices}) == len(choices)
    return choices


def ids(choices: list[dict[str, str]]) -> list[str]:
    return [choice["value"].partition(":")[2] for choice in choices]


@on_both
async def test_exact_title_comes_first_however_old_it_is(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    exact = world.add_image(linked, title="Cat")
    for n in range(120):
        world.add_image(linked, title=f"cat {n}")
    await index.read(IMAGES, FAVORITES, ALBUMS)
    found = ids(await offered(discord, "CAT"))
    assert found[0] == exact.id
    assert len(found) == 25
    assert discord.standin.sent(READS) == []


@on_both
async def test_exact_title_comes_first_though_it_looks_like_the_wording_of_a_choice(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    exact = world.add_image(linked, title="Cats (Paris)")
    for n in range(40):
        world.add_image(linked, title=f"Dogs of Paris {n}")
    await index.read(IMAGES, FAVORITES, ALBUMS)
    assert ids(await offered(discord, "cats (paris)"))[0] == exact.id


@pytest.mark.parametrize(
    "title", ["😀" * 90, "🇩🇪🇫🇷" * 30, "👨‍👩‍👧‍👦" * 20, "👍🏽" * 60, "e\u0301" * 90, "a" * 128, "&" * 128, "漢" * 128]
)
async def test_choices_fit_and_are_cut_between_signs(
    discord: Discord, linked: Account, index: Index, title: str
) -> None:
    image = discord.standin.world.add_image(linked, title=title)
    await index.read(IMAGES)
    [choice] = await offered(discord, title[:8], command="edit")
    assert choice["name"].endswith(f"… ({image.id})")
    kept = choice["name"].partition("…")[0]
    assert title.startswith(kept)
    assert not title[len(kept) :].startswith(("\u200d", "\u0301", "\U0001f3fd"))
    assert sum("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in kept) % 2 == 0


async def test_thirty_of_one_name_and_two_of_one_id_are_told_apart(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    for _ in range(30):
        world.add_image(linked, title="IMG_0001")
    await index.read(IMAGES)
    assert len(await offered(discord, "img_0001")) == 25
    image = world.add_image(linked, title="Twins")
    await index.read(IMAGES, ALBUMS)
    await index.stores.library.put_front(await index.number(), ALBUMS, [to_index(Album(image.id, title="Twins"))])
    values = {choice["value"] for choice in await offered(discord, "twins")}
    assert values == {f"image:{image.id}", f"album:{image.id}"}


@on_both
async def test_two_whose_ids_differ_by_case_alone_are_two(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    mixed, small = world.add_image(linked), world.add_image(linked)
    mixed.id, small.id = "aBcDe", "abcde"
    world.images = {image.id: image for image in (mixed, small)}
    await index.read(IMAGES, FAVORITES, ALBUMS)
    choices = {choice["value"]: choice["name"] for choice in await offered(discord, "abcde", command="edit")}
    assert choices.keys() == {"image:aBcDe", "image:abcde"}
    for value, name in choices.items():
        item_id = value.partition(":")[2]
        for typed in (value, name, item_id, f"Image {item_id}"):
            shown = text(answer(await discord.run("show", image=typed)))
            assert f"### Image {item_id}\n" in shown, typed
    await discord.click(answer(await discord.run("delete", image="abcde")), "Delete for good")
    assert [sent.path for sent in discord.standin.sent("DELETE *")] == ["/3/image/abcde"]
    assert await index.ids(IMAGES) == ["aBcDe"]


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("beach", True),
        ("cat beach", True),
        ("beach cat", True),
        ("#sun", True),
        ("suns", False),
        ("cat dog", False),
        ("Cat ({id})", True),
        ("{id}", True),
        ("https://imgur.com/{id}", True),
        ("https://imgur.com/a/{id}", True),
    ],
)
async def test_it_finds_what_a_query_finds(
    discord: Discord, linked: Account, index: Index, typed: str, finds: bool
) -> None:
    world = discord.standin.world
    image = world.add_image(linked, title="Cat", description="At the beach")
    for n in range(70):
        world.add_image(linked, title=f"Other {n}")
    await index.read(IMAGES)
    await index.tag(image.id, "sun")
    found = ids(await offered(discord, typed.format(id=image.id), command="edit"))
    assert found[:1] == ([image.id] if finds else [])


async def test_what_was_deleted_is_said_to_be_and_is_not_offered_again(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    image, other = world.add_image(linked, title="Cat 1"), world.add_image(linked, title="Cat 2")
    image.created -= 3600  # what is newer Imgur may not show yet
    await index.read(IMAGES)
    picked = {choice["value"] for choice in await offered(discord, "cat")}
    assert picked == {f"image:{image.id}", f"image:{other.id}"}
    world.remove_image(image)
    for _ in range(2):
        assert "That is no longer on Imgur" in text(answer(await discord.run("show", image=f"image:{image.id}")))
    assert ids(await offered(discord, "cat")) == [other.id]
    assert "1 found" in text(answer(await discord.run("images", query="cat")))


async def test_keystrokes_ask_imgur_for_nothing_while_the_list_is_read(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    for n in range(120):
        world.add_image(linked, title=f"Cat {n}")
    await index.read(IMAGES, pages=1, whole=False)
    await index.read(FAVORITES, ALBUMS, pages=0, whole=False)
    for typed in ("", "c", "ca", "cat", "cat ", "cat 1", "cat 11", "cat 119"):
        found = ids(await offered(discord, typed))
        assert found or typed == "cat 11"
    assert discord.standin.sent(READS) == []


async def test_unlinked_user_is_offered_the_anonymous_uploads(discord: Discord, picture: bytes) -> None:
    for title in ("Cat", "Dog"):
        await discord.run("upload", file=("a.jpg", picture + title.encode()), title=title, anonymous=True)
    assert [choice["name"].partition(" (")[0] for choice in await offered(discord, "cat")] == ["Cat"]
    assert len(await offered(discord, "")) == 2


async def test_two_accounts_never_meet(discord: Discord, linked: Account, index: Index) -> None:
    discord.standin.world.add_image(linked, title="Between us")
    await index.read(IMAGES)
    assert not await discord.bob.autocomplete(discord.channel, "imgur show", "image", "between")
    assert len(await offered(discord, "between")) == 1
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert await offered(discord, "between") == []
