"""Lists that are none."""

from __future__ import annotations

from typing import Any

import pytest

from imgur import BadAnswerError, _decode
from imgur.models import Page


@pytest.mark.parametrize("data", [None, {}, {"images": []}, "[]", 7, True])
def test_page_is_refused_when_it_is_no_list(data: Any) -> None:
    with pytest.raises(BadAnswerError):
        _decode.page(data, _decode.image)
    assert _decode.page([], _decode.image) == Page((), 0)
