"""Calls that are given up, at whatever moment: what did not reach Imgur is given back, and what did is counted."""

from __future__ import annotations

import asyncio
import time

from services.quota.allowances import APPLICATION, account_allowance
from services.quota.caller import Caller, calling
from services.quota.governor import Governor
from storage.database import open_database
from storage.ledger import LedgerStore
from storage.sealing import Keyring, new_key
from tests.databases import on_both
from tests.services.test_governor import ADA, READ, Clock, Imgur, left

MOMENTS = 30
KEYRING = Keyring({"test": new_key()})


@on_both
async def test_a_call_that_is_cancelled_at_any_moment_counts_if_it_was_sent(database_url: str) -> None:
    imgur, own = Imgur(), account_allowance(7)
    async with open_database(database_url) as database:
        governor = Governor(LedgerStore(database, KEYRING), Clock())
        for _ in range(2):
            began = time.monotonic()
            await governor(READ, imgur)
        took = time.monotonic() - began
        for moment in range(MOMENTS):
            with calling(Caller(ADA, patience=600.0)):
                task = asyncio.create_task(governor(READ, imgur))
            await asyncio.sleep(took * 1.2 * moment / MOMENTS)
            task.cancel()
            await asyncio.wait([task])
        sent = len(imgur.calls)
        assert sent < MOMENTS
        async with asyncio.timeout(20):
            while APPLICATION.limit - await left(governor) != sent:  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.01)
        assert own.limit - await left(governor, own) == sent
