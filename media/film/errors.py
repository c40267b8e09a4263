"""What `ffmpeg` does not manage. Who uses it decides what becomes of the file then."""

from __future__ import annotations


class FilmError(Exception):
    """Nothing came of it."""


class FilmTooMuchError(FilmError):
    """Cleaning a video, or making one of a GIF, takes more time, memory or room than is spent on one."""


class CannotTurnError(FilmError):
    """No video could be made of a GIF."""
