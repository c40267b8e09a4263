"""`/imgur server`, what was shared in a server, and reports about it."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.server._changing import Changing
from cogs.server._cog import Servers
from cogs.server._shared import SharedHere


async def setup(bot: ImgurBot) -> None:
    """Add the cogs, and have what was deleted taken out of messages through Discord."""
    sharing, changing = bot.services.sharing, Changing(bot)
    sharing.emptying.empty_with(changing.emptied)
    await bot.add_cog(Servers(sharing))
    await bot.add_cog(SharedHere(sharing, changing))
