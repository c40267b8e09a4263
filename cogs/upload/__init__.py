"""Uploading: `/imgur upload`."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.upload._cog import Uploads


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    services = bot.services
    await bot.add_cog(Uploads(services.uploads, services.several, services.picked, services.library.suggestions))
