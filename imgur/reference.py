"""What people paste when they mean an image or an album: Imgur's addresses, in any text or markup around them, and ids.

Nothing is looked up. Every pattern is linear in the text: what is pasted may be long, and meant to hurt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import takewhile
from typing import TypeAlias
from urllib.parse import unquote

from imgur.models import Kind

Kinds: TypeAlias = tuple[Kind, ...]

IMAGE: Kinds = (Kind.IMAGE,)
ALBUM: Kinds = (Kind.ALBUM,)
EITHER: Kinds = (Kind.IMAGE, Kind.ALBUM)
POST: Kinds = (Kind.ALBUM, Kind.IMAGE)
"""What a gallery's or a tag's page shows: an image and an album may share an id, and there the album is meant."""

PAGES = frozenset(
    {"about", "account", "advertise", "apidocs", "apps", "arcade", "beta", "blog", "careers", "ccpa", "community"}
    | {"contact", "cookies", "delete", "emerald", "help", "inbox", "jobs", "login", "logout", "memegen", "messages"}
    | {"notifications", "oauth2", "press", "privacy", "random", "register", "rules", "search", "settings", "signin"}
    | {"signout", "signup", "statistics", "stats", "store", "tags", "terms", "topics", "trending", "upload", "vidgif"}
)
"""First words of Imgur's own pages, on which there is no image or album."""

SECTIONS = PAGES | {
    *("album", "albums", "avatar", "comment", "comments", "cover", "custom", "embed", "favorites", "folder", "folders"),
    *("fullscreen", "gallery", "horizontal", "image", "images", "index", "layout", "newest", "noscript", "oldest"),
    *("posts", "rising", "score", "submitted", "vertical", "viral"),
}
"""Words within a path that could be taken for ids."""

ANY = "*"
_PLACES: tuple[tuple[tuple[str, ...], Kinds, bool], ...] = (
    (("a",), ALBUM, True),
    (("g", "memes"), POST, False),
    *(((word,), POST, True) for word in ("gallery", "g")),
    *(((word, ANY), POST, False) for word in ("t", "r", "topic")),
    (("user", ANY, "favorites", "folder", ANY, ANY), POST, False),  # the folder's number and name
    (("user", ANY, "favorites", "folder", ANY), POST, False),
    (("user", ANY), POST, False),
    (("account", "favorites"), POST, False),  # one's own, in older addresses
    (("download",), EITHER, True),
    (("3", "gallery", "album"), ALBUM, True),  # the API's own addresses
    (("3", "gallery", "image"), IMAGE, True),
    (("3", "gallery"), POST, True),
    (("3", "album"), ALBUM, True),
    (("3", "image"), IMAGE, True),
    (("post", "v1", ANY), POST, True),
)
"""What a path begins with, what it names, and whether an id stands before what else follows."""

LONGEST = 20_000  # characters that are looked at; an option of Discord's holds 6,000
LONGEST_LINK_WORD = 3  # characters of what stands between ids: "and", "1."
DECODINGS = (str, unescape, unquote, unescape, unquote)  # an address within an address within a page

_NAME = re.compile(
    r"(?P<id>[A-Za-z0-9]{5,10})(?![A-Za-z0-9])(?P<file>(?:_[A-Za-z0-9]+)?\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9]))?"
)
_BARE = re.compile(r"(?:[^\w:]|_)*([A-Za-z0-9]{5,10})(?:[^\w:]|_)*")
_UNPLAIN = re.compile(r"(?:(?ai:image|video|album):)?[^\w:]{0,3}((?=.*\d|.+[A-Z])[A-Za-z0-9]{5,10})[^\w:]{0,3}")
_BETWEEN = re.compile(r"[\s,;&+|]+")
_BARE_FILE = re.compile(r"[\w~%-]+\.(?ai:jpe?g|png|gifv?|tiff?|mp4|webm|mov)")  # as a browser saves what it shows
_BARE_PATH = re.compile(r"/(?!/)\S+|(?ai:a|g|gallery|t|r|topic|user|download)/\S+")
_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}(?:[A-Za-z0-9]{2})?)[sbtmlhgr]")  # sizes, two of them undocumented
_MEMBER = re.compile(r"([A-Za-z0-9]{5}(?:[A-Za-z0-9]{2})?)(?:\.\w+)?")

# Other Imgurs are none of these: what stack.imgur.com calls an image is another one on imgur.com.
_SITE = r"(?P<host>(?:(?:www|m|i|b|edge|api)[.\u3002])?(?:imgur[.\u3002](?:com|io)|bildgur[.\u3002]de))"
_HOST = rf"(?ai:{_SITE}[.\u3002]?(?::\d*+)?)"
_WORD = r"0-9A-Za-z\u00c0-\u0dff"  # letters of scripts that part words: others stand right before an address
_BEGIN = rf"""
    (?: (?ai:https?)(?::/*+|/)              # with one slash as image proxies have it: /https/i.imgur.com/...
    | (?<![:/{_WORD}])//                    # no other scheme
    | (?<![{_WORD}_./@-]) | (?<=[^{_WORD}_./@-][_.-]) | (?<=[^{_WORD}_./@-]__) | (?<=\.\.)
    )"""
