"""A GIF that is to be a film: how it is shown in a browser, and what of that a film has no place for."""

from __future__ import annotations

import math
import mmap
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from errors import DamagedError, VideoTooLongError
from media.film.errors import FilmTooMuchError
from media.gif import Control, Frame, Head, Loop, parts
from media.kind import VIDEO_SECONDS

_HUNDREDTHS = 100
_SHORTEST, _INSTEAD = 2, 10
"""Hundredths of a second: what is said to be shorter is shown for a tenth, as browsers do."""
_MOST_FRAMES_A_SECOND = 50
_MOST_PIXELS = 3840 * 2160
_OPAQUE = b"=255"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a film could not keep: that one saw through it; that it ends after a while instead of beginning anew."""

    transparency: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Animation:
    """A GIF's size, how many frames a second show it, and whether it `ends`."""

    width: int
    height: int
    rate: Fraction
    ends: bool

    @property
    def filters(self) -> str:
        """From the GIF to frames of an even size on white ground; on the way it says of each how much one sees through.

        The frames are evened out first: that knows how long the last one is shown, which is lost by any other filter.
        """
        wide, high = self.width % 2, self.height % 2
        size, rate = f"{self.width + wide}x{self.height + high}", f"{self.rate.numerator}/{self.rate.denominator}"
        return (
            f"color=white:size={size}:rate={rate},format=rgb24[ground];[0:v]format=rgba,split[drawn][seen];"
            f"[drawn]fps={rate}:eof_action=round[frames];[ground][frames]overlay=shortest=1:format=rgb,format=gbrp,"
            f"fillborders=right={wide}:bottom={high}:mode=smear,"
            "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[film];"
            "[seen]alphaextract,signalstats,metadata=print:key=lavfi.signalstats.YMIN:file=-,nullsink"
        )

    @staticmethod
    def is_seen_through(said: bytes) -> bool:
        """Whether one sees through a frame, by what the filters said."""
        return any(b"YMIN" in line and not line.endswith(_OPAQUE) for line in said.splitlines())


def survey(path: Path) -> Animation:
    """Raises DamagedError, VideoTooLongError for more than 60 s, FilmTooMuchError for too large a picture."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise DamagedError("cut")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # as long as a part of it is looked at
        return _surveyed(memoryview(content))


def _surveyed(content: memoryview) -> Animation:
    delays, delay, plays, size = list[int](), 0, 1, (0, 0)
    for part in parts(content):
        match part:
            case Head():
                size = int.from_bytes(part.whole[6:8], "little"), int.from_bytes(part.whole[8:10], "little")
            case Control():
                delay = int.from_bytes(part.content[1:3], "little")
            case Loop():
                plays = int.from_bytes(part.count, "little")
            case Frame():
                delays.append(delay if delay >= _SHORTEST else _INSTEAD)
                delay = 0
    return _animation(size, delays, plays)


def _animation(size: tuple[int, int], delays: list[int], plays: int) -> Animation:
    seconds = sum(delays) / _HUNDREDTHS
    if round(seconds) > VIDEO_SECONDS:
        raise VideoTooLongError(seconds, VIDEO_SECONDS)
    if not 0 < math.prod(size) <= _MOST_PIXELS:
        raise FilmTooMuchError("pixels")
    rate = min(Fraction(_HUNDREDTHS, math.gcd(*delays)), Fraction(_MOST_FRAMES_A_SECOND))
    return Animation(*size, rate, ends=plays != 0 and len(delays) > 1)
