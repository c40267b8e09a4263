"""What a search of Imgur's public gallery looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Self, cast

from discord import ui

from cogs.gallery._views import LINE_TITLE, remarks
from cogs.ui.actions import ANYONE, ActionButton
from cogs.ui.item import ID_LIMIT, bare, cover, icon, linked, report_button
from cogs.ui.layout import COLOUR, Control, heading, notice, rows, shown
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import Said, for_everyone, joined, md, small
from imgur.models import GallerySort, Item, Window
from locales.text import Listed, Plural, Text, sentences
from services.library.page import PAGE_SIZE
from services.search import Hits, Search

QUERY_LIMIT = 100
SORTS = {"time": Text("newest first"), "viral": Text("popular now first"), "top": Text("best first")}
WINDOWS = {
    "day": Text("best first of the last day"),
    "week": Text("best first of the last week"),
    "month": Text("best first of the last month"),
    "year": Text("best first of the last year"),
    "all": Text("best first of all time"),
}


@dataclass(frozen=True, slots=True)
class Where:
    """A search, short enough for a custom_id: `view` is where its query is remembered."""

    sort: GallerySort
    window: Window
    view: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`. Raises ValueError for what it never gave."""
        sort, window, view = text.split(".")
        if sort not in SORTS or window not in WINDOWS:
            raise ValueError(text)
        return cls(cast("GallerySort", sort), cast("Window", window), view)

    def __str__(self) -> str:
        return f"{self.sort}.{self.window}.{self.view}"


@for_everyone
def hits_view(hits: Hits, search: Search, view: str, owner: int, *, shared: bool = False) -> ui.LayoutView:
    """Each hit with Favorite; on a shared message that is everyone's, for their own account.

    `view` is where the query is remembered. With ten hits, these are as many components as Discord takes.
    """
    if hits.is_nothing:
        return notice(
            Text("Nothing found on Imgur"),
            Text("Nothing in Imgur's public gallery goes by **{query}**.", query=plain(search.query, QUERY_LIMIT)),
            Text("Try fewer or other words. /imgur images and /imgur favorites look through what is your own."),
        )
    parts: list[ui.Item[Any]] = [shown(heading(_heading(search, owner, shared=shared)))]
    if pictures := [picture for item in hits.items for picture in cover(item, hits.hidden)]:
        parts.append(ui.MediaGallery(*pictures))
    parts += [_hit(line, item, owner, shared=shared) for line, item in _lines(hits)]
    parts += [shown(line) for line in _footer(hits)]
    parts += rows(list(_turns(hits, search, view, owner, shared=shared)))
    drawn = ui.LayoutView(timeout=None)
    drawn.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return drawn


@for_everyone
def found_view(
    hits: Hits, others: Hits, search: Search, view: str, owner: int, *, shared: bool = False, bare: bool = False
) -> ui.LayoutView:
    """`hits` for their owner, of which `others` are what everyone sees; `bare` without words and pictures."""
    seen = others if shared else hits
    return hits_view(bare_hits(seen) if bare else seen, search, view, owner, shared=shared)


def bare_hits(hits: Hits) -> Hits:
    """The hits without words and pictures: what Discord may have disliked."""
    return replace(hits, items=tuple(map(bare, hits.items)))


def _heading(search: Search, owner: int, *, shared: bool) -> Text:
    order = WINDOWS[search.window] if search.sort == "top" else SORTS[search.sort]
    found = Listed((plain(search.query, QUERY_LIMIT), order))
    if shared:
        return Text("{user} on Imgur: {found}", user=Markdown(f"<@{owner}>"), found=found)
    return Text("On Imgur: {found}", found=found)


def _lines(hits: Hits) -> Iterator[tuple[Markdown, Item]]:
    numbers = count(hits.page * PAGE_SIZE + 1)
    for item in hits.items:
        number = f"{next(numbers)}." if cover(item) else "•"
        line = Markdown(f"**{number}** {icon(item)} {linked(item, LINE_TITLE)}")
        yield joined(" · ", (line, *remarks(item))), item


def _hit(line: Markdown, item: Item, owner: int, *, shared: bool) -> ui.Item[Any]:
    if len(item.id) > ID_LIMIT:
        return shown(line)
    about = item.kind.value, item.id
    button = ActionButton("hit-favorite", ANYONE if shared else owner, *about, label=Text("Favorite"), emoji="⭐")
    return ui.Section(shown(line), accessory=button)


def _footer(hits: Hits) -> Iterator[Markdown]:
    """What is not to be seen. No page's number: they count by sixties, of which Imgur may show fewer."""
    if not hits.items and hits.next is None and not hits.mature:
        yield md(Text("*Nothing more was found.*"))
    elif not hits.items:
        why = _mature(hits) if hits.mature else Text("Nothing here can be shown.")
        more = md(sentences(why, Text("Go on to the next page.")))
        yield Markdown(f"*{more}*")
    elif hits.mature:
        yield small(_mature(hits))


def _mature(hits: Hits) -> Said:
    return Plural(
        "{count} hit is marked mature, and hidden here: only age-restricted channels show them.",
        "{count} hits are marked mature, and hidden here: only age-restricted channels show them.",
        hits.mature,
    )


def _turns(hits: Hits, search: Search, view: str, owner: int, *, shared: bool) -> Iterator[Control]:
    where = Where(search.sort, search.window, view)
    for slot, label, page, disabled in (
        ("previous", Text("Previous"), max(hits.page - 1, 0), hits.page == 0),
        ("next", Text("Next"), hits.page + 1 if hits.next is None else hits.next, hits.next is None),
        ("refresh", Text("Refresh"), hits.page, False),
    ):
        yield ActionButton("hits", owner, where, page, slot, label=label, disabled=disabled)
    if shared:
        yield report_button()
    elif hits.items:
        yield ActionButton("hits-share", owner, where, hits.page, label=Text("Share"))
