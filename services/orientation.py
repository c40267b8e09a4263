"""What a user can do here and now: the one look behind `/imgur help`."""

from __future__ import annotations

from dataclasses import dataclass

from services.account import AccountService, LinkedAccount
from services.data import BackupService
from services.linking import LinkingService
from services.sharing import SharingService, Spot
from services.sign_in import Outage, SignInService
from services.upload import UploadService

__all__ = ["Orientation", "OrientationService"]


@dataclass(frozen=True, slots=True)
class Orientation:
    """Whose account there is, whether one can be linked, since when not; why nothing may be shared here.

    `backs_up`: pictures can be had as a backup.
    """

    account: LinkedAccount | None
    anonymous: int = 0
    links: bool = True
    outage: Outage | None = None
    unshared: Exception | None = None
    backs_up: bool = True

    @property
    def is_linked(self) -> bool:
        """Whether there is an account that works."""
        return self.account is not None and not self.account.broken


class OrientationService:
    """Asks Imgur nothing. Errors of the database pass through."""

    def __init__(
        self,
        accounts: AccountService,
        linking: LinkingService,
        uploads: UploadService,
        *,
        sign_in: SignInService,
        sharing: SharingService,
        backups: BackupService,
    ) -> None:
        self._accounts = accounts
        self._linking = linking
        self._uploads = uploads
        self._sign_in = sign_in
        self._sharing = sharing
        self._backups = backups

    async def look(self, discord_id: int, spot: Spot) -> Orientation:
        """What is so for this user, in this place."""
        account = await self._accounts.linked(discord_id)
        needs_sign_in = account is None or account.broken
        return Orientation(
            account,
            anonymous=await self._uploads.anonymous_count(discord_id),
            links=self._linking.is_set_up,
            outage=await self._sign_in.outage() if needs_sign_in else None,
            unshared=await self._sharing.forbids(spot, ()),
            backs_up=self._backups.is_set_up,
        )
