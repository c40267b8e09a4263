"""GIF: its frames, how each is shown, and how often all of them; no comments, texts or data of programs."""

from __future__ import annotations

from media.gif import Control, Frame, Head, Loop, Part, parts

_TRAILER = b";"


def cleaned(content: memoryview, *, mend: bool = False) -> bytes:
    """Up to its trailer; with `mend`, up to where it is cut."""
    kept = bytearray()
    for part in parts(content, mend=mend):
        kept += _written(part)
    kept += _TRAILER
    return bytes(kept)


def _written(part: Part) -> bytes | memoryview:
    match part:
        case Head() | Frame():
            return part.whole
        case Control():
            return b"!\xf9\4" + part.content + b"\0"
        case Loop():
            return b"".join((b"!\xff\x0b", part.name, b"\3\1", part.count, b"\0"))
