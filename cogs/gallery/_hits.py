"""What a search of Imgur's public gallery looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Self, cast

from discord import ui

from cogs.gallery._views import ICONS, LINE_TITLE, remarks
from cogs.ui.actions import ANYONE, ActionButton
from cogs.ui.item import ID_LIMIT, bare, cover, linked, noun
from cogs.ui.layout import COLOUR, Control, notice, plain, rows
from imgur.models import GallerySort, Item, Window
from services.library.page import PAGE_SIZE
from services.search import Hits, Search

QUERY_LIMIT = 100
SORTS = (("time", "newest first"), ("viral", "popular now first"), ("top", "best first"))
WINDOWS = (
    ("day", "of the last day"),
    ("week", "of the last week"),
    ("month", "of the last month"),
    ("year", "of the last year"),
    ("all", "of all time"),
)


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
        if sort not in dict(SORTS) or window not in dict(WINDOWS):
            raise ValueError(text)
        return cls(cast("GallerySort", sort), cast("Window", window), view)

    def __str__(self) -> str:
        return f"{self.sort}.{self.window}.{self.view}"


def hits_view(hits: Hits, search: Search, view: str, owner: int, *, shared: bool = False) -> ui.LayoutView:
    """Each hit with Favorite; on a shared message that is everyone's, for their own account.

    `view` is where the query is remembered. With ten hits, these are as many components as Discord takes.
    """
    if hits.is_nothing:
        return notice(
            "Nothing found on Imgur",
            f"Nothing in Imgur's public gallery goes by **{plain(search.query, QUERY_LIMIT)}**.",
            "Try fewer or other words. `/imgur images` and `/imgur favorites` look through what is your own.",
        )
    parts: list[ui.Item[Any]] = [ui.TextDisplay(f"### {_heading(search, owner, shared=shared)}")]
    if pictures := [picture for item in hits.items for picture in cover(item, hits.hidden)]:
        parts.append(ui.MediaGallery(*pictures))
    parts += [_hit(words, item, owner, shared=shared) for words, item in _lines(hits)]
    parts += [ui.TextDisplay(words) for words in _footer(hits)]
    parts += rows(list(_turns(hits, search, view, owner)))
    drawn = ui.LayoutView(timeout=None)
    drawn.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return drawn


def bare_hits(hits: Hits) -> Hits:
    """The hits without words and pictures: what Discord may have disliked."""
    return replace(hits, items=tuple(map(bare, hits.items)))


def _heading(search: Search, owner: int, *, shared: bool) -> str:
    window = f" {dict(WINDOWS)[search.window]}" if search.sort == "top" else ""
    found = f"<@{owner}> on Imgur" if shared else "On Imgur"
    return f"{found}: {plain(search.query, QUERY_LIMIT)}, {dict(SORTS)[search.sort]}{window}"


def _lines(hits: Hits) -> Iterator[tuple[str, Item]]:
    numbers = count(hits.page * PAGE_SIZE + 1)
    for item in hits.items:
        number = f"{next(numbers)}." if cover(item) else "•"
        words = f"**{number}** {ICONS[noun(item)]} {linked(item, LINE_TITLE)}"
        yield words + "".join(f" · {remark}" for remark in remarks(item)), item


def _hit(words: str, item: Item, owner: int, *, shared: bool) -> ui.Item[Any]:
    if len(item.id) > ID_LIMIT:
        return ui.TextDisplay(words)
    about = item.kind.value, item.id
    button = ActionButton("hit-favorite", ANYONE if shared else owner, *about, label="Favorite", emoji="⭐")
    return ui.Section(ui.TextDisplay(words), accessory=button)


def _footer(hits: Hits) -> Iterator[str]:
    """What is not to be seen. No page's number: they count by sixties, of which Imgur may show fewer."""
    if not hits.items and hits.next is None and not hits.mature:
        yield "*Nothing more was found.*"
    elif not hits.items:
        yield f"*{_mature(hits) if hits.mature else 'Nothing here can be shown.'} Go on to the next page.*"
    elif hits.mature:
        yield f"-# {_mature(hits)}"


def _mature(hits: Hits) -> str:
    many = f"{hits.mature:,} hits are" if hits.mature > 1 else "1 hit is"
    return f"{many} marked mature, and hidden here: only age-restricted channels show them."


def _turns(hits: Hits, search: Search, view: str, owner: int) -> Iterator[Control]:
    for label, page, disabled in (
        ("Previous", max(hits.page - 1, 0), hits.page == 0),
        ("Next", hits.page + 1 if hits.next is None else hits.next, hits.next is None),
        ("Refresh", hits.page, False),
    ):
        where = Where(search.sort, search.window, view)
        yield ActionButton("hits", owner, where, page, label.lower(), label=label, disabled=disabled)
