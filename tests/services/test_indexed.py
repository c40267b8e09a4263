"""What goes into the index, and what comes out again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgur.models import Album, Image
from services.indexed import LARGEST, from_index, to_index

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
IMAGE = Image(
    id="aBc1234",
    title="A Cat",
    description="on a mat",
    created=NOW,
    mime_type="video/mp4",
    animated=True,
    width=640,
    height=480,
    size=123_456,
    views=3_000_000_000,
    link="https://i.imgur.com/aBc1234.mp4",
    mp4="https://i.imgur.com/aBc1234.mp4",
    gifv="https://i.imgur.com/aBc1234.gifv",
    has_sound=True,
    favorite=True,
    nsfw=True,
    account_id=9,
    account_username="ann",
    in_gallery=True,
    processing=True,
)
ALBUM = Album(
    id="aBc12",
    title="Holiday",
    description="by the sea",
    created=NOW,
    cover="aBc1234",
    privacy="hidden",
    link="https://imgur.com/a/aBc12",
    views=7,
    favorite=True,
    nsfw=True,
    account_id=9,
    account_username="ann",
    images_count=1200,
)


@pytest.mark.parametrize("item", [IMAGE, ALBUM, Image(id="a"), Album(id="a")])
def test_an_item_comes_out_as_it_went_in(item: Image | Album) -> None:
    indexed = to_index(item)
    assert from_index(indexed) == item
    json.dumps(dict(indexed.extra))


def test_a_search_looks_at_title_id_and_description_each_on_its_own() -> None:
    assert to_index(IMAGE).search == "\na cat\nabc1234\non a mat\n"
    assert to_index(Image(id="A1", title="car", description="pet")).search == "\ncar\na1\npet\n"
    assert to_index(Album(id="A1")).search == "\na1\n"


def test_nothing_secret_goes_into_the_index() -> None:
    indexed = to_index(Image(id="a", deletehash="made-up-deletehash"))
    assert "made-up" not in repr(indexed) + str(indexed.extra) + indexed.search
    indexed = to_index(Album(id="a", deletehash="made-up-deletehash", images=(IMAGE,)))
    assert "made-up" not in repr(indexed) + str(indexed.extra) + indexed.search
    assert "images" not in indexed.extra


@pytest.mark.parametrize(
    ("field", "odd", "kept"),
    [
        ("created", datetime(1970, 1, 1, tzinfo=UTC), None),
        ("created", datetime(1969, 12, 31, tzinfo=UTC), None),
        ("created", datetime(9999, 6, 1, tzinfo=UTC), None),
        ("created", datetime(2099, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)),
        ("width", -1, 0),
        ("height", LARGEST + 1, 0),
        ("size", LARGEST + 1, 0),
        ("views", -5, 0),
        ("views", 2**60, 0),
        ("title", "half \ud83d a face", "half \ufffd a face"),
        ("description", "zero \x00 byte", "zero \ufffd byte"),
        ("link", "https://i.imgur.com/\udc00", "https://i.imgur.com/\ufffd"),
    ],
)
def test_an_odd_field_is_lost_and_not_its_item(field: str, odd: Any, kept: Any) -> None:
    values = {"id": "aBc", "title": "t", field: odd}
    assert getattr(from_index(to_index(Image(**values))), field) == kept
    assert from_index(to_index(Image(**values))).id == "aBc"


@given(st.text(max_size=30), st.text(max_size=30))
def test_every_text_can_be_stored(title: str, description: str) -> None:
    indexed = to_index(Image(id="a", title=title, description=description))
    for text in (indexed.title, indexed.description, indexed.search):
        assert text is not None
        assert "\x00" not in text
        text.encode()
