"""Every error that we raise on purpose has words of its own."""

from __future__ import annotations

import inspect
import re
import time
from datetime import UTC, datetime
from types import ModuleType
from typing import NamedTuple

import pytest

import errors
import imgur.errors
import services.quota.errors
import storage.errors
from cogs.ui.words import md
from imgur.errors import RateLimitedError
from locales.text import Duration, Moment, Size
from services.messages import unforeseen
from services.messages import words as worded
from tests.reading import read


class Said(NamedTuple):
    """Words as an English reader sees them."""

    title: str
    text: str


def words(error: BaseException) -> Said | None:
    """What is said of an error, in English."""
    found = worded(error)
    return Said(read(found.title), read(found.text)) if found else None


AT = datetime(2026, 11, 29, tzinfo=UTC)
SPECIAL: dict[type[BaseException], BaseException] = {
    errors.WrongCodeError: errors.WrongCodeError(2),
    errors.BackupCodeError: errors.BackupCodeError(2),
    errors.PicturesBusyError: errors.PicturesBusyError(30),
    errors.PastedIncompleteError: errors.PastedIncompleteError("grant"),
    errors.FileTooLargeError: errors.FileTooLargeError("@everyone.png", 12_345_678, 10_000_000, video=False),
    errors.FileEndlessError: errors.FileEndlessError("@everyone.png", 10_000_001, 10_000_000, video=False),
    errors.ShrinkableError: errors.ShrinkableError("@everyone.png", 12_345_678, 10_000_000),
    errors.DetailsStayError: errors.DetailsStayError(has_ffmpeg=False),
    errors.DuplicateError: errors.DuplicateError(errors.Earlier("abc1234", "a cat", AT, AT)),
    errors.TooManyPixelsError: errors.TooManyPixelsError(64_000_000, 256_000_000),
    errors.UnsupportedFileError: errors.UnsupportedFileError("@everyone.webp", "image/webp"),
    errors.VideoTooLongError: errors.VideoTooLongError(75.2, 60),
    errors.UploadErasedError: errors.UploadErasedError(is_deleted=True),
    errors.AlbumTitleError: errors.AlbumTitleError(128, is_long=True),
    errors.AlbumIncompleteError: errors.AlbumIncompleteError(950, 1200),
    errors.TooManyWordsError: errors.TooManyWordsError(20),
    errors.TooManyToShareError: errors.TooManyToShareError(20),
    errors.TooManyTagsError: errors.TooManyTagsError(20),
    errors.TagTooLongError: errors.TagTooLongError(50, 10),
    errors.NoteTooLongError: errors.NoteTooLongError(3000, 1000),
    errors.DrawnGoneError: errors.DrawnGoneError(10),
    storage.errors.KeyMissingError: storage.errors.KeyMissingError("k1"),
}


def _classes(module: ModuleType) -> list[type[BaseException]]:
    return [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, BaseException) and cls.__module__ == module.__name__
    ]


EVERY = [cls for module in (errors, imgur.errors, services.quota.errors, storage.errors) for cls in _classes(module)]


def _made(cls: type[BaseException]) -> BaseException:
    return SPECIAL.get(cls) or cls()


def test_error_classes_are_found_when_the_three_files_are_read() -> None:
    assert len(EVERY) > 40


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_error_is_worded_when_we_raise_it_on_purpose(cls: type[BaseException]) -> None:
    said = words(_made(cls))
    assert said is not None
    assert said.title
    assert said.title[0].isupper()
    assert not said.title.endswith(".")
    assert all(sentence[0].isupper() or sentence[0] in "`/" for sentence in said.text.split(". "))
    assert said.text.endswith(".")
    assert "everyone" not in said.title + said.text


def test_errors_have_words_of_their_own_when_all_are_compared() -> None:
    said = [words(_made(cls)) for cls in EVERY]
    assert len(set(said)) == len(EVERY)


def test_error_is_worded_by_its_parent_when_it_has_no_words_of_its_own() -> None:
    class NewError(imgur.errors.NotFoundError):
        pass

    assert words(NewError()) == words(imgur.errors.NotFoundError())


def test_error_has_no_words_when_nobody_foresaw_it() -> None:
    assert words(RuntimeError("secret")) is None


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (errors.WrongCodeError(4), "4 tries left"),
        (errors.WrongCodeError(1), "1 try left"),
        (errors.WrongCodeError(0), "has ended"),
        (errors.FileTooLargeError("a", 12_345_678, 10_000_000, video=False), "12.3 MB; Imgur takes images up to 10 MB"),
        (
            errors.FileTooLargeError("a", 10_000_001, 10_000_000, video=False),
            "It has 10.1 MB; Imgur takes images up to 10",
        ),
        (errors.FileTooLargeError("a", 250_000_000, 200_000_000, video=True), "videos up to 200 MB"),
        (errors.VideoTooLongError(75.2, 60), "It lasts 75 seconds; Imgur takes up to 60."),
        (errors.UnsupportedFileError("a", None), "whatever its name says"),
        (imgur.errors.RateLimitedError(retry_after=61), "in 2 minutes"),
        (imgur.errors.RateLimitedError(), "later"),
        (imgur.errors.RateLimitedError(spent=imgur.errors.Spent.APPLICATION), "shared by everyone"),
        (imgur.errors.RateLimitedError(spent=imgur.errors.Spent.USER, retry_after=7200), "in 2 hours"),
    ],
)
def test_words_carry_the_numbers_when_the_error_has_them(error: BaseException, part: str) -> None:
    said = words(error)
    assert said is not None
    assert part in said.text


