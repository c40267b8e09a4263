from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import EmptyFileError, FileTooLargeError, UnsupportedFileError, VideoTooLongError
from media.kind import MediaType, check, identify, reads_on
from media.models import HEAD_BYTES
from standins.imgur.eyes import look
from tests.media.shapes import REFUSED, TAKEN, asf, avi, box, brands, iso, matroska, movie
from tests.standins import samples

NOT_TIMED_BY_THE_STAND_IN = (
    asf("video", seconds=61),
    iso(b"iso6", rest=movie(b"vide", fragments=61)),
    iso(b"iso6", rest=movie(b"vide", fragments=61, long=True)),
)


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_is_taken_by_its_structure(name: str) -> None:
    head, mime_type, extension = TAKEN[name]
    kind = check("misnamed.txt", len(head), head)
    assert kind == MediaType(mime_type, extension, supported=True)
    assert kind.video is mime_type.startswith("video/")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_by_its_structure_and_named_where_known(name: str) -> None:
    head, found = REFUSED[name]
    with pytest.raises(UnsupportedFileError) as refused:
        check("cat.png", len(head), head)
    assert (refused.value.name, refused.value.found) == ("cat.png", found)


@pytest.mark.parametrize("name", TAKEN)
def test_the_stand_in_takes_what_imgur_takes(name: str) -> None:
    head, mime_type, _ = TAKEN[name]
    seen = look(head)
    assert seen is not None
    assert seen.mime_type == mime_type
    assert seen.width > 0


@pytest.mark.parametrize("name", REFUSED)
def test_the_stand_in_refuses_what_imgur_does_not_take(name: str) -> None:
    seen = look(REFUSED[name][0])
    assert seen is None or seen.width == 0


@pytest.mark.parametrize("head", [b"", samples.png()])
def test_empty_file_is_refused(head: bytes) -> None:
    with pytest.raises(EmptyFileError):
        check("cat.png", 0, head)


@pytest.mark.parametrize(
    "head",
    [
        iso(b"isom", rest=movie(b"vide", seconds=61)),
        iso(b"qt  ", rest=movie(b"vide", seconds=61, long=True)),
        matroska(b"webm", 1, seconds=61),
        matroska(b"matroska", 1, width=4, seconds=61),
        avi(b"vids", b"auds", seconds=61),
        asf("video", seconds=61),
        iso(b"iso6", rest=movie(b"vide", fragments=61)),
        iso(b"iso6", rest=movie(b"vide", fragments=61, long=True)),
    ],
)
def test_a_video_of_more_than_60_seconds_is_refused(head: bytes) -> None:
    with pytest.raises(VideoTooLongError) as refused:
        check("film", len(head), head)
    assert look(head) is None or head in NOT_TIMED_BY_THE_STAND_IN
    assert (refused.value.seconds, refused.value.limit) == (61, 60)


@pytest.mark.parametrize("seconds", [0, 0.1, 60, 60.4])
def test_a_video_of_60_seconds_is_taken(seconds: float) -> None:
    for head in (
        iso(b"isom", rest=movie(b"vide", seconds=seconds)),
        iso(b"iso6", rest=movie(b"vide", fragments=seconds)),
        matroska(b"webm", 1, seconds=seconds),
        avi(b"vids", seconds=seconds),
        asf("video", seconds=seconds),
    ):
        assert check("film", len(head), head).video
        assert look(head)


DATA = 10**6
FAR = box(b"mdat", size=DATA)


@pytest.mark.parametrize(
    ("head", "tracks", "mime_type"),
    [
        (brands(b"isom", b"mp42") + FAR, movie(b"vide", b"soun", seconds=60), "video/mp4"),
        (brands(b"isom", b"mp42") + FAR, box(b"free", bytes(99)) + movie(b"soun", b"vide"), "video/mp4"),
        (brands(b"isom", b"mp42") + FAR, b"", "video/mp4"),
        (brands(b"isom", b"mp42") + FAR, movie(b"soun"), None),
        (brands(b"isom", b"mp42") + struct.pack(">I4sQ", 1, b"mdat", DATA), movie(b"soun"), None),
        (box(b"wide") + FAR, movie(b"vide"), "video/quicktime"),
        (box(b"wide") + FAR, movie(b"soun"), None),
        (brands(b"what", b"isom") + FAR, movie(b"vide"), "video/mp4"),
        (brands(b"what", b"isom") + FAR, b"", None),
    ],
)
def test_tracks_are_read_where_they_stand(head: bytes, tracks: bytes, mime_type: str | None) -> None:
    at = len(head) - len(head[head.index(b"mdat") - 4 :]) + DATA
    head = head.ljust(HEAD_BYTES, b"\0")
    size = at + len(tracks)
    assert reads_on(head, size) == (at if tracks else None)
    if mime_type is None:
        with pytest.raises(UnsupportedFileError):
            check("film", size, head, None, tracks)
    else:
        assert check("film", size, head, None, tracks).mime_type == mime_type


def test_a_video_too_long_is_told_by_tracks_that_stand_last() -> None:
    head = (brands(b"isom") + FAR).ljust(HEAD_BYTES, b"\0")
    with pytest.raises(VideoTooLongError):
        check("film", 2 * DATA, head, None, movie(b"vide", seconds=61))


@pytest.mark.parametrize(
    "head",
    [
        *(b"", samples.png(), matroska(b"webm", 1), brands(b"isom") + movie(b"vide") + FAR, brands(b"isom"), bytes(64)),
        *(box(b"free", size=4) + bytes(99), brands(b"isom") + box(b"mdat", size=0)),
    ],
)
def test_nothing_more_is_read_where_the_beginning_tells_all(head: bytes) -> None:
    assert reads_on(head, len(head)) is None
    assert reads_on(head, 10**9) is None or head == brands(b"isom")


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, -1e300, 1e305, -5])
def test_a_length_that_cannot_be_is_none(seconds: float) -> None:
    head = matroska(b"webm", 1, seconds=seconds)
    assert check("film", len(head), head).seconds is None


def test_a_scale_longer_than_numbers_are_is_no_error() -> None:
    head = matroska(b"webm", 1, seconds=1, scale=b"\xff" * 4000, width=4)
    with pytest.raises(VideoTooLongError):
        check("film", len(head), head)


def test_a_video_is_as_long_as_was_announced_when_it_does_not_say() -> None:
    assert check("film", 9, samples.MP4, 60).video
    with pytest.raises(VideoTooLongError):
        check("film", 9, samples.MP4, 60.6)
    assert check("moves", 9, samples.GIF, 90).mime_type == "image/gif"


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
        check("cat.webp", 210_000_000, samples.WEBP)


KNOWN = [head for head, *_ in (*TAKEN.values(), *REFUSED.values())]
spoilt = st.builds(
    lambda head, at, bytes_, end: (head[:at] + bytes_ + head[at + len(bytes_) :])[:end],
    st.sampled_from(KNOWN),
    st.integers(0, 300),
    st.binary(max_size=12),
    st.integers(0, 600),
)


@given(st.binary(max_size=80) | spoilt | st.builds(bytes.__add__, st.sampled_from(KNOWN), st.sampled_from(KNOWN)))
def test_any_bytes_are_identified_without_an_error(head: bytes) -> None:
    kind = identify(head)
    assert kind is None or "/" in kind.mime_type
    look(head)
