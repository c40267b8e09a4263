"""Attacks on backups: who has somebody else's link, address, code or cookie gets none of their pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import time_machine
from playwright.async_api import Page
from yarl import URL

from demo.pictures import SCENES, paint
from errors import (
    BackupCodeError,
    BackupForeignBrowserError,
    BackupNotExpectedError,
    BackupOverError,
    BotError,
    CrossSiteError,
)
from imgur.client import ImgurClient
from locales.rendering import Plain
from media.archive import Archive
from media.picture import PictureSource
from services.account import AccountService
from services.data import PARTS_AT_ONCE, BackupService, Streams
from services.jobs import JobService
from services.linking import LinkingService
from services.messages import words
from services.sync import SyncService
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import AnonymousUpload, Backup
from tests.attacks.conftest import ADA, MALLORY, Stage
from tests.attacks.test_foreign_pages import MARKUP, evil_port
from tests.visitor import Answer, Visitor
from web.public import create_public_app
from web.server import serving

__all__ = ["evil_port"]  # a fixture

OTHERS = range(5000, 5000 + PARTS_AT_ONCE)


@pytest.fixture
async def backups(
    stores: Stores, accounts: AccountService, imgur_client: ImgurClient, standin: Standin, public_url: str
) -> BackupService:
    """Everybody has an anonymous upload."""
    for user in (ADA, MALLORY, *OTHERS):
        image = standin.world.add_image(None, paint(SCENES[0]), title=f"Of {user}")
        about = image.mime_type, image.width, image.height, image.size, image.title, None, datetime.now(UTC)
        await stores.uploads.add(AnonymousUpload(user, image.id, image.deletehash, None, *about))
    sync = SyncService(accounts, imgur_client, stores.library, JobService(stores.jobs, lambda: None))
    return BackupService(stores.backups, stores.accounts, stores.library, stores.uploads, sync, public_url=public_url)


@pytest.fixture
async def public_server(
    linking: LinkingService, backups: BackupService, standin: Standin, public_url: str
) -> AsyncIterator[str]:
    async with aiohttp.ClientSession() as session:
        streams = Streams(backups, PictureSource(session, f"{standin.url}/i"), Archive)
        app = create_public_app(linking, public_url=public_url, backups=(backups, streams))
        url = URL(public_url)
        async with serving(app, str(url.host), url.port or 0):
            yield public_url


@pytest.fixture
async def people(public_server: str) -> AsyncIterator[Sequence[Visitor]]:
    """Browsers by hand, of Ada, Mallory, and others."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield [Visitor(session, public_server) for _ in range(2 + len(OTHERS))]


async def path_of(backups: BackupService, user: int, name: str = "ada") -> str:
    return URL((await backups.begin(user, name)).url).path


async def come_to_the_code(backups: BackupService, visitor: Visitor, user: int) -> tuple[str, str]:
    """The path of the backup's page, and its code."""
    page = URL((await visitor.post(await path_of(backups, user))).location).path
    return page, (await visitor.get(page)).text.partition('id="code" class="code">')[2].partition("<")[0]


async def come_to_the_parts(backups: BackupService, visitor: Visitor, user: int) -> str:
    page, code = await come_to_the_code(backups, visitor, user)
    await backups.enter_code(user, code)
    await visitor.post(page, {"anonymous": "1"})
    assert "Part 1 of 1" in (await visitor.get(page)).text
    return page


def says(answer: Answer, error: BotError) -> bool:
    said = words(error)
    return said is not None and f"<h1>{Plain().render(said.title)}</h1>" in answer.text


async def test_a_link_that_was_passed_on_gives_neither_of_the_two_the_other_s_pictures(
    backups: BackupService, people: Sequence[Visitor]
) -> None:
    """Mallory's link, opened by Ada: she sees whose it is, and her code opens nothing of hers. And the other way."""
    ada, mallory, *_ = people
    link = await path_of(backups, MALLORY, "mallory")
    assert "@mallory" in (await ada.get(link)).text
    page = URL((await ada.post(link)).location).path
    shown = (await ada.get(page)).text
    assert "@mallory" in shown
    assert "Whoever's code you enter gets" in shown
    with pytest.raises(BackupNotExpectedError):
        await backups.enter_code(ADA, shown.partition('class="code">')[2].partition("<")[0])

    page, code = await come_to_the_code(backups, mallory, ADA)  # Ada's link, opened by Mallory first
    assert code
    link = await path_of(backups, ADA)  # Ada finds it taken, and begins anew
    assert (await mallory.get(page)).status == 404
    with pytest.raises(BackupNotExpectedError):
        await backups.enter_code(ADA, code)
    assert (await ada.get(link)).status == 200