_LINK = re.compile(
    rf"""{_BEGIN}{_HOST}
    (?P<path>/(?: (?!(?ai:https?:))[\w/.~%-] | [,&+](?!(?ai:https?:|//|(?:[a-z]+\.)?imgur\.)|[\w.~-]*+=) )*+)""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Reference:
    """An id, and what it may point to, in the order in which to look."""

    kinds: Kinds
    id: str

    def also(self, other: Reference) -> Reference | None:
        """What both name; None if they are two different things."""
        kinds = tuple(kind for kind in self.kinds if kind in other.kinds)
        return Reference(kinds, self.id) if kinds and self.id == other.id else None


class SeveralError(ValueError):
    """The text names more than one image or album."""


def is_imgurs(host: str) -> bool:
    """Whether a host, in lower case, is one of Imgur's own."""
    return re.fullmatch(_SITE, host) is not None


def parse(text: str) -> Reference | None:
    """The one image or album that `text` names, by a link in it or by being an id. Ids are case-sensitive.

    Raises SeveralError.
    """
    return link(text) or bare(text)


def bare(text: str) -> Reference | None:
    """The text itself as an id or as the path of an address, if it could be one. Raises SeveralError."""
    text = visible(text).strip()
    if _BARE_PATH.fullmatch(text):
        return link(f"imgur.com/{text}")
    if _BARE_FILE.fullmatch(text):
        return link(f"i.imgur.com/{text}")
    found = _BARE.fullmatch(text)
    return Reference(EITHER, found.group(1)) if found else None


def link(text: str) -> Reference | None:
    """What the Imgur link in the text names, None if there is none. Raises SeveralError."""
    text = " " + visible(text)  # so that something stands before whatever comes first
    for decode in DECODINGS:
        text = decode(text)
        if found := list(_named(_ESCAPED.sub(r"\1", text))):
            return _one(found)
    return None


def links(text: str) -> list[Reference]:
    """What all Imgur links in the text name, in their order; those that may mean the same thing count once."""
    text = " " + visible(text)
    for decode in DECODINGS:
        text = decode(text)
        if found := list(_named(_ESCAPED.sub(r"\1", text))):
            return folded(found)
    return []


def folded(references: Iterable[Reference]) -> list[Reference]:
    """Each thing once, where it came first; what two of them call it is what both can mean."""
    kept: list[Reference] = []
    for reference in references:
        for place, known in enumerate(kept):
            if (common := known.also(reference)) is not None:
                kept[place] = common
                break
        else:
            kept.append(reference)
    return kept


def is_several(text: str) -> bool:
    """Whether the text is a row of ids. A word counts as one only if it is no plain word."""
    parts = list(filter(None, _BETWEEN.split(visible(text))))
    ids = {found[1] for part in parts if (found := _UNPLAIN.fullmatch(part))}
    return len(ids) > 1 and all(_UNPLAIN.fullmatch(part) or len(part) <= LONGEST_LINK_WORD for part in parts)


def visible(text: str) -> str:
    """The text without what nobody sees, full-width forms made narrow."""
    seen = "".join(
        char for char in text[:LONGEST] if unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f"
    )
    return unicodedata.normalize("NFKC", seen)[:LONGEST]


def _one(found: Sequence[Reference]) -> Reference:
    named = found[0]
    for other in found[1:]:
        common = named.also(other)
        if common is None:
            raise SeveralError
        named = common
    return named


def _named(text: str) -> Iterator[Reference]:
    for match in _LINK.finditer(text):
        segments = list(filter(None, map(str.strip, visible(unquote(match["path"])).split("/"))))
        yield from _from_path(segments, is_file=match["host"][:2].lower() in {"i.", "b."})


def _from_path(segments: list[str], *, is_file: bool) -> Iterator[Reference]:
    """The id of a path, or those of a list. Ids stand last, apart from those of some pages, which stand first."""
    words, kinds, first = next(filter(lambda place: _is_within(segments, place[0]), _PLACES), ((), EITHER, False))
    if not words and segments and segments[0] in PAGES:
        return
    segments = segments[len(words) :]
    shown = takewhile(lambda segment: not segment.startswith("comment"), segments[1:])
    found = filter(None, map(_name, [*segments[:1], *shown]))
    names = [name for name in found if name["file"] or name["id"] not in SECTIONS]
    if names:
        yield from _from_name(kinds, names[0 if first else -1], is_file=is_file)


def _is_within(segments: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a path begins with these words, in any case; a word alone, as it is written here, or it may be an id."""
    path = [segment.lower() for segment in segments] if len(segments) > 1 else segments
    begins = all(word in {ANY, segment} for word, segment in zip(words, path, strict=False))
    return len(segments) >= len(words) and begins


def _name(segment: str) -> re.Match[str] | None:
    """The last part between dashes that begins with an id: titles stand before it."""
    return next((found for part in reversed(segment.split("-")) if (found := _NAME.match(part))), None)


def _from_name(kinds: Kinds, name: re.Match[str], *, is_file: bool) -> Iterator[Reference]:
    """What a name stands for: one id, or several that are parted by commas."""
    is_file = is_file or name["file"] is not None
    kinds = IMAGE if is_file and kinds != ALBUM else kinds
    members = [_MEMBER.fullmatch(member) for member in re.split("[,&+]", name.string) if member]
    if len(members) > 1 and all(members):
        yield from (Reference(kinds, member.group(1)) for member in members if member)
        return
    thumbnail = _THUMBNAIL.fullmatch(name["id"]) if is_file else None
    yield Reference(kinds, thumbnail.group(1) if thumbnail else name["id"])
