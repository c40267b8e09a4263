"""Room for what is held: bounded, in turns, and given back."""

from __future__ import annotations

import asyncio

import pytest

from media.room import Room


async def test_no_more_is_held_than_fits_and_who_came_first_goes_first() -> None:
    room, order, held = Room(10), list[int](), 0

    async def hold(size: int) -> None:
        nonlocal held
        async with room.taken(size):
            held += size
            order.append(size)
            assert held <= 10 or held == size
            await asyncio.sleep(0)
            held -= size

    await asyncio.gather(*(hold(size) for size in (4, 5, 6, 1, 50, 2)))
    assert order == [4, 5, 6, 1, 50, 2]
    assert held == 0


@pytest.mark.parametrize("waiting", [True, False])
async def test_who_gives_up_leaves_no_trace(*, waiting: bool) -> None:
    room = Room(10)
    async with room.taken(10 if waiting else 1):
        one = asyncio.create_task(_hold(room, 9))
        await asyncio.sleep(0)
        one.cancel()
        await asyncio.wait([one])
    async with asyncio.timeout(5), room.taken(10):
        pass


async def _hold(room: Room, size: int) -> None:
    async with room.taken(size):
        await asyncio.Event().wait()


async def test_who_was_let_in_and_cancelled_at_once_gives_it_back() -> None:
    room = Room(10)
    async with room.taken(10):
        other = asyncio.create_task(room.taken(10).__aenter__())
        await asyncio.sleep(0)
    other.cancel()  # it was let in, and does not know yet
    await asyncio.wait([other])
    async with asyncio.timeout(5), room.taken(10):
        pass
