"""What is a user's own here, and what they may do about it: take it along, have it erased."""

from services.data.export import Export, ExportService

__all__ = ["Export", "ExportService"]
