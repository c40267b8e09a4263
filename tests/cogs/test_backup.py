"""`/imgur data backup`: proved like a link, then the pictures themselves as files that any system unpacks."""

from __future__ import annotations

import asyncio
import contextlib
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import aiohttp
import pytest
import simcord

from bot import compose
from config import Settings
from demo.pictures import SCENES, paint
from imgur.models import Image
from services.indexed import to_index
from standins.imgur.records import Account, StoredImage
from standins.imgur.standin import Standin
from storage.models import Shelf, album_shelf
from tests.cogs.backing_up import a_browser, begun, code_of, enter, fetched, get, opened
from tests.cogs.conftest import Discord, SlowAttachments, answer, buttons, text
from tests.cogs.indexing import Index
from tests.cogs.test_bulk import eventually
from tests.conftest import CLIENT_ID
from tests.databases import on_both, rows
from tests.reading import english
from tests.visitor import Visitor
from web.public import create_public_app
from web.server import serving

PICTURES = "GET /i/*"
SHELVES = (Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)


@pytest.fixture
async def browser(discord: Discord) -> AsyncIterator[Visitor]:
    async with a_browser(discord) as browser:
        yield browser


@pytest.fixture
async def stranger(discord: Discord) -> AsyncIterator[Visitor]:
    async with a_browser(discord) as browser:
        yield browser


def add(
    discord: Discord, account: Account | None, picture: bytes, title: str | None, mime_type: str | None = None
) -> StoredImage:
    return discord.standin.world.add_image(account, picture, title=title, mime_type=mime_type)


