"""What a gallery remembers that fits into no button: its query, and what is ticked in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from errors import ViewForgottenError
from services.ports import ViewStore
from services.quota.caller import caller
from storage.models import Key, Selected

KEPT_FOR = timedelta(days=7)
"""For how long what a gallery remembers stays after it was used last."""
MOST_VIEWS = 100
"""Galleries of one user's that remember anything: those used last."""
MOST_SELECTED = 500
"""Items that may be ticked in one gallery."""
SWEPT = 500
"""Galleries forgotten at a time."""


def _now() -> datetime:
    return datetime.now(UTC)


class Views:
    """By an id of 12 characters, without a colon, and their user. Raises ViewForgottenError for one that is gone."""

    def __init__(self, store: ViewStore, now: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._now = now

    async def keep(self, discord_id: int, query: str = "", items: Sequence[Selected] = ()) -> str:
        """Remember a view, its query, which may be as long as Discord lets it be, and what is ticked; the view's id."""
        kept = query.encode("utf-8", "ignore").decode().replace("\0", "")
        return await self._store.add(discord_id, kept, items, now=self._now(), most=MOST_VIEWS, since=caller().since)

    async def ask(self, discord_id: int, about: str, items: Sequence[Selected]) -> str:
        """Remember a question about items; its id. An earlier one `about` the same cannot be answered any more."""
        return await self._store.add(
            discord_id, about, items, now=self._now(), most=MOST_VIEWS, replacing=True, since=caller().since
        )

    async def answered(self, discord_id: int, question_id: str) -> tuple[str, tuple[Selected, ...]] | None:
        """What a question was about and the items, once; None where it was answered, or asked anew."""
        return await self._store.take(question_id, discord_id)

    async def query(self, discord_id: int, view_id: str) -> str:
        """The query of a view, which counts as used."""
        query = await self._store.query(view_id, discord_id, now=self._now())
        if query is None:
            raise ViewForgottenError
        return query

    async def selected(self, discord_id: int, view_id: str) -> tuple[Selected, ...]:
        """What is ticked, in the order of ticking; nothing where it is forgotten."""
        return await self._store.selected(view_id, discord_id)

    async def select(
        self, discord_id: int, view_id: str, shown: Collection[Key], chosen: Sequence[Selected]
    ) -> tuple[Selected, ...]:
        """Of what is `shown`, up to 25 items, let these be ticked and no others; all that is ticked then.

        What does not fit into `MOST_SELECTED` is left out.
        """
        found = await self._store.select(view_id, discord_id, shown, chosen, now=self._now(), most=MOST_SELECTED)
        if found is None:
            raise ViewForgottenError
        return found

    async def clear(self, discord_id: int, view_id: str) -> None:
        """Let nothing be ticked."""
        await self._store.clear(view_id, discord_id)

    async def sweep(self) -> None:
        """Forget views that nobody used for long."""
        while await self._store.sweep(self._now() - KEPT_FOR, limit=SWEPT) == SWEPT:
            pass
