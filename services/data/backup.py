"""Backups: proved like a link, in one browser and by a code in Discord; then the pictures, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from errors import (
    BackupCodeError,
    BackupForeignBrowserError,
    BackupNotExpectedError,
    BackupNotSetUpError,
    BackupOverError,
    BackupUnknownError,
    LinkBrokenError,
    NothingHeldError,
    NothingToBackUpError,
)
from services.data.plan import ANONYMOUS, CHOICES, Entry, Planner
from services.onetime import code_of, digest, is_marked, is_secret, new_id, new_marked, new_secret, normalised
from services.ports import AccountStore, BackupStore, LibraryStore, UploadStore
from services.sync import Progress as Reading
from services.sync import SyncService
from services.sync.stage import CONTENTS
from storage.models import Backup, BackupStatus, ImgurAccount

LIFETIME = timedelta(minutes=10)
"""For which the link is good, until the code was entered."""
OPEN_FOR = timedelta(hours=24)
"""For which all can be fetched, again and again, after that."""
CODE_TRIES = 5
LONGEST_LOCALE = 10
COOKIE_PREFIX = "__Host-imgur-backup-"


@dataclass(frozen=True, slots=True)
class BackupOffer:
    """What `/imgur data backup` hands to the user."""

    url: str = field(repr=False)
    expires_at: datetime


class BackupStep(StrEnum):
    """What the backup's page shows."""

    CODE = "code"
    CHOOSE = "choose"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class BackupPage:
    """The page as it is now. `cookie` is for a browser that may yet press Continue, empty afterwards.

    `username` is the account whose pictures can be chosen; `lost` is one to which the link is broken. `reading` tells,
    of lists that are not known in full yet, how far they have been read.
    """

    id: str
    step: BackupStep | None
    discord_name: str
    expires_at: datetime
    locale: str | None
    cookie: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    username: str | None = None
    lost: str | None = None
    anonymous: int = 0
    reading: Mapping[str, Reading] = field(default_factory=dict)
    parts: int = 0


def backup_cookie(backup_id: str) -> str:
    """The cookie of one backup."""
    return COOKIE_PREFIX + backup_id


