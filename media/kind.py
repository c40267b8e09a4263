"""What a file is by its first bytes, whatever its name says, and whether Imgur takes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from errors import EmptyFileError, FileTooLargeError, UnsupportedFileError, VideoTooLongError
from media.formats import reads_on, recognise

IMAGE_LIMIT = 10_000_000
"""Bytes of an image, GIFs included: documented as 10 MB, seen to be decimal."""
VIDEO_LIMIT = 200_000_000
"""Bytes of a video: documented as 200 MB. Whether that is decimal is not known; the smaller reading is always taken."""
VIDEO_SECONDS = 60
"""How long a video may last, to the nearest second."""

__all__ = ["MediaType", "check", "identify", "named", "reads_on"]

_SUPPORTED = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/tiff": "tiff",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/quicktime": "mov",
    "video/x-flv": "flv",
    "video/x-msvideo": "avi",
    "video/x-ms-wmv": "wmv",
    "video/mpeg": "mpg",
}
"""What Imgur documents that it takes, WebP, HEIC and BMP not among it."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file; `supported` tells whether Imgur takes it, `seconds` how long it says that it lasts."""

    mime_type: str
    extension: str
    supported: bool
    seconds: float | None = field(default=None, compare=False)

    @property
    def video(self) -> bool:
        """Whether Imgur treats it as a video."""
        return self.mime_type.startswith("video/")

    @property
    def limit(self) -> int:
        """How many bytes Imgur takes of it."""
        return VIDEO_LIMIT if self.video else IMAGE_LIMIT


def identify(head: bytes, later: bytes = b"") -> MediaType | None:
    """The kind of file that begins like this (64 KiB are plenty), None for one that is not known."""
    found = recognise(head, later)
    if found is None:
        return None
    extension = _SUPPORTED.get(found.mime_type)
    return MediaType(
        found.mime_type, extension or found.mime_type.partition("/")[2], extension is not None, found.seconds
    )


def named(mime_type: str) -> str:
    """The ending of a kind that Imgur takes."""
    return _SUPPORTED[mime_type]


def check(name: str, size: int, head: bytes, seconds: float | None = None, later: bytes = b"") -> MediaType:
    """The kind of a file that Imgur will take; `seconds` is how long it lasts, where that is known beforehand.

    `later` is what it holds from the offset on that `reads_on` names: a film's list of tracks may stand at its end.

    Raises EmptyFileError, UnsupportedFileError, FileTooLargeError, VideoTooLongError.
    """
    if not size:
        raise EmptyFileError(name)
    kind = identify(head, later)
    if kind is None or not kind.supported:
        raise UnsupportedFileError(name, kind.mime_type if kind else None)
    if size > kind.limit:
        raise FileTooLargeError(name, size, kind.limit, video=kind.video)
    lasts = seconds or kind.seconds or 0
    if kind.video and round(lasts) > VIDEO_SECONDS:
        raise VideoTooLongError(lasts, VIDEO_SECONDS)
    return kind
