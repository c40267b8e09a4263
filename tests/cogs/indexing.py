"""What the index holds, for tests: filled as a sync fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imgur.models import Item, Page
from services.indexed import to_index
from services.library.reading import Viewer
from storage import Stores
from storage.models import Mark, Query, Shelf, SyncState, Tag, album_shelf

if TYPE_CHECKING:
    from simcord import MemberActor

    from tests.cogs.conftest import Discord


@dataclass
class Index:
    """The index of the house's database, as Alice sees it, or another."""

    discord: Discord
    stores: Stores
    user: MemberActor | None = None

    @property
    def reader(self) -> int:
        return (self.user or self.discord.alice).id

    async def viewer(self) -> Viewer:
        return await self.discord.house.services.library.catalogue.reading.viewer(self.reader)

    async def number(self) -> int:
        account = (await self.viewer()).account
        assert account is not None
        found = await self.stores.library.library(account.account_id)
        assert found is not None
        return found

    async def read(self, *shelves: Shelf, pages: int = 1000, whole: bool = True, expected: int | None = None) -> None:
        """Read shelves of Alice's as a sync would; the stand-in forgets that it was asked."""
        for shelf in shelves:
            number, now = await self.number(), datetime.now(UTC)
            known = await self.stores.library.sync_state(number, shelf) or SyncState(number, shelf, number=0)
            state = replace(known, number=known.number + 1, read=0, page=0, begun_at=now, expected=expected)
            assert await self.stores.library.advance(state, ())
            state = replace(state, version=state.version + 1)
            for page in range(pages):
                items = (await self._page(shelf, page)).items
                if not items:
                    break
                assert await self.stores.library.advance(state, [to_index(item) for item in items])
                state = replace(state, version=state.version + 1, read=state.read + len(items))
            if whole:
                assert await self.stores.library.finish(replace(state, finished_at=datetime.now(UTC)))
        services = self.discord.house.services
        services.library.catalogue.changed(self.reader)
        self.discord.standin.requests.clear()

    async def _page(self, shelf: Shelf, page: int) -> Page[Item]:
        reading, viewer = self.discord.house.services.library.catalogue.reading, await self.viewer()
        if shelf is Shelf.IMAGES:
            return await reading.images(viewer, page)
        if shelf is Shelf.FAVORITES:
            return await reading.favorites(viewer, page, "newest")
        albums = await reading.albums(viewer)
        return Page(albums if page == 0 else (), len(albums))

    async def fill(self, album: str, images: list[str]) -> None:
        """Read what is in an album."""
        number = await self.number()
        found = [await self.stores.library.get(number, ("image", image)) for image in images]
        await self.stores.library.fill(number, album_shelf(album), [image for image in found if image])

    async def ids(self, shelf: Shelf) -> list[str]:
        found = await self.stores.library.page(await self.number(), shelf, offset=0, limit=100_000)
        return [item.id for item in found]

    async def tag(self, item_id: str, *tags: str, kind: str = "image") -> Mark:
        given = [Tag(tag, tag.casefold()) for tag in tags]
        return (await self.stores.marks.put([await self.number()], self.reader, (kind, item_id), tags=given))[1]

    async def finds(self, shelf: Shelf, *words: str) -> list[str]:
        query = Query(words, (), " ".join(words))
        found = await self.stores.library.search(await self.number(), shelf, query, self.reader, offset=0, limit=100)
        return [item.id for item in found.items]
