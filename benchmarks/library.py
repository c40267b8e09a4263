"""50,000 items of one user among 1,000,000 of others, in SQLite and in PostgreSQL: what people wait for.

The rows are written as a sync would leave them, a page of each user's after the other, so that none stand together by
chance; then the bot's own services and stores are asked, as in production.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.rows import loaded
from benchmarks.servers import CLIENT
from imgur.client import ImgurClient
from imgur.models import Album, Image
from services.account import AccountService
from services.indexed import to_index
from services.library import Library
from services.library.shelves import Shelves
from services.library.suggestions import Scope, SuggestionService
from services.query import guess, read
from services.views import Views
from storage import Stores
from storage.database import Database, open_database
from storage.models import IndexedItem, Query, Shelf, SyncState, Tag
from storage.sealing import Keyring, new_key
from tests.databases import PostgresServer
from tests.storage.factories import account, link

MINE = 50_000
ALL = 1_000_000
PAGE = 50
OTHERS = 950
LEAVING = 20  # users whose unlink is measured
MARKED = 2_000
ALBUMS = 200
FAVORITES = 2_000
LONG = 100  # every so many items has a description of more than 10,000 characters
RUNS = 40
BUDGET = 50.0  # ms: autocomplete's p99, and an unlink
MOST_WAL = 64.0  # MB
READERS = 20
ANEW = 10_000  # items read beside them
READER = 1
IMAGES = Shelf.IMAGES

WORDS = [
    *("cat", "dog", "beach", "holiday", "sunset", "blue", "red", "green", "mountain", "river", "house", "garden"),
    *("summer", "winter", "birthday", "party", "snow", "car", "train", "city", "night", "morning", "friends", "family"),
    *("coffee", "bread", "forest", "lake", "flower", "street", "window", "screenshot", "meme", "funny", "old", "new"),
]
RARE = [f"{one}{other[::-1]}" for one in WORDS for other in [*WORDS, *WORDS[::2]]]  # of long texts, some much used
FREQUENCY = [1 / (1 + number) for number in range(len(RARE))]
TITLED, DESCRIBED = 0.7, 0.4  # of all items
TWENTY = " ".join(sorted(WORDS[:19], key=len)) + " zebra"

SUGGESTED = {
    "one letter": "c",
    "a common word": "cat",
    "what one is called": "the one",
    "two words": "beach sunset",
    "no hit": "zebra",
    "no hit, like a common word": "catz",
    "common words and no hit": "cat dog zebra",
    "part of an id": "i49a",
    "twenty words, no hit": TWENTY,
    "twenty letters": " ".join("aeioustnrlhdcbmgpfwy"),
    "a tag": "#tag",
    "a tag and a word": "#tag cat",
}


def item(draw: random.Random, number: int) -> IndexedItem:
    """One image as people have them: most with a title, some with a description, a few with a very long one."""
    title = " ".join(draw.choices(WORDS, k=draw.randint(2, 6))) if draw.random() < TITLED else f"IMG_{number:06}"
    description = " ".join(draw.choices(WORDS, k=draw.randint(1, 25))) if draw.random() < DESCRIBED else None
    if number % LONG == 1:
        description = " ".join(draw.choices(RARE, FREQUENCY, k=1_500))
    item_id = f"i{number:x}{draw.randrange(16**3):03x}"
    return to_index(
        Image(
            id=item_id,
            title=title,
            description=description,
            mime_type="image/png",
            width=640,
            height=480,
            size=123_456,
            link=f"https://i.imgur.com/{item_id}.png",
            account_id=9,
        )
    )


def pages(libraries: list[int], per_page: int = PAGE) -> Iterator[tuple[int, int, list[IndexedItem]]]:
    """A library, the rank of the first item, and the items: the first library's pages among those of the others."""
    draw = random.Random(6)
    mine, *others = libraries
    ranks = dict.fromkeys(libraries, ALL)
    for page in range(ALL // per_page):
        library = mine if page % (ALL // MINE) == 0 else others[page % len(others)]
        found = [item(draw, page * per_page + at) for at in range(per_page)]
        if page == ALL // per_page // 2:
            found[0] = to_index(Image(id="theOne1", title="The One"))
        yield library, ranks[library], found
        ranks[library] -= per_page


@asynccontextmanager
async def filled(url: str) -> AsyncIterator[tuple[Database, Stores, int]]:
    """The database at an address, with all that, and the library of the user whose it is."""
    async with open_database(url) as database:
        stores = Stores.of(database, Keyring({"made-up": new_key()}))
        for number in range(1 + LEAVING):
            await link(stores, READER + number, account(9 + number), f"attempt{number}")
        libraries = [await _library(stores, 9 + number) for number in range(1 + LEAVING)]
        libraries += [libraries[-1] + 1 + number for number in range(OTHERS - LEAVING)]
    began = time.perf_counter()
    await loaded(url, libraries, pages(libraries))
    async with open_database(url) as database:
        stores = Stores.of(database, Keyring({"made-up": new_key()}))
        keys = [one.key for one in await stores.library.page(libraries[0], IMAGES, offset=0, limit=MARKED)]
        await _others(stores, libraries[0])
        given = [Tag("tag", "tag"), Tag("other", "other")]
        await stores.marks.add_tags(libraries[:1], READER, keys, given, most=20)
        print(f"  {ALL:,} items written in {time.perf_counter() - began:.0f} s")
        yield database, stores, libraries[0]


async def _others(stores: Stores, library: int) -> None:
    """The user's albums and favorites, and that all of their lists were read."""
    draw = random.Random(7)
    albums = [to_index(Album(id=f"a{at:05}", title=" ".join(draw.choices(WORDS, k=3)))) for at in range(ALBUMS)]
    favorites = [item(draw, 2 * ALL + at) for at in range(FAVORITES)]
    for shelf, found in ((Shelf.ALBUMS, albums), (Shelf.FAVORITES, favorites)):
        for at in range(0, len(found), PAGE):
            await stores.library.put_front(library, shelf, found[at : at + PAGE])
    for shelf in (IMAGES, Shelf.ALBUMS, Shelf.FAVORITES):
        await stores.library.advance(SyncState(library, shelf, finished_at=datetime.now(UTC)), ())


async def _library(stores: Stores, account_id: int) -> int:
    found = await stores.library.library(account_id)
    assert found is not None
    return found


async def timed(call: Callable[[], Awaitable[Any]], runs: int = RUNS) -> list[float]:
    """Milliseconds of each of several calls, one after another."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def p99(taken: list[float]) -> float:
    """Of a few hundred at most: the one that so many are not above."""
    return sorted(taken)[max(0, -(-len(taken) * 99 // 100) - 1)]


def said(name: str, taken: list[float]) -> None:
    """One line of figures."""
    print(f"    {name:28} least {min(taken):5.1f}   p50 {statistics.median(taken):6.1f}   p99 {p99(taken):6.1f} ms")


@asynccontextmanager
async def asked(stores: Stores) -> AsyncIterator[SuggestionService]:
    """What answers an autocomplete, with an Imgur that nobody needs."""
    async with aiohttp.ClientSession() as session:
        imgur = ImgurClient(session, *CLIENT, base_url="http://127.0.0.1:1")
        accounts = AccountService(stores.accounts, imgur)
        shelves = Shelves(stores.library, stores.marks)
        yield Library.over(accounts, imgur, stores.uploads, shelves, views=Views(stores.views)).suggestions


async def typed_in(stores: Stores) -> float:
    """Prints what each text takes, from the user's id to 25 choices of all four lists; the p99 over all texts."""
    print("  autocomplete, 25 choices")
    typed: list[float] = []
    async with asked(stores) as service:
        for name, text in SUGGESTED.items():
            taken = await timed(lambda text=text: service.suggest(READER, text, Scope.ANYTHING))  # type: ignore[misc]
            said(name, taken)
            typed += taken
    said("all of these", typed)
    return p99(typed)


async def measured(stores: Stores, library: int) -> None:
    """Prints what a page, a number, a draw take."""
    store = stores.library
    print("  a page of ten")
    for name, text in (("a common word", "cat"), ("two words", "beach sunset"), ("no hit", "zebra")):
        query = read(text) or Query()
        for place, offset in (("first page", 0), ("1,000th page", 9_990)):
            taken = await timed(
                lambda query=query, offset=offset: store.search(  # type: ignore[misc]
                    library, IMAGES, query, READER, offset=offset, limit=10
                )
            )
            said(f"{name}, {place}", taken)
    said("no query, first page", await timed(lambda: store.page(library, IMAGES, offset=0, limit=10)))
    said("no query, last page", await timed(lambda: store.page(library, IMAGES, offset=MINE - 10, limit=10)))
    said("how many", await timed(lambda: store.count(library, IMAGES)))
    said("random", await timed(lambda: store.random(library, IMAGES, READER)))
    said("random, a common word", await timed(lambda: store.random(library, IMAGES, READER, read("cat"))))


async def beside_readers(stores: Stores, library: int, path: Path | None) -> tuple[float, float]:
    """A part of a pass beside readers without pause: the longest write in ms, and the largest write-ahead log in MB."""
    stop = asyncio.Event()
    waits: list[float] = []
    wal = path.with_name(f"{path.name}-wal") if path else None
    largest = 0

    async def reader(query: Query) -> None:
        while not stop.is_set():
            waits.extend(await timed(lambda: stores.library.suggest([(library, IMAGES)], query, READER, limit=25), 1))

    readers = [asyncio.create_task(reader(guess("cat" if number % 2 else "sunset lake"))) for number in range(READERS)]
    before = await stores.library.sync_state(library, IMAGES)
    assert before is not None
    state = before
    writes: list[float] = []
    source = pages([library, library + 1])
    for number, (_, _, found) in enumerate(islice(source, ANEW // PAGE)):
        state = replace(state, page=number, read=state.read + len(found), version=before.version + number)
        writes += await timed(lambda state=state, found=found: stores.library.advance(state, found), 1)  # type: ignore[misc]
        largest = max(largest, wal.stat().st_size if wal and wal.exists() else 0)
    stop.set()
    await asyncio.gather(*readers)
    print(f"  {ANEW:,} items read anew, beside {READERS} who search without pause")
    said("writing a page", writes)
    said("a search meanwhile", waits)
    print(f"    longest write {max(writes):.0f} ms; largest write-ahead log {largest / 1e6:.1f} MB")
    return max(writes), largest / 1e6


async def unlinked(stores: Stores) -> float:
    """Unlinking of users who have a thousand items each, and of the one; the slowest, in ms."""
    taken = []
    for number in range(LEAVING, -1, -1):
        taken += await timed(lambda number=number: stores.accounts.unlink(READER + number), 1)  # type: ignore[misc]
    said(f"unlink, {len(taken)} times", taken)
    began = time.perf_counter()
    pieces = []
    while True:
        piece = time.perf_counter()
        if not await stores.library.empty_some(500):
            break
        pieces.append((time.perf_counter() - piece) * 1000)
    said("deleting 500 rows after it", pieces)
    print(f"    all of them in {time.perf_counter() - began:.0f} s")
    return max(taken)


async def on(name: str, url: str, path: Path | None) -> bool:
    """All of it on one database; whether it keeps the budgets."""
    print(f"{name}:")
    async with filled(url) as (_, stores, library):
        slow = await typed_in(stores)
        await measured(stores, library)
        _, wal = await beside_readers(stores, library, path)
        leaving = await unlinked(stores)
    print(f"  autocomplete p99 {slow:.1f} ms, an unlink {leaving:.1f} ms at most (each at most {BUDGET:.0f})")
    return slow <= BUDGET and leaving <= BUDGET and wal <= MOST_WAL


def main() -> bool:
    """Measure both; whether the budgets are kept."""
    print(f"The library, {MINE:,} items of one user among {ALL:,}, one in {LONG} with 10,000 characters:")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bot.db"
        kept = asyncio.run(on("SQLite", f"sqlite:///{path}", path))
    server = PostgresServer(shared_buffers="128MB", max_wal_size="2GB", autovacuum_naptime="10s")
    try:
        return asyncio.run(on("PostgreSQL", server.url(server.make()), None)) and kept
    finally:
        server.close()


if __name__ == "__main__":
    main()
