"""What goes with a photo's metadata and somebody may miss: how bright it is on an HDR screen, and the film in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from media.models import Loss

_HEAD_BYTES = 256 * 1024
_GAIN_MAP = re.compile(rb"ns\.adobe\.com/hdr-gain-map/|urn:iso:std:iso:ts:21496:-1|:hdrgainmap")
_FILM = re.compile(rb"(?:MotionPhoto|MicroVideo)(?:=[\"']|>)1")
_SAMSUNG_S = b"MotionPhoto_Data"
"""Stands in front of the film, behind the picture."""


def missed(content: bytes) -> Iterator[Loss]:
    """What a JPEG says that it has, and has no more once it is cleaned."""
    if _GAIN_MAP.search(content, 0, _HEAD_BYTES):
        yield Loss.HDR
    if _FILM.search(content, 0, _HEAD_BYTES) or _SAMSUNG_S in content:
        yield Loss.FILM
