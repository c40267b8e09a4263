"""Takes an upload in as a stream, says what it is by its first bytes, keeps what is small enough."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePath

from aiohttp import BodyPartReader, web

from standins.imgur.eyes import Seen, drawn, look
from standins.imgur.fields import FORM, Fields, from_json, log_fields, text
from standins.imgur.shapes import SHAPES, AnswerError
from standins.imgur.standin import SENT, STANDIN, SentFile, Standin

_CHUNK = 256 * 1024
_HEAD = 64 * 1024
_FILE_FIELDS = ("image", "video")
THUMBNAILS = "sbtmlh"
"""What a picture's smaller forms, which do not move, have behind its id."""


@dataclass
class Received:
    """An upload that came in whole. `data` is None where it was too large to keep."""

    fields: Fields = field(default_factory=dict)
    part: str | None = None
    filename: str | None = None
    size: int = 0
    head: bytes = b""
    data: bytes | None = None

    @property
    def tail(self) -> bytes:
        """As much of its end, where it was kept: what a film holds may be listed there."""
        return (self.data or b"")[_HEAD:][-_HEAD:]


async def receive(request: web.Request) -> Received:
    """The fields and the file of an upload, in whichever encoding Imgur takes."""
    switches = request.app[STANDIN].switches
    if request.content_type == "multipart/form-data":
        try:
            received = await _multipart(request)
        except ValueError:
            raise AnswerError(SHAPES["bad-request-400"]) from None
    elif request.content_type.startswith("image/"):
        received = Received(part="image")
        await _take_file(request, received, request.content.iter_chunked(_CHUNK), None)
    elif request.content_type == "application/json":
        received = Received(from_json(await request.text()))
    elif request.content_type == FORM and switches.era == "classic":
        form = await request.post()
        received = Received({name: [str(value) for value in form.getall(name)] for name in form})
    else:
        raise AnswerError(SHAPES["bad-request-400"])
    log_fields(request, received.fields)
    if received.part is None and text(received.fields, "type") == "url":
        _fetch(request.app[STANDIN], received)
    elif received.part is None:
        _take_text(received)
    return received


def _fetch(standin: Standin, received: Received) -> None:
    """The file at an address, out of what the stand-in has been told of the web: it fetches nothing itself."""
    address = text(received.fields, "image") or ""
    data = standin.world.web.get(address) or _own_file(standin, address)
    if data is None:
        raise AnswerError(SHAPES["no-image-data-400"])
    received.part, received.data, received.head, received.size = "image", data, data[:_HEAD], len(data)


def _own_file(standin: Standin, address: str) -> bytes | None:
    """What stands at an address of Imgur's own; the still of what moves has its ending, what is gone a placeholder.

    None for another's address, and for what was kept without its bytes.
    """
    found = re.fullmatch(r"(https?://[^/?#]+)(?:/i)?/([A-Za-z0-9]+)\.[a-z0-9]*", address)
    if found is None or found[1] not in {"https://i.imgur.com", standin.url}:
        return None
    images, name = standin.world.images, found[2]
    if image := images.get(name):
        return image.data
    still = images.get(name[:-1]) if name[-1] in THUMBNAILS else None
    return drawn(still.width, still.height, f"still of {still.id}") if still else drawn(161, 81, "no longer available")


async def _multipart(request: web.Request) -> Received:
    received = Received()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise AnswerError(SHAPES["bad-request-400"])
        if part.name in _FILE_FIELDS and part.filename is not None:
            received.part, received.filename = part.name, part.filename
            await _take_file(request, received, _chunks(part), part.headers.get("Content-Type"))
        else:
            received.fields.setdefault(part.name or "", []).append(await part.text())
    return received


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK):
        yield chunk


async def _take_file(
    request: web.Request, received: Received, chunks: AsyncIterator[bytes], content_type: str | None
) -> None:
    limit = request.app[STANDIN].switches.keep_bytes
    kept: bytearray | None = bytearray()
    head = bytearray()
    sent = SentFile(received.part or "", received.filename, content_type or request.content_type)
    request[SENT].files.append(sent)
    async for chunk in chunks:
        sent.size += len(chunk)
        head += chunk[: _HEAD - len(head)]
        if kept is not None:
            kept += chunk
            kept = kept if len(kept) <= limit else None
    received.size, received.head = sent.size, bytes(head)
    received.data = None if kept is None else bytes(kept)


def _take_text(received: Received) -> None:
    """The file from a base64 field."""
    value = text(received.fields, "image") or ""
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise AnswerError(SHAPES["unsupported-400"]) from None
    received.part, received.data, received.head, received.size = "image", data, data[:_HEAD], len(data)


def recognise(request: web.Request, received: Received) -> Seen:
    """What was sent; AnswerError where Imgur would not take it: nothing, too large, unsupported, corrupt."""
    switches = request.app[STANDIN].switches
    if not received.size:
        raise AnswerError(SHAPES["no-image-data-400"])
    seen = look(received.head + received.tail)
    video = seen is not None and seen.mime_type.startswith("video/")
    if received.size > (switches.video_limit if video else switches.image_limit):
        raise AnswerError(SHAPES["oversize-400" if switches.era == "classic" else "oversize-413"])
    if seen is None:
        raise AnswerError(SHAPES["file-type-400"])
    if not seen.width:
        raise AnswerError(SHAPES["corrupt-400"])
    return seen


def stem(received: Received) -> str | None:
    """The name Imgur gives: the one that was sent, else the file's without its extension."""
    return text(received.fields, "name") or (PurePath(received.filename).stem if received.filename else None)
