"""What of a backup is asked for at Imgur, and how it is cut into parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.data.plan import PART_BYTES, PART_ENTRIES, Entry, asked, cut
from storage.models import IndexedItem

LINK = "https://i.imgur.com/abc1234"


@pytest.mark.parametrize(
    ("mime_type", "size", "link", "name"),
    [
        ("image/jpeg", 1, f"{LINK}.jpg", "abc1234.jpg"),
        ("image/png", 1, None, "abc1234.png"),
        ("image/gif", 1, f"{LINK}.gif", "abc1234.gif"),
        ("image/gif", 20_000_001, f"{LINK}.gif", "abc1234.mp4"),
        ("image/gif", 1, f"{LINK}h.gif", "abc1234.mp4"),
        ("image/gif", 1, f"{LINK}.gifv", "abc1234.mp4"),
        ("video/mp4", 1, f"{LINK}.mp4", "abc1234.mp4"),
        ("video/webm", 1, f"{LINK}.", "abc1234.mp4"),
        (None, 1, f"{LINK}.mp4", "abc1234.mp4"),
        (None, 1, f"{LINK}.gif", "abc1234.gif"),
        (None, 1, f"{LINK}.png", "abc1234.png"),
        (None, 0, None, "abc1234.jpg"),
        ("text/html", 1, "https://evil.example.org/x.html", "abc1234.jpg"),
    ],
)
def test_what_moves_is_asked_for_as_it_moves(mime_type: str | None, size: int, link: str | None, name: str) -> None:
    extra = {"link": link} if link else {}
    assert asked(IndexedItem("image", "abc1234", "", mime_type=mime_type, size=size, extra=extra)) == name


@pytest.mark.parametrize(
    ("minutes", "name"),
    [(0, ""), (59, ""), (61, "abc1234.mp4"), (None, "")],
)
def test_a_film_that_was_not_ready_is_asked_for_an_hour_later(minutes: int | None, name: str) -> None:
    created = None if minutes is None else datetime.now(UTC) - timedelta(minutes=minutes)
    film = IndexedItem("image", "abc1234", "", mime_type="video/mp4", created=created, extra={"processing": True})
    assert asked(film) == name


@pytest.mark.parametrize("item_id", ["../x", "a/b", "a?b", "", "a.b", "http://evil.example.org"])
def test_no_id_that_is_none_is_asked_for(item_id: str) -> None:
    assert asked(IndexedItem("image", item_id, "")) == ""


def test_parts_are_of_a_gigabyte_and_no_picture_is_lost_or_cut() -> None:
    sizes = [199_000_000] * 12 + [0] * 3 + [PART_BYTES * 2] + [10] * 5000
    entries = [Entry(str(number), "x", "x", size=size) for number, size in enumerate(sizes)]
    parts = list(cut(entries))
    assert [entry for part in parts for entry in part] == entries
    for part in parts:
        assert len(part) == 1 or sum(entry.size for entry in part) <= PART_BYTES
        assert 0 < len(part) <= PART_ENTRIES


def test_an_entry_comes_back_as_it_was() -> None:
    entry = Entry("1", "1.jpg", "images/1", albums=("A", "B"), tags=("t",), folder="A", about="of A", note="n")
    assert Entry.of(entry.kept) == entry
