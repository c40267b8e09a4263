"""What a file of Discord's is called, and what its picture could be called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

from imgur.models import TITLE_LIMIT
from services.message.payload import path
from services.text import line

SPOILER = "SPOILER_"
"""What older clients mark spoilers by; the flag says it now."""
NAME_LIMIT = 100
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"(?ai:(?=[a-f-]*[0-9])[0-9a-f-]{8,})")
_MEAN_NOTHING = frozenset(
    {"image", "img", "pic", "picture", "photo", "video", "vid", "mov", "mvi", "clip", "file", "media", "attachment"}
    | {"unknown", "untitled", "download", "cachedimage", "screenshot", "screen", "shot", "screenrecording", "recording"}
    | {"dsc", "dscn", "dscf", "pxl", "signal", "whatsapp", "fb", "received", "wa", "at", "am", "pm", "copy", "temp"}
    | {"tmp", "original", "maxresdefault", "hqdefault", "large", "small"}
)
"""What phones, cameras, programmes and sites call whatever it is."""


def called(filename: str, title: str | None) -> str:
    """Under what its user knows it: where Discord cannot keep a name, it gives that as the title, without ending."""
    kept = filename.removeprefix(SPOILER)
    ending = PurePosixPath(kept).suffix
    name = line(title, NAME_LIMIT).removeprefix(SPOILER)
    if not name:
        return kept
    return name if name.casefold().endswith(ending.casefold()) else name + ending


def last_part(address: str) -> str:
    """What an address calls its file; empty where it calls it nothing."""
    name = line(unquote(path(address)).rpartition("/")[2], NAME_LIMIT)
    return name if PurePosixPath(name).suffix else ""


def proposed(name: str) -> str | None:
    """The title that a file's name makes; None for a name that a phone or programme gave."""
    stem = PurePosixPath(name.removeprefix(SPOILER)).stem.replace("_", " ")
    if _DIGITS.fullmatch(stem) or _MEAN_NOTHING.issuperset(_WORD.findall(stem.casefold())):
        return None
    return line(stem, TITLE_LIMIT) or None
