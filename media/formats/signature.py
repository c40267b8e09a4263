"""Formats that are told by a few bytes at a fixed place, and text by being nothing but text."""

from __future__ import annotations

import codecs
import re

_EXACT = re.compile(
    rb"""(?xs)
      (?P<image__jpeg>\xff\xd8\xff[^\xf7])  # f7: JPEG-LS
    | (?P<image__png>\x89PNG\r\n\x1a\n....IHDR)
    | (?P<image__gif>GIF8[79]a)
    | (?P<image__webp>RIFF....WEBP)
    | (?P<audio__wav>(?:RIFF|RIFX|RF64)....WAVE)
    | (?P<video__x_flv>FLV\x01[^\x04])
    | (?P<audio__x_flv>FLV\x01\x04)
    | (?P<audio__mpeg_ps>\x00\x00\x01\xba(?=.*\x00\x00\x01[\xc0-\xdf])(?!.*\x00\x00\x01[\xe0-\xef]))
    | (?P<video__mpeg>\x00\x00\x01[\xba\xb3])
    | (?P<video__mp2t>(?:....)?G.{187}(?:....)?G.{187}(?:....)?G)
    | (?P<video__ogg>OggS.{24,600}\x80theora)
    | (?P<audio__ogg>OggS)
    | (?P<audio__mpeg>ID3|\xff[\xfa-\xfd\xf2-\xf5\xe2\xe3])
    | (?P<audio__aac>\xff[\xf1\xf9]|ADIF)
    | (?P<audio__flac>fLaC)
    | (?P<audio__amr>\#!AMR)
    | (?P<audio__midi>MThd)
    | (?P<audio__aiff>FORM....AIF[FC])
    | (?P<audio__x_caf>caff\x00)
    | (?P<image__jxl>\xff\x0a)
    | (?P<image__jp2>\xff\x4f\xff\x51)
    | (?P<image__x_photoshop>8BPS\x00[\x01\x02])
    | (?P<image__x_xcf>gimp\ xcf)
    | (?P<image__x_icon>\x00\x00[\x01\x02]\x00[^\x00])
    | (?P<image__x_exr>\x76\x2f\x31\x01)
    | (?P<image__x_dds>DDS\ )
    | (?P<image__x_raw>FUJIFILMCCD-RAW|FOVb|\x00MRM)
    | (?P<image__qoi>qoif)
    | (?P<image__x_netpbm>P[4-7]\s(?:\#[^\n]*\n)?[0-9]+\s+[0-9]+\s)
    | (?P<application__pdf>%PDF-)
    | (?P<application__postscript>%!PS|\xc5\xd0\xd3\xc6)
    | (?P<application__zip>PK(?:\x03\x04|\x05\x06|\x07\x08))
    | (?P<application__x_rar>Rar!\x1a\x07)
    | (?P<application__x_7z>7z\xbc\xaf\x27\x1c)
    | (?P<application__gzip>\x1f\x8b\x08)
    | (?P<application__x_bzip2>BZh[1-9]1AY&SY)
    | (?P<application__x_xz>\xfd7zXZ\x00)
    | (?P<application__zstd>\x28\xb5\x2f\xfd)
    | (?P<application__x_executable>\x7fELF|MZ.{58}|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)
    """
)
_BITMAP = re.compile(rb"BM.{12}(?:\x0c|\x28|\x34|\x38|\x40|\x6c|\x7c)\x00\x00\x00", re.DOTALL)
_ROOT = re.compile(r"(?is)(?:\s++|<\?xml[^>]*+>|(?><!--.*?-->)|(?><!doctype\b[^>\[]*(?:\[.*?\]\s*)?>))*+<([a-z:]+)\b")
_LEGACY = re.compile(rb"(?=.*?[ \n])[\t-\r\x1b -\x7e\x80-\xff]{32,}", re.DOTALL)
"""Text in a code page that nothing names: no byte of it controls a device, as some of a picture's always do."""
_MARKS = codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def of(head: bytes) -> str | None:
    """The MIME type of what begins like this, None where it is not known."""
    if _BITMAP.match(head):
        return "image/bmp"
    found = _EXACT.match(head)
    if found and found.lastgroup:
        return found.lastgroup.replace("__", "/").replace("_", "-")
    return "text/plain" if _LEGACY.fullmatch(head) else None


def written(head: bytes) -> str | None:
    """The MIME type of what is text and nothing else, None for all that is not."""
    text = _text(head)
    return None if text is None else _meant(text)


def _text(head: bytes) -> str | None:
    """What it says, if all of it is text."""
    encoding = "utf-16" if head.startswith(_MARKS[1:]) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return None
    blank = not text and head not in _MARKS
    return None if blank or _UNPRINTABLE.search(text) else text


def _meant(text: str) -> str:
    for mark, mime_type in {"%PDF-": "application/pdf", "%!PS": "application/postscript"}.items():
        if text.startswith(mark):
            return mime_type
    root = _ROOT.match(text)
    element = root[1].lower().rpartition(":")[2] if root else ""
    if root and "<!doctype html" in root[0].lower():
        return "text/html"
    return {"svg": "image/svg+xml", "html": "text/html", "head": "text/html", "body": "text/html"}.get(
        element, "text/plain"
    )