@pytest.mark.parametrize(
    ("found", "title", "next_step"),
    [
        (
            "image/webp",
            "Imgur takes no WebP images",
            "PNG or JPEG, or as a GIF or MP4 if it moves, and upload it again.",
        ),
        ("image/heic", "Imgur takes no HEIC images", "Share it as a JPEG (iPhones: Settings, Camera, Formats"),
        ("image/avif", "Imgur takes no AVIF images", "Save it as a PNG or JPEG and upload it again."),
        ("image/bmp", "Imgur takes no BMP images", "Save it as a PNG or JPEG and upload it again."),
        ("image/x-icon", "Imgur takes no ICO images", "Save it as a PNG and upload it again."),
        ("image/svg+xml", "Imgur takes no SVG images", "Export it as a PNG and upload it again."),
        ("image/x-adobe-dng", "Imgur takes no camera raw images", "Export it from your photo program as a JPEG"),
        ("video/3gpp", "Imgur takes no 3GP videos", "Convert it to MP4 and upload it again."),
        ("audio/mp4", "That is sound, not a picture or video", "put the sound into an MP4."),
        ("audio/ogg", "That is sound, not a picture or video", "put the sound into an MP4."),
        ("text/plain", "That is text, not a picture", "a screenshot of the text."),
        ("text/html", "That is a web page, not a picture", "Open the picture itself"),
        ("application/pdf", "That is a PDF, not a picture", "Save the page that you want as a PNG"),
        ("application/zip", "That is not a picture or video", "unpack them"),
        (None, "Imgur does not take this kind of file", "Convert it and upload it again."),
    ],
)
def test_every_kind_of_file_that_imgur_does_not_take_has_words_of_its_own(
    found: str | None, title: str, next_step: str
) -> None:
    said = words(errors.UnsupportedFileError("cat.png", found))
    assert said is not None
    assert said.title == title
    assert next_step in said.text


@pytest.mark.parametrize(
    ("spent", "title"),
    [
        (imgur.errors.Spent.APPLICATION, "This bot has used up what it may ask of Imgur for now"),
        (imgur.errors.Spent.USER, "You have used up what Imgur allows you for now"),
        (imgur.errors.Spent.UPLOADS, "Imgur takes no more uploads for now"),
        (imgur.errors.Spent.UNKNOWN, "Imgur asks us to slow down"),
    ],
)
def test_a_spent_limit_says_whose_it_is(spent: imgur.errors.Spent, title: str) -> None:
    said = words(imgur.errors.RateLimitedError(spent=spent))
    assert said is not None
    assert said.title == title


def test_an_empty_file_is_called_empty() -> None:
    said = words(errors.EmptyFileError())
    assert said is not None
    assert said.title == "That file is empty"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "a minute"), (60, "a minute"), (60.5, "2 minutes"), (5400, "90 minutes"), (5401, "2 hours")],
)
def test_duration_is_rounded_up_when_it_is_said(seconds: float, said: str) -> None:
    assert read(Duration(seconds)) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 kB"),
        (1, "1 kB"),
        (49_999, "50 kB"),
        (1_000_000, "1 MB"),
        (1_250_001, "1.3 MB"),
        (10_000_000, "10 MB"),
        (1_050_000, "1.1 MB"),
        (999_999, "1 MB"),
        (999_400, "999 kB"),
    ],
)
def test_a_size_is_decimal_when_it_is_said(size: int, said: str) -> None:
    assert read(Size(size)) == said


def test_reference_is_told_when_nobody_foresaw_the_error() -> None:
    assert "k7f3" in read(unforeseen("k7f3").text)


def test_a_moment_counts_down_in_discord_and_is_spelled_out_elsewhere() -> None:
    """What is kept and told later still names the moment, not the time that was left then."""
    found = worded(RateLimitedError(retry_after=3000))
    assert found is not None
    assert found.text is not None
    [moment] = re.findall(r"Try again <t:(\d+):R>\.", md(found.text))
    assert 2990 < int(moment) - time.time() < 3002
    assert read(found.text).endswith("Try again in 50 minutes.")
    assert [read(Moment(datetime.fromtimestamp(at, UTC))) for at in (0, 1)] == ["in a minute"] * 2