async def test_addresses_are_worth_nothing_without_the_cookie_and_cookies_nothing_elsewhere(
    backups: BackupService, people: Sequence[Visitor], standin: Standin
) -> None:
    ada, mallory, *_ = people
    link = await path_of(backups, ADA)
    page = URL((await ada.post(link)).location).path
    mallorys = await come_to_the_parts(backups, mallory, MALLORY)
    code = (await ada.get(page)).text.partition('class="code">')[2].partition("<")[0]
    [own] = mallory.cookies.values()
    jars: list[dict[str, str]] = [mallory.cookies, dict.fromkeys(ada.cookies, own) | mallory.cookies, {}]
    for opened in (False, True):
        for cookies in jars:
            mallory.cookies = dict(cookies)
            for address in (link, page, f"{page}/progress", f"{page}/part/1"):
                answer = await mallory.get(address)
                assert says(answer, BackupForeignBrowserError()), address
                assert code not in answer.text
            for address, form in ((link, {}), (page, {"anonymous": "1"})):
                assert says(await mallory.post(address, form), BackupForeignBrowserError())
        if not opened:
            await backups.enter_code(ADA, code)
    assert "What do you want to fetch?" in (await ada.get(page)).text  # nothing was chosen in her place
    ada.cookies = dict.fromkeys(ada.cookies, own)
    assert (await ada.get(page)).status == 403
    assert (await ada.get(mallorys)).status == 403
    assert not standin.sent("GET /i/*")


@pytest.mark.parametrize("planted", ["x" * 43, "a.b", "%00"])
async def test_a_cookie_that_was_planted_before_is_not_taken(
    backups: BackupService, people: Sequence[Visitor], planted: str
) -> None:
    """Else whoever planted it would know the code, and have the browser's way in."""
    ada, mallory, *_ = people
    link = await path_of(backups, ADA)
    await mallory.get(link)
    [name] = mallory.cookies
    ada.cookies, mallory.cookies = {name: planted}, {name: planted}
    await ada.get(link)
    assert ada.cookies[name] != planted
    ada.cookies = {name: planted}
    page = URL((await ada.post(link)).location).path
    assert ada.cookies[name] != planted
    assert (await ada.get(page)).status == 200
    assert (await mallory.get(page)).status == 403


async def test_guesses_are_bounded_however_many_come_at_once(backups: BackupService, people: Sequence[Visitor]) -> None:
    ada, *_ = people
    page, code = await come_to_the_code(backups, ada, ADA)
    guesses = [backups.enter_code(ADA, f"{number:08}") for number in range(40)]
    found = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(one, BackupCodeError) for one in found) == 5
    assert all(isinstance(one, BackupCodeError | BackupOverError | BackupNotExpectedError) for one in found)
    with pytest.raises(BackupNotExpectedError):
        await backups.enter_code(ADA, code)
    assert (await ada.get(page)).status == 404


async def test_nothing_is_done_by_a_look_whatever_the_method(
    backups: BackupService, people: Sequence[Visitor], stores: Stores, standin: Standin
) -> None:
    ada, *_ = people
    link = await path_of(backups, ADA)

    async def known() -> Backup | None:
        return await stores.backups.current(ADA)

    before = await known()
    for method in ("GET", "HEAD"):
        for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "Discordbot/2.0"}):
            assert (await ada.request(method, link, headers=headers)).status == 200
    assert await known() == before
    page = await come_to_the_parts(backups, ada, ADA)
    before = await known()
    for method, path, status in (
        ("HEAD", page, 200),
        ("HEAD", f"{page}/part/1", 405),
        ("OPTIONS", f"{page}/part/1", 405),
        ("DELETE", page, 405),
        ("GET", f"{page}/part/0", 404),
        ("GET", f"{page}/part/2", 404),
        ("GET", f"{page}/part/99999", 404),
        ("GET", f"{page}/part/1e0", 404),
        ("GET", f"{page}/part/-1", 404),
        ("GET", f"{page}/../../etc/passwd", 404),
        ("GET", f"{page[:-1]}/part/1", 404),
        ("GET", f"{page}%00/part/1", 404),
        ("GET", "/backup/", 404),
        ("GET", f"/backup/{'x' * 3000}", 404),
        ("POST", f"/backup/{'x' * 43}", 404),
    ):
        headers = {"Origin": ada.url}
        assert (await ada.request(method, path, headers=headers)).status == status, (method, path)
    assert await known() == before
    assert not standin.sent("GET /i/*")


