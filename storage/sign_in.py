"""Whether Imgur's sign-in works, as all processes know it, and who wants to hear when it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, or_, select, update

from storage.database import Database, upsert
from storage.models import SignInState, SignInWait
from storage.tables import UtcTime, sign_in, sign_in_waits

SEEN, WAIT = sign_in.c, sign_in_waits.c
ONLY = 1


class SignInStore:
    """One state for everybody. Each step is one conditional statement: of two processes at once, one gets True."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> SignInState | None:
        """What is known; None before the first look."""
        row = (await self._database.execute(select(sign_in))).one_or_none()
        return None if row is None else SignInState(row.looked_at, row.known_at, row.down_since, row.held)

    async def take_look(self, now: datetime, *, before: datetime) -> bool:
        """Be the one who looks: nobody has since then. What was noted by a clock that was ahead counts for nothing."""
        due = update(sign_in).where(or_(SEEN.looked_at <= before, SEEN.looked_at > now)).values(looked_at=now)
        async with self._database.write() as transaction:
            if (await transaction.execute(due)).rowcount:
                return True
            first = transaction.insert(sign_in).values(id=ONLY, looked_at=now, held=0).on_conflict_do_nothing()
            return bool((await transaction.execute(first)).rowcount)

    async def found(self, now: datetime, *, works: bool) -> None:
        """Note what a look has found."""
        values: dict[str, Any] = {"down_since": None, "held": SEEN.held + 1}
        if not works:
            values = {"down_since": func.coalesce(SEEN.down_since, literal(now, UtcTime())), "held": 0}
        async with self._database.write() as transaction:
            await transaction.execute(update(sign_in).values(known_at=now, **values))

    async def wait(self, discord_id: int, locale: str | None, nonce: int, now: datetime) -> None:
        """Have this user told once it works; asking again changes nothing but the language."""
        async with self._database.write() as transaction:
            asked = await transaction.execute(
                update(sign_in_waits).where(WAIT.discord_id == discord_id).values(locale=locale)
            )
            if not asked.rowcount:
                values = {"locale": locale, "nonce": nonce, "asked_at": now}
                await upsert(transaction, sign_in_waits, {"discord_id": discord_id}, values)

    async def claim(self, now: datetime, *, until: datetime) -> SignInWait | None:
        """Who asked first, for this process alone to tell until then."""
        is_free = or_(WAIT.claimed_until.is_(None), WAIT.claimed_until <= now)
        first = select(sign_in_waits).where(is_free).order_by(WAIT.asked_at, WAIT.discord_id).limit(1)
        row = (await self._database.execute(first)).one_or_none()
        if row is None:
            return None
        mine = update(sign_in_waits).where(WAIT.discord_id == row.discord_id, is_free).values(claimed_until=until)
        async with self._database.write() as transaction:
            taken = (await transaction.execute(mine)).rowcount
        return SignInWait(row.discord_id, row.locale, row.nonce, row.asked_at) if taken else None

    async def drop(self, discord_id: int) -> None:
        """Let this user wait no more."""
        async with self._database.write() as transaction:
            await transaction.execute(delete(sign_in_waits).where(WAIT.discord_id == discord_id))
