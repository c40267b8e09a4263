"""What a user may do about what is held of them: `/imgur data`."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.data._cog import Data


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    services = bot.services
    await bot.add_cog(Data(services.exports, services.leaving, services.backups, services.expiries))
