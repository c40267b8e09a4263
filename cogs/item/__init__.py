"""One image or album: `/imgur show`, `random`, `favorite`, `edit`, `delete`, `tag` and their kind, and its buttons."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.item._cog import Items
from cogs.item._expiry import Expiries
from cogs.item._marks import Marks
from cogs.item._menu import MessageFavorites
from cogs.item._random import Random
from cogs.ui.menus import MessageMenu
from locales.text import Text


async def setup(bot: ImgurBot) -> None:
    """Add the cogs."""
    library = bot.services.library
    favorites = MessageFavorites(bot.services.messages, bot.services.favorites)
    await bot.add_cog(Expiries(bot.services.expiries))
    await bot.add_cog(Items(library.items, library.suggestions))
    await bot.add_cog(Marks(bot.services.marks, library.suggestions))
    await bot.add_cog(Random(library.drawing))
    await bot.add_cog(favorites)
    bot.tree.add_command(MessageMenu(Text("Favorite on Imgur"), favorites.menu))
