"""Takes out of a still what is not needed to show it: place, camera, text, thumbnails, and all that follows it.

Nothing is decoded, inflated or encoded: parts of the file are kept, by a list of what is *kept*, up to the picture's
own end. Pixels, animation, colours and which way is up stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable

from errors import CannotCleanError
from media.metadata import gif, jpeg, png, webp

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


__all__ = ["cleaned"]
