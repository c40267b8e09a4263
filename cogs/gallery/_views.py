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
from cogs.ui.actions import ANYONE, ActionButton, ActionSelect, fits, option
from cogs.ui.adopt import adopt_button
from cogs.ui.expiry import expiry_mark
from cogs.ui.item import ID_LIMIT, alt, arrange_button, bare, cover, icon, linked, noun, privacy, report_button, title
from cogs.ui.layout import COLOUR, Control, heading, notice, rows, shown, trouble
from cogs.ui.markdown import Markdown, plain
from cogs.ui.report import link_button
from cogs.ui.words import Said, for_everyone, joined, md, small
from errors import LinkBrokenError
from imgur.models import Album, Image, Item
from locales.text import Joined, Text
from services.library.listing import nothing_found
from services.library.page import PAGE_SIZE, GalleryPage
from services.library.place import Place, Source
from services.messages import words
from services.selection import Ticks
from services.views import MOST_SELECTED
from services.words import Words
from services.words.waiting import being_read, picture_count

LINE_TITLE = 80
QUERY_LIMIT = 80
AS_SEEN = Text("Until then, here is what was there when it was last looked at.")
LONGEST_SLOT = "previous"
_TURNS = {
    "first": Text("First"),
    "previous": Text("Previous"),
    "next": Text("Next"),
    "last": Text("Last"),
    "refresh": Text("Refresh"),
}
ONLY_THIS = Text("Its id is longer than Discord's buttons can hold, so this page is all that can be shown here.")
EMPTY = {
    Source.ACCOUNT: Words(Text("No pictures yet"), Text("Upload the first one to your account with /imgur upload.")),
    Source.ANONYMOUS: Words(
        Text("No uploads yet"),
        Text("Upload a picture with /imgur upload; it needs no account. /imgur link shows what is in your own."),
    ),
    Source.ALBUM: Words(
        Text("This album is empty"), Text("Put a picture into it with /imgur upload and its `album` option.")
    ),
    Source.FAVORITES: Words(
        Text("No favorites yet"), Text("Press Favorite on a picture, or use /imgur favorite with a link from Imgur.")
    ),
    Source.ALBUMS: Words(Text("No albums yet"), Text("Make the first one with /imgur album create.")),
}


