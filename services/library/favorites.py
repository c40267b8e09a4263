"""Several favorites at once, out of a message: one after the other, an outcome for each."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog

from errors import BotError, LinkBrokenError, NotLinkedError
from imgur.errors import ImgurError
from services.library.items import Favorited, ItemService
from services.message import Linked
from services.several import ENDS_ALL
from storage.errors import StorageError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: neither for what was not begun any more, as time was up."""

    link: Linked
    favorited: Favorited | None = None
    trouble: Exception | None = None


class SeveralFavorites:
    """Makes favorites of what a message links to. Nothing is switched twice: each is looked at before."""

    def __init__(self, items: ItemService) -> None:
        self._items = items

    async def favorite(self, discord_id: int, links: Sequence[Linked], until: float) -> AsyncIterator[Outcome]:
        """An outcome for each, as it comes; nothing is begun after `until`, as `time.monotonic` counts.

        Raises NotLinkedError and LinkBrokenError where that ends the first; later, as all that ends the others too, it
        is the outcome of the rest.
        """
        ended: Exception | None = None
        for number, link in enumerate(links):
            if ended is not None or time.monotonic() >= until:
                yield Outcome(link, trouble=ended)
                continue
            try:
                favorited = await self._items.favorite(discord_id, link.text)
            except (BotError, ImgurError, StorageError) as error:
                if number == 0 and isinstance(error, NotLinkedError | LinkBrokenError):
                    raise
                ended = error if isinstance(error, ENDS_ALL) else None
                yield Outcome(link, trouble=error)
            except Exception as error:
                log.exception("one of several favorites failed")
                yield Outcome(link, trouble=error)
            else:
                yield Outcome(link, favorited)
