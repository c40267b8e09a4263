"""What is a user's own here, and what they may do about it: take it along, have it erased."""

from services.data.backup import BackupOffer, BackupPage, BackupService, BackupStep, backup_cookie
from services.data.export import Export, ExportService
from services.data.leaving import Leaving, LeavingService, Left
from services.data.stream import PARTS_AT_ONCE, End, Part, Streams
from services.data.writing import PartIndex

__all__ = [
    "PARTS_AT_ONCE",
    "BackupOffer",
    "BackupPage",
    "BackupService",
    "BackupStep",
    "End",
    "Export",
    "ExportService",
    "Leaving",
    "LeavingService",
    "Left",
    "Part",
    "PartIndex",
    "Streams",
    "backup_cookie",
]
