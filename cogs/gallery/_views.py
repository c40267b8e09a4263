"""What a gallery looks like. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import discord
from discord import ui

from cogs.gallery._ticks import tick_menu, tick_rows
from cogs.ui.actions import ActionButton, ActionSelect, fits
from cogs.ui.item import ID_LIMIT, alt, arrange_button, bare, cover, linked, noun, title
from cogs.ui.layout import COLOUR, Control, notice, plain, rows, worded
from cogs.ui.report import link_button
from errors import LinkBrokenError
from imgur.models import Album, Image, Item
from services.library.listing import nothing_found
from services.library.page import PAGE_SIZE, GalleryPage
from services.library.place import Place, Source
from services.messages import being_read, picture_count
from services.selection import Ticks
from services.text import cut
from services.views import MOST_SELECTED

LINE_TITLE = 80
QUERY_LIMIT = 80
AS_SEEN = "Until then, here is what was there when it was last looked at."
OPTION_LIMIT = 100
LONGEST_SLOT = "previous"
ONLY_THIS = "*Its id is longer than Discord's buttons can hold, so this page is all that can be shown here.*"
ICONS = {"Image": "🖼️", "Video": "🎞️", "Album": "📚"}
EMPTY = {
    Source.ACCOUNT: ("No pictures yet", "Upload the first one to your account with `/imgur upload`."),
    Source.ANONYMOUS: (
        "No uploads yet",
        "Upload a picture with `/imgur upload`; it needs no account. `/imgur link` shows what is in your own.",
    ),
    Source.ALBUM: ("This album is empty", "Put a picture into it with `/imgur upload` and its `album` option."),
    Source.FAVORITES: (
        "No favorites yet",
        "Press Favorite on a picture, or use `/imgur favorite` with a link from Imgur.",
    ),
    Source.ALBUMS: ("No albums yet", "Make the first one with `/imgur album create`."),
}
NOT_SENT = (
    "Imgur sent no picture of this album",
    "It says that {:,} are in it. Try again in a few minutes, or open it there.",
)


def gallery_view(
    page: GalleryPage,
    place: Place,
    owner: int,
    *,
    known: int = 0,
    shared: bool = False,
    ticks: Ticks | None = None,
) -> ui.LayoutView:
    """A page with its pictures, a list, a menu and buttons for turning pages.

    `known` is the last page that was known before; it counts while it is not known where the list ends. With `ticks`,
    the menu ticks instead of showing one, and there are buttons for what is ticked.
    """
    if not page.items and page.next is None and page.page == 0 and ticks is None:
        return _empty(page, place, owner, shared=shared)
    last = page.last_known if page.is_complete else max(page.last_known, known)
    parts: list[ui.Item[Any]] = list(_warnings(page, owner))
    parts.append(ui.TextDisplay(f"### {_heading(page, place, owner, shared=shared)}"))
    pictures = list(_pictures(page))
    if pictures:
        parts.append(ui.MediaGallery(*pictures))
    can_turn = fits("gallery", owner, place, last + 1, last + 1, LONGEST_SLOT)
    said = [*_lines(page, ticks), "", *([] if can_turn else [ONLY_THIS]), _footer(page, last, ticks)]
    parts.append(ui.TextDisplay("\n".join(said)))
    options = _options(page)
    turned = place, page.page, last
    if options and ticks is not None:
        parts.append(ui.ActionRow(tick_menu(ticks, owner, turned, options)))
    elif options:
        parts.append(ui.ActionRow(ActionSelect("item-show", owner, options=options, placeholder="Show one…")))
    if can_turn:
        parts += rows(list(_navigation(page, place, owner, last, ticks)))
    if ticks is not None:
        parts += tick_rows(ticks, owner, turned)
    elif not shared:
        parts += rows(list(_beside(page, owner, turned if options and can_turn else None)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def _beside(page: GalleryPage, owner: int, turned: tuple[Place, int, int] | None) -> Iterator[Control]:
    """What leads elsewhere; with `turned`, into the Select mode as well."""
    if turned is not None:
        yield ActionButton("pick", owner, *turned, label="Select…")
    if page.anonymous:
        yield _anonymous_button(page, owner)
    if page.album and page.is_mine and len(page.album.id) <= ID_LIMIT:
        yield arrange_button(page.album, owner, page.page)


def bare_page(page: GalleryPage) -> GalleryPage:
    """The page without users' words and without pictures: what Discord may have disliked in it."""
    album = page.album and replace(page.album, title=None, description=None)
    return replace(page, items=tuple(map(bare, page.items)), album=album)


