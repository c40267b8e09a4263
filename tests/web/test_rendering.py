"""Templates."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from services.messages import Words
from web.rendering import render


@pytest.mark.parametrize("name", ["landing.html", "leaving.html", "code.html", "refusal.html"])
def test_page_that_lacks_a_value_is_a_fault_and_not_a_page_with_a_gap(name: str) -> None:
    with pytest.raises(UndefinedError):
        render(name)


def test_every_value_is_escaped() -> None:
    text = render("refusal.html", status=418, said=Words("<b>title</b>", "<script>text</script>")).text or ""
    assert "&lt;b&gt;title&lt;/b&gt;" in text
    assert "&lt;script&gt;text&lt;/script&gt;" in text
