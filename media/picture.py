"""Fetches pictures from where Imgur keeps them, by name alone, each whole before anybody is given anything of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

import aiohttp
from yarl import URL

from errors import PictureGoneError, PicturesBusyError, PictureUnavailableError, PictureWithheldError
from media.models import FetchedPicture

IMGUR = "https://i.imgur.com"
AGENT = "imgur-discord-bot"
"""Who asks: to those that give the name of their library, Imgur hands out no pictures."""
TIMEOUT = aiohttp.ClientTimeout(total=600, connect=10, sock_read=30)
HELD = 2_000_000
"""Bytes of a picture that are held in memory; of a larger one, none are."""
MOST = 500_000_000
"""Bytes of one: more than Imgur takes."""
SLOWEST = 10_000
"""Bytes a second, from half a minute on: what comes in drops is given up."""
GRACE = 30.0
WAIT = 10.0
"""Seconds that are waited where Imgur asks for it and does not say how long."""
ENDINGS = {
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
REMOVED = "removed.png"
"""The picture to which Imgur leads whoever asks for one that is gone."""
_OK = 200
_GONE = frozenset({404, 410})
_BUSY = frozenset({429, 503})
_BLOCKED = 403  # that is our address, for now: no word about the picture
_CHUNK_BYTES = 64 * 1024


class PictureSource:
    """Knows one place, and no address that anybody else has made. Follows no redirect."""

    def __init__(self, session: aiohttp.ClientSession, base: str = IMGUR) -> None:
        self._session = session
        self._base = URL(base)

    @asynccontextmanager
    async def fetch(self, name: str) -> AsyncIterator[FetchedPicture]:
        """The file of this name. Raises PictureUnavailableError: gone, withheld, to be waited for, or for now."""
        with tempfile.SpooledTemporaryFile(max_size=HELD) as file:
            try:
                async with self._session.get(
                    self._base.joinpath(name),
                    headers={"Accept-Encoding": "identity", "User-Agent": AGENT},
                    allow_redirects=False,
                    timeout=TIMEOUT,
                    read_bufsize=_CHUNK_BYTES,
                ) as response:
                    mime_type = _kind(response)
                    size = await _kept(response, file)
            except (aiohttp.ClientError, OSError, ValueError) as error:  # timeouts are OSErrors
                raise PictureUnavailableError(type(error).__name__) from None
            if not size:
                raise PictureUnavailableError("nothing came")
            file.seek(0)
            yield FetchedPicture(ENDINGS[mime_type], size, file)


def _kind(response: aiohttp.ClientResponse) -> str:
    """What it is. An answer that is no picture is not taken for one."""
    if response.status in _GONE or response.headers.get("Location", "").endswith(f"/{REMOVED}"):
        raise PictureGoneError(f"status {response.status}")
    if response.status in _BUSY:
        asked = response.headers.get("Retry-After", "")
        raise PicturesBusyError(float(asked) if asked.isascii() and asked.isdigit() else WAIT)
    if _OK < response.status < 500 and response.status != _BLOCKED:  # noqa: PLR2004 - elsewhere, or not for us
        raise PictureWithheldError(f"status {response.status}")
    if response.status != _OK:
        raise PictureUnavailableError(f"status {response.status}")
    if response.content_type not in ENDINGS:
        raise PictureUnavailableError(f"type {response.content_type}")
    return response.content_type


async def _kept(response: aiohttp.ClientResponse, file: IO[bytes]) -> int:
    """Its body, and how large that is."""
    size, clock = 0, asyncio.get_running_loop().time
    began = clock()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(chunk)
        if size > MOST:
            raise PictureWithheldError("larger than Imgur's pictures are")
        if (taken := clock() - began) > GRACE and size < taken * SLOWEST:
            raise PictureUnavailableError("it came in drops")
        file.write(chunk)
    return size