async def test_time_ends_links_pages_and_files(backups: BackupService, people: Sequence[Visitor]) -> None:
    ada, mallory, *_ = people
    link = await path_of(backups, ADA)
    bound, code = await come_to_the_code(backups, mallory, MALLORY)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=1)):
        for answer in (await ada.get(link), await ada.post(link), await mallory.get(bound)):
            assert says(answer, BackupOverError())
            assert answer.status == 410
        with pytest.raises(BackupOverError):
            await backups.enter_code(MALLORY, code)
    page = await come_to_the_parts(backups, ada, ADA)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, seconds=1)):
        for path in (page, f"{page}/progress", f"{page}/part/1"):
            assert says(await ada.get(path), BackupOverError())
        await backups.sweep()
        assert (await ada.get(page)).status == 404


async def test_a_bounded_number_of_parts_is_handed_out_and_pages_are_served_meanwhile(
    backups: BackupService, people: Sequence[Visitor], standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.data.stream.PATIENCE", 0.05)
    ada, _, *others = people
    held = standin.switches.hold("GET /i/*")
    paths = [await come_to_the_parts(backups, visitor, user) for visitor, user in zip(others, OTHERS, strict=True)]
    page = await come_to_the_parts(backups, ada, ADA)
    async with AsyncExitStack() as running:
        for visitor, path in zip(others, paths, strict=True):
            cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
            asked = visitor.session.get(f"{visitor.url}{path}/part/1", headers={"Cookie": cookies})
            answered = await running.enter_async_context(asked)
            assert await answered.content.read(1) == b"P"
        busy = await ada.get(f"{page}/part/1")
        assert busy.status == 503
        assert "or many others are" in busy.text
        assert (await ada.get(page)).status == 200
        assert held.count <= PARTS_AT_ONCE
        held.release()


@pytest.mark.browser
async def test_another_site_can_neither_press_nor_choose_nor_frame_nor_read(
    stage: Stage, backups: BackupService, stores: Stores, evil_port: int
) -> None:
    async def attacked(page: Page, to: str, **fields: str) -> None:
        evil = URL(f"http://localhost:{evil_port}/attack")
        async with page.expect_response(lambda response: response.request.method == "POST"):
            address = evil.with_query(to=to, referrer="no-referrer", **fields)
            await page.goto(str(address), wait_until="commit")
        await page.wait_for_selector("main")
        assert await stage.says(page, CrossSiteError())

    offer = await backups.begin(ADA, MARKUP)
    await stage.ada.goto(offer.url)
    assert MARKUP in await stage.ada.inner_text("dl")
    before = await stores.backups.current(ADA)
    await attacked(stage.ada, offer.url)
    assert await stores.backups.current(ADA) == before
    await stage.ada.goto(offer.url)
    await stage.ada.click("#continue")
    page = stage.ada.url
    await backups.enter_code(ADA, await stage.ada.inner_text("#code"))
    before = await stores.backups.current(ADA)
    await attacked(stage.ada, page, anonymous="1")
    assert await stores.backups.current(ADA) == before
    await stage.ada.goto(str(URL(f"http://127.0.0.1:{evil_port}/frame").with_query(of=page)))
    assert await stage.ada.frames[1].locator("#begin").count() == 0
    read = "address => fetch(address, {credentials: 'include'}).then(one => one.text()).catch(() => '')"
    assert await stage.ada.evaluate(read, page) == ""
    await stage.ada.goto(page)
    assert await stage.ada.inner_text("h1") == "What do you want to fetch?"
