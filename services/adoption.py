"""Anonymous uploads that their user could bring into the account that they have linked since: offered, asked about."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from errors import NothingToAdoptError
from imgur.models import Kind
from services.bulk import BulkService, Question, State
from services.library.catalogue import Catalogue
from services.selection import Deed, Sorted
from services.text import line
from services.views import Views
from storage.errors import StorageError
from storage.models import Selected

log = structlog.get_logger(__name__)

TITLE_LIMIT = 100
AT_A_TIME = 500
"""Pictures that are brought along by one answer; the rest is offered again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Asked before anonymous uploads are brought into an account, of this name; `left` are for another time."""

    question: Question
    username: str
    left: int = 0


class AdoptionService:
    """What is answered to the question goes to `BulkService`. Errors of the database pass, but for `waiting`."""

    def __init__(self, bulk: BulkService, views: Views, catalogue: Catalogue) -> None:
        self._bulk = bulk
        self._views = views
        self._catalogue = catalogue

    async def waiting(self, discord_id: int) -> int:
        """How many could be brought along. Never raises: this is only said beside something else."""
        try:
            return await self._catalogue.uploads.count(discord_id)
        except StorageError as error:
            log.info("anonymous uploads could not be counted", reason=type(error).__name__)
            return 0

    async def ask(self, discord_id: int) -> Offer | State:
        """The question about all that there are, the oldest first; where they are being brought along, how far that is.

        Raises NotLinkedError, LinkBrokenError, NothingToAdoptError.
        """
        viewer, uploads = await self._catalogue.usable(discord_id), self._catalogue.uploads
        if under_way := await self._bulk.goes_on(discord_id, Deed.ADOPT):
            return under_way
        count = await uploads.count(discord_id)
        oldest = max(count - AT_A_TIME, 0)
        found = await uploads.page(discord_id, offset=oldest, limit=AT_A_TIME)
        if not found or viewer.account is None:
            raise NothingToAdoptError
        items = tuple(
            Selected(Kind.IMAGE.value, upload.image_id, line(upload.title, TITLE_LIMIT) or None)
            for upload in reversed(found)
        )
        question = await self._views.ask(discord_id, f"{Deed.ADOPT} ", items)
        return Offer(Question(question, Sorted(Deed.ADOPT, items, {})), viewer.account.username, oldest)
