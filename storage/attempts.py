"""Link attempts: the state machine of linking, each arrow one conditional statement."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, or_, outerjoin, select, update

from storage.database import Database, Transaction
from storage.errors import StorageError
from storage.keys import DataKey, add_key, erase_keys, renew_key
from storage.link_history import forget_old, spot_of
from storage.linking import ERASED, end_attempts, link_account, lock_user, void_attempts
from storage.logins import LoginSteps
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt, LinkDeed, LinkEvent, LinkProof, LoginStep
from storage.sealing import Keyring, SealContext
from storage.tables import IS_OPEN, data_keys, link_attempts

KEPT_FOR = timedelta(hours=1)

COLUMNS = link_attempts.c
_MAY_GO_ON = or_(COLUMNS.login.is_(None), COLUMNS.login == LoginStep.IDENTIFIED)


class AttemptStore(LoginSteps):
    """What an attempt holds opens only in the row of its id and of the Discord user who began it."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def begin(self, attempt: LinkAttempt, *, hourly_limit: int) -> bool:
        """Void the user's older attempts and add this one as PENDING; as BOUND, to its state alone, if it has no nonce.

        False, changing nothing, at the hourly limit.
        """
        mine = COLUMNS.discord_id == attempt.discord_id
        recent = select(func.count()).where(mine, COLUMNS.created_at > attempt.created_at - KEPT_FOR)
        async with self._database.write() as transaction:
            await lock_user(transaction, attempt.discord_id)
            if (await transaction.execute(recent)).scalar_one() >= hourly_limit:
                return False
            await void_attempts(transaction, mine)
            await transaction.execute(insert(link_attempts).values(**await self._new(transaction, attempt)))
        return True

    async def by_nonce(self, nonce_hash: bytes) -> LinkAttempt | None:
        """The attempt whose link this is."""
        return await self._one(COLUMNS.nonce_hash == nonce_hash)

    async def by_state(self, state_hash: bytes) -> LinkAttempt | None:
        """The attempt that sent this state to Imgur last, spent or not."""
        return await self._one(COLUMNS.state_hash == state_hash)

    async def by_id(self, attempt_id: str) -> LinkAttempt | None:
        """The attempt with this id."""
        return await self._one(COLUMNS.id == attempt_id)

    async def current(self, discord_id: int) -> LinkAttempt | None:
        """The user's newest attempt, whatever its status."""
        return await self._one(COLUMNS.discord_id == discord_id)

    async def set_origin(self, attempt_id: str, origin: str) -> bool:
        """Replace the origin of an attempt that has not ended."""
        return await self._sealing_step("origin_key_id", {"origin": origin}, attempt_id, IS_OPEN)

    async def bind(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND; or a fresh state for the same cookie while BOUND, unless a login is under way."""
        again = and_(COLUMNS.status == AttemptStatus.BOUND, COLUMNS.cookie_hash == cookie_hash, _MAY_GO_ON)
        return await self._step(
            attempt_id,
            or_(COLUMNS.status == AttemptStatus.PENDING, again),
            COLUMNS.expires_at > now,
            status=AttemptStatus.BOUND,
            cookie_hash=cookie_hash,
            state_hash=state_hash,
        )

    async def spend(self, attempt_id: str, *, cookie_hash: bytes | None, state_hash: bytes, now: datetime) -> bool:
        """BOUND to SPENT, if cookie and state are the ones on record and the attempt is not expired.

        A `cookie_hash` of None is that of an attempt that no browser is bound to.
        """
        return await self._step(
            attempt_id,
            COLUMNS.status == AttemptStatus.BOUND,
            COLUMNS.cookie_hash == cookie_hash,
            COLUMNS.state_hash == state_hash,
            COLUMNS.expires_at > now,
            status=AttemptStatus.SPENT,
        )

    async def prove(self, attempt_id: str, account: ImgurAccount, code: str | None, *, now: datetime) -> bool:
        """SPENT to PROVED, keeping tokens and code sealed; without a code where a login has told who it is."""
        tokens = {"access_token": account.access_token, "refresh_token": account.refresh_token}
        return await self._sealing_step(
            "proof_key_id",
            tokens | ({} if code is None else {"code": code}),
            attempt_id,
            COLUMNS.status == AttemptStatus.SPENT,
            COLUMNS.expires_at > now,
            status=AttemptStatus.PROVED,
            account_id=account.account_id,
            username=account.username,
            token_expires_at=account.expires_at,
        )

    async def count_try(self, attempt_id: str, *, limit: int, now: datetime) -> int | None:
        """Count one try at the code and tell how many that makes; None where none is allowed (any more)."""
        allowed = (_proved(attempt_id, now), COLUMNS.tries < limit)
        change = update(link_attempts).where(*allowed).values(tries=COLUMNS.tries + 1).returning(COLUMNS.tries)
        async with self._database.write() as transaction:
            tries: int | None = (await transaction.execute(change)).scalar()
        return tries

    async def complete(self, attempt_id: str, *, now: datetime) -> ImgurAccount | None:
        """PROVED to DONE and the account linked, in one transaction; None if not PROVED, or expired."""
        proved = _proved(attempt_id, now)
        async with self._database.write() as transaction:
            row = (await transaction.execute(_with_keys().where(proved))).one_or_none()
            if row is None:
                return None
            await lock_user(transaction, row.discord_id)
            done = update(link_attempts).where(proved).values(status=AttemptStatus.DONE, **ERASED)
            if not (await transaction.execute(done)).rowcount:
                return None
            account = self._account(row)
            await erase_keys(transaction, (row.origin_key_id, row.proof_key_id))
            transaction.leaves_copies()
            event = LinkEvent(now, LinkDeed.LINKED, _proof(row), spot_of(row))
            version = await link_account(transaction, self._keyring, row.discord_id, account, event)
        return replace(account, version=version)

    async def void(self, attempt_id: str) -> bool:
        """End the attempt and erase what it holds; False if it had ended before."""
        async with self._database.write() as transaction:
            return bool(await void_attempts(transaction, COLUMNS.id == attempt_id))

    async def sweep(self, now: datetime) -> list[LinkAttempt]:
        """Erase what expired attempts hold; forget attempts older than an hour.

        Gives those that have ended by that, as they were; not those whose key is lost.
        """
        expired = COLUMNS.expires_at <= now
        ended: list[LinkAttempt] = []
        async with self._database.write() as transaction:
            found = _with_keys().where(IS_OPEN, expired).with_for_update(of=link_attempts)
            rows = (await transaction.execute(found)).all()
            for row in rows:
                with contextlib.suppress(StorageError):
                    ended.append(self._attempt(row))
            await end_attempts(transaction, rows)
            old = await transaction.execute(delete(link_attempts).where(COLUMNS.created_at <= now - KEPT_FOR))
            if old.rowcount:
                transaction.leaves_copies()
            await forget_old(transaction, now)
        return ended

    async def _one(self, where: ColumnElement[bool]) -> LinkAttempt | None:
        query = _with_keys().where(where).order_by(COLUMNS.number.desc()).limit(1)
        row = (await self._database.execute(query)).one_or_none()
        return None if row is None else self._attempt(row)

    async def _sealing_step(
        self, key_column: str, texts: dict[str, str], attempt_id: str, *where: ColumnElement[bool], **values: Any
    ) -> bool:
        """One conditional change with texts to seal under one key; those that it replaces are erased."""
        here = (COLUMNS.id == attempt_id, *where)
        found = select(COLUMNS.discord_id, COLUMNS[key_column].label("key_id")).where(*here).with_for_update()
        async with self._database.write() as transaction:
            row = (await transaction.execute(found)).one_or_none()
            if row is None:
                return False
            key = await renew_key(transaction, row.key_id)
            values |= self._sealed(attempt_id, row.discord_id, texts, key) | {key_column: key.id}
            return bool((await transaction.execute(update(link_attempts).where(*here).values(**values))).rowcount)

    def _sealed(self, attempt_id: str, discord_id: int, texts: dict[str, str], key: DataKey) -> dict[str, bytes]:
        return {
            name: self._keyring.seal(text, attempt_context(name, attempt_id, discord_id), key.key)
            for name, text in texts.items()
        }

    def _open(self, row: Row[Any], name: str) -> str:
        key = row.origin_key if name == "origin" else row.proof_key
        return self._keyring.open(getattr(row, name), attempt_context(name, row.id, row.discord_id), key)

    async def _new(self, transaction: Transaction, attempt: LinkAttempt) -> dict[str, Any]:
        has_pages = attempt.nonce_hash is not None
        values: dict[str, Any] = {
            "id": attempt.id,
            "discord_id": attempt.discord_id,
            "discord_name": attempt.discord_name,
            "created_at": attempt.created_at,
            "expires_at": attempt.expires_at,
            "status": AttemptStatus.PENDING if has_pages else AttemptStatus.BOUND,
            "tries": 0,
            "state_hash": None if has_pages else attempt.state_hash,
            "nonce_hash": attempt.nonce_hash,
            "locale": attempt.locale,
            "place": attempt.spot.where if attempt.spot else None,
            "channel_id": attempt.spot.channel_id if attempt.spot else None,
        }
        if not attempt.origin:
            return values
        key = await add_key(transaction)
        sealed = self._sealed(attempt.id, attempt.discord_id, {"origin": attempt.origin}, key)
        return values | sealed | {"origin_key_id": key.id}

    def _attempt(self, row: Row[Any]) -> LinkAttempt:
        return LinkAttempt(
            id=row.id,
            discord_id=row.discord_id,
            discord_name=row.discord_name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            status=AttemptStatus(row.status),
            tries=row.tries,
            origin=None if row.origin is None else self._open(row, "origin"),
            nonce_hash=row.nonce_hash,
            cookie_hash=row.cookie_hash,
            state_hash=row.state_hash,
            code=None if row.code is None else self._open(row, "code"),
            account=None if row.account_id is None else self._account(row),
            locale=row.locale,
            login=None if row.login is None else LoginStep(row.login),
            logins=row.logins or 0,
            spot=spot_of(row),
        )

    def _account(self, row: Row[Any]) -> ImgurAccount:
        access, refresh = self._open(row, "access_token"), self._open(row, "refresh_token")
        return ImgurAccount(row.account_id, row.username, access, refresh, row.token_expires_at)


def _with_keys() -> Select[Any]:
    origin, proof = data_keys.alias(), data_keys.alias()
    joined = outerjoin(link_attempts, origin, COLUMNS.origin_key_id == origin.c.id)
    joined = outerjoin(joined, proof, COLUMNS.proof_key_id == proof.c.id)
    return select(link_attempts, origin.c.key.label("origin_key"), proof.c.key.label("proof_key")).select_from(joined)


def attempt_context(name: str, attempt_id: str, discord_id: int) -> SealContext:
    """Where a value of an attempt is sealed."""
    return SealContext(f"link_attempts.{name}", f"{discord_id}/{attempt_id}")


def _proof(row: Row[Any]) -> LinkProof:
    if row.nonce_hash is None:
        return LinkProof.PASTED
    return LinkProof.LOGIN if row.login == LoginStep.IDENTIFIED else LinkProof.CODE


def _proved(attempt_id: str, now: datetime) -> ColumnElement[bool]:
    return and_(COLUMNS.id == attempt_id, COLUMNS.status == AttemptStatus.PROVED, COLUMNS.expires_at > now)
