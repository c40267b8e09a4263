"""What a user may do about what is held of them: `/imgur data`."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.data._cog import Data


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Data(bot.services.exports, bot.services.leaving, bot.services.backups))
