"""How long a start takes, and how much memory the bot needs: at rest, and for each server that it is in.

Whole processes, in turns with a bare discord.py bot, against the stand-in of Discord over TLS.
"""

from __future__ import annotations

import asyncio
import base64
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from standins.discord.certificate import make
from standins.discord.server import running
from standins.discord.standin import Standin
from standins.discord.world import Json, snowflake

ROUNDS = 7
SERVERS, CHANNELS, ROLES = 2500, 60, 40
MOST_TIMES, MOST_MEMORY, MOST_A_SERVER = 2.0, 80.0, 3.0  # of a bare bot's start; MB; KB
REST = 2.0  # seconds from READY until memory is looked at
TOKEN = base64.urlsafe_b64encode(b"123456789012345678").decode() + ".made-up.example"


def server(number: str) -> Json:
    """A server of middling size, as Discord describes it to a bot with the intent for servers."""
    overwrite = {"id": number, "type": 0, "allow": "0", "deny": "1024"}
    channels = [
        {
            "id": snowflake(), "type": 0, "name": f"channel-{n}", "position": n, "flags": 0, "parent_id": None,
            "topic": f"What belongs into channel {n}", "nsfw": False, "rate_limit_per_user": 0, "last_message_id": None,
            "permission_overwrites": [overwrite],
        }
        for n in range(CHANNELS)
    ]  # fmt: skip
    roles = [
        {"id": snowflake(), "name": f"role {n}", "color": n, "colors": {"primary_color": n}, "hoist": False,
         "position": n, "permissions": "1024", "managed": False, "mentionable": False, "flags": 0}
        for n in range(ROLES)
    ]  # fmt: skip
    return {
        "id": number, "name": f"Server {number}", "icon": None, "owner_id": snowflake(), "channels": channels,
        "roles": roles, "members": [], "member_count": 50, "emojis": [], "stickers": [], "features": [], "threads": [],
        "voice_states": [], "presences": [], "large": False, "unavailable": False, "afk_timeout": 300,
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
        "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "system_channel_flags": 0,
        "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
    }  # fmt: skip


async def started(discord: Standin, who: str, authority: Path, folder: str, rest: float = REST) -> tuple[float, float]:
    """Seconds from the process to READY, and MB of memory when it has come to rest."""
    environment = {
        "PATH": os.environ["PATH"],
        "DISCORD_TOKEN": TOKEN,
        "IMGUR_CLIENT_ID": "bench-client",
        "IMGUR_CLIENT_SECRET": "bench-example",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "TOKEN_KEYS": f"k1:{base64.b64encode(bytes(range(32))).decode()}",
        "DATABASE_URL": f"sqlite:///{folder}/bot.db",
        "PORT": "0",
        "ADMIN_PORT": "0",
        "LOG_LEVEL": "error",
    }
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.process", who, str(discord.port), str(authority), env=environment
    )
    try:
        await discord.ready()
        seconds = time.perf_counter() - begun
        await asyncio.sleep(rest)
        return seconds, _memory(process.pid)
    finally:
        process.kill()
        await process.wait()


def _memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


async def measure() -> dict[str, Any]:
    """Starts and memory of both bots, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        context, authority = make(Path(folder))
        async with running(TOKEN, context) as discord:
            for who in ("ours", "bare"):  # the first one makes the database and sends the commands
                await started(discord, who, authority, folder, 0)
            rounds = [
                [await started(discord, who, authority, folder) for who in ("ours", "bare")] for _ in range(ROUNDS)
            ]
            discord.world.guilds += [snowflake() for _ in range(SERVERS - 1)]
            discord.world.guild_details = [server(number) for number in discord.world.guilds]
            many = [await started(discord, who, authority, folder, REST * 4) for who in ("ours", "bare")]
    middle = [[statistics.median(one[who][what] for one in rounds) for what in (0, 1)] for who in (0, 1)]
    return {
        "seconds": [middle[0][0], middle[1][0]],
        "ratio": statistics.median(ours[0] / bare[0] for ours, bare in rounds),
        "memory": [middle[0][1], middle[1][1]],
        "a_server": [(many[who][1] - middle[who][1]) * 1000 / SERVERS for who in (0, 1)],
    }


def main() -> bool:
    """Print the figures; whether the budgets were kept."""
    found = asyncio.run(measure())
    print(f"From the process to READY, at rest, and in {SERVERS} servers; {ROUNDS} rounds, medians:")
    for number, name in enumerate(("this bot", "a bare discord.py bot with the intent for servers")):
        print(
            f"  {name:<50} READY {found['seconds'][number]:5.2f} s   at rest {found['memory'][number]:5.1f} MB"
            f"   a server {found['a_server'][number]:5.1f} KB"
        )
    print(
        f"  times a bare bot's start {found['ratio']:.2f} (at most {MOST_TIMES}); at rest at most {MOST_MEMORY:.0f} MB;"
        f" a server at most {MOST_A_SERVER:.0f} KB"
    )
    kept = found["ratio"] <= MOST_TIMES, found["memory"][0] <= MOST_MEMORY, found["a_server"][0] <= MOST_A_SERVER
    return all(kept)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
