"""Galleries: `/imgur images` and `/imgur favorites`."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.gallery._cog import Galleries


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Galleries(bot.services.library.galleries, bot.services.library.suggestions))
