"""Two real processes over one ledger: 100 credits of the address, 80 commands on each."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from standins.imgur.standin import Standin
from tests.conftest import CLIENT_ID
from tests.databases import on_both
from tests.services.test_processes import Process

ROOT = Path(__file__).parents[2]
CREDITS, ROUNDS = 100, 10
AT_ONCE = 8  # commands of one process in a round

# Takes lines with a number of rounds, and says how many commands were served in them all.
PROCESS = f"""
import asyncio, sys
import aiohttp
from imgur.client import ImgurClient
from imgur.errors import RateLimitedError
from services.quota.caller import Caller, calling
from services.quota.governor import Governor
from storage.database import open_database
from storage.ledger import LedgerStore
from storage.sealing import Keyring, new_key

async def main(database_url, imgur_url, image, *users):
    async with open_database(database_url) as database, aiohttp.ClientSession() as session:
        governor = Governor(LedgerStore(database, Keyring({{"test": new_key()}})))
        client = ImgurClient(session, {CLIENT_ID!r}, base_url=imgur_url, middlewares=(governor,))

        async def command(user):
            with calling(Caller(int(user))):
                try:
                    await client.image(image)
                except RateLimitedError as error:
                    assert error.status is None, "Imgur had to refuse"
                    return False
            return True

        print("ready", flush=True)
        while rounds := await asyncio.to_thread(sys.stdin.readline):
            served = 0
            for _ in range(int(rounds)):
                served += sum(await asyncio.gather(*map(command, users * ({AT_ONCE} // len(users)))))
            print(served, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Commands(Process):
    """A process whose users give commands."""

    async def begin(self, rounds: int = 1) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"%d\n" % rounds)
        await self.process.stdin.drain()

    async def served(self) -> int:
        return int(await self.says())


@asynccontextmanager
async def both(
    database_url: str, standin: Standin, users: Sequence[Sequence[int]] = ((1,), (2,))
) -> AsyncIterator[list[Commands]]:
    """Two processes with their users, and 100 credits."""
    standin.world.credits.user_limit = CREDITS
    image = standin.world.add_image().id
    async with AsyncExitStack() as stack:
        yield await asyncio.gather(
            *(stack.enter_async_context(_another(database_url, standin, image, each)) for each in users)
        )


@asynccontextmanager
async def _another(database_url: str, standin: Standin, image: str, users: Sequence[int]) -> AsyncIterator[Commands]:
    pipe = asyncio.subprocess.PIPE
    arguments = database_url, standin.url, image, *map(str, users)
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS, *arguments), cwd=ROOT, stdin=pipe, stdout=pipe
    )
    process = Commands(started)
    try:
        assert await process.says() == "ready"
        yield process
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


def spent(standin: Standin) -> int:
    return CREDITS - standin.world.credits.user_left("127.0.0.1")


async def arrived(standin: Standin, number: int) -> None:
    """So many calls are with Imgur, answered or not."""
    async with asyncio.timeout(30):
        while len(standin.sent("GET /3/image/*")) < number:  # noqa: ASYNC110 - of another process's doing
            await asyncio.sleep(0.01)


@on_both
async def test_both_together_never_take_more_than_there_is_and_part_it_fairly(
    database_url: str, standin: Standin
) -> None:
    """They ask for the same in each round: who is quicker within one makes no difference."""
    async with both(database_url, standin) as processes:
        served = [0, 0]
        for _ in range(ROUNDS):
            for process in processes:
                await process.begin()
            for number, process in enumerate(processes):
                served[number] += await process.served()
    assert 0.8 * CREDITS <= sum(served) <= CREDITS
    assert min(served) >= 0.3 * CREDITS
    assert spent(standin) == sum(served)


@on_both
async def test_a_process_that_stands_still_has_no_other_take_more_than_there_is(
    database_url: str, standin: Standin
) -> None:
    """What it hears of then was said long ago: that there was much left."""
    async with both(database_url, standin, (range(AT_ONCE), (100,))) as (quick, slow):
        held = standin.switches.hold("GET /3/image/*")
        for process in (quick, slow):
            await process.begin()
        await arrived(standin, 2 * AT_ONCE)
        slow.process.send_signal(signal.SIGSTOP)
        held.release()
        served = await quick.served()
        await quick.begin(ROUNDS)
        served += await quick.served()
        assert served >= 0.75 * CREDITS
        slow.process.send_signal(signal.SIGCONT)
        assert await slow.served() == AT_ONCE
        await slow.begin()
        served += AT_ONCE + await slow.served()
    assert served <= CREDITS
    assert spent(standin) == served


@on_both
async def test_what_a_killed_process_has_not_used_is_the_other_ones(database_url: str, standin: Standin) -> None:
    async with both(database_url, standin) as (killed, other):
        await killed.begin(2)
        assert await killed.served() == 2 * AT_ONCE
        held = standin.switches.hold("GET /3/image/*")
        await killed.begin()
        await arrived(standin, 3 * AT_ONCE)
        killed.process.kill()
        await killed.process.wait()
        held.release()
        await other.begin(ROUNDS)
        served = await other.served()
    # All but the fifth that one user leaves to others, and what was on its way when the other process died.
    assert served >= (CREDITS - 2 * AT_ONCE) * 0.8 - 10
    assert 2 * AT_ONCE + served <= spent(standin) <= CREDITS
