"""All that users are told of errors, word for word, in `words.txt`: whoever changes a sentence reads it there again.

`python -m tests.services.test_words` writes it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import errors
import imgur.errors
import storage.errors
from cogs.ui.words import md
from locales.text import Duration, Size
from services.messages import unforeseen, words
from services.quota.errors import HeldBackError
from tests.reading import read
from tests.services.test_messages import AT, EVERY
from web.connection import FAULT, UNREADABLE
from web.refusals import HTTP_WORDS, OTHER_HTTP_WORDS

SAID = Path(__file__).with_name("words.txt")
FILES = """
    image/webp image/heic image/heif image/avif image/jxl image/svg+xml image/x-icon image/x-photoshop image/x-adobe-dng
    image/x-canon-cr2 image/x-canon-cr3 image/x-raw image/x-olympus-orf image/x-panasonic-rw2 image/x-canon-crw
    image/x-tiff-big image/bmp image/x-other video/3gpp video/ogg video/mp2t video/mj2 video/x-other audio/mpeg
    text/html text/plain application/pdf application/zip
"""
# Those whose words depend on what they carry.
FILLED: dict[type[BaseException], list[BaseException]] = {
    errors.WrongCodeError: [errors.WrongCodeError(left) for left in (4, 1, 0)],
    errors.PastedIncompleteError: [errors.PastedIncompleteError(missing) for missing in ("all", "state", "grant")],
    errors.FileTooLargeError: [
        errors.FileTooLargeError("a.png", 12_345_678, 10_000_000, video=False),
        errors.FileTooLargeError("a.mp4", 200_100_000, 200_000_000, video=True),
    ],
    errors.ShrinkableError: [
        *(errors.ShrinkableError("a.gif", 12_345_678, 10_000_000, why) for why in (None, *errors.NoVideo)),
        errors.ShrinkableError("a.webp", 0, 10_000_000, into="image/png"),
        errors.ShrinkableError("a.webp", 12_345_678, 10_000_000, errors.NoVideo.NO_FFMPEG, into="image/gif"),
    ],
    errors.DuplicateError: [errors.DuplicateError(errors.Earlier("abc1234", "a", AT, due)) for due in (None, AT)],
    errors.TooManyPixelsError: [errors.TooManyPixelsError(64_000_000, 256_000_000)],
    errors.FileEndlessError: [errors.FileEndlessError("a.png", 10_000_001, 10_000_000, video=False)],
    errors.NoPictureError: [errors.NoPictureError(what) for what in errors.Absent],
    errors.DetailsStayError: [errors.DetailsStayError(has_ffmpeg=there) for there in (True, False)],
    errors.UnsupportedFileError: [errors.UnsupportedFileError("a", found) for found in (*FILES.split(), None)],
    errors.VideoTooLongError: [errors.VideoTooLongError(75.2, 60)],
    errors.UploadUncertainError: [
        errors.UploadUncertainError(anonymous=anonymous, is_dated=is_dated)
        for anonymous, is_dated in ((False, None), (True, None), (False, True), (False, False))
    ],
    errors.BackupCodeError: [errors.BackupCodeError(left) for left in (4, 1, 0)],
    errors.PicturesBusyError: [errors.PicturesBusyError(30)],
    errors.UploadErasedError: [errors.UploadErasedError(is_deleted=is_deleted) for is_deleted in (True, False)],
    errors.AlbumTitleError: [errors.AlbumTitleError(128, is_long=is_long) for is_long in (False, True)],
    errors.AlbumIncompleteError: [errors.AlbumIncompleteError(950, 1200)],
    errors.BehindError: [
        errors.BehindError(seconds, is_doubt=is_doubt) for is_doubt in (False, True) for seconds in (0, 2400)
    ],
    errors.TooManyWordsError: [errors.TooManyWordsError(20)],
    errors.TooManyToShareError: [errors.TooManyToShareError(20)],
    errors.TooManyTagsError: [errors.TooManyTagsError(20)],
    errors.TagTooLongError: [errors.TagTooLongError(50, 10)],
    errors.NoteTooLongError: [errors.NoteTooLongError(3000, 1000)],
    errors.NothingFoundError: [
        errors.NothingFoundError(),
        *(errors.NothingFoundError(known, 50_000, seconds) for known in (0, 12_340) for seconds in (None, 540)),
    ],
    errors.DrawnGoneError: [errors.DrawnGoneError(10)],
    storage.errors.KeyMissingError: [storage.errors.KeyMissingError("k1")],
    imgur.errors.RateLimitedError: [
        imgur.errors.RateLimitedError(spent=spent, retry_after=wait)
        for spent in imgur.errors.Spent
        for wait in (None, 0, 61)
    ],
}
FILLED[errors.NothingWithoutAccountError] = [
    errors.NothingWithoutAccountError(is_query=is_query) for is_query in (False, True)
]
FILLED[HeldBackError] = [HeldBackError(retry_after=wait) for wait in (None, 61)]
FILLED |= {
    cls: [cls(remains) for remains in errors.Remains] for cls in EVERY if issubclass(cls, errors.UploadEndedError)
}


def said() -> Iterator[str]:
    """One paragraph for each."""
    for cls in EVERY:
        for error in FILLED.get(cls) or [cls()]:
            found = words(error)
            assert found is not None
            carried = ", ".join(
                f"{name}={value}" for name, value in vars(error).items() if name not in {"name", "args"}
            )
            text = re.sub(r"<t:\d+:R>", "<in that time>", md(found.text or "")).replace("`", "")
            yield f"{cls.__name__} {carried}".rstrip() + f"\n  {md(found.title)}\n  {text}"
    for status, page in [*HTTP_WORDS.items(), ("any other status", OTHER_HTTP_WORDS)]:
        yield f"{status}\n  {read(page.title)}\n  {read(page.text)}"
    unknown = unforeseen("k7f3")
    yield f"unforeseen\n  {read(unknown.title)}\n  {read(unknown.text)}"
    yield f"no HTTP\n  {UNREADABLE.strip()}\nno page\n  {FAULT.strip()}"
    yield "times\n" + "\n".join(
        f"  {seconds} s: {read(Duration(seconds))}" for seconds in (0, 60, 61, 5400, 5401, 7201)
    )
    yield "sizes\n" + "\n".join(f"  {size}: {read(Size(size))}" for size in (0, 49_999, 1_000_000, 1_250_001))


def test_every_error_is_worded_as_was_read_and_found_good() -> None:
    now, read = "\n\n".join(said()) + "\n", SAID.read_text(encoding="utf-8")
    assert now == read, "read what has changed; `python -m tests.services.test_words` writes it anew"


if __name__ == "__main__":
    SAID.write_text("\n\n".join(said()) + "\n", encoding="utf-8")
