"""When a user has linked an account and unlinked it, and from where, for nobody but them to see.

No account is named: one that was unlinked is forgotten. The lines go when their user has everything erased, after a
year, and the oldest where there are more than twenty.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, select

from storage.database import Transaction
from storage.models import LinkDeed, LinkEvent, LinkProof, Spot, Where
from storage.tables import link_events

MOST = 20
KEPT_FOR = timedelta(days=365)

COLUMNS = link_events.c


async def note_link(transaction: Transaction, discord_id: int, event: LinkEvent) -> None:
    """Write a line. The user is locked."""
    spot = event.spot
    values = {
        "discord_id": discord_id,
        "at": event.at,
        "deed": event.deed,
        "proof": event.proof,
        "place": spot.where if spot else None,
        "channel_id": spot.channel_id if spot else None,
    }
    await transaction.execute(transaction.insert(link_events).values(values))
    kept = newest(discord_id, MOST).with_only_columns(COLUMNS.number)
    await transaction.execute(
        delete(link_events).where(COLUMNS.discord_id == discord_id, COLUMNS.number.not_in(kept.scalar_subquery()))
    )


async def forget_old(transaction: Transaction, now: datetime) -> None:
    """Forget what is older than a year."""
    await transaction.execute(delete(link_events).where(COLUMNS.at <= now - KEPT_FOR))


def newest(discord_id: int, limit: int) -> Select[Any]:
    """The user's newest lines, as `event_of` takes them."""
    mine = select(link_events).where(COLUMNS.discord_id == discord_id)
    return mine.order_by(COLUMNS.number.desc()).limit(limit)


def event_of(row: Row[Any]) -> LinkEvent:
    """What a line says."""
    proof = None if row.proof is None else LinkProof(row.proof)
    return LinkEvent(row.at, LinkDeed(row.deed), proof, spot_of(row))


def spot_of(row: Row[Any]) -> Spot | None:
    """Where it was begun, by columns that links and attempts call the same."""
    return None if row.place is None else Spot(Where(row.place), row.channel_id)
