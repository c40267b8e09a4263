"""Fills the index from Imgur and keeps it fresh: full passes in the background, news when a user looks."""

from services.sync.handler import SyncHandler
from services.sync.progress import Progress
from services.sync.service import SyncService

__all__ = ["Progress", "SyncHandler", "SyncService"]
