"""Fetches pictures from where Imgur keeps them, by name alone, each whole before anybody is given anything of it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from errors import PictureGoneError, PictureUnavailableError
from media.models import FetchedPicture

IMGUR = "https://i.imgur.com"
TIMEOUT = aiohttp.ClientTimeout(total=600, connect=10, sock_read=30)
HELD = 2_000_000
"""Bytes of a picture that are held in memory; of a larger one, none are."""
MOST = 500_000_000
"""Bytes of one: more than Imgur takes."""
ENDINGS = {
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
_OK = 200
_GONE = frozenset({301, 302, 303, 307, 308, 403, 404, 410})  # what is gone leads to a picture that says so
_CHUNK_BYTES = 64 * 1024


class PictureSource:
    """Knows one place, and no address that anybody else has made. Follows no redirect."""

    def __init__(self, session: aiohttp.ClientSession, base: str = IMGUR) -> None:
        self._session = session
        self._base = URL(base)

    @asynccontextmanager
    async def fetch(self, name: str) -> AsyncIterator[FetchedPicture]:
        """The file of this name. Raises PictureGoneError, and PictureUnavailableError where another try may help."""
        with tempfile.SpooledTemporaryFile(max_size=HELD) as file:
            try:
                async with self._session.get(
                    self._base.joinpath(name),
                    headers={"Accept-Encoding": "identity"},
                    allow_redirects=False,
                    timeout=TIMEOUT,
                    read_bufsize=_CHUNK_BYTES,
                ) as response:
                    mime_type = _kind(response)
                    size = 0
                    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                        size += len(chunk)
                        if size > MOST:
                            raise PictureGoneError("larger than Imgur's pictures are")
                        file.write(chunk)
            except (aiohttp.ClientError, OSError, ValueError) as error:  # timeouts are OSErrors
                raise PictureUnavailableError(type(error).__name__) from None
            if not size:
                raise PictureUnavailableError("nothing came")
            file.seek(0)
            yield FetchedPicture(ENDINGS[mime_type], size, file)


def _kind(response: aiohttp.ClientResponse) -> str:
    """What it is. An answer that is no picture is not taken for one."""
    if response.status in _GONE:
        raise PictureGoneError(f"status {response.status}")
    if response.status != _OK:
        raise PictureUnavailableError(f"status {response.status}")
    if response.content_type not in ENDINGS:
        raise PictureUnavailableError(f"type {response.content_type}")
    return response.content_type
