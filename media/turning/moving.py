"""An animation as a GIF: frames, their order, how long each is shown and how often all are kept, as far as GIF can.

It is gone through twice: once to see what is in it, once to write, so that no more than two frames are in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageChops
from PIL.GifImagePlugin import getdata

from media.turning.colours import on_screen
from media.turning.opening import frames, orientation, turned

SHORTEST = 2
"""Hundredths of a second of a frame: players show shorter ones five times as long or more."""
UNSAID = 100
"""Milliseconds of a frame that says none, as browsers show it."""
TOLERANCE = 0.05
FINE_PIXELS = 8_000_000
"""Of all frames whose colours are chosen with care: that takes a hundred times as long."""
_HALF = 128
_SOFT = slice(16, 240)
_STAYS, _GOES = 1, 2  # what becomes of a frame when the next one is drawn


@dataclass(frozen=True, slots=True)
class Film:
    """Which frames differ from the one before, and for how many hundredths of a second each is shown, 0 for not at all.

    `is_clear`: something of one is not to be seen; `is_soft`: something half. `loop` counts as GIF and WebP do; None is
    once.
    """

    numbers: Sequence[int]
    times: Sequence[int]
    loop: int | None
    is_clear: bool
    is_soft: bool = False

    @property
    def is_thinned(self) -> bool:
        """Whether frames are left out, because they follow each other too fast."""
        return 0 in self.times


def seen(image: Image.Image) -> Film:
    """What is in it. Frames that show the same are one."""
    numbers: list[int] = []
    durations: list[int] = []
    is_clear, is_soft, last = False, False, b""
    loop = image.info.get("loop", None if image.format == "GIF" else 0)
    for number in range(int(bool(getattr(image, "default_image", False))), frames(image)):
        frame = _frame(image, number)
        duration = round(image.info.get("duration", 0)) or UNSAID
        digest = sha256(frame.tobytes()).digest()
        if digest == last:
            durations[-1] += duration
            continue
        last = digest
        is_clear = is_clear or _hidden(frame).getbbox() is not None
        is_soft = is_soft or any(frame.getchannel("A").histogram()[_SOFT])
        numbers.append(number)
        durations.append(duration)
    plays = None if loop == 1 and image.format != "GIF" else loop
    return Film(numbers, timed(durations), plays, is_clear, is_soft)


def as_gif(image: Image.Image, film: Film, scale: float = 1.0) -> tuple[bytes, tuple[int, int]]:
    """The file, and its size in pixels."""
    turn, method = orientation(image), _method(image, film)
    shown = on_screen(image.info.get("icc_profile"), "RGBA", "RGBA")
    parts, size = [], (0, 0)
    before: Image.Image | None = None
    for number, hundredths in zip(film.numbers, film.times, strict=True):
        if not hundredths:
            continue
        frame = turned(_frame(image, number), turn)
        if scale < 1:
            frame = frame.resize(scaled(frame.size, scale), Image.Resampling.BOX)
        frame, size = shown(frame) if shown else frame, frame.size
        opaque, at = frame.convert("RGB"), (0, 0)
        if film.is_clear or before is None:
            drawn = _whole(frame, method, is_clear=film.is_clear)
        else:
            drawn, at = _changed(opaque, before, method)
        parts.append(_written(drawn, at, hundredths, _GOES if film.is_clear else _STAYS))
        before = opaque
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0)
    loop = b"" if film.loop is None else b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", film.loop, 0)
    return b"".join([head, loop, *parts, b";"]), size


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """A size that much smaller."""
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def timed(durations: Sequence[int]) -> list[int]:
    """Hundredths of a second for each frame, none too short; 0 for one that is left out, so that all take as long."""
    ends, total = [], 0
    for duration in durations:
        total += duration
        ends.append(total / 10)
    kept, shown = [], 0
    for end in ends:
        kept.append(max(SHORTEST, round(end) - shown))
        shown += kept[-1]
    return kept if shown <= ends[-1] * (1 + TOLERANCE) or len(kept) == 1 else _thinned(ends)


def _thinned(ends: Sequence[float]) -> list[int]:
    """The same where there are too many: a frame is shown if there is time for it before the next."""
    kept, begun = [0] * len(ends), 0
    for number, end in enumerate(ends):
        if round(end) - begun >= SHORTEST or number == 0:
            kept[number] = max(SHORTEST, round(end) - begun)
            begun += kept[number]
    return kept


def _method(image: Image.Image, film: Film) -> Image.Quantize:
    """How the colours of its frames are chosen."""
    pixels = image.width * image.height * len(film.numbers)
    return Image.Quantize.MEDIANCUT if pixels <= FINE_PIXELS else Image.Quantize.FASTOCTREE


def _frame(image: Image.Image, number: int) -> Image.Image:
    image.seek(number)
    image.load()
    return image.convert("RGBA")


def _hidden(frame: Image.Image) -> Image.Image:
    """What is not to be seen of it: GIF knows nothing in between."""
    return frame.getchannel("A").point(lambda value: 255 * (value < _HALF))


def _whole(frame: Image.Image, method: Image.Quantize, *, is_clear: bool) -> Image.Image:
    """A frame that stands alone; with clear ground all of it, as many viewers show black where nothing is drawn."""
    if not is_clear:
        return frame.convert("RGB").quantize(256, method)
    return _reduced(frame.convert("RGB"), _hidden(frame), method)


def _changed(frame: Image.Image, before: Image.Image, method: Image.Quantize) -> tuple[Image.Image, tuple[int, int]]:
    """What is not as it was, and where that begins."""
    red, green, blue = ImageChops.difference(frame, before).split()
    most = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    box = most.getbbox() or (0, 0, 1, 1)
    return _reduced(frame.crop(box), most.crop(box).point(lambda value: 255 * (value == 0)), method), box[:2]


def _reduced(frame: Image.Image, hidden: Image.Image, method: Image.Quantize) -> Image.Image:
    """In 256 colours, the last of them for what is `hidden`."""
    reduced = frame.quantize(255, method)
    palette = reduced.getpalette() or []
    clear = len(palette) // 3
    reduced.putpalette([*palette, 0, 0, 0])
    reduced.paste(clear, mask=hidden)
    reduced.info["transparency"] = clear
    return reduced


def _written(drawn: Image.Image, at: tuple[int, int], hundredths: int, then: int) -> bytes:
    """A frame with its own colours. Pillow's writer of whole films draws over what should have gone."""
    clear = drawn.info.get("transparency")
    flags = then << 2 | (clear is not None)
    control = b"!\xf9\x04" + struct.pack("<BHBB", flags, hundredths, clear or 0, 0)
    return control + b"".join(getdata(drawn, at, include_color_table=True))
