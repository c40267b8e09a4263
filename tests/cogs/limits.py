"""Discord's limits on a message of components and on a form, for whatever is drawn; all lengths in units of UTF-16."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from discord import ui

from tests.reading import english

CONTAINER, ROW, BUTTON, SELECT, INPUT, TEXT, GALLERY, FILE, CHANNELS = 17, 1, 2, 3, 4, 10, 12, 13, 8


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from walk([*component.get("components", []), *filter(None, [component.get("accessory")])])


def parts(view: ui.LayoutView, kind: int) -> list[dict[str, Any]]:
    """The parts of one type, as they go over the wire."""
    return [part for part in walk(view.to_components()) if part["type"] == kind]


def written(view: ui.LayoutView) -> str:
    """All of its text."""
    return english("\n".join(part["content"] for part in parts(view, TEXT)))


def length(text: str) -> int:
    """How long a text is to Discord, at worst."""
    return len(text.encode("utf-16-le")) // 2


def assert_sendable(view: ui.LayoutView) -> None:
    """Fail where Discord would refuse the message."""
    everything = list(walk(view.to_components()))
    assert 1 <= len(everything) <= 40
    assert written(view) or parts(view, GALLERY) or parts(view, FILE)
    assert sum(length(part["content"]) for part in parts(view, TEXT)) <= 4000
    custom_ids = [part["custom_id"] for part in everything if "custom_id" in part]
    assert len(custom_ids) == len(set(custom_ids))
    assert all(1 <= len(custom_id) <= 100 for custom_id in custom_ids)
    for part in everything:
        if check := CHECKS.get(part["type"]):
            check(part)


def assert_openable(form: ui.Modal) -> None:
    """Fail where Discord would refuse the form."""
    drawn = form.to_dict()
    assert 1 <= length(drawn["title"]) <= 45
    assert 1 <= len(drawn["components"]) <= 5
    for part in drawn["components"]:
        assert part["type"] == TEXT or 1 <= length(part["label"]) <= 45
        assert length(part.get("description") or "") <= 100
        entry = part.get("component", {})
        assert length(entry.get("placeholder") or "") <= (100 if entry.get("type") == INPUT else 150)
        assert length(entry.get("value") or "") <= entry.get("max_length", 4000)
        if options := entry.get("options"):
            assert 1 <= len({option["value"] for option in options}) == len(options) <= 25
            assert all(length(option.get(key) or "") <= 100 for option in options for key in ("label", "description"))


def _row(row: dict[str, Any]) -> None:
    kinds = [part["type"] for part in row["components"]]
    assert kinds in ([SELECT], [CHANNELS]) or (set(kinds) == {BUTTON} and len(kinds) <= 5)


def _button(button: dict[str, Any]) -> None:
    assert 1 <= length(button["label"]) <= 80
    assert len(button.get("url", "")) <= 512
    assert ("url" in button) != ("custom_id" in button)


def _select(select: dict[str, Any]) -> None:
    values = [option["value"] for option in select["options"]]
    assert 1 <= len(values) == len(set(values)) <= 25
    assert 0 <= select.get("min_values", 1) <= select.get("max_values", 1) <= len(values)
    assert all(1 <= length(option[key]) <= 100 for option in select["options"] for key in ("label", "value"))
    assert all(length(option.get("description") or "") <= 100 for option in select["options"])
    assert length(select.get("placeholder") or "") <= 150


def _channels(menu: dict[str, Any]) -> None:
    assert 0 <= menu["min_values"] <= menu["max_values"] <= 25
    assert len(menu.get("default_values", ())) <= menu["max_values"]
    assert length(menu.get("placeholder") or "") <= 150


def _text(text: dict[str, Any]) -> None:
    assert text["content"].strip()


def _gallery(gallery: dict[str, Any]) -> None:
    assert 1 <= len(gallery["items"]) <= 10
    for item in gallery["items"]:
        assert length(item["description"]) <= 1024
        assert item["description"].strip()
        url = item["media"]["url"]
        assert url.startswith(("https://", "http://"))
        assert len(url) <= 2048
        assert not any(character.isspace() for character in url)


CHECKS = {ROW: _row, BUTTON: _button, SELECT: _select, CHANNELS: _channels, TEXT: _text, GALLERY: _gallery}
