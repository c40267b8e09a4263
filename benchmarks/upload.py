"""Streaming a 200 MB video through the bot's upload path, against curl making the same multipart upload.

The bot's path is the service's: open the file, check it, stream it to Imgur. Like curl it reads the file from disk; a
second figure has it arrive over HTTP meanwhile, as attachments do, which on loopback costs a third process's share of
the machine and is more than curl does. All send to the same stand-in; rounds alternate. Each bot round runs in a
process of its own, which measures its memory, and has uploaded something small before: what a process does once, as
making its first statements, is no part of the rate, and is told apart.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from benchmarks.servers import CLIENT, apart, file_host, imgur
from bot import compose
from config import Settings
from media.attachment import HttpAttachmentSource
from media.models import HEAD_BYTES, IncomingFile, OpenedFile
from services.upload import UploadRequest

SIZE, SMALL = 200_000_000, 10_000
ROUNDS = 5
CHUNK_BYTES = 256 * 1024
MEBIBYTE = 1024 * 1024
LEAST_RATIO = 0.8
MOST_GROWTH = 16.0  # MB
HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
USER_ID = 7


def write_video(path: Path, size: int) -> None:
    """A file that begins like an MP4 and is as large as asked."""
    block = bytes(range(256)) * 4096
    with path.open("wb") as file:
        file.write(HEAD)
        left = size - len(HEAD)
        while left > 0:
            left -= file.write(block[:left])


class Round(NamedTuple):
    """Seconds of the upload, and of the small one before it; MB of memory growth of both."""

    seconds: float
    first: float
    growth: float


@dataclass
class Source:
    """An AttachmentSource over local paths as well."""

    over_http: HttpAttachmentSource

    @asynccontextmanager
    async def open(self, file: IncomingFile) -> AsyncIterator[OpenedFile]:
        """The file, open for one reading."""
        if file.url.startswith("http:"):
            async with self.over_http.open(file) as opened:
                yield opened
            return
        with FileIO(file.url) as raw:
            yield DiskFile(file.size, raw.read(HEAD_BYTES), raw)


@dataclass
class DiskFile:
    """An opened local file."""

    size: int
    head: bytes
    raw: FileIO

    async def look(self, at: int) -> bytes:
        """As many bytes from there on."""
        before = self.raw.tell()
        self.raw.seek(at)
        part = self.raw.read(HEAD_BYTES)
        self.raw.seek(before)
        return part

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, from the page cache: no thread is worth its switches."""
        chunk = self.head
        while chunk:
            yield chunk
            chunk = self.raw.read(CHUNK_BYTES)


async def _upload(imgur_url: str, where: str, small: str) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            discord_token="fake.token",
            imgur_client_id=CLIENT[0],
            database_url=f"sqlite:///{folder}/bench.db",
            token_keys={"bench": bytes(32)},
        )
        async with aiohttp.ClientSession() as session:
            source = Source(HttpAttachmentSource(session, origins={where.removesuffix("/file")}))
            async with compose(settings, imgur_url=imgur_url, attachments=source, serve=False) as house:
                await house.services.preferences.keep_details(USER_ID, keep=True)  # or it would go by way of the disk
                before = _peak()
                taken = []
                for path, size in ((small, SMALL), (where, SIZE)):
                    begun = time.perf_counter()
                    file = IncomingFile("video.mp4", size, path, "video/mp4")
                    await house.services.uploads.upload(UploadRequest(USER_ID, file, anonymous=True), lambda *_: None)
                    taken.append(time.perf_counter() - begun)
                return Round(taken[1], taken[0], _peak() - before)


def _peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000


def _round(results: Any, *where: str) -> None:
    results.put(asyncio.run(_upload(*where)))


def bot_round(imgur_url: str, path: str, small: str) -> Round:
    """Two uploads through the bot in a new process."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    process = context.Process(target=_round, args=(results, imgur_url, path, small))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"the upload failed with exit code {process.exitcode}")
    found: Round = results.get()
    return found


def curl_round(imgur_url: str, path: Path) -> float:
    """Seconds of the same upload by curl, by its own clock."""
    fields = ["-F", "type=file", "-F", f"video=@{path};type=video/mp4;filename=video.mp4"]
    command = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null", "--write-out", "%{time_total}"]
    header = ["--header", f"Authorization: Client-ID {CLIENT[0]}", "--header", "Expect:"]
    return float(subprocess.check_output([*command, *header, *fields, f"{imgur_url}/3/upload"]))


def main() -> bool:
    """Print the figures; whether the budgets were kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        write_video(path, SIZE)
        small = path.with_name("small.mp4")
        write_video(small, SMALL)
        with apart(imgur) as facts, apart(file_host, path) as host:
            target = facts["url"]
            curl_round(target, path)  # warms the file's cache and the stand-in
            rounds = [
                (
                    bot_round(target, str(path), str(small)),
                    curl_round(target, path),
                    bot_round(target, host["url"], str(small)),
                )
                for _ in range(ROUNDS)
            ]
    ratio = statistics.median(curl / disk.seconds for disk, curl, _ in rounds)
    growth = max(bot.growth for disk, _, http in rounds for bot in (disk, http))
    first = statistics.median(disk.first for disk, _, _ in rounds)
    print(f"Upload of {SIZE / 1_000_000:.0f} MB, {ROUNDS} rounds each, medians:")
    print(_row("this bot, from disk", [disk.seconds for disk, _, _ in rounds]))
    print(_row("curl, from disk", [curl for _, curl, _ in rounds]))
    print(_row("this bot, while the file arrives over HTTP", [http.seconds for _, _, http in rounds]))
    print(f"  a process's first upload, of {SMALL / 1000:.0f} kB: {first * 1000:.0f} ms")
    print(f"  throughput ratio from disk {ratio:.2f} (at least {LEAST_RATIO})")
    print(f"  memory growth, the most of all rounds {growth:.1f} MB (at most {MOST_GROWTH:.0f})")
    return ratio >= LEAST_RATIO and growth <= MOST_GROWTH


def _row(name: str, seconds: list[float]) -> str:
    return f"  {name:<44} {SIZE / MEBIBYTE / statistics.median(seconds):6.0f} MiB/s"


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
