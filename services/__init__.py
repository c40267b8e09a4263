"""Use cases. Knows neither Discord nor HTTP nor SQL."""

from __future__ import annotations

from dataclasses import dataclass

from services.account import AccountService
from services.adoption import AdoptionService
from services.album import AlbumService
from services.bulk import BulkService
from services.data import BackupService, ExportService, LeavingService, Streams
from services.expiry import ExpiryService
from services.jobs import Changes, JobService
from services.library import Library
from services.library.favorites import SeveralFavorites
from services.linking import LinkingService
from services.mark import MarkService
from services.message import MessageReader
from services.orientation import OrientationService
from services.picked import PickedService
from services.preferences import PreferenceService
from services.quota.governor import Governor
from services.search import SearchService
from services.selection import SelectionService
from services.several import SeveralUploads
from services.sharing import SharingService
from services.sign_in import SignInService
from services.sync import SyncService
from services.upkeep import Upkeep
from services.upload import UploadService
from services.views import Views


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, for the borders."""

    accounts: AccountService
    linking: LinkingService
    uploads: UploadService
    several: SeveralUploads
    messages: MessageReader
    favorites: SeveralFavorites
    library: Library
    views: Views
    jobs: JobService
    changes: Changes
    sync: SyncService
    albums: AlbumService
    search: SearchService
    selections: SelectionService
    picked: PickedService
    sharing: SharingService
    marks: MarkService
    upkeep: Upkeep
    governor: Governor
    bulk: BulkService
    preferences: PreferenceService
    sign_in: SignInService
    exports: ExportService
    adoption: AdoptionService
    expiries: ExpiryService
    leaving: LeavingService
    backups: BackupService
    streams: Streams
    orientation: OrientationService
