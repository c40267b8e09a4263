"""Every view, with the worst that can be in it, is a message that Discord takes."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, get_type_hints

import pytest
from discord import ui

from tests.cogs.limits import assert_sendable
from tests.cogs.worst import BY_NAME, worst

TIMES = 6
VARIOUS, BY_KEYWORD = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
COGS = Path(__file__).parent.parent.parent / "cogs"


def _views() -> Iterator[str]:
    """The name of every function that draws a message, with its module."""
    for path in sorted(COGS.rglob("*.py")):
        module = ".".join(path.relative_to(COGS.parent).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "ui.LayoutView":
                yield f"{module}:{node.name}"


PARTS = {
    "cogs.ui.item:item_view": "what else stands in it is its callers'",
    "cogs.ui.layout:notice": "what stands in it is its callers'",
    "cogs.ui.reply:_kept_private": "says why above what its callers draw",
}
"""Of which messages are made; each stands in the views of others."""


@pytest.mark.parametrize("name", [name for name in _views() if name not in PARTS])
def test_the_worst_that_a_view_can_show_is_taken_by_discord(name: str) -> None:
    module, _, function = name.partition(":")
    draw: Callable[..., ui.LayoutView] = getattr(importlib.import_module(module), function)
    hints, parameters = get_type_hints(draw), inspect.signature(draw).parameters
    named = [key for key, parameter in parameters.items() if parameter.kind not in {VARIOUS, BY_KEYWORD}]
    various = [key for key, parameter in parameters.items() if parameter.kind is VARIOUS]
    for seed in range(TIMES):
        random = Random(seed)

        def made(key: str, random: Random = random) -> Any:
            by_name = BY_NAME.get((function, key))
            return by_name(random) if by_name else worst(hints[key], key, random)

        given = {key: made(key) for key in named}
        first = [given.pop(key) for key in named[:1]] if various else []
        assert_sendable(draw(*first, *(made(key) for key in various), **given))


def test_no_part_is_named_that_is_gone() -> None:
    assert PARTS.keys() <= {*_views()}
