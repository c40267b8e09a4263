"""Tables, stores, sealing of secrets, migrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.backups import BackupStore
from storage.database import Database
from storage.expiries import ExpiryStore
from storage.files import FileStore
from storage.forgotten import forget_again
from storage.held import HeldStore
from storage.housekeeping import Housekeeper
from storage.index import LibraryStore
from storage.jobs import JobStore
from storage.leaving import LeavingStore
from storage.ledger import LedgerStore
from storage.marks import MarkStore
from storage.preferences import PreferenceStore
from storage.sealing import Keyring
from storage.sharing import SharingStore
from storage.sign_in import SignInStore
from storage.syncs import SyncStore
from storage.uploads import UploadStore
from storage.views import ViewStore


@dataclass(frozen=True, slots=True)
class Stores:
    """One of each."""

    accounts: AccountStore
    attempts: AttemptStore
    uploads: UploadStore
    syncs: SyncStore
    library: LibraryStore
    marks: MarkStore
    views: ViewStore
    jobs: JobStore
    ledger: LedgerStore
    preferences: PreferenceStore
    sharing: SharingStore
    sign_in: SignInStore
    held: HeldStore
    expiries: ExpiryStore
    files: FileStore
    backups: BackupStore
    leaving: LeavingStore

    @classmethod
    async def opened(cls, database: Database, keyring: Keyring, now: datetime) -> Stores:
        """The stores over a database that was just opened, once nothing in it is as the release before left it."""
        from storage.resealing import seal_anew  # noqa: PLC0415 - there is nothing to do but once

        if await seal_anew(database, keyring):
            await Housekeeper(database).tick(now)
        await forget_again(database, keyring)
        return cls.of(database, keyring)

    @classmethod
    def of(cls, database: Database, keyring: Keyring) -> Stores:
        """The stores over one database."""
        return cls(
            accounts=AccountStore(database, keyring),
            attempts=AttemptStore(database, keyring),
            uploads=UploadStore(database, keyring),
            syncs=SyncStore(database),
            library=LibraryStore(database),
            marks=MarkStore(database, keyring),
            views=ViewStore(database, keyring),
            jobs=JobStore(database, keyring),
            ledger=LedgerStore(database, keyring),
            preferences=PreferenceStore(database),
            sharing=SharingStore(database, keyring),
            sign_in=SignInStore(database),
            held=HeldStore(database, keyring),
            expiries=ExpiryStore(database, keyring),
            files=FileStore(database, keyring),
            backups=BackupStore(database),
            leaving=LeavingStore(database, keyring),
        )
