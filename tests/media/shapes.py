"""The beginnings of files of every family, put together as their specifications say."""

from __future__ import annotations

import struct

from tests.standins import samples


def box(kind: bytes, body: bytes = b"", *, size: int | None = None) -> bytes:
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind) + body


def brands(major: bytes, *others: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(others))


def iso(major: bytes, *others: bytes, rest: bytes = bytes(64)) -> bytes:
    return brands(major, *others) + rest


def handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8) + kind + bytes(13))


def movie(*kinds: bytes, seconds: float = 0, long: bool = False, fragments: float | None = None) -> bytes:
    """A `moov` with a track for each handler; `fragments` are seconds that come in pieces behind it."""
    number = struct.Struct(">Q" if long else ">I")
    length = number.pack(int(seconds * 600))
    ends = b"" if fragments is None else number.pack(int(fragments * 600))
    more = box(b"mvex", box(b"mehd", (b"\1" if long else b"\0") + bytes(3) + ends)) if ends else b""
    stamps = b"\1" + bytes(19) if long else bytes(12)
    header = box(b"mvhd", stamps + struct.pack(">I", 600) + length + bytes(80))
    return box(b"moov", header + more + b"".join(box(b"trak", box(b"tkhd", bytes(84)) + media(kind)) for kind in kinds))


def media(kind: bytes) -> bytes:
    return box(b"mdia", box(b"mdhd", bytes(24)) + handler(kind) + box(b"minf", box(b"hdlr", bytes(8) + b"alis")))


def meta(kind: bytes) -> bytes:
    return box(b"meta", bytes(4) + handler(kind))


def element(identity: int, body: bytes, width: int = 1) -> bytes:
    """An element of EBML whose size is written in `width` bytes; 0 for a size that is not known."""
    name = identity.to_bytes((identity.bit_length() + 7) // 8, "big")
    size = b"\x01" + b"\xff" * 7 if width == 0 else (len(body) | 1 << 7 * width).to_bytes(width, "big")
    return name + size + body


def matroska(
    doctype: bytes,
    *types: int,
    width: int = 1,
    segment: int = 8,
    seconds: float | None = None,
    scale: bytes = (1_000_000).to_bytes(3, "big"),
) -> bytes:
    header = element(0x4286, b"\1", width) + element(0x4282, doctype, width) + element(0x4287, b"\2", width)
    length = element(0x4489, struct.pack(">d", seconds * 1000)) if seconds is not None else b""
    info = element(0x1549A966, element(0x2AD7B1, scale, width) + length, width)
    tracks = b"".join(element(0xAE, element(0xD7, b"\1") + element(0x83, bytes([kind]))) for kind in types)
    content = element(0xEC, bytes(9)) + info + element(0x1654AE6B, tracks, width) + element(0x1F43B675, bytes(99), 0)
    return element(0x1A45DFA3, header, width) + element(0x18538067, content, segment)


def tiff(*tags: tuple[int, int, int], order: str = "<", at: int = 8, magic: bytes = b"*", inner: bytes = b"") -> bytes:
    """A TIFF with these tags (number, type, value), in order, and `inner` after its directory."""
    mark = {"<": b"II" + magic + b"\0", ">": b"MM\0" + magic}[order]
    entries = b"".join(
        struct.pack(f"{order}HHI", number, kind, 1)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value))
        for number, kind, value in tags
    )
    directory = struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    return mark + struct.pack(f"{order}I", at) + bytes(at - 8) + directory + inner


WIDE, HIGH = (256, 3, 4), (257, 3, 5)
GREY = (WIDE, HIGH, (262, 3, 1), (273, 4, 8), (278, 3, 5), (279, 4, 20))


