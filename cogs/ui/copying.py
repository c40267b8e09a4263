"""What is to be copied, in code blocks: where the mouse stands over one, Discord offers to. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from discord import ui

from cogs.ui.actions import ActionSelect, option
from cogs.ui.item import is_video, media_url
from cogs.ui.layout import COLOUR, heading, notice, shown
from cogs.ui.markdown import Markdown
from cogs.ui.words import bold, small
from imgur.models import Image, Item
from locales.text import Plural, Text
from services.snippets import Source, Style, snippet
from services.text import units

BLOCK = 3700  # units of links in one message, which holds 4,000 in all
FILE = "links.txt"
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


def lines_of(items: Iterable[Item], hidden: AbstractSet[str], style: Style) -> list[str]:
    """Several in one style, each on a line of its own."""
    return [snippet(style, source_of(item, hidden)) for item in items]


def links_view(links: Sequence[str], style: Style, owner: int, view: str) -> ui.LayoutView:
    """As many of these lines as a message holds, with a menu of the other styles; where that is not all, a file."""
    block = _first(links)
    shown_here, below = block.count("\n") + 1, None
    if shown_here < len(links):
        below = small(Text("These are the first {count}; all of them are in the file.", count=shown_here))
    menu = ActionSelect(
        "pick-copied",
        owner,
        view,
        options=[option(name, one.value, chosen=one is style) for one, name in NAMES.items()],
    )
    count = Plural("{count} link", "{count} links", len(links))
    text = shown(heading(count), Markdown(f"```\n{block}\n```"), below)
    drawn = ui.LayoutView(timeout=None)
    drawn.add_item(ui.Container(text, ui.ActionRow(menu), accent_colour=COLOUR))
    for name in links_file(links):
        drawn.add_item(ui.File(f"attachment://{name}"))
    return drawn


def links_file(links: Sequence[str]) -> Mapping[str, bytes]:
    """The file that goes with `links_view`: none where the message holds all of them."""
    return {} if _first(links).count("\n") + 1 == len(links) else {FILE: "\n".join(links).encode()}


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
    return Markdown(f"{bold(NAMES[style])}\n```\n{text}\n```")


def _first(links: Sequence[str]) -> str:
    """As many as a message holds, one at least."""
    block = links[0]
    for link in links[1:]:
        if units(block) + 1 + units(link) > BLOCK:
            break
        block += f"\n{link}"
    return block