def _warnings(page: GalleryPage, owner: int) -> Iterator[ui.Item[Any]]:
    if page.is_link_broken and (broken := worded(LinkBrokenError())):
        yield ui.TextDisplay(f"**{broken.title}.** {broken.text} Until then, here is what you uploaded without it.")
        yield ui.ActionRow(link_button(owner, "Link again"))
    if trouble := _trouble(page):
        yield ui.TextDisplay(f"{trouble} {AS_SEEN}")


def _empty(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> ui.LayoutView:
    heading, next_step = _nothing(page)
    can_turn = fits("gallery", owner, place, 0, 0, LONGEST_SLOT)
    controls: list[Control] = [_turn("Refresh", place, owner, 0, 0)] if can_turn else []
    if page.source is Source.ANONYMOUS:
        controls.append(link_button(owner))
    if page.anonymous and not shared:
        controls.append(_anonymous_button(page, owner))
    return notice(heading, next_step, _trouble(page), controls=controls)


def _trouble(page: GalleryPage) -> str:
    """What is not as on Imgur, or why nobody knows."""
    said = worded(page.trouble) if page.trouble else None
    return f"**{said.title}.** {said.text}" if said else ""


def _nothing(page: GalleryPage) -> tuple[str, str]:
    """A heading and a sentence about a list in which nothing is, or was found."""
    if page.album and not page.query and page.album.images_count > 0:
        return NOT_SENT[0], NOT_SENT[1].format(page.album.images_count)
    if not page.query:
        return EMPTY[page.source]
    said = worded(nothing_found(page.extent, page.read_at))
    return (said.title, said.text) if said else EMPTY[page.source]


def _heading(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> str:
    looked_for = f" · “{plain(page.query, QUERY_LIMIT)}”" if page.query else ""
    return _name(page, place, owner, shared=shared) + looked_for


def _name(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> str:
    if page.album:
        return f"Album: {title(page.album)}"
    whose = f"<@{owner}>: " if shared else "Your "
    return whose + {
        Source.FAVORITES: f"favorites, {place.sort} first",
        Source.ANONYMOUS: "anonymous uploads",
        Source.ALBUMS: "albums",
    }.get(page.source, "images")


def _pictures(page: GalleryPage) -> Iterator[discord.MediaGalleryItem]:
    for _, item in _numbered(page):
        for picture in cover(item, page.hidden):
            picture.spoiler = picture.spoiler or (page.album is not None and page.album.nsfw)
            yield picture


def _lines(page: GalleryPage, ticks: Ticks | None) -> Iterator[str]:
    ticked = ticks.keys if ticks else frozenset()
    for number, item in _numbered(page):
        tick = "✅ " if (item.kind.value, item.id) in ticked else ""
        words = f"**{number}** {tick}{ICONS[noun(item)]} {linked(item, LINE_TITLE)}"
        yield words + "".join(f" · {remark}" for remark in remarks(item))
    if not page.items and page.next is None and page.page == 0:
        yield f"*{_nothing(page)[0]}.*"
    elif not page.items:
        yield "*Nothing on this page could be read. Go on to the next one.*"


def remarks(item: Item) -> Iterator[str]:
    """What is said of an item in a list, beside its title."""
    if isinstance(item, Album) and item.images_count:
        yield picture_count(item.images_count)
    if isinstance(item, Album) and item.privacy:
        yield plain(item.privacy, 40)
    if item.nsfw:
        yield "marked mature"
    if isinstance(item, Image) and item.processing:
        yield "*still being processed*"
    elif not cover(item):
        yield "*no preview*"


def _numbered(page: GalleryPage) -> Iterator[tuple[str, Item]]:
    """The items with the numbers of their pictures; one that has no picture to count has no number."""
    numbers = count(page.page * PAGE_SIZE + 1)
    for item in page.items:
        yield f"{next(numbers)}." if cover(item) else "•", item


def _footer(page: GalleryPage, last: int, ticks: Ticks | None) -> str:
    of = f"{last + 1:,}" if page.is_complete else f"at least {last + 1:,}"
    word = "found" if page.query else "in all"
    total = f" · {page.total:,} {word}" if page.total is not None else ""
    if page.album and not page.query and page.total is not None and page.album.images_count > page.total:
        total = f" · {page.total:,} of {page.album.images_count:,} came from Imgur"
    if page.extent:
        read = being_read(page.extent.known, page.extent.expected, page.extent.seconds)
        total = f"{total} among the {page.extent.known:,} read so far" if page.query else f" · {read}"
    most = f", no more than {MOST_SELECTED:,} fit" if ticks and len(ticks.items) >= MOST_SELECTED else ""
    selected = f"**{len(ticks.items):,} selected**{most} · " if ticks else ""
    return f"-# {selected}Page {page.page + 1:,} of {of}{total}"


def _options(page: GalleryPage) -> list[discord.SelectOption]:
    """Each item once; those that are called the same are told apart by id and day."""
    items = {f"{item.kind.value}:{item.id}": (n, item) for n, item in _numbered(page) if len(item.id) <= ID_LIMIT}
    shared = Counter(alt(item) for _, item in items.values())
    return [
        discord.SelectOption(
            label=cut(f"{number} {noun(item)}: {alt(item)}", OPTION_LIMIT),
            value=value,
            description=_told_apart(item) if shared[alt(item)] > 1 else None,
        )
        for value, (number, item) in items.items()
    ]


def _told_apart(item: Item) -> str:
    return f"{item.id} · {item.created:%Y-%m-%d}" if item.created else item.id


def _navigation(page: GalleryPage, place: Place, owner: int, last: int, ticks: Ticks | None) -> Iterator[Control]:
    turn = partial(_turn, ticks=ticks)
    following = page.page if page.next is None else page.next
    first, ended = page.page == 0, page.next is None
    if first and ended and not last:
        yield turn("Refresh", place, owner, 0, 0)
        return
    yield turn("First", place, owner, 0, last, disabled=first)
    yield turn("Previous", place, owner, max(page.page - 1, 0), last, disabled=first)
    yield turn("Next", place, owner, following, last, disabled=ended)
    label = "Last" if page.is_complete else "Last known"
    yield turn(label, place, owner, last, last, disabled=last <= page.page)
    yield turn("Refresh", place, owner, page.page, last)


def _turn(
    label: str,
    place: Place,
    owner: int,
    page: int,
    known: int,
    *,
    disabled: bool = False,
    ticks: Ticks | None = None,
) -> ActionButton:
    """A button that turns to a page. Its first word goes along: Discord refuses two buttons of one custom_id."""
    slot = label.partition(" ")[0].lower()
    name, where = ("gallery", place) if ticks is None else ("picked", ticks.view)
    return ActionButton(name, owner, where, page, known, slot, label=label, disabled=disabled)


def _anonymous_button(page: GalleryPage, owner: int) -> ActionButton:
    label = f"Anonymous uploads ({page.anonymous:,})"
    return _turn(label, Place(Source.ANONYMOUS, view=page.view), owner, 0, 0)