def avi(*streams: bytes, seconds: float = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    frames = chunk(b"avih", struct.pack("<I12xI", 40_000, int(seconds * 25)) + bytes(36))
    tracks = b"".join(chunk(b"LIST", b"strl" + chunk(b"strh", kind + bytes(53))) for kind in streams)
    content = chunk(b"LIST", b"hdrl" + frames + tracks) + chunk(b"LIST", b"movi" + bytes(64))
    return chunk(b"RIFF", b"AVI " + chunk(b"JUNK", bytes(7)) + content)


def asf(*streams: str, seconds: float = 0) -> bytes:
    kinds = {"video": "c0ef19bc4d5bcf11a8fd00805f5c442b", "audio": "409e69f84d5bcf11a8fd00805f5c442b"}
    objects = b"".join(
        bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
        + struct.pack("<Q", 78)
        + bytes.fromhex(kinds[name])
        + bytes(38)
        for name in streams
    )
    played = struct.pack("<QQQ", int((seconds + 3) * 10**7), 0, 3_000)  # three seconds of it before anything is shown
    objects += (
        bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365") + struct.pack("<Q", 104) + bytes(40) + played + bytes(16)
    )
    mark = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
    return mark + struct.pack("<QIH", 30 + len(objects), len(streams), 0x0201) + objects + bytes(64)


PACK = b"\0\0\x01\xba\x44" + bytes(9)
SKIP = box(b"skip", b"KODAK" + bytes(60))
TAKEN = {
    "jpeg": (samples.JPEG, "image/jpeg", "jpg"),
    "png": (samples.png(), "image/png", "png"),
    "apng": (samples.APNG, "image/png", "png"),
    "gif89": (samples.GIF, "image/gif", "gif"),
    "gif87": (b"GIF87a" + samples.GIF[6:], "image/gif", "gif"),
    "gif and archive": (samples.GIF + b"PK\x03\x04" + bytes(64), "image/gif", "gif"),
    "tiff": (tiff(*GREY), "image/tiff", "tiff"),
    "tiff, big end first": (tiff(*GREY, order=">"), "image/tiff", "tiff"),
    "tiff from a scanner": (tiff(*GREY, (271, 2, 0), (259, 3, 5)), "image/tiff", "tiff"),
    "mp4": (samples.MP4, "video/mp4", "mp4"),
    "mp4 of a phone": (iso(b"mp42", b"isom", rest=movie(b"soun", b"vide")), "video/mp4", "mp4"),
    "mp4, film last": (iso(b"isom", b"iso2", b"mp41", rest=box(b"mdat", size=10**6)), "video/mp4", "mp4"),
    "mp4 in fragments": (iso(b"iso6", b"dash"), "video/mp4", "mp4"),
    "mp4 with a size of 64 bits": (
        iso(b"isom", rest=struct.pack(">I4sQ", 1, b"free", 16) + movie(b"vide")),
        "video/mp4",
        "mp4",
    ),
    "mp4 by Sony": (iso(b"XAVC", b"mp42", rest=movie(b"vide")), "video/mp4", "mp4"),
    "avc1": (iso(b"avc1"), "video/mp4", "mp4"),
    "m4v": (iso(b"M4V ", b"M4V ", b"M4A "), "video/mp4", "mp4"),
    "f4v": (iso(b"F4V ", b"isom"), "video/mp4", "mp4"),
    "unknown brand, known film": (iso(b"what", b"isom", b"mp42", rest=movie(b"vide")), "video/mp4", "mp4"),
    "mov": (samples.MOV, "video/quicktime", "mov"),
    "mov, wide first": (box(b"wide") + box(b"mdat", bytes(64)), "video/quicktime", "mov"),
    "mov, skip first": (SKIP + box(b"mdat", bytes(256)) + box(b"moov", bytes(256)), "video/quicktime", "mov"),
    "mov, free first": (box(b"free", bytes(9)) + movie(b"vide", b"soun"), "video/quicktime", "mov"),
    "mov, preview first": (box(b"pnot", bytes(12)) + movie(b"vide"), "video/quicktime", "mov"),
    "mov, film first": (movie(b"vide") + box(b"mdat", size=10**7), "video/quicktime", "mov"),
    "mov, film packed": (
        box(b"wide") + box(b"moov", box(b"cmov", box(b"dcom", b"zlib"))) + box(b"mdat"),
        "video/quicktime",
        "mov",
    ),
    "mov, data first": (box(b"mdat", bytes(64), size=10**7), "video/quicktime", "mov"),
    "webm": (samples.WEBM, "video/webm", "webm"),
    "webm with tracks": (matroska(b"webm", 1, 2), "video/webm", "webm"),
    "webm, sizes of two bytes": (matroska(b"webm", 1, width=2), "video/webm", "webm"),
    "webm, sizes of eight bytes": (matroska(b"webm", 1, width=8), "video/webm", "webm"),
    "webm, name filled up": (matroska(b"webm\0\0\0\0", 1), "video/webm", "webm"),
    "webm, live": (matroska(b"webm", 1, 2, segment=0), "video/webm", "webm"),
    "mkv": (samples.MKV, "video/x-matroska", "mkv"),
    "mkv with tracks": (matroska(b"matroska", 2, 17, 1, width=4), "video/x-matroska", "mkv"),
    "flv": (b"FLV\x01\x05\0\0\0\x09" + bytes(64), "video/x-flv", "flv"),
    "avi": (b"RIFF\0\0\1\0AVI LIST" + bytes(64), "video/x-msvideo", "avi"),
    "avi with sound": (avi(b"auds", b"vids"), "video/x-msvideo", "avi"),
    "avi of a camcorder": (avi(b"iavs"), "video/x-msvideo", "avi"),
    "avi, streams cut": (avi(b"auds", b"vids")[:180], "video/x-msvideo", "avi"),
    "wmv": (asf("audio", "video"), "video/x-ms-wmv", "wmv"),
    "mpeg with sound": (PACK + b"\0\0\x01\xc0" + bytes(64) + b"\0\0\x01\xe0" + bytes(64), "video/mpeg", "mpg"),
    "mpeg": (b"\0\0\x01\xba\x44" + bytes(64), "video/mpeg", "mpg"),
}
"""What Imgur takes: name to bytes, MIME type, extension."""

REFUSED = {
    "webp": (samples.WEBP, "image/webp"),
    "webp that moves": (b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\x02" + bytes(64), "image/webp"),
    "heic": (samples.HEIC, "image/heic"),
    **{
        f"heic as {brand.decode()}": (iso(brand, b"mif1", rest=meta(b"pict")), "image/heic")
        for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
    },
    "heic by its second brand": (iso(b"mif1", b"heic", b"miaf"), "image/heic"),
    "heic in sequence": (iso(b"msf1", b"hevc", b"iso8", rest=movie(b"pict")), "image/heic"),
    "heif of another codec": (iso(b"mif1", b"avci"), "image/heif"),
    "heif by its handler": (iso(b"isom", b"mp42", rest=meta(b"pict")), "image/heif"),
    "avif": (iso(b"avif", b"mif1"), "image/avif"),
    "avif, intra": (iso(b"avio", b"avif", b"mif1"), "image/avif"),
    "avif that moves": (iso(b"avis", b"avif", b"msf1", b"iso8", rest=movie(b"pict")), "image/avif"),
    "avif by its second brand": (iso(b"mif1", b"avif"), "image/avif"),
    "jpeg xl": (box(b"JXL ", b"\r\n\x87\n") + brands(b"jxl ", b"jxl "), "image/jxl"),
    "jpeg xl, bare": (b"\xff\x0a" + bytes(64), "image/jxl"),
    "jpeg 2000": (box(b"jP  ", b"\r\n\x87\n") + brands(b"jp2 ", b"jp2 "), "image/jp2"),
    "jpeg 2000, moving": (box(b"jP  ", b"\r\n\x87\n") + brands(b"mjp2") + movie(b"vide"), "video/mj2"),
    "cr3": (iso(b"crx ", b"crx ", b"isom", rest=movie(b"vide")), "image/x-canon-cr3"),
    "m4a": (iso(b"M4A ", b"isom", b"mp42"), "audio/mp4"),
    "m4b": (iso(b"M4B ", b"isom"), "audio/mp4"),
    "m4p": (iso(b"M4P ", b"M4A ", b"mp42"), "audio/mp4"),
    "sound in mp4": (iso(b"isom", b"mp42", rest=movie(b"soun")), "audio/mp4"),
    "sound in mp4 by its second brand": (iso(b"mp42", b"M4A ", b"isom"), "audio/mp4"),
    "sound in an unknown brand": (iso(b"what", rest=movie(b"soun")), "audio/mp4"),
    "m4a, list of tracks last": (iso(b"M4A ", b"isom", rest=box(b"mdat", size=10**6)), "audio/mp4"),
    "subtitles in mp4": (iso(b"isom", b"mp42", rest=movie(b"sbtl")), None),
    "times in mov": (box(b"wide") + movie(b"tmcd", b"text") + box(b"mdat"), None),
    "sound in mov": (movie(b"soun") + box(b"mdat"), "audio/quicktime"),
    "sound in mov by brand": (iso(b"qt  ", rest=movie(b"soun")), "audio/quicktime"),
    "3gp": (iso(b"3gp5", b"isom", rest=movie(b"vide")), "video/3gpp"),
    "3g2": (iso(b"3g2a"), "video/3gpp"),
    "unknown brand": (iso(b"what", b"isom", b"mp42"), None),
    "unknown brand, unknown film": (iso(b"what", b"ever", rest=movie(b"vide")), None),
    "segment of a stream": (box(b"styp", b"msdh" + bytes(64)) + box(b"moof"), None),
    "first box without a film": (box(b"free", bytes(8)) + box(b"free", bytes(8)), None),
    "sound in webm": (matroska(b"webm", 2), "audio/webm"),
    "sound in mkv": (matroska(b"matroska", 2, width=2, segment=0), "audio/x-matroska"),
    "subtitles in mkv": (matroska(b"matroska", 17), None),
    "sound in avi": (avi(b"auds"), "audio/x-msvideo"),
    "subtitles in avi": (avi(b"txts"), None),
    "sound in mpeg": (PACK + b"\0\0\x01\xbb" + bytes(18) + b"\0\0\x01\xc0" + bytes(64), "audio/mpeg-ps"),
    "another document in ebml": (matroska(b"thing", 1), None),
    "ebml cut": (matroska(b"webm", 1)[:9], None),
    "dng": (tiff(WIDE, HIGH, (50706, 4, 1)), "image/x-adobe-dng"),
    "dng, big end first": (tiff(WIDE, (50706, 4, 1), order=">"), "image/x-adobe-dng"),
    "dng of zeros": (b"II*\0\x08\0\0\0" + bytes(256), None),
    "cr2": (tiff(WIDE, HIGH, at=16)[:8] + b"CR\x02\0" + bytes(4) + tiff(WIDE, HIGH)[8:], "image/x-canon-cr2"),
    "nef": (
        tiff(WIDE, HIGH, (271, 2, 0), (330, 4, 62), inner=tiff(WIDE, (259, 3, 34713), (262, 3, 32803))[8:]),
        "image/x-raw",
    ),
    "nef, picture far behind": (tiff((254, 4, 1), WIDE, HIGH, (271, 2, 0), (330, 4, 10**6)), "image/x-raw"),
    "3fr, small picture first": (tiff((254, 4, 1), WIDE, (271, 2, 0), (330, 4, 62), inner=bytes(64)), "image/x-raw"),
    "arw": (tiff(WIDE, HIGH, (50740, 4, 9)), "image/x-raw"),
    "pef": (tiff(WIDE, (259, 3, 65535), (262, 3, 32803), order=">"), "image/x-raw"),
    "orf": (tiff(WIDE, HIGH, magic=b"R")[:2] + b"RO" + tiff(WIDE, HIGH)[4:], "image/x-olympus-orf"),
    "rw2": (tiff(WIDE, HIGH, magic=b"U"), "image/x-panasonic-rw2"),
    "raf": (b"FUJIFILMCCD-RAW 0201" + bytes(64), "image/x-raw"),
    "tiff of more than 4 GB": (b"II+\0\x08\0\0\0\x10" + bytes(64), "image/x-tiff-big"),
    "tiff without a picture": (tiff((271, 2, 0)), None),
    "bmp": (b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(64), "image/bmp"),
    "ico": (b"\0\0\x01\0\x01\0" + bytes(64), "image/x-icon"),
    "psd": (b"8BPS\0\x01" + bytes(64), "image/x-photoshop"),
    "svg": (b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    "svg with a heading": (
        b'<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg [ <!ENTITY a "b"> ]>\n<svg:svg/>',
        "image/svg+xml",
    ),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(64), "audio/wav"),
    "riff of another kind": (b"RIFF\x24\0\0\0ACONanih" + bytes(64), None),
    "mp3": (b"ID3\x04\0\0" + bytes(64), "audio/mpeg"),
    "mp2": (b"\xff\xfd\xa4\x04" + bytes(64), "audio/mpeg"),
    "mp3, bare": (b"\xff\xfb\x90\x64" + bytes(64), "audio/mpeg"),
    "flac": (b"fLaC\0\0\0\x22" + bytes(64), "audio/flac"),
    "ogg": (b"OggS\0\x02" + bytes(22) + b"\x01vorbis" + bytes(64), "audio/ogg"),
    "ogg with pictures": (b"OggS\0\x02" + bytes(22) + b"\x80theora" + bytes(64), "video/ogg"),
    "flv of sound": (b"FLV\x01\x04\0\0\0\x09" + bytes(64), "audio/x-flv"),
    "wma": (asf("audio"), "audio/x-ms-wma"),
    "mpeg ts": ((b"G" + bytes(187)) * 4, "video/mp2t"),
    "m2ts": ((bytes(4) + b"G" + bytes(187)) * 4, "video/mp2t"),
    "pdf": (samples.PDF, "application/pdf"),
    "zip": (b"PK\x03\x04" + bytes(64), "application/zip"),
    "program": (b"MZ\x90\0" + bytes(64), "application/x-executable"),
    "html without its outermost elements": (b"<!-- moved -->\n<!doctype HTML>\n<title>404</title>", "text/html"),
    "nothing but a mark of order": (b"\xff\xfe", "text/plain"),
    "nothing but a mark of UTF-8": (b"\xef\xbb\xbf", "text/plain"),
    "jpeg-ls": (b"\xff\xd8\xff\xf7" + bytes(64), None),
    "html": (b"<!DOCTYPE html>\n<html><body><svg/></body></html>", "text/html"),
    "xml": (b'<?xml version="1.0"?>\n<note/>', "text/plain"),
    "postscript": (b"%!PS-Adobe-3.0\n", "application/postscript"),
    "netpbm": (b"P6\n# made\n4 5 255\n" + b"\xc8 \x0a" * 20, "image/x-netpbm"),
    "box's name in a text": (b"The free lunch is over, and the moov is on.", "text/plain"),
    "box's name in noise": (b"\x7f\0\0\0mdat" + bytes(range(200, 256)), None),
    "wide, then a page": (box(b"wide") + b"<html>" + bytes(range(99)), None),
    "text of an old code page": ("Schöne Grüße aus der Küche, für später\n".encode("latin-1"), "text/plain"),
    "text in Shift-JIS": ("猫の写真です。\n".encode("shift-jis") * 4, "text/plain"),
    "text": (b"BM or MZ or GIF, plain words", "text/plain"),
    "text of two bytes a letter": ("\ufeffwords".encode("utf-16-le"), "text/plain"),
    "text, cut in a letter": ("猫の写真".encode()[:-1], "text/plain"),
    "png's first bytes alone": (samples.png()[:8], None),
    "a gif of no version": (b"GIF88a" + bytes(64), None),
    "a zero": (b"\0", None),
    "noise": (bytes(range(255, 128, -1)), None),
}
"""What Imgur does not take: name to bytes and MIME type, None for what nobody knows."""
