"""`python -m benchmarks.process ours|bare PORT AUTHORITY`: a bot in its own process, on the stand-in of Discord."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def ours(port: int, authority: Path) -> None:
    """`bot.py run`, with its settings from the environment."""
    import bot  # noqa: PLC0415 - the other bot must not load it
    from standins.discord.connector import connectors  # noqa: PLC0415 - it must load nothing first

    bot._until_stopped(bot._run(bot._load(), connector=connectors(port, authority)))  # noqa: SLF001


def bare(port: int, authority: Path) -> None:
    """The least that discord.py needs, with the intent that most bots have."""
    import asyncio  # noqa: PLC0415

    import discord  # noqa: PLC0415

    from standins.discord.connector import connectors  # noqa: PLC0415

    async def main() -> None:
        intents = discord.Intents(guilds=True)
        async with discord.Client(intents=intents, connector=connectors(port, authority)(limit=0)) as client:
            await client.start(os.environ["DISCORD_TOKEN"])

    asyncio.run(main())


if __name__ == "__main__":
    {"ours": ours, "bare": bare}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
