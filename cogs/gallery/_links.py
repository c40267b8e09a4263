"""The links of several, to be copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from discord import ui

from cogs.ui.layout import notice
from cogs.ui.markdown import Markdown
from locales.text import Plural, Text
from services.selection import Selected

BLOCK = 3800  # characters of links in one message, which holds 4,000 in all


def link_views(items: Sequence[Selected]) -> list[ui.LayoutView]:
    """Messages with all links in code blocks, where Discord offers to copy them."""
    blocks = list(_blocks([item.page_url for item in items]))
    count = Plural("{count} link", "{count} links", len(items))
    if len(blocks) == 1:
        return [notice(count, Markdown(f"```\n{blocks[0]}\n```"))]
    return [
        notice(
            Text("{links}: {number} of {all}", links=count, number=number, all=len(blocks)),
            Markdown(f"```\n{block}\n```"),
        )
        for number, block in enumerate(blocks, 1)
    ]


def _blocks(links: Sequence[str]) -> Iterator[str]:
    block = ""
    for link in links:
        if block and len(block) + 1 + len(link) > BLOCK:
            yield block
            block = ""
        block += f"\n{link}" if block else link
    yield block
