"""Opens what someone attached, over HTTP, as a stream."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import aiohttp
from yarl import URL

from errors import AttachmentGoneError, AttachmentNotPassedOnError, AttachmentUnavailableError
from media.models import HEAD_BYTES, IncomingFile, OpenedFile
from media.spool import spooled

DISCORD = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
PROXY = re.compile(r"https://images-ext-[0-9]{1,3}\.discordapp\.net")
"""Where Discord passes on what stands on other sites; there are several, by number."""
TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=30)
"""Seconds for the connection and for each read; the whole may take as long as the upload does."""
PATIENCE = 60.0
"""Seconds that may be spent waiting for a head, or for the next 256 KiB: what comes in drops never ends."""
LOOK_SECONDS = 5.0
"""How long a part further behind may take: what it would tell is not worth more."""
_CHUNK_BYTES = 256 * 1024
_OK, _PART = 200, 206
_GONE = frozenset({401, 403, 404, 410})
_NOT_PASSED_ON = 415
_LEGAL = ":/?#@!$&'()*+,;=%"  # beside letters, digits and -._~ (RFC 3986)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class HttpAttachmentSource:
    """An `AttachmentSource` over addresses of Discord.

    Fetches from these `origins` (scheme, host and port) and from Discord's proxies alone and follows no redirect, so
    that nobody can make the bot read other addresses. Holds 256 KiB or so at a time; what nobody says the size of is
    put on disk first. No error of it names the address, which is signed.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        origins: Collection[str] = DISCORD,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        patience: float = PATIENCE,
    ) -> None:
        self._session = session
        self._origins = frozenset(origins)
        self._timeout = timeout
        self._patience = patience

    @asynccontextmanager
    async def open(self, file: IncomingFile) -> AsyncIterator[OpenedFile]:
        """The file, open for one reading. Raises AttachmentUnavailableError, while it is read too."""
        response = await self._get(file.url)
        try:
            opened = await _open(response, file.size, self._patience, partial(self._look, file.url))
            if response.content_length is None and not file.size:
                async with spooled(file.name, opened.head, opened.chunks()) as whole:
                    yield whole
            else:
                yield opened
        finally:
            response.close()

    def reaches(self, address: str) -> bool:
        """Whether this is an address that would be fetched."""
        try:
            return self._may_fetch(URL(_quoted(address), encoded=True))
        except (ValueError, IndexError):  # yarl's, of "http://[]@"
            return False

    def _may_fetch(self, url: URL) -> bool:
        if "@" in url.raw_authority or not url.absolute:
            return False
        origin = str(url.origin())
        return origin in self._origins or PROXY.fullmatch(origin) is not None

    async def _look(self, address: str, at: int) -> bytes:
        with suppress(AttachmentUnavailableError), _told_as_ours():
            async with asyncio.timeout(min(LOOK_SECONDS, self._patience)):
                response = await self._get(address, Range=f"bytes={at}-{at + HEAD_BYTES - 1}")
                try:
                    return await _head(response.content) if response.status == _PART else b""
                finally:
                    response.close()
        return b""

    async def _get(self, address: str, **headers: str) -> aiohttp.ClientResponse:
        with _told_as_ours():
            url = URL(_quoted(address), encoded=True)
            if not self._may_fetch(url):
                raise AttachmentGoneError("not an address of Discord's")
            return await self._session.get(
                url,
                headers={"Accept-Encoding": "identity"} | headers,
                allow_redirects=False,
                timeout=self._timeout,
                read_bufsize=_CHUNK_BYTES,
            )


@dataclass(frozen=True, slots=True)
class _HttpFile:
    size: int
    head: bytes
    content: aiohttp.StreamReader
    patience: float
    part: Callable[[int], Awaitable[bytes]]

    async def look(self, at: int) -> bytes:
        return await self.part(at)

    async def chunks(self) -> AsyncIterator[bytes]:
        chunk, waited, got = self.head, 0.0, 0
        while chunk:
            yield chunk
            before = time.monotonic()
            with _told_as_ours():
                chunk = await self.content.read(_CHUNK_BYTES)
            waited, got = waited + time.monotonic() - before, got + len(chunk)
            if got >= _CHUNK_BYTES:
                waited, got = 0.0, 0
            elif chunk and waited > self.patience:
                raise AttachmentUnavailableError("too slow")


async def _open(
    response: aiohttp.ClientResponse, announced: int, patience: float, part: Callable[[int], Awaitable[bytes]]
) -> OpenedFile:
    if response.status != _OK:
        raise _refusal(response.status)(f"status {response.status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AttachmentUnavailableError("sent compressed, so of unknown size")
    size = announced if response.content_length is None else response.content_length
    with _told_as_ours():
        async with asyncio.timeout(patience):
            head = await _head(response.content)
    return _HttpFile(size, head, response.content, patience, part)


def _refusal(status: int) -> type[AttachmentUnavailableError]:
    if status == _NOT_PASSED_ON:
        return AttachmentNotPassedOnError
    return AttachmentGoneError if status in _GONE else AttachmentUnavailableError


async def _head(content: aiohttp.StreamReader) -> bytes:
    try:
        return await content.readexactly(HEAD_BYTES)
    except asyncio.IncompleteReadError as short:
        return short.partial


def _quoted(address: str) -> str:
    """The address with what it may not hold quoted, and nothing else touched: it is signed."""
    return quote(_STRAY_PERCENT.sub("%25", address), safe=_LEGAL)


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """Errors of HTTP as ours, without their text: that may hold the address."""
    try:
        yield
    except (aiohttp.ClientError, OSError, ValueError, IndexError) as error:  # timeouts are OSErrors
        raise AttachmentUnavailableError(type(error).__name__) from None