@on_both
async def test_pictures_come_in_folders_with_a_page_to_browse_them(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    one, two, three = [add(discord, linked, picture, f"Cat {number}") for number in range(3)]
    album = discord.standin.world.add_album(linked, title="Cats", images=[one])
    await index.read(*SHELVES)
    await index.fill(album.id, [one.id])
    await index.tag(two.id, "grey")
    anonymous = add(discord, None, picture, None)
    await discord.run("upload", file=("mine.jpg", picture), anonymous=True, title="Nobody's")

    path = await opened(discord, browser, "images", "anonymous")
    page = await browser.get(path)
    assert "Part 1 of 1" in page.text
    found = await fetched(browser, path)

    mine = next(image for image in discord.standin.world.images.values() if image.title == "Nobody's")
    assert set(found) == {
        "part-1.json",
        f"albums/Cats ({album.id})/Cat 0 ({one.id}).jpg",
        f"images/Cat 1 ({two.id}).jpg",
        f"images/Cat 2 ({three.id}).jpg",
        f"anonymous/Nobody's ({mine.id}).jpg",
        "index.html",
    }
    assert found[f"images/Cat 1 ({two.id}).jpg"] == picture
    shown = found["index.html"].decode()
    for said in ("Cat 0", "#grey", "Cats", f"https://imgur.com/{one.id}", f'src="images/Cat%201%20%28{two.id}%29.jpg"'):
        assert said in shown
    assert anonymous.id not in shown
    assert await fetched(browser, path) == found


async def test_a_link_changes_nothing_by_being_opened_and_names_its_user(
    discord: Discord, linked: Account, browser: Visitor, stranger: Visitor
) -> None:
    offer = answer(await discord.run("data backup"))
    link = buttons(offer)["Open the backup page"]["url"]
    for one in (stranger, browser, stranger):
        page = await one.get(link)
        assert page.status == 200
        assert "@alice" in page.text
    path = (await browser.post(link)).location
    assert (await stranger.post(link)).status == 403
    assert (await stranger.get(path)).status == 403
    assert (await stranger.get(link)).status == 403
    assert (await browser.get(link)).location == path
    assert path == (await browser.post(link)).location


async def test_only_its_own_user_s_right_code_opens_it(discord: Discord, linked: Account, browser: Visitor) -> None:
    offer, path = await begun(discord, browser)
    code = await code_of(browser, path)
    assert code == await code_of(browser, path)
    assert "There is no code to enter yet" in text(await enter_as_bob(discord, code))
    assert "Wrong code" in text(await enter(discord, offer, "00000000"))
    assert "3 tries left" in text(await enter(discord, offer, "00000001"))
    assert "Enter this code" in (await browser.get(path)).text
    assert "Your backup is open" in text(await enter(discord, offer, code.lower()))
    assert "What do you want to fetch?" in (await browser.get(path)).text
    assert code not in str(rows(discord.house.settings.database_url, "SELECT * FROM backups"))


async def enter_as_bob(discord: Discord, code: str) -> object:
    file = ("theirs.jpg", paint(SCENES[0]))
    await discord.run("upload", file=file, anonymous=True, actor=discord.bob)
    theirs = answer(await discord.run("data backup", actor=discord.bob))
    return await enter(discord, theirs, code, discord.bob)


async def test_five_wrong_codes_and_a_newer_one_end_it(discord: Discord, linked: Account, browser: Visitor) -> None:
    offer, path = await begun(discord, browser)
    for number in range(5):
        last = text(await enter(discord, offer, f"0000000{number}"))
    assert "that was the last try" in last
    assert (await browser.get(path)).status == 404
    _, path = await begun(discord, browser)
    await discord.run("data backup")
    assert (await browser.get(path)).status == 404


async def test_nothing_is_told_or_fetched_before_the_code(discord: Discord, linked: Account, browser: Visitor) -> None:
    _, path = await begun(discord, browser)
    assert (await browser.post(path, {"images": "1"})).status == 303
    assert "Enter this code" in (await browser.get(path)).text
    async with get(browser, path) as answered:
        assert answered.status == 404
    assert (await browser.post(path, {"images": "1"}, headers={"Origin": "https://evil.example.org"})).status == 403


async def test_names_are_safe_on_every_system_and_each_is_another(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    titles = [
        "../../x",
        "C:\\x",
        "/etc/x",
        "a\nb\0c",
        "CON",
        "aux.txt",
        "trail. ",
        "x" * 400,
        "🏔" * 70,
        "\u202egpj.exe",
        "Pâques",
    ]
    for title in titles:
        add(discord, linked, picture, title)
    world = discord.standin.world
    for image_id in ("abcdefg", "ABCDEFG"):
        image = add(discord, linked, picture, "same")
        del world.images[image.id]
        image.id = image_id
        world.images[image_id] = image
    album = world.add_album(linked, title="NUL", images=[image])
    await index.read(*SHELVES)
    await index.fill(album.id, [image.id])
    names = [name for name in await fetched(browser, await opened(discord, browser, "images")) if "/" in name]
    assert len({name.casefold() for name in names}) == len(names) == len(titles) + 2
    for name in names:
        *folders, last = name.split("/")
        assert folders in (["images"], ["albums", f"NUL ({album.id})"])
        assert all(len(part.encode()) <= 255 for part in (*folders, last))
        assert last.endswith((").jpg", ") 2.jpg"))
        assert not set(name) & set('\\:*?"<>|\0\n\u202e')
        assert last.split(".")[0].strip().upper() not in {"CON", "AUX", "NUL"}
        assert not any(part.endswith((" ", ".")) for part in folders)


async def test_what_is_gone_pending_or_refused_is_named_and_the_rest_comes(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    kept, gone, broken = [add(discord, linked, picture, title) for title in ("Kept", "Gone", "Broken")]
    discord.standin.switches.processing_seconds = 60
    pending = add(discord, linked, picture, "Pending", mime_type="video/mp4")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    discord.standin.world.remove_image(gone)
    discord.standin.fail_next("over-capacity-500", f"GET /i/{broken.id}*", times=9)
    discord.house.services.streams._fetching._again = (0.0, 0.0)
    found = await fetched(browser, path)
    assert [name for name in found if "/" in name] == [f"images/Kept ({kept.id}).jpg"]
    shown = found["index.html"].decode()
    for said in ("It is no longer on Imgur.", "It could not be fetched.", "Imgur was still working on it."):
        assert said in shown
    assert not discord.standin.sent(f"GET /i/{pending.id}*")
    assert not discord.standin.sent("GET /removed.png")
    assert len(discord.standin.sent(f"GET /i/{broken.id}*")) == 3


async def test_moving_pictures_come_as_they_move(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    discord.standin.switches.bare_dot_links = True
    film = add(discord, linked, picture, "Film", mime_type="video/mp4")
    dotted = add(discord, linked, picture, "Dotted", mime_type="video/webm")
    large = discord.standin.world.add_image(linked, picture, title="Large", mime_type="image/gif", size=25_000_000)
    small = discord.standin.world.add_image(linked, picture, title="Small", mime_type="image/gif")
    await index.read(*SHELVES)
    found = await fetched(browser, await opened(discord, browser, "images"))
    assert {name for name in found if "/" in name} == {
        f"images/Film ({film.id}).mp4",
        f"images/Dotted ({dotted.id}).webm",
        f"images/Large ({large.id}).mp4",
        f"images/Small ({small.id}).gif",
    }
    assert "<video" in found["index.html"].decode()


async def test_the_list_is_fixed_when_it_is_made(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    add(discord, linked, picture, "Before")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    add(discord, linked, picture, "After")
    await index.read(Shelf.IMAGES)
    await browser.post(path, {"favorites": "1"})
    assert "After" not in (await fetched(browser, path))["index.html"].decode()


async def test_many_pictures_come_in_parts_that_open_by_themselves(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    images = [
        discord.standin.world.add_image(
            linked, picture, title=f"Film {number}", mime_type="video/mp4", size=400_000_000
        )
        for number in range(5)
    ]
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    assert "Part 3 of 3" in (await browser.get(path)).text
    found = [await fetched(browser, path, number) for number in (1, 2, 3)]
    names = [name for part in found for name in part if "/" in name]
    assert len(names) == len(set(names)) == len(images)
    assert [{name for name in part if name.startswith("index")} for part in found] == [
        {"index.html"},
        {"index-2.html"},
        {"index-3.html"},
    ]
    assert 'href="index-3.html"' in found[0]["index.html"].decode()
    async with get(browser, path, 4) as answered:
        assert answered.status == 404


async def test_a_part_is_told_as_a_file_and_begins_at_once(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    """nginx would keep a gigabyte in a file of its own; the browser sees the first byte before any picture is there."""
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    held = discord.standin.switches.hold(PICTURES)
    async with get(browser, path) as answered:
        assert await answered.content.read(1) == b"P"
        assert answered.headers["X-Accel-Buffering"] == "no"
        assert answered.headers["Content-Disposition"] == 'attachment; filename="imgur-backup.zip"'
        assert answered.headers["Cache-Control"] == "no-store"
        held.release()
        rest = await answered.read()
    with zipfile.ZipFile(io.BytesIO(b"P" + rest)) as archive:
        assert all(entry.extract_version < 45 for entry in archive.infolist())


async def test_a_closed_tab_ends_the_fetching_and_frees_its_place(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    for number in range(30):
        add(discord, linked, picture, f"Cat {number}")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    for _ in range(10):
        answered = await get(browser, path)
        await answered.content.read(1)
        answered.close()
    await eventually(lambda: discord.house.services.streams.progress(path.rpartition("/")[2]) is None)
    asked = len(discord.standin.sent(PICTURES))
    await asyncio.sleep(0.3)
    assert len(discord.standin.sent(PICTURES)) == asked < 30


async def test_one_part_at_a_time_for_a_user(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.data.stream.PATIENCE", 0.05)
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    held = discord.standin.switches.hold(PICTURES)
    async with get(browser, path) as answered:
        await answered.content.read(1)
        async with get(browser, path) as second:
            assert second.status == 503
            assert "One at a time" in english(await second.text())
        held.release()
        await answered.read()


async def test_a_part_may_take_longer_than_any_other_answer(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.connection.REQUEST_SECONDS", 0.8)
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    held = discord.standin.switches.hold(PICTURES)
    async with get(browser, path) as answered:
        await answered.content.read(1)
        await asyncio.sleep(1.2)
        held.release()
        assert await answered.read()


@pytest.mark.parametrize("how", ["unlink", "data delete", "data backup", "images"])
async def test_who_may_not_have_it_any_more_gets_a_broken_file_not_a_short_one(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor, how: str
) -> None:
    for number in range(3):
        add(discord, linked, picture, f"Cat {number}")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    held = discord.standin.switches.hold(PICTURES)
    async with get(browser, path) as answered:
        await answered.content.read(1)
        await asyncio.wait_for(held.arrived.wait(), 15)
        if how == "images":  # it is found then that Imgur no longer accepts the tokens
            discord.standin.world.tokens.revoke(linked, CLIENT_ID)
        message = answer(await discord.run(how))
        for label in ("Unlink", "Erase everything"):
            if label in buttons(message):
                await discord.click(message, label)
        held.release()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answered.read()
    assert len(discord.standin.sent(PICTURES)) <= 2
    async with get(browser, path) as again:
        assert again.status in (404, 410)
    for page in (path, f"{path}/progress"):
        said = await browser.get(page)
        assert said.status == again.status
        assert "Run /imgur data backup in Discord to begin anew." in said.text


async def test_anonymous_uploads_need_no_link_and_survive_an_unlink(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    await discord.run("upload", file=("mine.jpg", picture), anonymous=True, title="Mine")
    path = await opened(discord, browser, "anonymous")
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert [name for name in await fetched(browser, path) if name.startswith("anonymous/Mine")]


async def test_nothing_chosen_is_words(discord: Discord, linked: Account, browser: Visitor) -> None:
    offer, path = await begun(discord, browser)
    await enter(discord, offer, await code_of(browser, path))
    said = await browser.post(path, {"images": "1"})
    assert said.status == 400
    assert "There is nothing in it" in said.text


async def test_lists_that_are_still_being_read_are_said_to_be(
    discord: Discord, linked: Account, browser: Visitor, picture: bytes
) -> None:
    offer, path = await begun(discord, browser)
    await enter(discord, offer, await code_of(browser, path))
    assert "still being read" in (await browser.get(path)).text


async def test_the_page_tells_what_became_of_each_part(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    image = add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    shown = [(await browser.get(f"{path}/progress")).text]
    discord.house.services.streams._fetching._again = ()
    discord.standin.fail_next("over-capacity-500", PICTURES, times=1)
    async with get(browser, path) as answered:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answered.read()
    page = await browser.get(path)
    assert "Broke off, as Imgur handed out no more pictures: fetch it again in a while." in page.text
    shown.append((await browser.get(f"{path}/progress")).text)
    held = discord.standin.switches.hold(PICTURES)
    async with get(browser, path) as answered:
        await answered.content.read(1)
        assert "0 of 1 pictures so far" in (await browser.get(path)).text
        shown.append((await browser.get(f"{path}/progress")).text)
        answered.close()
    await eventually(lambda: discord.house.services.streams.progress(path.rpartition("/")[2]) is None)
    assert "Broke off: fetch it again." in (await browser.get(path)).text
    shown.append((await browser.get(f"{path}/progress")).text)
    held.release()
    assert f"images/Cat ({image.id}).jpg" in await fetched(browser, path)
    assert "Sent in full." in (await browser.get(path)).text
    shown.append((await browser.get(f"{path}/progress")).text)
    assert len(set(shown)) == len(shown)


async def test_a_proxy_that_speaks_http_1_0_takes_no_cut_file_for_a_whole_one(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    """There the end of the connection is the end of the file: only a reset tells."""
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    held = discord.standin.switches.hold(PICTURES)
    reader, writer = await asyncio.open_connection("127.0.0.1", discord.house.settings.port)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    writer.write(f"GET {path}/part/1 HTTP/1.0\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"200 OK" in head
    assert b"chunked" not in head
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.accounts.unlink(discord.alice.id)
    held.release()
    try:
        with pytest.raises(ConnectionResetError):
            await reader.read()
    finally:
        writer.close()


async def test_a_stop_of_the_bot_in_the_middle_is_an_error_too(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    discord.standin.switches.hold(PICTURES)
    services = discord.house.services
    app = create_public_app(services.linking, public_url=browser.url, backups=(services.backups, services.streams))
    monkeypatch.setattr("web.server.SHUTDOWN_SECONDS", 0.05)
    async with contextlib.AsyncExitStack() as port:
        number = await port.enter_async_context(serving(app, "127.0.0.1", 0))
        other = Visitor(browser.session, f"http://127.0.0.1:{number}")
        other.cookies = browser.cookies
        async with get(other, path) as answered:
            await answered.content.read(1)
            await port.aclose()
            with pytest.raises(aiohttp.ClientPayloadError):
                await answered.read()
    await eventually(lambda: services.streams.progress(path.rpartition("/")[2]) is None)
    assert services.streams.ends(path.rpartition("/")[2]) == {1: "cut"}


async def test_what_is_in_albums_is_there_also_where_no_list_has_it(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    """With what an album says of itself; what is in several is there once, and named in all."""
    both, one = add(discord, linked, picture, "Both"), add(discord, linked, picture, "One")
    other = add(discord, discord.standin.world.add_account("somebody"), picture, "Of a friend")
    world = discord.standin.world
    first = world.add_album(linked, title="First", images=[both, other])
    second = world.add_album(linked, title="Second <b>", images=[both, one])
    first.description = "Summer <script>\nby the sea"
    await index.read(*SHELVES)
    for album in (first, second):
        images = [to_index(image) for image in await album_images(discord, album.id)]
        await index.stores.library.fill(await index.number(), album_shelf(album.id), images)
    found = await fetched(browser, await opened(discord, browser, "images"))
    assert {name for name in found if "/" in name} == {
        f"albums/Second b ({second.id})/Both ({both.id}).jpg",
        f"albums/Second b ({second.id})/One ({one.id}).jpg",
        f"albums/First ({first.id})/Of a friend ({other.id}).jpg",
    }
    shown = found["index.html"].decode()
    assert "Summer &lt;script&gt;\nby the sea" in shown
    assert "<bdi>Second &lt;b&gt;, First</bdi>" in shown
    assert "somebody" not in "".join([*found, shown])


async def album_images(discord: Discord, album_id: str) -> Sequence[Image]:
    services = discord.house.services
    imgur = services.accounts._imgur
    found = await services.accounts.authorized(discord.alice.id, lambda auth: imgur.album_images(album_id, auth))
    return found.items


async def test_favorites_are_there_by_choice_and_an_album_of_others_is_named(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    world = discord.standin.world
    somebody = world.add_account("somebody_else")
    mine, theirs = add(discord, linked, picture, "Mine"), add(discord, somebody, picture, "Theirs")
    album = world.add_album(somebody, title="Their album", images=[theirs])
    del world.albums[album.id]
    album.id = mine.id  # an album may have the id of an image
    world.albums[album.id] = album
    world.add_favorites(linked, [mine, theirs, album])
    await discord.run("upload", file=("mine.jpg", picture), anonymous=True, title="Not chosen")
    await index.read(*SHELVES)
    assert not [name for name in await fetched(browser, await opened(discord, browser, "images")) if "Their" in name]
    alone = await fetched(browser, await opened(discord, browser, "favorites"))
    assert {name for name in alone if "/" in name} == {
        f"favorites/Mine ({mine.id}).jpg",
        f"favorites/Theirs ({theirs.id}).jpg",
    }
    assert "An album: open it on Imgur." in alone["index.html"].decode()
    assert f"https://imgur.com/a/{album.id}" in alone["index.html"].decode()
    both = await fetched(browser, await opened(discord, browser, "images", "favorites"))
    assert {name for name in both if "/" in name} == {
        f"images/Mine ({mine.id}).jpg",
        f"favorites/Theirs ({theirs.id}).jpg",
    }
    assert f"https://imgur.com/a/{album.id}" in both["index.html"].decode()


async def test_the_link_to_another_account_ends_what_was_fixed(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    path = await opened(discord, browser, "images")
    await discord.link(discord.standin.world.add_account("another"))
    for page in (path, f"{path}/part/1"):
        assert "This backup is over" in (await browser.get(page)).text
    assert not discord.standin.sent(PICTURES)


async def test_who_has_nothing_is_told_so_before_any_page(discord: Discord) -> None:
    said = answer(await discord.run("data backup"))
    assert "There is nothing to back up" in text(said)
    assert not [button for button in buttons(said).values() if "url" in button]
    assert rows(discord.house.settings.database_url, "SELECT * FROM backups") == []


async def test_without_a_public_address_it_says_so(
    settings: Settings, standin: Standin, attachments: SlowAttachments
) -> None:
    closed = replace(settings, public_url=None)
    async with compose(closed, imgur_url=standin.url, attachments=attachments, serve=False) as house:
        env = simcord.Env(house.bot, settle_timeout=10.0, shard_count=1)
        await env.start()
        guild = env.create_guild()
        alice = guild.add_member(env.create_user("alice"))
        channel = guild.create_text_channel("pictures")
        said = answer(await alice.slash(channel, "imgur data backup"))
        helped = answer(await alice.slash(channel, "imgur help"))
        await env.shutdown()
    assert "`/imgur data export`, delete, and policy." in text(helped)
    assert "Backups are not set up here" in text(said)
    assert "/imgur data export" in text(said)


async def test_lists_are_read_while_the_code_is_entered_and_what_is_in_albums_too(
    discord: Discord, linked: Account, index: Index, browser: Visitor
) -> None:
    offer, path = await begun(discord, browser)
    await enter(discord, offer, await code_of(browser, path))
    assert "What is in albums" in (await browser.get(path)).text
    await index.read(*SHELVES)
    page = (await browser.get(path)).text
    assert "What is in albums" in page
    assert "<li>Images" not in page


async def test_what_was_not_ready_an_hour_ago_is_asked_for_all_the_same(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    """Lists are read every few days."""
    discord.standin.switches.processing_seconds = 3600
    films = [add(discord, linked, picture, title, mime_type="video/mp4") for title in ("Old", "New")]
    films[0].created -= 3601
    await index.read(*SHELVES)
    found = await fetched(browser, await opened(discord, browser, "images"))
    assert [name for name in found if "/" in name] == [f"images/Old ({films[0].id}).mp4"]


async def test_who_lost_the_link_fetches_what_needs_none_and_is_told_of_the_rest(
    discord: Discord, linked: Account, index: Index, picture: bytes, browser: Visitor
) -> None:
    add(discord, linked, picture, "Cat")
    await index.read(*SHELVES)
    discord.standin.world.tokens.revoke(linked, CLIENT_ID)
    await discord.run("images")
    said = answer(await discord.run("data backup"))
    assert "Link account" in buttons(said) or "/imgur link" in text(said)
    await discord.run("upload", file=("mine.jpg", picture), anonymous=True, title="Mine")
    offer, path = await begun(discord, browser)
    await enter(discord, offer, await code_of(browser, path))
    page = (await browser.get(path)).text
    assert "Imgur no longer accepts the link to alice_pictures" in page
    assert 'name="images"' not in page
    await browser.post(path, {"images": "1", "favorites": "1", "anonymous": "1"})
    names = [name for name in await fetched(browser, path) if "/" in name]
    assert [name.partition(" (")[0] for name in names] == ["anonymous/Mine"]
