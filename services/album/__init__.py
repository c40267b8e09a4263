"""Albums of users' own, on Imgur."""

from __future__ import annotations

from services.album.albums import AlbumService
from services.album.models import Created, Deleted, Edited, Filled, Outcome, title_mark

__all__ = ["AlbumService", "Created", "Deleted", "Edited", "Filled", "Outcome", "title_mark"]
