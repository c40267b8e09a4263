from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A format by its MIME type; how many seconds it lasts, where the file's beginning says so."""

    mime_type: str
    seconds: float | None = None


def moving(container: str, streams: set[str], *, whole: bool) -> str:
    """The MIME type of a container, `video/...` for one with pictures, by the kinds of its `streams`.

    It holds sound alone only if the list of streams is `whole`.
    """
    return f"audio/{container}" if whole and streams and "video" not in streams else f"video/{container}"
