"""Which files Discord's clients offer for what takes some. They go by names alone: contents are looked at anyway.

discord.py does not know of it yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

FILE_TYPES = ("image", "video", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".apng", ".jxl", ".mkv")
"""Discord takes ten. Its `image` has PNG, GIF, JPEG, WebP and AVIF in it, its `video` MP4, MOV and WebM."""


class PictureUpload(ui.FileUpload[Any]):
    """A form's field for pictures and videos."""

    def to_component_dict(self) -> Any:
        """The field as Discord takes it."""
        return {**super().to_component_dict(), "file_types": list(FILE_TYPES)}


def narrowed(command: Mapping[str, Any]) -> dict[str, Any]:
    """A command whose options take pictures and videos alone, where they take files."""
    narrow = dict(command)
    if "options" in narrow:
        narrow["options"] = [narrowed(option) for option in narrow["options"]]
    if narrow.get("type") == discord.AppCommandOptionType.attachment.value and "required" in narrow:
        narrow["file_types"] = list(FILE_TYPES)
    return narrow
