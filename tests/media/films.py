"""Films with something personal in every place of their format, and what is seen of one."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from media.film import Ffmpeg
from tests.media.hiding import COORDINATES, SECRET

PROGRAM = shutil.which("ffmpeg")
COPYING = Ffmpeg(str(Path(__file__).with_name("copying")))
"""In place of `ffmpeg`: what it writes is what it read."""
needs_ffmpeg = pytest.mark.skipif(PROGRAM is None and not os.environ.get("REQUIRE_FFMPEG"), reason="no ffmpeg here")
SAID = SECRET.decode()
_TOLD = ("location", "location-eng", "title", "comment", "artist", "com.apple.quicktime.location.ISO6709", "make")
_SHOWN = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1.5")
_HEARD = ("-f", "lavfi", "-i", "sine=sample_rate=44100:duration=1.5")
CODECS = {
    "mp4": ("libx264", "aac"),
    "mov": ("mjpeg", "pcm_s16le"),
    "mkv": ("libx264", "aac"),
    "webm": ("libvpx-vp9", "libopus"),
    "avi": ("mpeg4", "libmp3lame"),
    "wmv": ("wmv2", "wmav2"),
    "flv": ("flv", "libmp3lame"),
    "mpg": ("mpeg2video", "mp2"),
}


def ffmpeg(*arguments: str | Path) -> bytes:
    assert PROGRAM, "REQUIRE_FFMPEG is set, and there is none"
    command = [PROGRAM, "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def told() -> list[str]:
    """All that can be said of a film, of its streams and in chapters."""
    said = [f"{name}={COORDINATES.decode()}" if "location" in name else f"{name}={SAID}" for name in _TOLD]
    streams = [(f"-metadata:s:{kind}", f"{name}={SAID}") for kind in "va" for name in ("title", "handler_name")]
    return [word for pair in [*(("-metadata", one) for one in said), *streams] for word in pair]


def film(path: Path, *more: str | Path, beside: Path | None = None) -> Path:
    """A film of a second and a half with sound, that says all that it can; its ending says what it is.

    `beside` is one more file that goes into it.
    """
    video, audio = CODECS[path.suffix[1:]]
    codecs = ("-c:v", video, "-c:a", audio, "-pix_fmt", "yuvj420p" if video == "mjpeg" else "yuv420p", "-g", "5")
    inputs = (*_SHOWN, *_HEARD, *(("-i", beside) if beside else ()))
    ffmpeg(*inputs, *codecs, *told(), *more, path)
    return path


def chapters(folder: Path) -> Path:
    """A chapter with a name."""
    path = folder / "chapters.txt"
    path.write_text(f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle={SAID}\n", encoding="utf-8")
    return path


def with_xmp(path: Path) -> Path:
    """The same with a box behind it, as photo programs add it."""
    xmp = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x:xmpmeta>" + COORDINATES + SECRET
    path.write_bytes(path.read_bytes() + struct.pack(">I4s", len(xmp) + 8, b"uuid") + xmp)
    return path


def with_two_at_once(path: Path) -> Path:
    """A film that holds still for a while, except that it does not: two of its pictures are shown at the same time."""
    film(path, "-vf", r"setpts=PTS+gte(N\,10)*1/10/TB", "-fps_mode", "vfr", "-bf", "0", "-movflags", "+faststart")
    content = path.read_bytes()
    at = content.index(struct.pack(">I", 2048), content.index(b"stts"))
    path.write_bytes(content[:at] + bytes(4) + content[at + 4 :])
    return path


def hashes(path: Path) -> list[str]:
    """Of each picture and each piece of sound, decoded as it is stored."""
    lines = (
        ffmpeg("-noautorotate", "-i", path, "-map", "0:V", "-map", "0:a?", "-f", "framemd5", "-").decode().splitlines()
    )
    return [line.split(",")[0] + line.split(",")[-1] for line in lines if not line.startswith("#")]


def probe(path: Path, what: str = "stream:format") -> dict[str, Any]:
    assert PROGRAM
    command = [PROGRAM.replace("ffmpeg", "ffprobe"), "-v", "error", "-of", "json", "-show_entries", what, str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found
