"""What is to be copied, in code blocks: where the mouse stands over one, Discord offers to. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from discord import ui

from cogs.ui.actions import ActionSelect, option
from cogs.ui.item import is_video, media_url
from cogs.ui.layout import COLOUR, heading, notice, shown
from cogs.ui.markdown import Markdown
from cogs.ui.words import Said, md, small
from imgur.models import Image, Item
from locales.text import Plural, Text
from services.snippets import Source, Style, snippet

BLOCK = 3700  # characters of links in one message, which holds 4,000 in all
MOST_MESSAGES = 5
"""Where only a user has installed the bot, Discord takes no more of them than this."""
LONGEST = 200  # characters of an address: Imgur's have fifty
NAMES: Mapping[Style, Text] = {
    Style.LINK: Text("Link"),
    Style.DIRECT: Text("Direct link"),
    Style.MARKDOWN: Text("Markdown"),
    Style.BBCODE: Text("BBCode"),
    Style.HTML: Text("HTML"),
}


def copy_view(item: Item, hidden: AbstractSet[str] = frozenset()) -> ui.LayoutView:
    """One item in every style that makes a difference for it."""
    source = source_of(item, hidden)
    styles = [style for style in Style if source.direct or style is not Style.DIRECT]
    return notice(Text("Copy"), *(_named(style, snippet(style, source)) for style in styles))


def links_views(
    items: Sequence[Item], hidden: AbstractSet[str], style: Style, owner: int, view: str
) -> list[ui.LayoutView]:
    """Several, line by line, in as many messages as they take, up to five; with a menu of the other styles."""
    blocks = list(_blocks([snippet(style, source_of(item, hidden)) for item in items]))
    parts = blocks[:MOST_MESSAGES]
    number = sum(block.count("\n") + 1 for block in parts)
    cut_off = None
    if len(blocks) > len(parts):
        cut_off = small(Text("These are the first {count}. Select fewer to copy the others.", count=number))
    menu = ActionSelect(
        "pick-copied",
        owner,
        view,
        options=[option(name, one.value, chosen=one is style) for one, name in NAMES.items()],
    )
    views = [
        _links_view(_heading(len(items), at, len(parts)), block, cut_off if at == len(parts) else None)
        for at, block in enumerate(parts, 1)
    ]
    first = next(part for part in views[0].children if isinstance(part, ui.Container))
    first.add_item(ui.ActionRow(menu))
    return views


def source_of(item: Item, hidden: AbstractSet[str]) -> Source:
    """An item as it is pasted elsewhere."""
    direct = media_url(item) if isinstance(item, Image) else None
    if direct and len(direct) > LONGEST:
        direct = None
    return Source(
        page=item.page_url,
        direct=direct,
        name=item.title or "",
        alt=item.description or item.title or "",
        is_film=is_video(item) or (direct or "").endswith(".mp4"),
        hidden=item.nsfw or item.id in hidden,
    )


def _named(style: Style, text: str) -> Markdown:
    return Markdown(f"{md(Text('**{name}**', name=NAMES[style]))}\n```\n{text}\n```")


def _heading(count: int, at: int, of: int) -> Said:
    links = Plural("{count} link", "{count} links", count)
    return links if of == 1 else Text("{links}: {number} of {all}", links=links, number=at, all=of)


def _links_view(title: Said, block: str, below: Said | None) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    text = shown(heading(title), Markdown(f"```\n{block}\n```"), below)
    view.add_item(ui.Container(text, accent_colour=COLOUR))
    return view


def _blocks(links: Sequence[str]) -> Iterator[str]:
    block = ""
    for link in links:
        if block and len(block) + 1 + len(link) > BLOCK:
            yield block
            block = ""
        block += f"\n{link}" if block else link
    yield block