@for_everyone
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
    parts.append(shown(heading(_heading(page, place, owner, shared=shared))))
    pictures = list(_pictures(page))
    if pictures:
        parts.append(ui.MediaGallery(*pictures))
    can_turn = fits("gallery", owner, place, last + 1, last + 1, LONGEST_SLOT)
    only = None if can_turn else Markdown(f"*{md(ONLY_THIS)}*\n")
    below = joined("", (only, _footer(page, last, ticks)))
    parts.append(shown(*_lines(page, ticks, shared=shared), Markdown(f"\n{below}"), between="\n"))
    options = _options(page)
    turned = place, page.page, last
    if options and ticks is not None:
        parts.append(ui.ActionRow(tick_menu(ticks, owner, turned, options)))
    elif options:
        presser = ANYONE if shared else owner
        parts.append(ui.ActionRow(ActionSelect("item-show", presser, options=options, placeholder=Text("Show one…"))))
    if can_turn:
        parts += rows(list(_navigation(page, place, owner, last, ticks)))
    if ticks is not None:
        parts += tick_rows(ticks, owner, turned)
    elif shared:
        parts += rows([report_button()])
    else:
        parts += rows(list(_beside(page, owner, turned if options and can_turn else None)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def _beside(page: GalleryPage, owner: int, turned: tuple[Place, int, int] | None) -> Iterator[Control]:
    """What leads elsewhere; with `turned`, into the Select mode as well."""
    if turned is not None:
        yield ActionButton("pick", owner, *turned, label=Text("Select…"))
        yield ActionButton("gallery-share", owner, *turned[:2], label=Text("Share"))
    if page.anonymous:
        yield _anonymous_button(page, owner)
        yield adopt_button(owner)
    if page.album and page.is_mine and len(page.album.id) <= ID_LIMIT:
        yield arrange_button(page.album, owner, page.page)


def bare_page(page: GalleryPage) -> GalleryPage:
    """The page without users' words and without pictures: what Discord may have disliked in it."""
    album = page.album and replace(page.album, title=None, description=None)
    return replace(page, items=tuple(map(bare, page.items)), album=album)


def _warnings(page: GalleryPage, owner: int) -> Iterator[ui.Item[Any]]:
    if page.is_link_broken:
        without = Text("Until then, here is what you uploaded without it.")
        yield shown(trouble(LinkBrokenError()), without, between=" ")
        yield ui.ActionRow(link_button(owner, Text("Link again")))
    if said := trouble(page.trouble):
        yield shown(said, AS_SEEN, between=" ")


def _empty(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> ui.LayoutView:
    nothing = _nothing(page)
    can_turn = fits("gallery", owner, place, 0, 0, LONGEST_SLOT)
    controls: list[Control] = [_turn("refresh", place, owner, 0, 0)] if can_turn else []
    if page.source is Source.ANONYMOUS:
        controls.append(link_button(owner))
    if page.anonymous and not shared:
        controls += [_anonymous_button(page, owner), adopt_button(owner)]
    return notice(nothing.title, nothing.text, trouble(page.trouble), controls=controls)


def _nothing(page: GalleryPage) -> Words:
    """What is said of a list in which nothing is, or was found."""
    if page.album and not page.query and page.album.images_count > 0:
        there = Text(
            "It says that {count} are in it. Try again in a few minutes, or open it there.",
            count=page.album.images_count,
        )
        return Words(Text("Imgur sent no picture of this album"), there)
    if not page.query:
        return EMPTY[page.source]
    return words(nothing_found(page.extent, page.read_at)) or EMPTY[page.source]


def _heading(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> Said:
    looked_for = Text("“{query}”", query=plain(page.query, QUERY_LIMIT)) if page.query else None
    return joined(" · ", (_name(page, place, owner, shared=shared), looked_for))


def _name(page: GalleryPage, place: Place, owner: int, *, shared: bool) -> Text:
    """Whose list it is, and which."""
    if page.album:
        return Text("Album: {album}", album=title(page.album))
    user = Markdown(f"<@{owner}>")
    match page.source, place.sort:
        case Source.FAVORITES, "oldest":
            own, theirs = Text("Your favorites, oldest first"), Text("{user}: favorites, oldest first", user=user)
        case Source.FAVORITES, _:
            own, theirs = Text("Your favorites, newest first"), Text("{user}: favorites, newest first", user=user)
        case Source.ANONYMOUS, _:
            own, theirs = Text("Your anonymous uploads"), Text("{user}: anonymous uploads", user=user)
        case Source.ALBUMS, _:
            own, theirs = Text("Your albums"), Text("{user}: albums", user=user)
        case _:
            own, theirs = Text("Your images"), Text("{user}: images", user=user)
    return theirs if shared else own


def _pictures(page: GalleryPage) -> Iterator[discord.MediaGalleryItem]:
    for _, item in _numbered(page):
        for picture in cover(item, page.hidden):
            picture.spoiler = picture.spoiler or (page.album is not None and page.album.nsfw)
            yield picture


def _lines(page: GalleryPage, ticks: Ticks | None, *, shared: bool) -> Iterator[Markdown]:
    ticked = ticks.keys if ticks else frozenset()
    for number, item in _numbered(page):
        tick = "✅ " if (item.kind.value, item.id) in ticked else ""
        line = Markdown(f"**{number}** {tick}{icon(item)} {linked(item, LINE_TITLE)}")
        yield joined(" · ", (line, *remarks(item), expiry_mark(page.expiries.get(item.id), shared=shared)))
    if not page.items and page.next is None and page.page == 0:
        yield md(Text("*{title}.*", title=_nothing(page).title))
    elif not page.items:
        yield md(Text("*Nothing on this page could be read. Go on to the next one.*"))


def remarks(item: Item) -> Iterator[Said | None]:
    """What is said of an item in a list, beside its title."""
    if isinstance(item, Album) and item.images_count:
        yield picture_count(item.images_count)
    if isinstance(item, Album):
        yield privacy(item)
    if item.nsfw:
        yield Text("marked mature")
    if isinstance(item, Image) and item.processing:
        yield Text("*still being processed*")
    elif not cover(item):
        yield Text("*no preview*")


def _numbered(page: GalleryPage) -> Iterator[tuple[str, Item]]:
    """The items with the numbers of their pictures; one that has no picture to count has no number."""
    numbers = count(page.page * PAGE_SIZE + 1)
    for item in page.items:
        yield f"{next(numbers)}." if cover(item) else "•", item


def _footer(page: GalleryPage, last: int, ticks: Ticks | None) -> Markdown:
    where = Text("Page {page} of at least {last}", page=page.page + 1, last=last + 1)
    if page.is_complete:
        where = Text("Page {page} of {last}", page=page.page + 1, last=last + 1)
    if page.extent and page.query and page.total is None:
        where = Text("{page} among the {known} read so far", page=where, known=page.extent.known)
    return small(joined(" · ", (_selected(ticks), where, _total(page))))


def _selected(ticks: Ticks | None) -> Said | None:
    if not ticks:
        return None
    selected = Text("**{count} selected**", count=len(ticks.items))
    if len(ticks.items) < MOST_SELECTED:
        return selected
    return Text("{selected}, no more than {most} fit", selected=selected, most=MOST_SELECTED)


def _total(page: GalleryPage) -> Said | None:
    """How many there are, or were found, as far as that is known."""
    extent, total = page.extent, page.total
    if extent and not page.query:
        return being_read(extent.known, extent.expected, extent.seconds)
    if total is None:
        return None
    if extent:
        return Text("{count} found among the {known} read so far", count=total, known=extent.known)
    if page.query:
        return Text("{count} found", count=total)
    if page.album and page.album.images_count > total:
        return Text("{count} of {all} came from Imgur", count=total, all=page.album.images_count)
    return Text("{count} in all", count=total)


def _options(page: GalleryPage) -> list[discord.SelectOption]:
    """Each item once; those that are called the same are told apart by id and day.

    That the name comes last, behind a colon, is not left to a language: it is read again (`SelectionService.tick`).
    """
    items = {f"{item.kind.value}:{item.id}": (n, item) for n, item in _numbered(page) if len(item.id) <= ID_LIMIT}
    shared = Counter(alt(item) for _, item in items.values())
    return [
        option(
            Joined((Joined((number, noun(item))), alt(item)), ": "),
            value,
            Markdown(_told_apart(item)) if shared[alt(item)] > 1 else None,
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
        yield turn("refresh", place, owner, 0, 0)
        return
    yield turn("first", place, owner, 0, last, disabled=first)
    yield turn("previous", place, owner, max(page.page - 1, 0), last, disabled=first)
    yield turn("next", place, owner, following, last, disabled=ended)
    known = None if page.is_complete else Text("Last known")
    yield turn("last", place, owner, last, last, label=known, disabled=last <= page.page)
    yield turn("refresh", place, owner, page.page, last)


def _turn(
    slot: str,
    place: Place,
    owner: int,
    page: int,
    known: int,
    *,
    label: Text | None = None,
    disabled: bool = False,
    ticks: Ticks | None = None,
) -> ActionButton:
    """A button that turns to a page. Its slot goes along: Discord refuses two buttons of one custom_id."""
    name, where = ("gallery", place) if ticks is None else ("picked", ticks.view)
    return ActionButton(name, owner, where, page, known, slot, label=label or _TURNS[slot], disabled=disabled)


def _anonymous_button(page: GalleryPage, owner: int) -> ActionButton:
    label = Text("Anonymous uploads ({count})", count=page.anonymous)
    return _turn("anonymous", Place(Source.ANONYMOUS, view=page.view), owner, 0, 0, label=label)
