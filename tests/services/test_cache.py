"""What is remembered, for how long, and what happens when several want it at once."""

from __future__ import annotations

import asyncio

import pytest

from services.cache import TimedCache, oldest


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


async def test_fresh_value_is_loaded_though_one_is_kept_and_once_for_all_who_ask() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)
    cache.put(1, "old")
    loads = 0

    async def load() -> str:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0)
        return f"load {loads}"

    assert await cache.get(1, load) == "old"
    asked = oldest(fresh=True)
    assert await asyncio.gather(*(cache.get(1, load, since=asked) for _ in range(20))) == ["load 1"] * 20
    assert [await cache.get(1, load, since=asked), await cache.get(1, load)] == ["load 1", "load 1"]
    assert await cache.get(1, load, since=oldest(fresh=True)) == "load 2"


async def test_what_was_kept_is_believed_no_longer_when_a_fresh_load_fails() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 2)
    cache.put(1, "old")

    async def fail() -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await cache.get(1, fail, since=oldest(fresh=True))
    assert cache.peek(1) is None


async def test_weight_is_bounded_whatever_the_number_of_values() -> None:
    cache: TimedCache[int, str] = TimedCache(60, 100, weigh=len)
    for key in range(50):
        cache.put(key, "x" * 30)
    assert cache.weight == 90
    cache.put(50, "x" * 101)
    assert (cache.peek(50), cache.weight) == (None, 90)
    cache.put(49, "y" * 101)  # what it replaces is not true any more
    assert (cache.peek(49), cache.weight) == (None, 60)


async def test_what_is_too_old_is_let_go_of() -> None:
    now = 0.0
    cache: TimedCache[int, str] = TimedCache(60, 100, lambda: now, weigh=len)
    cache.put(1, "x" * 30)
    now = 59.0
    cache.tidy()
    assert cache.weight == 30
    now = 61.0
    cache.tidy()
    assert cache.weight == 0


async def test_what_is_loaded_is_kept_by_the_time_that_it_is_there() -> None:
    """Who comes in the very step in which a load ends gets its value, and finds it kept too."""
    cache = TimedCache[str, str](60, 10)
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    cache.put("key", "old")

    async def load() -> str:
        return await arrived

    first = asyncio.create_task(cache.get("key", load, since=oldest(fresh=True)))
    await asyncio.sleep(0.01)
    found: list[str | None] = []
    arrived.set_result("new")
    asyncio.get_running_loop().call_soon(lambda: found.append(cache.peek("key")))
    assert (await first, found) == ("new", ["new"])
