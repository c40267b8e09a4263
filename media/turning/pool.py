"""Hands pictures to processes of their own, a bounded number at once; what becomes of one costs its picture alone."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from errors import CannotShrinkError, DamagedError, TooManyPixelsError, TooMuchWorkError
from media.models import Changes, Loss
from media.turning.limits import Limits, Trouble

AT_ONCE = 2
_ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Nothing of ours, which holds secrets. Each thread would reserve address space of its own otherwise."""
_ALWAYS = frozenset(f"image/{form}" for form in ("avif", "bmp", "jp2", "qoi", "tiff", "webp", "x-icon", "x-netpbm"))
_HEIF = frozenset({"image/heic", "image/heif"})


class Turner:
    """Turns pictures into what Imgur takes, and makes them smaller.

    Raises DamagedError for what cannot be read, TooManyPixelsError, and TooMuchWorkError where memory or time run out.
    """

    def __init__(self, limits: Limits | None = None, *, at_once: int = AT_ONCE) -> None:
        self._limits = limits or Limits()
        self._turns = asyncio.Semaphore(at_once)
        self.takes = _ALWAYS | (_HEIF if find_spec("pillow_heif") else frozenset())

    async def turned(self, content: bytes, mime_type: str, limit: int) -> tuple[bytes, Changes]:
        """As PNG, JPEG or GIF, and what that changed; nothing of a still that would have more than `limit` bytes.

        Of what moves there may be more, as a film can be made of it.
        """
        return await self._done("turn", content, mime_type, limit)

    async def shrunk(self, content: bytes, mime_type: str, limit: int) -> tuple[bytes, Changes]:
        """The same with a loss of detail, always within the limit. Raises CannotShrinkError."""
        return await self._done("shrink", content, mime_type, limit)

    async def _done(self, job: str, content: bytes, mime_type: str, limit: int) -> tuple[bytes, Changes]:
        ours = self._limits
        numbers = (limit, ours.pixels, ours.all_pixels, ours.memory, ours.seconds)
        async with self._turns:
            try:
                said = await _run((job, mime_type, *map(str, numbers)), content, ours.seconds)
            except (TimeoutError, OSError) as error:
                raise TooMuchWorkError from error
        changes, _, found = said.partition(b"\n")
        return found, _read(json.loads(changes), ours)


async def _run(arguments: Sequence[str], content: bytes, seconds: float) -> bytes:
    """What the process says; it is gone when this ends, however it ends. Raises TooMuchWorkError where it was ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", "-m", "media.turning", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(content)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not said:
        raise TooMuchWorkError(f"a process ended with {process.returncode}")
    return said


def _read(said: dict[str, Any], limits: Limits) -> Changes:
    match said.pop("trouble", None):
        case Trouble.PIXELS:
            raise TooManyPixelsError(limits.pixels, limits.all_pixels)
        case Trouble.WORK:
            raise TooMuchWorkError
        case Trouble.TOO_LARGE:
            raise CannotShrinkError
        case Trouble.DAMAGED:
            raise DamagedError
    size = said.pop("size")
    return Changes(**said | {"lost": tuple(map(Loss, said["lost"])), "size": tuple(size) if size else None})