class BackupService:
    """Takes a backup from `/imgur data backup` to its list of pictures; `Streams` hands them out.

    Without a `public_url` there are none. Errors of the database pass.
    """

    def __init__(
        self,
        store: BackupStore,
        accounts: AccountStore,
        library: LibraryStore,
        uploads: UploadStore,
        sync: SyncService,
        *,
        public_url: str | None,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._library = library
        self._uploads = uploads
        self._sync = sync
        self._public_url = public_url

    @property
    def is_set_up(self) -> bool:
        """Whether there can be any."""
        return self._public_url is not None

    # --- in Discord

    async def begin(self, discord_id: int, discord_name: str, *, locale: str | None = None) -> BackupOffer:
        """Begin one in the place of an older one. Raises BackupNotSetUpError, NothingHeldError, LinkBrokenError."""
        if not self.is_set_up:
            raise BackupNotSetUpError
        account = await self._accounts.named(discord_id)
        if (account is None or account.broken) and not await self._uploads.count(discord_id):
            raise LinkBrokenError if account else NothingHeldError
        if account is not None:
            await self._sync.begin(discord_id, account.account_id)  # it is read while the code is entered
        nonce, expires_at = new_secret(), datetime.now(UTC) + LIFETIME
        await self._store.begin(
            Backup(
                id=new_id(),
                discord_id=discord_id,
                discord_name=discord_name,
                expires_at=expires_at,
                nonce_hash=digest(nonce),
                locale=locale if locale and len(locale) <= LONGEST_LOCALE else None,
            )
        )
        return BackupOffer(f"{self._public_url}/backup/{nonce}", expires_at)

    async def enter_code(self, discord_id: int, code: str) -> None:
        """Open the user's own backup to the browser that shows this code.

        Raises BackupNotExpectedError, BackupOverError, BackupCodeError.
        """
        backup = await self._store.current(discord_id)
        if backup is None or backup.status is BackupStatus.PENDING:
            raise BackupNotExpectedError
        if backup.status is not BackupStatus.BOUND:
            if is_secret(normalised(code), backup.code_hash):
                return  # entered already
            raise BackupNotExpectedError
        now = datetime.now(UTC)
        tries = await self._store.count_try(backup.id, limit=CODE_TRIES, now=now)
        if tries is None:
            raise BackupOverError
        if not is_secret(normalised(code), backup.code_hash):
            if tries >= CODE_TRIES:
                await self._store.end(backup.id)
            raise BackupCodeError(CODE_TRIES - tries)
        if not await self._store.open(backup.id, now=now, until=now + OPEN_FOR):
            raise BackupOverError

    async def sweep(self) -> None:
        """Forget what has expired."""
        await self._store.sweep(datetime.now(UTC))

    # --- in the browser

    async def landing(self, nonce: str, cookies: Mapping[str, str]) -> BackupPage:
        """Whose backup the link is about, changing nothing. Without a step: nobody has pressed Continue."""
        backup = _alive(await self._store.by_nonce(digest(nonce)))
        if backup.status is BackupStatus.PENDING:
            return _page(backup, None, cookie=_given(backup, nonce, cookies))
        _carried(backup, cookies)
        return await self.page(backup.id, cookies)

    async def bind(self, nonce: str, cookies: Mapping[str, str]) -> BackupPage:
        """Bind it to this browser, which may press again."""
        backup = _alive(await self._store.by_nonce(digest(nonce)))
        if backup.status not in {BackupStatus.PENDING, BackupStatus.BOUND}:
            return await self.page(backup.id, cookies)
        pending = backup.status is BackupStatus.PENDING
        cookie = _given(backup, nonce, cookies) if pending else _carried(backup, cookies)
        code_hash = digest(code_of(cookie))
        if not await self._store.bind(
            backup.id, cookie_hash=digest(cookie), code_hash=code_hash, now=datetime.now(UTC)
        ):
            raise BackupForeignBrowserError
        return _page(backup, BackupStep.CODE, cookie=cookie)

    async def page(self, backup_id: str, cookies: Mapping[str, str]) -> BackupPage:
        """What the browser that has it is shown, again and again."""
        backup = await self.carried(backup_id, cookies)
        if backup.status is BackupStatus.BOUND:
            return _page(backup, BackupStep.CODE, code=code_of(cookies[backup_cookie(backup_id)]))
        if backup.status is BackupStatus.READY:
            if not await self.stands(backup):
                raise BackupOverError
            return _page(backup, BackupStep.PARTS, parts=backup.parts or 0)
        account = await self._accounts.named(backup.discord_id)
        whole = account if account and not account.broken else None
        return _page(
            backup,
            BackupStep.CHOOSE,
            username=whole.username if whole else None,
            lost=account.username if account and not whole else None,
            anonymous=await self._uploads.count(backup.discord_id),
            reading=await self._reading(backup, whole),
        )

    async def choose(self, backup_id: str, cookies: Mapping[str, str], choices: Sequence[str]) -> None:
        """Fix what is in it. Raises NothingToBackUpError; once it is fixed, nothing changes it."""
        backup = await self.carried(backup_id, cookies)
        if backup.status is not BackupStatus.OPEN:
            return
        account = await self._accounts.named(backup.discord_id)
        is_asked = account is not None and not account.broken and bool(set(choices) - {ANONYMOUS})
        account_id = account.account_id if account and is_asked else None
        owned = await self._library.owned((), discord_id=backup.discord_id, account_id=account_id)
        planner = Planner(self._library, self._uploads, backup.discord_id, owned.own, owned.account)
        parts = await planner.parts([choice for choice in CHOICES if choice in choices])
        if not parts:
            raise NothingToBackUpError
        await self._store.plan(backup_id, account_id, parts)

    async def carried(self, backup_id: str, cookies: Mapping[str, str]) -> Backup:
        """A backup that this browser has. Raises BackupUnknownError, BackupOverError, BackupForeignBrowserError."""
        backup = _alive(await self._store.by_id(backup_id))
        _carried(backup, cookies)
        return backup

    async def entries(self, backup: Backup, number: int) -> list[Entry]:
        """What is in a part. Raises BackupUnknownError."""
        kept = await self._store.entries(backup.id, number)
        if kept is None:
            raise BackupUnknownError
        return [Entry.of(entry) for entry in kept]

    async def stands(self, backup: Backup) -> bool:
        """Whether it may go on: it was not ended, and its user has not left the account whose pictures are in it."""
        now = await self._store.by_id(backup.id)
        if now is None or now.expires_at <= datetime.now(UTC):
            return False
        if now.account_id is None:
            return True
        account = await self._accounts.named(backup.discord_id)
        return account is not None and account.account_id == now.account_id and not account.broken

    async def _reading(self, backup: Backup, account: ImgurAccount | None) -> Mapping[str, Reading]:
        if account is None:
            return {}
        await self._sync.begin(backup.discord_id, account.account_id)
        found = await self._sync.overview(account.account_id)
        found[CONTENTS] = await self._sync.progress(account.account_id, CONTENTS)
        return {shelf: progress for shelf, progress in found.items() if not progress.is_complete}


def _page(backup: Backup, step: BackupStep | None, **shown: object) -> BackupPage:
    common = backup.id, step, backup.discord_name, backup.expires_at, backup.locale
    return BackupPage(*common, **shown)  # type: ignore[arg-type]


def _alive(backup: Backup | None) -> Backup:
    if backup is None:
        raise BackupUnknownError
    if backup.expires_at <= datetime.now(UTC):
        raise BackupOverError
    return backup


def _given(backup: Backup, nonce: str, cookies: Mapping[str, str]) -> str:
    """The cookie that the link's page has given this browser, or a new one: never one that was planted there."""
    given = cookies.get(backup_cookie(backup.id), "")
    return given if is_marked(given, nonce) else new_marked(nonce)


def _carried(backup: Backup, cookies: Mapping[str, str]) -> str:
    """The cookie that binds this browser to it."""
    cookie = cookies.get(backup_cookie(backup.id))
    if cookie is None or not is_secret(cookie, backup.cookie_hash):
        raise BackupForeignBrowserError
    return cookie
