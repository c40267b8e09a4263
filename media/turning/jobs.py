"""What a process is asked for: a picture in a format that Imgur takes, or one that is small enough."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from PIL import Image

from media.metadata import missed
from media.models import Changes, Loss
from media.turning import moving, stills
from media.turning.limits import Limits
from media.turning.opening import frames, moves, opened, tells, upright

JPEG, PNG, GIF = "image/jpeg", "image/png", "image/gif"
FINE = (95, 90, 85)
"""Qualities in which a picture that has lost detail before is kept, the best that fits."""
SMALLER = (90, 80)
"""Those that are tried at full size where one has to become smaller; the last one at smaller sizes too."""
TRIES, FILM_TRIES = 6, 3
MOST = 64_000_000
"""Bytes of a GIF that is handed over so that a film is made of it."""
LEAST_STEP, SAFE = 0.9, 0.95
"""How much smaller the next try is at least, and what is added for an estimate that was too hopeful."""
_LOSSY = frozenset({"image/avif", "image/heic", "image/heif", "image/jp2"})
_TAKEN = frozenset({JPEG, PNG, GIF, "image/tiff"})
_HDR = frozenset({16, 18})  # transfer functions, PQ and HLG
_HEAD_BYTES = 64 * 1024


class CannotShrinkError(Exception):
    """It stays too large, or would become larger than it was."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A file and what was changed; nothing of one that would be too large."""

    content: bytes = field(repr=False)
    changes: Changes


def turn(content: bytes, mime_type: str, limit: int, limits: Limits) -> Turned:
    """In a format that Imgur takes, without a loss that can be avoided; a still of at most `limit` bytes, or nothing.

    What moves may be larger: a film can be made of it.
    """
    image = opened(content, mime_type, limits)
    changes = _begun(image, content, mime_type)
    if moves(image, mime_type):
        film = moving.seen(image)
        if len(film.numbers) > 1:
            found = _film(image, film, changes)
            return found if len(found.content) <= MOST else replace(found, content=b"")
        image.seek(frames(image) - 1)
    still, profile = stills.plain(upright(image, mime_type))
    if "A" in still.mode or not _is_lossy(content, mime_type) or max(still.size) > stills.LONGEST:
        return Turned(stills.as_png(still, profile, limit), replace(changes, into=PNG))
    tries = (stills.as_jpeg(still, profile, quality) for quality in FINE)
    return Turned(next((found for found in tries if len(found) <= limit), b""), replace(changes, into=JPEG))


def shrink(content: bytes, mime_type: str, limit: int, limits: Limits) -> Turned:
    """At most `limit` bytes, for what that costs, and fewer than it has, if Imgur would take it as it is.

    Raises CannotShrinkError.
    """
    image = opened(content, mime_type, limits)
    changes = _begun(image, content, mime_type)
    most = min(limit, len(content) - 1) if mime_type in _TAKEN else limit
    if moves(image, mime_type):
        if (found := _smaller_film(image, changes, most)) is not None:
            return found
        image.seek(frames(image) - 1)
    return _smaller_still(*stills.plain(upright(image, mime_type)), changes, most)


def _smaller_still(still: Image.Image, profile: bytes | None, changes: Changes, most: int) -> Turned:
    is_clear, scale = "A" in still.mode, 1.0
    for number in range(TRIES):
        quality = SMALLER[min(number, len(SMALLER) - 1)]
        small = still if scale == 1 else still.resize(moving.scaled(still.size, scale), Image.Resampling.LANCZOS)
        found = stills.as_few_colours(small, profile) if is_clear else stills.as_jpeg(small.copy(), profile, quality)
        if len(found) <= most:
            became = replace(changes, into=PNG) if is_clear else replace(changes, into=JPEG, quality=quality)
            lost = (*changes.lost, Loss.COLOURS) if is_clear else changes.lost
            return Turned(found, replace(became, lost=lost, size=None if scale == 1 else small.size))
        if is_clear or number + 1 >= len(SMALLER):
            scale = _next(scale, most, len(found))
    raise CannotShrinkError


def _smaller_film(image: Image.Image, changes: Changes, most: int) -> Turned | None:
    film, scale = moving.seen(image), 1.0
    if len(film.numbers) == 1:
        return None
    for _ in range(FILM_TRIES):
        found = _film(image, film, changes, scale)
        if len(found.content) <= most:
            return found
        scale = _next(scale, most, len(found.content))
    raise CannotShrinkError


def _next(scale: float, most: int, size: int) -> float:
    """Where a try was too large, as small as one of as much for each pixel would have to be."""
    return scale * min(LEAST_STEP, SAFE * math.sqrt(most / size))


def _film(image: Image.Image, film: moving.Film, changes: Changes, scale: float = 1.0) -> Turned:
    content, size = moving.as_gif(image, film, scale)
    here = {Loss.COLOURS: True, Loss.SOFTNESS: film.is_soft, Loss.FRAMES: film.is_thinned}
    lost = (*changes.lost, *(loss for loss, is_so in here.items() if is_so))
    return Turned(content, replace(changes, into=GIF, lost=lost, size=None if scale == 1 else size))


def _begun(image: Image.Image, content: bytes, mime_type: str) -> Changes:
    """What is known of the changes before anything is decoded."""
    others = 0 if moves(image, mime_type) or mime_type == "image/x-icon" else frames(image) - 1
    if getattr(image, "default_image", False):
        others = 0
    lost = dict.fromkeys((*((Loss.HDR,) if _is_hdr(content[:_HEAD_BYTES]) else ()), *missed(content)))
    return Changes(was=mime_type, is_cleaned=tells(image), lost=tuple(lost), others=max(others, 0))


def _is_hdr(head: bytes) -> bool:
    """Whether a box of AVIF's or HEIC's, or a chunk of PNG's, says that its brightness is meant for such screens."""
    if head[4:8] == b"ftyp":
        at = head.find(b"colrnclx")
        return at >= 0 and int.from_bytes(head[at + 10 : at + 12], "big") in _HDR
    at = head.find(b"cICP") if head.startswith(b"\x89PNG") else -1
    return at >= 0 and int.from_bytes(head[at + 5 : at + 6], "big") in _HDR


def _is_lossy(content: bytes, mime_type: str) -> bool:
    if mime_type != "image/webp":
        return mime_type in _LOSSY
    return b"VP8 " in set(_chunks(content))


def _chunks(content: bytes) -> Iterator[bytes]:
    """The names of a WebP's chunks."""
    at = 12
    while at + 8 <= len(content):
        yield content[at : at + 4]
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
