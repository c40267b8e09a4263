"""What a file is by its first bytes, whatever its name says, and whether Imgur takes it."""

from __future__ import annotations

from dataclasses import dataclass

import filetype

from errors import FileTooLargeError, UnsupportedFileError

IMAGE_LIMIT = 10_000_000
"""Bytes of an image, GIFs included: documented as 10 MB, seen to be decimal."""
VIDEO_LIMIT = 200_000_000
"""Bytes of a video: documented as 200 MB. Whether that is decimal is not known; the smaller reading is always taken."""

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
_SAME = {"image/apng": "image/png", "video/x-m4v": "video/mp4"}
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
}
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file; `supported` tells whether Imgur takes it."""

    mime_type: str
    extension: str
    supported: bool

    @property
    def video(self) -> bool:
        """Whether Imgur treats it as a video."""
        return self.mime_type.startswith("video/")

    @property
    def limit(self) -> int:
        """How many bytes Imgur takes of it."""
        return VIDEO_LIMIT if self.video else IMAGE_LIMIT


def identify(head: bytes) -> MediaType | None:
    """The kind of file that begins like this (a few KiB are enough), None for one that is not known."""
    found = filetype.guess(head) if head else None
    mime_type = _iso_media(head) or _svg(head) or (found.mime if found else None)
    if mime_type is None:
        return None
    mime_type = _SAME.get(mime_type, mime_type)
    extension = _SUPPORTED.get(mime_type)
    return MediaType(mime_type, extension or mime_type.partition("/")[2], extension is not None)


def check(name: str, size: int, head: bytes) -> MediaType:
    """The kind of a file that Imgur will take. Raises UnsupportedFileError (an empty file too), FileTooLargeError."""
    kind = identify(head) if size else None
    if kind is None or not kind.supported:
        raise UnsupportedFileError(name, kind.mime_type if kind else None)
    if size > kind.limit:
        raise FileTooLargeError(name, size, kind.limit, video=kind.video)
    return kind


def _iso_media(head: bytes) -> str | None:
    """The MP4 family, whose members differ in the brands they name; `filetype` knows only the most common ones."""
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if head[4:8] != b"ftyp":
        return None
    major = head[8:12]
    if major in {b"mif1", b"msf1"} and b"avif" in head[16 : int.from_bytes(head[:4], "big")]:
        return "image/avif"
    return _BRANDS.get(major, "video/3gpp" if major.startswith(b"3g") else "video/mp4")


def _svg(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "image/svg+xml" if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text) else None
