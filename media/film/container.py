"""What films come in, as `ffmpeg` reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from errors import CannotCleanError
from media.kind import MediaType, identify, reads_on
from media.models import HEAD_BYTES


@dataclass(frozen=True, slots=True)
class Container:
    """The one way in which it may be read, and how it is written."""

    demuxer: str
    muxer: str
    is_iso: bool = False


_CONTAINERS = {
    "video/mp4": Container("mov", "mp4", is_iso=True),
    "video/quicktime": Container("mov", "mov", is_iso=True),
    "video/webm": Container("matroska", "webm"),
    "video/x-matroska": Container("matroska", "matroska"),
    "video/x-msvideo": Container("avi", "avi"),
    "video/x-ms-wmv": Container("asf", "asf"),
    "video/x-flv": Container("flv", "flv"),
    "video/mpeg": Container("mpeg", "mpeg"),
}
_BARE_MPEG = b"\0\0\1\xb3"
"""Pictures without a container."""
_TOLERANCE, _SECONDS = 0.9, 0.25


def checked(path: Path, mime_type: str) -> Container:
    """How to read a film of that MIME type, if that is what its content says. Raises CannotCleanError."""
    head, kind = _look(path)
    if mime_type not in _CONTAINERS or kind is None or kind.mime_type != mime_type or head.startswith(_BARE_MPEG):
        raise CannotCleanError(mime_type)
    return _CONTAINERS[mime_type]


def is_shorter(path: Path, original: Path) -> bool:
    """Whether a film is over before the original says that it is, where both say so."""
    (_, made), (_, given) = _look(path), _look(original)
    if not made or not given or made.seconds is None or given.seconds is None:
        return False
    return made.seconds < given.seconds * _TOLERANCE - _SECONDS


def _look(path: Path) -> tuple[bytes, MediaType | None]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        at = reads_on(head, path.stat().st_size)
        file.seek(at or 0)
        return head, identify(head, file.read(HEAD_BYTES) if at is not None else b"")
