"""What is a user's own here, and what they may do about it: take it along, have it erased."""

from services.data.export import Export, ExportService
from services.data.leaving import Leaving, LeavingService, Left

__all__ = ["Export", "ExportService", "Leaving", "LeavingService", "Left"]
