"""Several items that were picked, as they are: what is ticked in a gallery, or was just uploaded together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from errors import TooManyToShareError
from imgur.errors import ApplicationRefusedError, ForbiddenError, NotFoundError, RejectedError
from imgur.models import Album, Image, Item, Kind
from imgur.reference import Reference
from services.library.ability import pictures
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.library.suggestions import uploaded_image
from services.selection import TITLE_LIMIT, Deed, SelectionService
from services.text import line
from services.views import Views
from storage.errors import StorageError
from storage.models import Expiry, Selected

LOOKED_UP = 60
"""Of which Imgur is asked, where no list has them: each costs a credit. Of more, nothing but the page is known."""
MOST_SHARED = 10
"""Pictures that Discord shows in a message."""


@dataclass(frozen=True, slots=True)
class Picked:
    """In the order of picking. `hidden` are ids of their pictures that were uploaded as spoilers, by whomever.

    `expiries` says when their user has some of them deleted.
    """

    items: tuple[Item, ...]
    hidden: frozenset[str] = frozenset()
    expiries: Mapping[str, Expiry] = field(default_factory=dict)


class PickedService:
    """`view` is the id of a selection. Raises as SelectionService, and what Imgur and the database raise."""

    def __init__(self, views: Views, selections: SelectionService, catalogue: Catalogue) -> None:
        self._views = views
        self._selections = selections
        self._catalogue = catalogue

    async def items(self, discord_id: int, view: str, *, look: bool = True) -> Picked:
        """All that is picked; unless told to `look`, Imgur is not asked about any. Raises NothingSelectedError."""
        picked = (await self._selections.sorted(discord_id, view, Deed.COPY)).can
        return await self._items(discord_id, picked, LOOKED_UP if look else 0)

    async def to_share(self, discord_id: int, view: str, *, vouched: bool = False) -> Picked:
        """The same, if a message can show all of it. Raises TooManyToShareError.

        Of what was `vouched` for, Imgur is asked: it may call it mature since.
        """
        picked = (await self._selections.sorted(discord_id, view, Deed.SHARE)).can
        if len(picked) > MOST_SHARED:
            raise TooManyToShareError(MOST_SHARED)
        return await self._items(discord_id, picked, anew=vouched)

    async def keep(self, discord_id: int, items: Sequence[Item]) -> str | None:
        """Pick these for what may be done with them later; None where that cannot be remembered now."""
        picked = [Selected(item.kind.value, item.id, line(item.title, TITLE_LIMIT) or None) for item in items]
        try:
            return await self._views.keep(discord_id, items=picked)
        except StorageError:
            return None

    async def _items(
        self, discord_id: int, picked: Sequence[Selected], most: int = LOOKED_UP, *, anew: bool = False
    ) -> Picked:
        viewer = await self._catalogue.reading.viewer(discord_id)
        left = asyncio.Semaphore(most)
        items = await asyncio.gather(*(self._item(viewer, one, left, anew=anew) for one in picked))
        ids = frozenset[str]().union(*map(pictures, items))
        hidden, images = await self._catalogue.uploads.hidden(ids), [one.id for one in items if isinstance(one, Image)]
        return Picked(tuple(items), hidden, await self._catalogue.uploads.expiring(discord_id, images))

    async def _item(self, viewer: Viewer, picked: Selected, left: asyncio.Semaphore, *, anew: bool) -> Item:
        kind = Kind(picked.kind)
        known = await self._known(viewer, kind, picked.id)
        if known and not anew:
            return known
        bare: Item = known or (Album if kind is Kind.ALBUM else Image)(picked.id, picked.title)
        if left.locked():
            return bare
        await left.acquire()  # for good: so many are looked up
        try:
            return await self._catalogue.reading.item(viewer, Reference((kind,), picked.id))
        except (NotFoundError, ForbiddenError, RejectedError) as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            return bare

    async def _known(self, viewer: Viewer, kind: Kind, item_id: str) -> Item | None:
        """It as a list has it, or the record of anonymous uploads."""
        if known := await self._catalogue.shelves.known(viewer, (kind,), item_id):
            return known
        upload = await self._catalogue.uploads.get(viewer.discord_id, item_id) if kind is Kind.IMAGE else None
        return None if upload is None else uploaded_image(upload)
