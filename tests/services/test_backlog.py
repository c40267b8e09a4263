"""Writes that the database refuses."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from services.backlog import Backlog
from storage.errors import DatabaseUnavailableError
from tests.hurried import hurried


def test_refused_write_is_tried_again_with_pauses_that_double_up_to_30_seconds() -> None:
    tried: list[float] = []

    async def write() -> None:
        tried.append(asyncio.get_running_loop().time())
        if len(tried) < 9:
            raise DatabaseUnavailableError

    async def insist() -> None:
        tried_from = asyncio.get_running_loop().time()
        backlog = Backlog()
        backlog.add("a row", write)
        await asyncio.sleep(3600)
        await backlog.close()
        tried.insert(0, tried_from)

    hurried(insist())
    pauses = [round(after - before, 1) for before, after in pairwise(tried)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


@pytest.mark.parametrize(("refusals", "lost"), [(0, False), (1, False), (2, True)])
def test_closing_tries_once_more_at_once_and_says_what_is_lost(refusals: int, lost: bool) -> None:
    left = [DatabaseUnavailableError] * refusals

    async def write() -> None:
        if left:
            raise left.pop()

    async def close() -> float:
        backlog, began = Backlog(), asyncio.get_running_loop().time()
        backlog.add("a row", write)
        await asyncio.sleep(0)
        await backlog.close()
        return asyncio.get_running_loop().time() - began

    with capture_logs() as said:
        assert hurried(close()) < 0.5
    assert left == []
    assert [entry["what"] for entry in said if "lost" in entry["event"]] == ["a row"] * lost
