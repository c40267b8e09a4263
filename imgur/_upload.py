"""The body of an upload: a multipart form that streams its file and knows its exact length beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import MultipartWriter, hdrs
from aiohttp.payload import Payload

from imgur._texts import in_utf8
from imgur.errors import SourceLengthError
from imgur.models import UploadSource

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

_QUOTED = {ord(character): f"%{ord(character):02X}" for character in '"\\;\r\n\0'}
"""What would end a file's name. All else goes as browsers send it, in UTF-8: aiohttp would quote every other letter."""

STALL_SECONDS = 60.0
"""How long Imgur may take to accept the next piece of a file. aiohttp has no limit of its own for that."""


class SourcePayload(Payload):
    """An UploadSource as one part of a form, sent once. `failure` keeps what went wrong on the source's side.

    `is_sent` once the last byte has gone out: from then on Imgur may store the file. `sent` is called then.
    """

    def __init__(self, source: UploadSource, sent: Callable[[], None]) -> None:
        super().__init__(source, content_type=source.mime_type, filename=source.name)
        self._size = source.size
        self._source = source
        self._sent = sent
        self._idle = asyncio.Event()
        self._idle.set()
        self.failure: Exception | None = None
        self.is_sent = False

    def decode(self, *_args: object, **_options: object) -> str:
        """Refused: nothing may read the file into memory."""
        raise TypeError("an upload is streamed and has no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Stream the source. Raises SourceLengthError before the form is complete, so that Imgur stores nothing."""
        if self._consumed:
            raise SourceLengthError("the source was sent already and can be read only once")
        self._consumed = True
        self._idle.clear()
        try:
            await self._stream(writer)
        finally:
            self._idle.set()

    async def settled(self) -> None:
        """Wait until nothing reads from the source any more."""
        await self._idle.wait()

    async def _stream(self, writer: AbstractStreamWriter) -> None:
        sent = 0
        chunks = self._source.chunks()
        try:
            while (chunk := await self._next(chunks)) is not None:
                sent += len(chunk)
                if sent > self._source.size:
                    self._fail(SourceLengthError(f"more than the announced {self._source.size} bytes"))
                await _answer_is_read()
                self.is_sent = sent == self._source.size  # before the write: half of it may go out
                async with asyncio.timeout(STALL_SECONDS):
                    await writer.write(chunk)
                if self.is_sent:
                    self._sent()
        finally:
            if close := getattr(chunks, "aclose", None):
                await close()
        if sent < self._source.size:
            self._fail(SourceLengthError(f"{sent} bytes instead of the announced {self._source.size}"))

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        try:
            return await anext(chunks, None)
        except Exception as error:
            self.failure = error
            raise

    def _fail(self, error: SourceLengthError) -> None:
        self.failure = error
        raise error


async def _answer_is_read() -> None:
    """Let the loop read what has come: where a connection was reset, asyncio drops that once a write has failed.

    A server that takes no more of a file answers 413 and closes at once. The loop looks at its sockets in the first
    pause and reads in the second.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def text_form(texts: Mapping[str, str]) -> MultipartWriter:
    """A form of texts alone."""
    form = MultipartWriter("form-data")
    for name, value in texts.items():
        part = form.append(in_utf8(value), {hdrs.CONTENT_TYPE: "text/plain; charset=utf-8"})
        part.set_content_disposition("form-data", name=name)
    return form


def upload_form(file: SourcePayload, field: str, texts: Mapping[str, str]) -> MultipartWriter:
    """The whole form, texts first, so that the file is the last thing on the wire."""
    form = text_form(texts)
    name = in_utf8(file.filename or field).translate(_QUOTED)
    file.headers[hdrs.CONTENT_DISPOSITION] = f'form-data; name="{field}"; filename="{name}"'
    form.append_payload(file)
    return form
