"""The Discord login of a link attempt, in its row: each arrow one conditional statement.

While it is under way the attempt is BOUND without a state for Imgur: a process that knows of no logins can spend none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, update

from storage.database import Database
from storage.models import AttemptStatus, LoginStep
from storage.tables import link_attempts

COLUMNS = link_attempts.c
UNDER_WAY = (LoginStep.ASKED, LoginStep.LOOKING)


class LoginSteps:
    """What an attempt's store can do for a login. A `number` is that of the login among the attempt's, from 0 on."""

    _database: Database

    async def ask_for_login(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND and the login to ASKED; or, for the same cookie, to ASKED anew unless it is IDENTIFIED."""
        mine = and_(COLUMNS.status == AttemptStatus.BOUND, COLUMNS.cookie_hash == cookie_hash)
        is_open = or_(COLUMNS.login.is_(None), COLUMNS.login != LoginStep.IDENTIFIED)
        return await self._step(
            attempt_id,
            or_(COLUMNS.status == AttemptStatus.PENDING, and_(mine, is_open)),
            _is_number(number),
            COLUMNS.expires_at > now,
            status=AttemptStatus.BOUND,
            cookie_hash=cookie_hash,
            state_hash=None,
            login=LoginStep.ASKED,
        )

    async def look_into_login(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """ASKED to LOOKING: this login's code is about to be used, and none after it."""
        return await self._login_step(
            attempt_id, number, (LoginStep.ASKED,), cookie_hash, now, login=LoginStep.LOOKING, logins=number + 1
        )

    async def identify(
        self, attempt_id: str, number: int, *, cookie_hash: bytes, state_hash: bytes, now: datetime
    ) -> bool:
        """LOOKING to IDENTIFIED, with the state for Imgur; also where it was asked anew meanwhile."""
        return await self._login_step(
            attempt_id, number + 1, UNDER_WAY, cookie_hash, now, login=LoginStep.IDENTIFIED, state_hash=state_hash
        )

    async def tell_foreign(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """To FOREIGN, for good: no refusal leads on by the code, nor does one that came while this was found out.

        A newer login goes on, and one that has IDENTIFIED its user counts.
        """
        is_newer = and_(COLUMNS.login.in_(UNDER_WAY), COLUMNS.logins > number + 1)
        return await self._step(
            attempt_id,
            COLUMNS.status == AttemptStatus.BOUND,
            COLUMNS.login != LoginStep.IDENTIFIED,
            COLUMNS.cookie_hash == cookie_hash,
            COLUMNS.expires_at > now,
            login=case((is_newer, COLUMNS.login), else_=LoginStep.FOREIGN),
            foreign_login=True,
            state_hash=None,
        )

    async def give_login_up(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """LOOKING to REFUSED, or back to FOREIGN where the attempt has met another account."""
        is_foreign = COLUMNS.foreign_login.is_(True)
        step = case((is_foreign, LoginStep.FOREIGN), else_=LoginStep.REFUSED)
        return await self._login_step(attempt_id, number + 1, (LoginStep.LOOKING,), cookie_hash, now, login=step)

    async def go_on_by_code(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """Give an attempt whose login is REFUSED its state for Imgur."""
        return await self._step(
            attempt_id,
            COLUMNS.status == AttemptStatus.BOUND,
            COLUMNS.login == LoginStep.REFUSED,
            COLUMNS.cookie_hash == cookie_hash,
            COLUMNS.expires_at > now,
            state_hash=state_hash,
        )

    async def _login_step(
        self,
        attempt_id: str,
        number: int,
        steps: tuple[LoginStep, ...],
        cookie_hash: bytes,
        now: datetime,
        **values: Any,
    ) -> bool:
        return await self._step(
            attempt_id,
            COLUMNS.status == AttemptStatus.BOUND,
            COLUMNS.login.in_(steps),
            COLUMNS.cookie_hash == cookie_hash,
            COLUMNS.expires_at > now,
            _is_number(number),
            **values,
        )

    async def _step(self, attempt_id: str, *where: ColumnElement[bool], **values: Any) -> bool:
        """One conditional change."""
        change = update(link_attempts).where(COLUMNS.id == attempt_id, *where).values(**values)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change)).rowcount)


def _is_number(number: int) -> ColumnElement[bool]:
    """That so many logins have come back; attempts of a process that knows of none have NULL."""
    return or_(COLUMNS.logins == number, COLUMNS.logins.is_(None)) if number == 0 else COLUMNS.logins == number
