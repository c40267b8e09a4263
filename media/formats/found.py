from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A format by its MIME type; how many seconds it lasts, where the file's beginning says so."""

    mime_type: str
    seconds: float | None = None


def moving(container: str, streams: set[str], *, whole: bool) -> str | None:
    """The MIME type of a container, `video/...` for one with pictures, by the kinds of its `streams`.

    Only if the list of streams is `whole`, it may hold sound alone, or nothing that is known (subtitles).
    """
    if "video" in streams or not streams or not whole:
        return f"video/{container}"
    return f"audio/{container}" if "audio" in streams else None


def lasting(ticks: float, a_second: float) -> float | None:
    """So many seconds; None where a file claims what cannot be."""
    try:
        seconds = ticks / a_second
    except (OverflowError, ZeroDivisionError):
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
