"""One image or album: `/imgur show`, `random`, `favorite`, `edit`, `delete`, `tag` and their kind, and its buttons."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.item._cog import Items
from cogs.item._marks import Marks
from cogs.item._random import Random


async def setup(bot: ImgurBot) -> None:
    """Add the cogs."""
    library = bot.services.library
    await bot.add_cog(Items(library.items, library.suggestions))
    await bot.add_cog(Marks(bot.services.marks, library.suggestions))
    await bot.add_cog(Random(library.drawing))
