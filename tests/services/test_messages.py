"""Every error that we raise on purpose has words of its own."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import errors
import imgur.errors
import storage.errors
from services.messages import duration, megabytes, unforeseen, words

SPECIAL: dict[type[BaseException], BaseException] = {
    errors.WrongCodeError: errors.WrongCodeError(2),
    errors.FileTooLargeError: errors.FileTooLargeError("@everyone.png", 12_345_678, 10_000_000, video=False),
    errors.UnsupportedFileError: errors.UnsupportedFileError("@everyone.webp", "image/webp"),
    storage.errors.KeyMissingError: storage.errors.KeyMissingError("k1"),
}


def _classes(module: ModuleType) -> list[type[BaseException]]:
    return [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, BaseException) and cls.__module__ == module.__name__
    ]


EVERY = [cls for module in (errors, imgur.errors, storage.errors) for cls in _classes(module)]


def _made(cls: type[BaseException]) -> BaseException:
    return SPECIAL.get(cls) or cls()


def test_error_classes_are_found_when_the_three_files_are_read() -> None:
    assert len(EVERY) > 40


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_error_is_worded_when_we_raise_it_on_purpose(cls: type[BaseException]) -> None:
    said = words(_made(cls))
    assert said is not None
    assert said.title
    assert not said.title.endswith(".")
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
        (errors.FileTooLargeError("a", 250_000_000, 200_000_000, video=True), "videos up to 200 MB"),
        (errors.UnsupportedFileError("a", "image/webp"), "image/webp"),
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
    ("seconds", "said"),
    [(0, "a minute"), (60, "a minute"), (60.5, "2 minutes"), (5400, "90 minutes"), (5401, "2 hours")],
)
def test_duration_is_rounded_up_when_it_is_said(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_megabytes_are_decimal_when_they_are_said() -> None:
    assert megabytes(10_000_000) == "10 MB"


def test_reference_is_told_when_nobody_foresaw_the_error() -> None:
    assert "k7f3" in unforeseen("k7f3").text
