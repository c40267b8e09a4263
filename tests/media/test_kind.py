from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import FileTooLargeError, UnsupportedFileError
from media.kind import IMAGE_LIMIT, VIDEO_LIMIT, MediaType, check, identify
from tests.standins import samples


def iso(major: bytes, *brands: bytes) -> bytes:
    """The first box of a file of the MP4 family."""
    body = b"ftyp" + major + bytes(4) + b"".join(brands)
    return (len(body) + 4).to_bytes(4, "big") + body + bytes(64)


@pytest.mark.parametrize(
    ("head", "mime_type", "extension"),
    [
        (samples.JPEG, "image/jpeg", "jpg"),
        (samples.png(), "image/png", "png"),
        (samples.APNG, "image/png", "png"),
        (samples.GIF, "image/gif", "gif"),
        (samples.TIFF, "image/tiff", "tiff"),
        (b"MM\0*\0\0\0\x08" + bytes(64), "image/tiff", "tiff"),
        (samples.MP4, "video/mp4", "mp4"),
        (iso(b"M4V ", b"M4V ", b"M4A "), "video/mp4", "mp4"),
        (iso(b"iso6", b"dash"), "video/mp4", "mp4"),
        (iso(b"avc1"), "video/mp4", "mp4"),
        (samples.MOV, "video/quicktime", "mov"),
        (b"\0\0\0\x08wide\0\0\1\0mdat" + bytes(64), "video/quicktime", "mov"),
        (samples.WEBM, "video/webm", "webm"),
        (samples.MKV, "video/x-matroska", "mkv"),
        (b"FLV\x01" + bytes(64), "video/x-flv", "flv"),
        (b"RIFF\0\0\1\0AVI LIST" + bytes(64), "video/x-msvideo", "avi"),
        (bytes.fromhex("3026b2758e66cf11a6d9") + bytes(64), "video/x-ms-wmv", "wmv"),
        (b"\0\0\x01\xba" + bytes(64), "video/mpeg", "mpg"),
    ],
)
def test_supported_kinds_are_told_by_their_first_bytes(head: bytes, mime_type: str, extension: str) -> None:
    kind = check("misnamed.txt", len(head), head)
    assert kind == MediaType(mime_type, extension, supported=True)
    assert kind.video is mime_type.startswith("video/")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (samples.WEBP, "image/webp"),
        (samples.HEIC, "image/heic"),
        (iso(b"heic", b"mif1"), "image/heic"),
        (iso(b"avif", b"mif1"), "image/avif"),
        (iso(b"mif1", b"avif"), "image/avif"),
        (iso(b"M4A ", b"isom", b"mp42"), "audio/mp4"),
        (iso(b"3gp5"), "video/3gpp"),
        (samples.BMP, "image/bmp"),
        (samples.PDF, "application/pdf"),
        (b"PK\x03\x04" + bytes(64), "application/zip"),
        (b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<svg/>', "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<note/>', None),
        (b"plain words", None),
        (b"\0", None),
    ],
)
def test_unsupported_kinds_are_refused_and_named_where_known(head: bytes, found: str | None) -> None:
    with pytest.raises(UnsupportedFileError) as refused:
        check("cat.png", len(head), head)
    assert (refused.value.name, refused.value.found) == ("cat.png", found)


@pytest.mark.parametrize(("size", "head"), [(0, b""), (0, samples.png())])
def test_empty_file_is_refused(size: int, head: bytes) -> None:
    with pytest.raises(UnsupportedFileError) as refused:
        check("cat.png", size, head)
    assert refused.value.found is None


@pytest.mark.parametrize(
    ("head", "limit", "video"),
    [(samples.png(), 10_000_000, False), (samples.GIF, 10_000_000, False), (samples.MP4, 200_000_000, True)],
)
def test_limit_is_the_last_size_taken(head: bytes, limit: int, video: bool) -> None:
    assert check("cat", limit, head).limit == limit
    with pytest.raises(FileTooLargeError) as refused:
        check("cat", limit + 1, head)
    error = refused.value
    assert (error.name, error.size, error.limit, error.video) == ("cat", limit + 1, limit, video)


def test_unsupported_file_is_not_called_too_large() -> None:
    with pytest.raises(UnsupportedFileError):
        check("cat.webp", VIDEO_LIMIT + IMAGE_LIMIT, samples.WEBP)


@given(st.binary(max_size=80) | st.builds(lambda tail: b"\0\0\0\x18ftyp" + tail, st.binary(max_size=40)))
def test_any_bytes_are_identified_without_an_error(head: bytes) -> None:
    kind = identify(head)
    assert kind is None or "/" in kind.mime_type
