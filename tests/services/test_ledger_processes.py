"""Two real processes over one ledger: 100 credits of the address, 80 commands on each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from standins.imgur.standin import Standin
from tests.conftest import CLIENT_ID
from tests.databases import on_both
from tests.services.test_processes import Process

ROOT = Path(__file__).parents[2]
CREDITS, COMMANDS, EARLY = 100, 80, 15
AT_ONCE = 8  # commands of one process

# Waits for a line, then gives so many commands of one user, says when some were served, and in the end how many were.
PROCESS = f"""
import asyncio, sys
import aiohttp
from imgur.client import ImgurClient
from imgur.errors import RateLimitedError
from services.quota.caller import Caller, calling
from services.quota.governor import Governor
from storage.database import open_database
from storage.ledger import LedgerStore

async def main(database_url, imgur_url, image, user):
    async with open_database(database_url) as database, aiohttp.ClientSession() as session:
        governor = Governor(LedgerStore(database))
        client = ImgurClient(session, {CLIENT_ID!r}, base_url=imgur_url, middlewares=(governor,))
        served = 0

        async def some(commands):
            nonlocal served
            for _ in range(commands):
                try:
                    await client.image(image)
                except RateLimitedError as error:
                    assert error.status is None, "Imgur had to refuse"
                    continue
                served += 1
                if served == {EARLY}:
                    print("early", flush=True)
                await asyncio.sleep(0.02)  # nobody types the next command within the same moment

        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        with calling(Caller(int(user))):
            await asyncio.gather(*(some({COMMANDS // AT_ONCE}) for _ in range({AT_ONCE})))
        print(served, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def another(database_url: str, standin: Standin, image: str, user: int) -> AsyncIterator[Process]:
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS, database_url, standin.url, image, str(user)), cwd=ROOT, stdin=pipe, stdout=pipe
    )
    process = Process(started)
    try:
        assert await process.says() == "ready"
        yield process
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


@on_both
async def test_both_together_never_take_more_than_there_is_and_part_it_fairly(
    database_url: str, standin: Standin
) -> None:
    standin.world.credits.user_limit = CREDITS
    image = standin.world.add_image().id
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(another(database_url, standin, image, user)) for user in (1, 2)]
        held = standin.switches.hold("GET /3/image/*")  # so that neither is through before the other has begun
        for process in both:
            await process.tell()
        async with asyncio.timeout(30):
            while held.count < len(both) * AT_ONCE:  # noqa: ASYNC110 - of another process's doing
                await asyncio.sleep(0.01)
        held.release()
        for process in both:
            assert await process.says() == "early"
        served = [int(await process.says()) for process in both]
    assert 0.8 * CREDITS <= sum(served) <= CREDITS
    assert min(served) >= 0.3 * CREDITS
    assert standin.world.credits.user_left("127.0.0.1") == CREDITS - sum(served)


@on_both
async def test_what_a_killed_process_has_not_used_is_the_other_ones(database_url: str, standin: Standin) -> None:
    standin.world.credits.user_limit = CREDITS
    image = standin.world.add_image().id
    async with AsyncExitStack() as stack:
        killed, other = [
            await stack.enter_async_context(another(database_url, standin, image, user)) for user in (1, 2)
        ]
        await killed.tell()
        assert await killed.says() == "early"
        killed.process.kill()
        await killed.process.wait()
        spent = CREDITS - standin.world.credits.user_left("127.0.0.1")
        assert EARLY <= spent < CREDITS // 2
        await other.tell()
        assert await other.says() == "early"
        served = int(await other.says())
    # All but the fifth that one user leaves to others, and what was on its way when the other process died.
    assert served >= (CREDITS - spent) * 0.8 - 10
    assert served + spent <= CREDITS
