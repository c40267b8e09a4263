"""What is remembered, for how long, and what happens when several want it at once."""

from __future__ import annotations

import asyncio

from services.cache import TimedCache


async def value() -> str:
    return "value"


async def test_oldest_is_dropped_when_the_cache_is_full() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)
    for key in (1, 2, 1, 3):
        cache.put(key, f"value {key}")
    assert [cache.peek(key) for key in (1, 2, 3)] == ["value 1", None, "value 3"]


async def test_load_is_not_kept_when_its_key_is_forgotten_meanwhile() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)
    going, loads = asyncio.Event(), 0

    async def load() -> str:
        nonlocal loads
        loads += 1
        await going.wait()
        return f"load {loads}"

    first = asyncio.create_task(cache.get(1, load))
    await asyncio.sleep(0)
    cache.forget(lambda key: key == 1)
    second = asyncio.create_task(cache.get(1, load))
    await asyncio.sleep(0)
    going.set()
    await asyncio.gather(first, second)
    assert loads == 2
    cache.forget(lambda key: key == 2)
    assert await cache.get(1, value) == "load 2"


async def test_written_value_wins_over_a_load_under_way() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)
    going = asyncio.Event()

    async def load() -> str:
        await going.wait()
        return "read before the write"

    reader = asyncio.create_task(cache.get(1, load))
    await asyncio.sleep(0)
    cache.put(1, "written")
    going.set()
    await reader
    assert cache.peek(1) == "written"


async def test_failed_load_is_told_to_all_who_wait_and_not_kept() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)

    async def fail() -> str:
        raise ConnectionError

    results = await asyncio.gather(cache.get(1, fail), cache.get(1, fail), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError, ConnectionError]
    assert await cache.get(1, value) == "value"
