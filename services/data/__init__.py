"""What is a user's own here, and what they may do about it: take it along, have it erased."""

from services.data.backup import BackupOffer, BackupPage, BackupService, BackupStep, backup_cookie
from services.data.export import Export, ExportService
from services.data.leaving import Leaving, LeavingService, Left
from services.data.stream import Part, PartIndex, Streams

__all__ = [
    "BackupOffer",
    "BackupPage",
    "BackupService",
    "BackupStep",
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
