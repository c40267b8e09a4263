"""Favoriting as a state, though Imgur only offers a toggle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from weakref import WeakValueDictionary

from imgur.errors import BadAnswerError, ImgurError, OverCapacityError, UnreachableError
from imgur.models import AccessToken, Kind

Call: TypeAlias = Callable[[Kind, str, AccessToken], Awaitable[bool]]

MAX_POSTS = 3
LOST = (UnreachableError, BadAnswerError, OverCapacityError)
"""After these nobody knows whether the toggle was carried out."""


class FavoriteSwitch:
    """Brings an item to the wished state, one call at a time for each account and item.

    `read` tells the present state; `toggle` posts once and returns the state that Imgur's answer names.
    """

    def __init__(self, read: Call, toggle: Call) -> None:
        self._read = read
        self._toggle = toggle
        self._locks: WeakValueDictionary[tuple[int, Kind, str], asyncio.Lock] = WeakValueDictionary()

    async def set(self, kind: Kind, item_id: str, auth: AccessToken, *, wish: bool) -> bool:
        """Whether something had to be changed. Raises what the last call raised if the state could not be had."""
        lock = self._locks.setdefault((auth.account_id, kind, item_id), asyncio.Lock())
        async with lock:
            return await self._set(kind, item_id, auth, wish)

    async def _set(self, kind: Kind, item_id: str, auth: AccessToken, wish: bool) -> bool:
        problem: ImgurError = BadAnswerError("the favorite does not stay as set")
        known: bool | None = None
        for posts in range(MAX_POSTS):
            if known is None and await self._read(kind, item_id, auth) is wish:
                return posts > 0
            try:
                now = await self._toggle(kind, item_id, auth)
            except LOST as error:
                problem, known = error, None
                continue
            if now is wish:
                return known is None
            known = now  # somebody else was quicker, or the read was stale: Imgur's word is newer than any read
        if known is None and await self._read(kind, item_id, auth) is wish:
            return True
        raise problem
