"""Galleries: `/imgur images`, `favorites`, `album list` and `search`."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.gallery._bulk import Bulk
from cogs.gallery._cog import Galleries
from cogs.gallery._open import OpenGalleries
from cogs.gallery._picks import Picks
from cogs.gallery._search import Searches
from cogs.gallery._tagging import Tagging
from cogs.gallery._teller import Teller


async def setup(bot: ImgurBot) -> None:
    """Add the cogs, and have what goes on in the background told through Discord."""
    library = bot.services.library
    bot.services.jobs.announce_with(Teller(bot, bot.services.bulk))
    shown = OpenGalleries()
    await bot.add_cog(Galleries(library.galleries, library.suggestions, shown))
    await bot.add_cog(Searches(bot.services.search, library.items, bot.services.views))
    await bot.add_cog(Picks(library.galleries, bot.services.selections, bot.services.picked, shown))
    await bot.add_cog(Bulk(bot.services.bulk, bot.services.adoption, library.suggestions, shown))
    await bot.add_cog(Tagging(bot.services.selections, bot.services.marks))
