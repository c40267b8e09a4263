"""Linking: `/imgur link` and `/imgur unlink`, and the message that changes when an account is linked."""

from __future__ import annotations

from cogs.client import ImgurBot
from cogs.link._cog import Linking
from cogs.link._notifier import Notifier, SignInTeller


async def setup(bot: ImgurBot) -> None:
    """Add the cog, and have the service tell users through Discord when linking has finished."""
    services = bot.services
    services.linking.announce_with(Notifier(bot, services.adoption, bot.after_link))
    services.sign_in.announce_with(SignInTeller(bot))
    linking = Linking(
        services.linking,
        services.accounts,
        services.sign_in,
        adoption=services.adoption,
        expiries=services.expiries,
    )
    bot.after_link.offer_with(linking.offer_beside)
    await bot.add_cog(linking)
