"""What only `ffmpeg` can do with a film: take out what it says beside its pictures and sound, and make one of a GIF."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from errors import CannotCleanError, DamagedError
from media.film.animation import Lost, survey
from media.film.container import checked, is_shorter
from media.film.errors import CannotTurnError, FilmError, FilmTooMuchError
from media.film.process import Ended, Limits, run

CLEANING = Limits(seconds=120, memory=1 << 30, written=220_000_000)
TURNING = Limits(seconds=240, memory=3 << 29, written=200_000_000)
AT_ONCE = 2
_ALWAYS = ("-hide_banner", "-nostdin", "-y", "-protocol_whitelist", "file,pipe")
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact")
_COPIED = ("-map", "0:V", "-map", "0:a?", "-c", "copy", *_BARE, "-flags:a", "+bitexact")
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "2", "-fps_mode", "cfr")
_COLOURS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
_AT_THE_FRONT = ("-movflags", "+faststart")
_DELAYS = ("-ignore_loop", "1", "-min_delay", "2", "-default_delay", "10")
_STRICT, _TALKATIVE = ("-xerror", "-loglevel", "error"), ("-loglevel", "warning")
_SAME_TIME = b"Non-monoton"
_BROKEN = (b"Invalid data found", b"corrupt input packet", b"moov atom not found")


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """The machine's `ffmpeg`, two at a time, each within limits and with no way to another file or to the network.

    It ends when its caller is cancelled. A target is whole, or not there.
    """

    program: str
    cleaning: Limits = CLEANING
    turning: Limits = TURNING
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), compare=False, repr=False)

    @classmethod
    def found(cls) -> Ffmpeg | None:
        """The one on the PATH; None where there is none."""
        program = shutil.which("ffmpeg")
        return cls(program) if program else None

    async def cleaned(self, source: Path, target: Path, mime_type: str) -> None:
        """Writes the film anew: its pictures and sound as they are, which way is up, and nothing else.

        Raises CannotCleanError for a kind, or a content, that this cannot be done with, DamagedError, FilmTooMuchError.
        """
        with _whole(target):
            container = await asyncio.to_thread(checked, source, mime_type)
            front = _AT_THE_FRONT if container.is_iso else ()
            read, wrote = _from(source, container.demuxer), _to(target, container.muxer)
            ended = await self._copied(*read, *_COPIED, *front, *wrote)
            if ended.status:
                raise DamagedError("film") if ended.complains(*_BROKEN) else CannotCleanError(mime_type)
            if await asyncio.to_thread(is_shorter, target, source):
                raise DamagedError("cut")

    async def gif_to_video(self, source: Path, target: Path) -> Lost:
        """Writes a GIF as an MP4 that plays like it in a browser, on white ground, and tells what that cannot keep.

        Raises DamagedError, VideoTooLongError, FilmTooMuchError, CannotTurnError.
        """
        with _whole(target):
            animation = await asyncio.to_thread(survey, source)
            made = ("-filter_complex", animation.filters, "-map", "[film]", *_H264, *_COLOURS, *_BARE, *_AT_THE_FRONT)
            read, wrote = _from(source, "gif", *_DELAYS), _to(target, "mp4")
            ended = await self._run(_STRICT, *read, *made, *wrote, limits=self.turning)
            if ended.status:
                raise CannotTurnError
        return Lost(animation.is_seen_through(ended.said), animation.ends)

    async def _copied(self, *arguments: str) -> Ended:
        """Strictly; less so where that ends at pictures of the same time, as there are in films of phones."""
        ended = await self._run(_STRICT, *arguments, limits=self.cleaning)
        if not ended.complains(_SAME_TIME):
            return ended
        ended = await self._run(_TALKATIVE, *arguments, limits=self.cleaning)
        return replace(ended, status=ended.status or 1) if ended.complains(*_BROKEN) else ended

    async def _run(self, manner: tuple[str, ...], *arguments: str, limits: Limits) -> Ended:
        async with self.turns:
            return await run((self.program, *manner, *_ALWAYS, *arguments), limits)


def _from(source: Path, demuxer: str, *options: str) -> tuple[str, ...]:
    """In this form and no other, nor anything that it names in others."""
    return ("-f", demuxer, "-format_whitelist", demuxer, *options, "-i", f"file:{source}")


def _to(target: Path, muxer: str) -> tuple[str, ...]:
    return ("-f", muxer, f"file:{target}")


@contextmanager
def _whole(target: Path) -> Iterator[None]:
    """Whatever ends it before its end leaves nothing of the target."""
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise


__all__ = ["CannotTurnError", "Ffmpeg", "FilmError", "FilmTooMuchError", "Limits", "Lost"]
