"""What was done to a file before it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from locales.text import Plural, Text
from media.models import Changes, Loss

FORMATS = {
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/heic": "HEIC",
    "image/heif": "HEIF",
    "image/jp2": "JPEG 2000",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/qoi": "QOI",
    "image/tiff": "TIFF",
    "image/webp": "WebP",
    "image/x-icon": "ICO",
    "image/x-netpbm": "Netpbm",
    "video/mp4": "MP4",
}
_LOST: Mapping[Loss, Text] = {
    Loss.COLOURS: Text("in 256 colours"),
    Loss.SOFTNESS: Text("nothing half transparent"),
    Loss.FRAMES: Text("with fewer frames"),
    Loss.HDR: Text("paler than on an HDR screen"),
    Loss.TRANSPARENCY: Text("white where it was transparent"),
    Loss.END: Text("begins anew where it ended"),
    Loss.FILM: Text("without the film in it"),
}


def change_words(changes: Changes) -> Iterator[Text]:
    """A few words for each change; nothing for a file that went as it was."""
    if changes.into and changes.was and changes.into != changes.was:
        yield Text("{was} turned into {into}", was=FORMATS[changes.was], into=FORMATS[changes.into])
    elif changes.into:
        yield Text("encoded anew")
    if changes.quality:
        yield Text("quality {quality} of 100", quality=changes.quality)
    if changes.size:
        width, height = map(str, changes.size)
        yield Text("made smaller, {width} x {height}", width=width, height=height)
    yield from (_LOST[loss] for loss in changes.lost)
    if changes.others:
        yield Plural("without {count} more picture", "without {count} more pictures", changes.others)
    if changes.is_mended:
        yield Text("it was damaged, what can be read is there")
    if changes.is_cleaned:
        yield Text("hidden data removed")
    if changes.keeps_details:
        yield Text("hidden data not removed")
