"""Uploading: `/imgur upload`, and the menu of messages."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.ui.menus import MessageMenu
from cogs.upload._cog import Uploads
from cogs.upload._menu import MessageUploads
from locales.text import Text


async def setup(bot: ImgurBot) -> None:
    """Add the cogs, and the menu."""
    services = bot.services
    uploads = Uploads(services.uploads, services.several, services.picked, services.library.suggestions)
    menus = MessageUploads(services.messages, uploads.begin)
    await bot.add_cog(uploads)
    await bot.add_cog(menus)
    bot.tree.add_command(MessageMenu(Text("Upload to Imgur"), menus.menu))
