"""The form for a title and a description, as far as nobody needs Discord for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.item._form import EditForm, changed, mark
from imgur.models import Image
from tests.cogs.limits import length, walk


def boxes(image: Image) -> list[dict[str, Any]]:
    return [part["component"] for part in walk(EditForm(image, 7).to_dict()["components"]) if "component" in part]


@pytest.mark.parametrize(
    "text", [None, "a", "\U0001f408" * 128, "\U0001f408" * 5000, "x" * 9000, "\ud83d half", "\r\n"]
)
def test_a_form_is_filled_with_what_its_boxes_take(text: str | None) -> None:
    for box in boxes(Image("abc1234", title=text, description=text)):
        assert length(box.get("value", "")) <= box["max_length"] <= 4000


@given(st.text(), st.booleans())
def test_a_box_that_nobody_touched_is_known_as_unchanged(text: str, long: bool) -> None:
    [title, description] = boxes(Image("abc1234", title=text, description=text))
    sent = (description if long else title).get("value", "").strip()
    assert changed(sent, mark(text, long=long)) is None
