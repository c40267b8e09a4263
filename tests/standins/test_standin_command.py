from __future__ import annotations

import asyncio
import re
import signal
import sys

import aiohttp
import pytest


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_command_runs_it_alone_and_stops_cleanly(session: aiohttp.ClientSession, stop: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "standins.imgur", "--port", "0", "--callback", "http://127.0.0.1:1/cb"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    printed = [(await process.stdout.readline()).decode() for _ in range(5)]
    address = re.search(r"http://localhost:\d+/oauth2/authorize\S+", "".join(printed))
    assert address
    assert "alice_example, bob_example" in printed[-1]
    async with session.get(address[0]) as response:
        page = await response.text()
    assert 'id="allow"' in page
    assert "<option>bob_example</option>" in page
    process.send_signal(stop)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
