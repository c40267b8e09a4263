"""Files made of boxes: ISO base media (ISO/IEC 14496-12: MP4, HEIF, AVIF, JPEG 2000, JPEG XL, CR3) and QuickTime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from media.formats.found import Found, lasting, moving

_HEADER = 8
_LONG_HEADER = 16
_LARGEST = 1 << 29  # bytes; Discord takes no such file, and four letters read as a size are more
_QUICKTIME = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"udta", b"uuid", b"junk", b"PICT"})
"""What a QuickTime file may begin with: it needs no `ftyp`."""

_AVIF = frozenset({b"avif", b"avis", b"avio", b"MA1A", b"MA1B"})
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF = frozenset({b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"heif", b"1pic", b"pred"}) | frozenset(
    {b"avci", b"avcs", b"avce", b"jpeg", b"jpgs", b"j2ki", b"j2is", b"vvic", b"vvis", b"evbi", b"evmi", b"unif"}
)
_OTHERS = {
    b"crx ": "image/x-canon-cr3",
    b"qt  ": "video/quicktime",
    b"jp2 ": "image/jp2",
    b"jpx ": "image/jpx",
    b"jph ": "image/jph",
    b"jpm ": "image/jpm",
    b"mjp2": "video/mj2",
    b"mj2s": "video/mj2",
    b"jxl ": "image/jxl",
}
_AUDIO = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc", b"mp21"})
_SIGHT = frozenset(
    {b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp09", b"M4V ", b"M4VH", b"M4VP", b"F4V ", b"F4P ", b"MSNV"}
    | {b"XAVC", b"SDV ", b"NDAS", b"caqv"}
)
_GENERIC = frozenset(
    {b"isom", *(b"iso%c" % digit for digit in b"123456789abc"), b"mp41", b"mp42", b"mp71", b"mmp4", b"dash", b"piff"}
    | {b"cmfc", b"cmf2", b"cmff", b"ccff", b"dby1", b"isml"}
)
"""Brands that say "some kind of MP4", which sound alone may be as well."""
_MP4 = _SIGHT | _GENERIC
_STREAMS = {b"vide": "video", b"soun": "audio"}  # others: text, subtitles, metadata, time codes


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    body: bytes
    whole: bool


def begins(head: bytes) -> bool:
    """Whether a known box comes first."""
    return head[4:8] in _QUICKTIME | {b"ftyp", b"styp", b"moof", b"sidx", b"jP  ", b"JXL "}


def film_at(head: bytes, size: int) -> int | None:
    """Where the boxes go on that begin in `head`, if the list of tracks was not among them."""
    at = 0
    while at + _HEADER <= len(head):
        length, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + _HEADER]
        if length == 1:
            length = int.from_bytes(head[at + _HEADER : at + _LONG_HEADER], "big")
        if kind == b"moov" or length < _HEADER:
            return None
        at += length
    return at if len(head) <= at < size - _HEADER else None


def read(head: bytes, later: bytes = b"") -> Found | None:
    """What the boxes hold: their brands say, and where these do not, the handlers of their tracks.

    `later` are the boxes behind the film's data (`film_at`).
    """
    boxes = [*_boxes(head), *_boxes(later)]
    named = next((box.body for box in boxes if box.kind == b"ftyp"), None)
    movie = next((box for box in boxes if box.kind == b"moov"), None)
    tracks = set(_handlers(movie.body)) if movie else set[bytes]()
    whole = movie is not None and movie.whole
    if named is not None:
        still = any(b"pict" in _metadata_handler(box.body) for box in boxes if box.kind == b"meta")
        mime_type = _branded(named, tracks, whole=whole, still=still)
    elif head[4:8] in _QUICKTIME and _is_quicktime(boxes):
        mime_type = _by_handlers("video/quicktime", tracks, whole=whole)
    else:
        mime_type = {b"jP  ": "image/jp2", b"JXL ": "image/jxl"}.get(head[4:8])
    return Found(mime_type, _seconds(movie.body) if movie else None) if mime_type else None


def _boxes(data: bytes) -> Iterator[_Box]:
    """The boxes that begin in `data`, up to the first that is none."""
    at = 0
    while at + _HEADER <= len(data):
        size, kind, header = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], _HEADER
        if size == 1:
            size, header = int.from_bytes(data[at + _HEADER : at + _LONG_HEADER], "big"), _LONG_HEADER
        elif size == 0:
            size = len(data) - at
        if not header <= size < _LARGEST:
            return
        yield _Box(kind, data[at + header : at + size], at + size <= len(data))
        at += size


def _inside(data: bytes, *path: bytes) -> Iterator[bytes]:
    """The bodies of the boxes that this path of kinds leads to."""
    for box in _boxes(data):
        if box.kind == path[0]:
            yield from _inside(box.body, *path[1:]) if path[1:] else (box.body,)


def _handlers(movie: bytes) -> Iterator[bytes]:
    return (body[8:12] for body in _inside(movie, b"trak", b"mdia", b"hdlr"))


def _metadata_handler(meta: bytes) -> set[bytes]:
    return {body[8:12] for body in _inside(meta[4:], b"hdlr")}  # after version and flags


def _branded(named: bytes, tracks: set[bytes], *, whole: bool, still: bool) -> str | None:
    major = named[:4]
    others = {named[start : start + 4] for start in range(8, len(named) - 3, 4)}
    if major in _AUDIO:
        return "audio/mp4"
    if other := "video/3gpp" if major[:2] == b"3g" else _OTHERS.get(major):
        return _by_handlers(other, tracks, whole=whole)
    if image := _image(major, others):
        return image
    if still and b"vide" not in tracks:
        return _image(b"mif1", others)
    if major in _MP4:
        sound = others & _AUDIO and b"vide" not in tracks and not (others | {major}) & _SIGHT
        return "audio/mp4" if sound else _by_handlers("video/mp4", tracks, whole=whole)
    return _by_tracks(others, tracks, whole=whole)


def _image(major: bytes, others: set[bytes]) -> str | None:
    if major in _AVIF or (major in _HEIF and others & _AVIF):
        return "image/avif"
    if major in _HEIC or (major in _HEIF and others & _HEIC):
        return "image/heic"
    return "image/heif" if major in _HEIF else None


def _by_tracks(others: set[bytes], tracks: set[bytes], *, whole: bool) -> str | None:
    """An unknown brand: what it is compatible with counts only together with the tracks that it has."""
    if others & (_AVIF | _HEIC | _HEIF):
        return _image(b"mif1", others)
    if b"vide" in tracks and others & {b"qt  ", *_MP4}:
        return "video/mp4" if others & _MP4 else "video/quicktime"
    return "audio/mp4" if whole and b"soun" in tracks and b"vide" not in tracks else None


def _by_handlers(mime_type: str, tracks: set[bytes], *, whole: bool) -> str | None:
    family, _, container = mime_type.partition("/")
    streams = {_STREAMS.get(handler, "other") for handler in tracks}
    return moving(container, streams, whole=whole) if family == "video" else mime_type


def _is_quicktime(boxes: list[_Box]) -> bool:
    """Whether one box leads to the next until the film or the end of what is known."""
    return any(box.kind in {b"moov", b"mdat"} or (box.kind in _QUICKTIME and not box.whole) for box in boxes)


def _seconds(movie: bytes) -> float | None:
    """How long the film says it is: at once, or with the fragments that follow."""
    header = next(_inside(movie, b"mvhd"), b"")
    start = 20 if header[:1] == b"\1" else 12
    scale = int.from_bytes(header[start : start + 4], "big")
    whole = _length(header, start + 4)
    return lasting(whole or _length(next(_inside(movie, b"mvex", b"mehd"), b""), 4), scale)


def _length(body: bytes, at: int) -> int:
    """A length of so many ticks in a box of either version; 0 for one that is not known."""
    length = body[at : at + (8 if body[:1] == b"\1" else 4)]
    return 0 if length == b"\xff" * len(length) else int.from_bytes(length, "big")
