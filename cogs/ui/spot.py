"""Where a command or a press comes from, as the history of links says it."""

from __future__ import annotations

from cogs.ui.actions import Interaction
from services.account import Spot, Where


def spot_of(interaction: Interaction) -> Spot:
    """The channel is told in servers alone: others need not be found again."""
    if interaction.context.dm_channel:
        return Spot(Where.DIRECT)
    if interaction.context.private_channel:
        return Spot(Where.ELSEWHERE)
    return Spot(Where.SERVER, interaction.channel_id)
