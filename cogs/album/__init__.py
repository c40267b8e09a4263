"""Albums: `/imgur album create`, `edit`, `add`, `remove` and `delete`. The gallery of them is in `cogs/gallery`."""

from __future__ import annotations

from cogs.album._cog import Albums
from cogs.client import ImgurBot


async def setup(bot: ImgurBot) -> None:
    """Add the cog."""
    services = bot.services
    await bot.add_cog(Albums(services.albums, services.library.galleries, services.library.suggestions))
