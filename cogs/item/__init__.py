"""One image or album: `/imgur show`, `favorite`, `unfavorite`, `edit`, `delete`, and the buttons beneath it."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.item._cog import Items


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    await bot.add_cog(Items(bot.services.library.items, bot.services.library.suggestions))
