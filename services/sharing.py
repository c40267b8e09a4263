"""What a server lets be shared, and the record of what was shared in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from errors import BotError, ChannelNotChosenError, MatureNotSharedError, NotOnRecordError, SharingOffError
from imgur.models import Album, Item, Kind
from services.backlog import Backlog
from services.emptying import Emptying
from services.ports import SharingStore
from services.quota.caller import caller
from services.search import is_mature
from services.text import passage
from storage.errors import StorageError
from storage.models import Key, ServerRules, SharedMessage, Sharing

__all__ = [
    "LONGEST_CONTACT",
    "MOST_CHANNELS",
    "Key",
    "ServerRules",
    "SharedMessage",
    "SharedPage",
    "Sharing",
    "SharingService",
    "Spot",
]

KEPT_FOR = timedelta(days=90)
"""For how long it is on record what was shared."""
PAGE = 5
"""Messages on a page of what was shared."""
MOST_CHANNELS = 25
PICTURES = 10
"""Of an album, in the message that shows it."""
LONGEST_CONTACT = 200
SWEPT = 500


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is shared; `parent_id` is the channel that a thread is in."""

    channel_id: int
    guild_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page of what was shared in a server; pages count from 0."""

    messages: Sequence[SharedMessage]
    number: int
    last: int
    total: int


def _now() -> datetime:
    return datetime.now(UTC)


class SharingService:
    """Errors of the database pass through, but for the record: what was shared is put there later then."""

    def __init__(self, store: SharingStore, now: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._now = now
        self._backlog = Backlog()
        self.emptying = Emptying(store)

    async def close(self) -> None:
        """Write down what could not be written."""
        await self._backlog.close()

    async def rules(self, guild_id: int | None) -> ServerRules:
        """What a server allows; outside of servers, everything."""
        return ServerRules() if guild_id is None else await self._store.rules(guild_id)

    async def lets_mature(self, guild_id: int | None) -> bool:
        """Whether mature pictures may be shown there; not where that cannot be known."""
        try:
            return (await self.rules(guild_id)).mature
        except StorageError:
            return False

    async def forbids(self, spot: Spot, items: Iterable[Item]) -> Exception | None:
        """Why this may not be shared there, as `check` raises it, or why that cannot be known; None where it may."""
        try:
            await self.check(spot, items)
        except (BotError, StorageError) as why:
            return why
        return None

    async def check(self, spot: Spot, items: Iterable[Item] = ()) -> None:
        """Raises SharingOffError, ChannelNotChosenError or MatureNotSharedError where this may not be shared there."""
        rules = await self.rules(spot.guild_id)
        if rules.sharing is Sharing.NOWHERE:
            raise SharingOffError
        if rules.sharing is Sharing.CHOSEN and not {spot.channel_id, spot.parent_id} & set(rules.channels):
            raise ChannelNotChosenError
        if not rules.mature and any(map(is_mature, items)):
            raise MatureNotSharedError

    async def allow(self, guild_id: int, sharing: Sharing) -> ServerRules:
        """Say where pictures may be shared."""
        return await self._store.change(guild_id, sharing=sharing.value)

    async def choose(self, guild_id: int, channels: Iterable[int]) -> ServerRules:
        """Let it be these channels, and nothing outside of them."""
        chosen = tuple(dict.fromkeys(channels))[:MOST_CHANNELS]
        return await self._store.change(guild_id, sharing=Sharing.CHOSEN.value, channels=chosen)

    async def allow_mature(self, guild_id: int, *, mature: bool) -> ServerRules:
        """Say whether mature pictures may be shared, as openly as a channel lets them."""
        return await self._store.change(guild_id, mature=mature)

    async def set_contact(self, guild_id: int, contact: str) -> ServerRules:
        """Say to whom one may complain; nothing clears it."""
        return await self._store.change(guild_id, contact=passage(contact, LONGEST_CONTACT) or None)

    async def posted(self, message_id: int, spot: Spot, discord_id: int, items: Sequence[Item]) -> None:
        """Put on record what a user has shared."""
        keys = _keys(items)
        shared = SharedMessage(message_id, spot.guild_id, spot.channel_id, discord_id, self._now(), keys)
        await self._backlog.write("a shared message", partial(self._store.add, shared, since=caller().since))

    async def shows(self, message_id: int, items: Sequence[Item]) -> None:
        """What a shared message shows now."""
        keys = _keys(items)
        await self._backlog.write("what a message shows", partial(self._store.show, message_id, keys))

    async def page(self, guild_id: int, number: int) -> SharedPage:
        """What was shared in a server, the newest first; the last page for one that there is not."""
        total = await self._store.count(guild_id)
        last = max((total - 1) // PAGE, 0)
        number = max(min(number, last), 0)
        return SharedPage(await self._store.page(guild_id, offset=number * PAGE, limit=PAGE), number, last, total)

    async def shared(self, guild_id: int | None, message_id: int) -> SharedMessage:
        """One that was shared in this server, or in none. Raises NotOnRecordError."""
        found = await self._store.get(guild_id, message_id)
        if found is None:
            raise NotOnRecordError
        return found

    async def is_by(self, discord_id: int, guild_id: int | None, message_id: int) -> bool:
        """Whether it is on record that this user has shared it there."""
        found = await self._store.get(guild_id, message_id)
        return found is not None and found.discord_id == discord_id

    async def is_surely_by(self, discord_id: int, guild_id: int | None, message_id: int) -> bool:
        """The same; not where that cannot be known."""
        try:
            return await self.is_by(discord_id, guild_id, message_id)
        except StorageError:
            return False

    async def taken_down(self, message_id: int) -> None:
        """It is no longer there."""
        await self._backlog.write("a message that is gone", partial(self._store.remove, message_id))

    async def sweep(self) -> None:
        """Forget what was shared long ago."""
        while await self._store.sweep(self._now() - KEPT_FOR, limit=SWEPT) == SWEPT:
            pass


def _keys(items: Sequence[Item]) -> tuple[Key, ...]:
    """What a message shows of these: an album by its cover, or by its first pictures where it is alone."""
    most = PICTURES if len(items) == 1 else 1
    found: list[Key] = []
    for item in items:
        found.append((item.kind.value, item.id))
        if isinstance(item, Album):
            cover = [item.cover] if item.cover else []
            ids = dict.fromkeys([*cover, *(image.id for image in item.images[: most + 1])])
            found += [(Kind.IMAGE.value, image_id) for image_id in list(ids)[:most]]
    return tuple(found)
