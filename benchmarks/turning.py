"""What turning pictures costs: time and memory of the process that each one has, the hostile ones among them.

`python -m benchmarks.turning`. Beside them an ordinary picture is turned again and again: how long that takes while
others keep the processes busy, and how much memory all of it takes in the bot itself.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from PIL import Image

from errors import BotError
from media.kind import IMAGE_LIMIT
from media.turning.limits import Limits
from media.turning.pool import Turner

MEGABYTE = 1_000_000
OTHERS = 12
"""Ordinary pictures beside three bombs."""


class Case(NamedTuple):
    """A picture and what is asked for."""

    name: str
    job: str
    mime_type: str
    content: bytes


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """A file of it."""
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def bomb(count: int, size: int) -> bytes:
    """An animated WebP in which one small frame stands so many times."""
    ground = Image.new("RGB", (size, size), "white")
    other = ground.copy()
    other.putpixel((0, 0), (0, 0, 0))
    two = saved(ground, "WEBP", save_all=True, append_images=[other], lossless=True, duration=40)
    at = two.rindex(b"ANMF")
    content = two[:at] + two[at:] * count
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def photo(size: tuple[int, int]) -> Image.Image:
    """As hard to encode as a photo."""
    return Image.frombytes("RGB", (size[0] // 4, size[1] // 4), os.urandom(size[0] * size[1] // 16 * 3)).resize(size)


def cases() -> Iterator[Case]:
    """Ordinary ones, the largest, and those that are meant to harm."""
    usual = photo((4032, 3024))
    yield Case("WebP, 12 megapixels", "turn", "image/webp", saved(usual, "WEBP", quality=80))
    yield Case("AVIF, 12 megapixels", "turn", "image/avif", saved(usual, "AVIF", quality=50, speed=9))
    try:
        import pillow_heif  # noqa: PLC0415 - may be absent
    except ImportError:
        pass
    else:
        pillow_heif.register_heif_opener()
        yield Case("HEIC, 12 megapixels", "turn", "image/heic", saved(usual, "HEIF", quality=50))
    yield Case("PNG over 10 MB, made smaller", "shrink", "image/png", saved(usual, "PNG", compress_level=1))
    yield Case("animated WebP, 60 frames of 640 x 480", "turn", "image/webp", bomb(59, 640))
    vast = Image.new("RGB", (8000, 8000), "red")
    yield Case("BMP, 64 megapixels", "turn", "image/bmp", saved(vast, "BMP"))
    yield Case("WebP, 64 megapixels in 2.5 kB", "turn", "image/webp", saved(vast, "WEBP", lossless=True))
    huge = Image.new("RGB", (13_000, 13_000))
    yield Case("WebP bomb, 169 megapixels in 6.5 kB", "turn", "image/webp", saved(huge, "WEBP", lossless=True))
    yield Case("WebP bomb, 2,001 frames of 16 megapixels", "turn", "image/webp", bomb(2000, 4096))
    flat = saved(Image.new("1", (10_000, 10_000)), "PNG")
    yield Case("PNG, 100 megapixels in 13 kB", "shrink", "image/png", flat)
    yield Case("WebP, cut", "turn", "image/webp", saved(usual, "WEBP")[:-5000])
    yield Case("250 frames of a megapixel", "turn", "image/webp", bomb(249, 1000))


def measured(case: Case) -> str:
    """A line: what came of it, seconds, and the most memory of its process."""
    limits = Limits()
    numbers = (IMAGE_LIMIT, limits.pixels, limits.all_pixels, limits.memory, limits.seconds)
    begun, peaks = time.perf_counter(), [0]
    command = [sys.executable, "-m", "media.turning", case.job, case.mime_type, *map(str, numbers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        watching = Thread(target=_watch, args=(process, peaks))
        watching.start()
        said, _ = process.communicate(case.content)
        watching.join()
    seconds = time.perf_counter() - begun
    head, _, found = said.partition(b"\n")
    outcome = f"{len(found) / MEGABYTE:.1f} MB" if found else head.decode().strip("{}") or "ended"
    return f"  {case.name:42} {outcome:22} {seconds:6.2f} s  {max(peaks) / MEGABYTE:6.0f} MB"


def _watch(process: subprocess.Popen[bytes], peaks: list[int]) -> None:
    """Note the most memory that it had: the system's own figure for a child begins with its parent's."""
    while process.poll() is None:
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            peaks.append(int(status.partition("VmHWM:")[2].split()[0]) * 1024)
        time.sleep(0.002)


async def beside() -> str:
    """How long others wait while bombs keep the processes busy."""
    turner, small = Turner(), saved(photo((1200, 900)), "WEBP")

    async def timed(content: bytes) -> float:
        begun = time.perf_counter()
        with suppress(BotError):
            await turner.turned(content, "image/webp", IMAGE_LIMIT)
        return time.perf_counter() - begun

    alone = await timed(small)
    slow = [asyncio.create_task(timed(bomb(249, 1000))) for _ in range(3)]
    waited = await asyncio.gather(*(timed(small) for _ in range(OTHERS)))
    await asyncio.gather(*slow)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    return (
        f"  an ordinary picture alone {alone:.2f} s, behind three that take their time: "
        f"p50 {statistics.median(waited):.2f} s, max {max(waited):.2f} s; this process {peak:.0f} MB"
    )


def main() -> None:
    """Print it all."""
    print(asyncio.run(beside()))
    for case in cases():
        print(measured(case), flush=True)


if __name__ == "__main__":
    main()
