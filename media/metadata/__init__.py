"""Takes out of a still what is not needed to show it: place, camera, text, thumbnails, and all that follows it.

Nothing is decoded, inflated or encoded: parts of the file are kept, by a list of what is *kept*, up to the picture's
own end. Pixels, animation, colours and which way is up stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable

from errors import CannotCleanError, DamagedError
from media.metadata import gif, jpeg, png, webp
from media.metadata.missed import missed

_CLEANERS: dict[str, Callable[[memoryview], bytes]] = {
    "image/jpeg": jpeg.cleaned,
    "image/png": png.cleaned,
    "image/apng": png.cleaned,
    "image/gif": gif.cleaned,
    "image/webp": webp.cleaned,
}


def cleaned(content: bytes, kind: str) -> bytes:
    """The picture of that MIME type without its metadata; takes time and memory in proportion to its size.

    Raises DamagedError for one that is cut or broken, CannotCleanError for what cannot be cleaned without decoding it.
    """
    cleaner = _CLEANERS.get(kind)
    if cleaner is None:
        raise CannotCleanError(kind)
    return cleaner(memoryview(content))


def mended(content: bytes, kind: str) -> bytes:
    """The same of one that is cut or broken behind its beginning: as much as decoders show of it.

    Raises DamagedError where that is nothing, or cannot be told without decoding it.
    """
    match kind:
        case "image/jpeg":
            return jpeg.mended(memoryview(content))
        case "image/gif":
            return gif.cleaned(memoryview(content), mend=True)
        case "image/png":
            return png.cleaned(memoryview(content), mend=True)
    raise DamagedError


__all__ = ["cleaned", "mended", "missed"]
