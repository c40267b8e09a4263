"""What a start does without: whole packages that nobody needs before there is something to do with them."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from pathlib import Path

from storage.database import open_database
from storage.sealing import new_key

ROOT = Path(__file__).parents[1]
NOT_YET = {
    "alembic", "asyncpg", "cryptography", "demo", "jinja2", "mako", "PIL", "pillow_heif", "pydantic",
    "sqlalchemy.dialects.postgresql", "sqlalchemy.ext.asyncio", "sqlalchemy.orm", "standins",
    "storage.engines.postgres", "storage.migrations.upgrade", "storage.probe",
}  # fmt: skip
CODE = """
import asyncio, sys
import bot
from cogs.client import EXTENSIONS

async def main():
    async with bot.compose(bot._load()) as house:
        for extension in EXTENSIONS:
            await house.bot.load_extension(extension)
        print(*sys.modules)

asyncio.run(main())
"""


async def test_a_start_on_a_database_that_is_up_to_date_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    async with open_database(url):
        pass
    environment = {
        "PATH": os.environ["PATH"],
        "DISCORD_TOKEN": base64.urlsafe_b64encode(b"123456789012345678").decode() + ".made-up.example",
        "IMGUR_CLIENT_ID": "example-client",
        "IMGUR_CLIENT_SECRET": "made-up-secret",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "TOKEN_KEYS": f"k1:{base64.b64encode(new_key()).decode()}",
        "DATABASE_URL": url,
        "PORT": "0",
        "ADMIN_PORT": "0",
        "LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CODE, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    loaded = set(said.decode().split())
    assert {"bot", "cogs.item._cog", "sqlalchemy.dialects.sqlite.aiosqlite"} <= loaded
    assert loaded & NOT_YET == set()
