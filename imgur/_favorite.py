"""Favoriting as a state, though Imgur only offers a toggle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakValueDictionary

from imgur.errors import (
    BadAnswerError,
    ImgurError,
    NotFoundError,
    OutcomeUnknownError,
    OverCapacityError,
    UnauthorizedError,
    UnreachableError,
)
from imgur.models import AccessToken, Kind

Call: TypeAlias = Callable[[Kind, str, AccessToken], Awaitable[bool]]
Key: TypeAlias = tuple[int, Kind, str]

MAX_TOGGLES = 3
STALE_SECONDS = 5.0
"""For how long after a toggle a read may still tell the state before it."""
LOST = (UnreachableError, BadAnswerError, OverCapacityError)
"""After these nobody knows whether the toggle was carried out."""


class _Turn(asyncio.Lock):
    """Held by one call at a time. `known` is the state that the last one found or left, and `since` when it ended."""

    known: bool | None = None
    since: float = 0.0


@dataclass
class _Sent:
    """Whether something was toggled that may not be as wished now."""

    may_stand: bool = False


class FavoriteSwitch:
    """Brings an item to the wished state, one call at a time for each account and item; many of one wish are one.

    `read` tells the present state, perhaps a stale one; `toggle` posts once and returns the state that Imgur's answer
    names, which is the truth. An item that is gone may still be a favorite: only a toggle can tell.
    """

    def __init__(self, read: Call, toggle: Call) -> None:
        self._read = read
        self._toggle = toggle
        self._turns: WeakValueDictionary[Key, _Turn] = WeakValueDictionary()
        self._recent: dict[Key, tuple[bool, float]] = {}

    async def set(self, kind: Kind, item_id: str, auth: AccessToken, *, wish: bool) -> bool:
        """Whether something had to be changed. Raises what the last call raised if the state could not be had.

        OutcomeUnknownError where that was after a toggle that may stand: whoever hears it looks before they ask again.
        """
        key = (auth.account_id, kind, item_id)
        turn, asked = self._turns.setdefault(key, _Turn()), time.monotonic()
        async with turn:
            if turn.known is wish and turn.since > asked:
                return False
            turn.known = None  # until this one ends well nobody knows
            changed = await self._set(key, auth, wish)
            turn.known, turn.since = wish, time.monotonic()
            return changed

    async def _set(self, key: Key, auth: AccessToken, wish: bool) -> bool:
        sent = _Sent()
        try:
            return await self._brought(key, auth, wish, sent)
        except (NotFoundError, UnauthorizedError):  # with another token the state is looked at first
            raise
        except ImgurError as error:
            if not sent.may_stand or isinstance(error, OutcomeUnknownError):
                raise
            raise OutcomeUnknownError(error.detail, status=error.status, limits=error.limits) from error

    async def _brought(self, key: Key, auth: AccessToken, wish: bool, sent: _Sent) -> bool:
        problem: ImgurError = BadAnswerError("the favorite does not stay as set")
        is_surely_other = self._was_set(key) is (not wish)
        is_surprise = False
        for toggles in range(MAX_TOGGLES):
            if not is_surely_other and await self._state(key, auth, wish) is wish:
                return toggles > 0
            try:
                state = await self._toggle_to_the_end(key, auth)
            except LOST as error:
                problem, is_surely_other = error, False
                sent.may_stand = sent.may_stand or isinstance(error, OutcomeUnknownError | BadAnswerError)
                continue
            if state is wish:
                return not is_surprise
            is_surely_other = is_surprise = sent.may_stand = True  # somebody else was quicker, or the read was stale
        if not is_surely_other and await self._state(key, auth, wish) is wish:
            return True
        raise problem

    async def _state(self, key: Key, auth: AccessToken, wish: bool) -> bool:
        _, kind, item_id = key
        try:
            return await self._read(kind, item_id, auth)
        except NotFoundError:
            if wish:
                raise
            return True

    async def _toggle_to_the_end(self, key: Key, auth: AccessToken) -> bool:
        """Toggle, holding the lock until the answer is here even if the caller is cancelled.

        Imgur may carry out what was sent; whoever is next in line must not read or post before that.
        """
        toggling = asyncio.ensure_future(self._toggle_once(key, auth))
        try:
            return await asyncio.shield(toggling)
        finally:
            await asyncio.wait([toggling])

    async def _toggle_once(self, key: Key, auth: AccessToken) -> bool:
        _, kind, item_id = key
        self._recent.pop(key, None)  # until there is an answer nobody knows
        state = await self._toggle(kind, item_id, auth)
        self._remember(key, state)
        return state

    def _was_set(self, key: Key) -> bool | None:
        state, moment = self._recent.get(key, (None, 0.0))
        return state if time.monotonic() - moment < STALE_SECONDS else None

    def _remember(self, key: Key, state: bool) -> None:
        now = time.monotonic()
        self._recent = {old: entry for old, entry in self._recent.items() if now - entry[1] < STALE_SECONDS}
        self._recent[key] = (state, now)
