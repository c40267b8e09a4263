"""What people paste when they mean an image or an album: ids and every form of Imgur's links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from imgur.models import Kind

LONGEST_TEXT = 2000
HOSTS = {"imgur.com", "www.imgur.com", "m.imgur.com", "i.imgur.com"}
FILES_HOST = "i.imgur.com"
PAGES = {
    "about",
    "account",
    "emerald",
    "gallery",
    "memegen",
    "privacy",
    "random",
    "register",
    "rules",
    "search",
    "signin",
    "terms",
    "upload",
    "vidgif",
}
"""First words of Imgur's own pages that could be taken for ids."""

_ID = re.compile(r"[A-Za-z0-9]{5,10}")
_THUMBNAIL = re.compile(r"([A-Za-z0-9]{7}|[A-Za-z0-9]{5})[sbtmlh]")
_ADDRESS = re.compile(r"(https?:)?//|([a-z]+\.)?imgur\.com[/:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """An id, and what it points to where the text tells."""

    kind: Kind | None
    id: str


def parse(text: str) -> Reference | None:
    """The image or album that `text` names, None if it names none. Ids are case-sensitive; nothing is looked up."""
    text = text.strip().removeprefix("<").removesuffix(">").strip()
    if len(text) > LONGEST_TEXT:
        return None
    if _ID.fullmatch(text):
        return Reference(None, text)
    if not (address := _ADDRESS.match(text)):
        return None
    try:
        parts = urlsplit(text if address.group().endswith("//") else f"//{text}")
        return _from_link(parts)
    except ValueError:  # no address after all, such as an unclosed [
        return None


def _from_link(parts: SplitResult) -> Reference | None:
    host = (parts.hostname or "").removesuffix(".")
    segments = [segment for segment in parts.path.split("/") if segment]
    if host not in HOSTS or not segments:
        return None
    match segments:
        case ["a", last, *_]:
            return _reference(Kind.ALBUM, last)
        case ["gallery", last, *_] | ["t" | "r" | "topic", _, last, *_]:
            return _reference(None, last)
        case [name] if host == FILES_HOST:
            return _reference(Kind.IMAGE, name, is_file=True)
        case [name] if name not in PAGES:
            return _reference(Kind.IMAGE if "." in name else None, name)
    return None


def _reference(kind: Kind | None, segment: str, *, is_file: bool = False) -> Reference | None:
    """The id at the end of a segment: titles stand before it, an extension behind it."""
    name = segment.partition(".")[0].rpartition("-")[2]
    if is_file:
        name = name.removesuffix("_d")
        thumbnail = _THUMBNAIL.fullmatch(name)
        name = thumbnail.group(1) if thumbnail else name
    return Reference(kind, name) if _ID.fullmatch(name) else None
