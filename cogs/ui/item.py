"""One image or album as it is shown. Pure functions: nothing here talks to Discord or Imgur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.ui.actions import ANYONE, ActionButton, ActionSelect, option
from cogs.ui.audience import is_covered, is_withheld
from cogs.ui.expiry import expiry_buttons, expiry_line
from cogs.ui.layout import COLOUR, Control, heading, link_to, rows, shown
from cogs.ui.mark import mark_lines
from cogs.ui.markdown import Markdown, plain, prose
from cogs.ui.words import Said, for_everyone, joined, label, md, small
from imgur.models import DESCRIPTION_LIMIT, Album, Image, Item
from locales.text import Moment, Plural, Size, Text
from services.expiry import Expiry
from services.library.ability import Abilities, Ability
from services.mark import Mark
from services.text import line, units
from services.words.waiting import picture_count

GALLERY_LIMIT = 10
ALT_LIMIT = 256
ID_LIMIT = 28  # a longer id does not fit into every custom_id; Imgur's have 5 or 7 characters
SMALL_GIF = 2_000_000  # up to this, it may move in a list
LARGE_GIF = 20_000_000  # above this, an image's `link` is a still of the animation
OPEN = "open"
"""Said with Share, and with Edit where others see it, where `vouched` is meant."""
UNDESCRIBED = "alt"
"""Opens the form as Edit does: Discord takes no two buttons that say the same."""
PREVIEW = "l"
"""Imgur's letter for a copy of up to 640 pixels on a side."""
SHOWABLE = re.compile(r"https?://[!-~]{1,500}")  # Discord refuses a whole message for one odd address
FLAT = re.compile(r"[^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)*+")
ROUND = str.maketrans("[]", "()")
PRIVACY = {"public": Text("public"), "hidden": Text("hidden"), "secret": Text("secret")}


@for_everyone
def item_view(
    item: Item,
    *,
    owner: int,
    can: Abilities,
    above: Said | None = None,
    shared: bool = False,
    hidden: bool = False,
    spoilers: AbstractSet[str] = frozenset(),
    described: str | None = None,
    vouched: bool = False,
    mark: Mark | None = None,
    beside: Sequence[Control] = (),
    expiry: Expiry | None = None,
) -> ui.LayoutView:
    """An item with its facts and the buttons for what `owner` may do; `above` stands above its title.

    On a shared message everyone may press Favorite and Copy, for themselves; the other buttons stay the owner's.
    What is `hidden` is shown as a spoiler; while there is no picture to show, all of it is, so that `is_hidden` knows.
    So is what is among the ids of `spoilers`: the image itself, or some of an album's.
    `described` says what an image shows, for those who do not see it, where something better than its title is known.
    With `vouched`, whoever shares it has just said whether it is a spoiler: what Imgur does not say matters to nothing.
    `mark` is what `owner` noted on it, which is not for others: never give one for a shared message.
    What is `beside` the buttons stands below them. `expiry` is when `owner` has it deleted.
    """
    parts: list[ui.Item[Any]] = []
    if above:
        parts.append(shown(above))
    parts.append(shown(heading(title(item))))
    hidden = hidden or item.id in spoilers
    pictures = media(item, hidden=hidden, spoilers=spoilers, vouched=vouched)
    if pictures:
        pictures[0].description = line(described, ALT_LIMIT) or pictures[0].description
        parts.append(ui.MediaGallery(*pictures))
    dated = None if expiry is None else expiry_line(expiry, shared=shared)
    parts.append(shown(*_lines(item, is_shown=bool(pictures), mark=mark or Mark()), dated, between="\n"))
    below = list(beside)
    if expiry is not None and not shared and len(item.id) <= ID_LIMIT:
        below += expiry_buttons(expiry, owner)
    parts += rows([link_button(item), *_buttons(item, owner, can, shared=shared, vouched=vouched)]) + rows(below)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR, spoiler=hidden and not pictures))
    return view


def is_hidden(message: discord.Message | None) -> bool:
    """Whether an item's message shows it as a spoiler: what replaces that message, or is asked about it, does too."""
    for container in message.components if message else ():
        if isinstance(container, discord.Container):
            pictures = [part for part in container.children if isinstance(part, discord.MediaGalleryComponent)]
            return container.spoiler or bool(pictures and all(item.spoiler for item in pictures[0].items))
    return False


def is_vouched(message: discord.Message | None) -> bool:
    """Whether who uploaded an item said how it may be shown: its buttons remember that, as `is_hidden` does a spoiler.

    That a picture stands open in the message says nothing of it: its reader may be alone, or the channel marked.
    """
    return any(id_.endswith(f":{OPEN}") for id_ in _custom_ids(message.components if message else ()))


def _custom_ids(parts: Iterable[discord.Component]) -> Iterator[str]:
    for part in parts:
        yield getattr(part, "custom_id", None) or ""
        yield from _custom_ids(getattr(part, "children", ()))


def bare(item: Item) -> Item:
    """The item without users' words and without pictures: what Discord may have disliked in it."""
    if isinstance(item, Album):
        count = item.images_count or len(item.images)
        return replace(item, title=None, description=None, cover=None, images=(), images_count=count)
    return bare_image(item)


def bare_image(image: Image) -> Image:
    """The same of an image."""
    return replace(image, title=None, description=None, link=None, mp4=None, gifv=None)


def title(item: Item, limit: int = 200) -> Markdown:
    """What to call an item: its title, else what it is and its id."""
    return plain(item.title, limit) or md(untitled(item))


def untitled(item: Item) -> Text:
    """What an item is called that has no title."""
    if isinstance(item, Album):
        return Text("Album {id}", id=item.id)
    return Text("Video {id}", id=item.id) if is_video(item) else Text("Image {id}", id=item.id)


def linked(item: Item, limit: int = 200) -> Markdown:
    """The same as a link to the item's page. Brackets inside of a link have to be in pairs, side by side."""
    words = item.title or ""
    if not FLAT.fullmatch(words):
        words = words.translate(ROUND)
    return Markdown(f"[{title(replace(item, title=words), limit)}]({item.page_url})")


def link_button(item: Item) -> Control:
    """Opens the item's page on Imgur."""
    return link_to(Text("Open on Imgur"), item.page_url)


def report_button() -> Control:
    """Lets anyone who sees a shared message say that something is wrong with it."""
    return ActionButton("shared-report", ANYONE, label=Text("Report…"))


def alt_menu(names: Sequence[tuple[str, Said]], owner: int) -> ui.ActionRow[ui.LayoutView]:
    """Which of several to say something about that have no alt text: ids, and what they are called."""
    options = [option(name, image_id) for image_id, name in names]
    return ui.ActionRow(ActionSelect("item-describe", owner, options=options, placeholder=Text("Add alt text to one…")))


def arrange_button(album: Album, owner: int, page: int = 0) -> Control:
    """Opens the choice of an own album's cover and of what comes first in it."""
    return ActionButton("album-arrange", owner, album.id, page, label=Text("Cover and order"))


def media(
    item: Item, *, hidden: bool = False, spoilers: AbstractSet[str] = frozenset(), vouched: bool = False
) -> list[discord.MediaGalleryItem]:
    """The pictures of an item that Discord can show here: the image itself, or an album's cover and up to nine more."""
    if is_withheld(item):
        return []
    if isinstance(item, Image):
        hidden = hidden or item.id in spoilers or is_covered(item, vouched=vouched)
        return [_picture(item, media_url(item), hidden=hidden)] if media_url(item) else []
    vouched = vouched or item.harmless
    hidden = hidden or (item.nsfw and is_covered(item))
    covered = sorted(item.images, key=lambda image: image.id != item.cover)
    pictures = [
        _picture(image, preview_url(image), hidden=hidden or image.id in spoilers or is_covered(image, vouched=vouched))
        for image in covered
        if media_url(image) and not is_withheld(image)
    ]
    if pictures or any(map(is_withheld, item.images)):
        return pictures[:GALLERY_LIMIT]
    return _named_cover(item, hidden=hidden or item.cover in spoilers or is_covered(item, vouched=vouched))


def cover(
    item: Item, spoilers: AbstractSet[str] = frozenset(), *, hidden: bool = False, vouched: bool = False
) -> list[discord.MediaGalleryItem]:
    """The one picture that stands for an item in a list, small; none where there is no usable one."""
    found = media(item, hidden=hidden, spoilers=spoilers, vouched=vouched)[:1]
    if found and isinstance(item, Image):
        return [discord.MediaGalleryItem(preview_url(item), description=found[0].description, spoiler=found[0].spoiler)]
    return found


def media_url(image: Image) -> str | None:
    """The address under which Discord can show an image; None while it is processed or without a usable link."""
    if image.processing:
        return None
    film = (image.mime_type or "").startswith("video/") or (image.animated and image.size > LARGE_GIF)
    url = (image.mp4 or image.link) if film else image.link
    return url if url and SHOWABLE.fullmatch(url) else None


def preview_url(image: Image) -> str:
    """The address of a small copy, a still, which Discord has at once where the whole would take it long.

    The whole picture's where that is a small animation, or where Imgur has no copy under the image's own name.
    """
    whole = media_url(image) or ""
    if image.animated and 0 < image.size <= SMALL_GIF:
        return whole
    return re.sub(rf"/{image.id}\.\w+(?:\?.*)?\Z", f"/{image.id}{PREVIEW}.jpg", whole)


def alt(item: Item) -> str:
    """Words that tell an item from others; not markdown."""
    return line(item.title, ALT_LIMIT) or line(item.description, ALT_LIMIT) or label(untitled(item), ALT_LIMIT)


def described(item: Item) -> str:
    """Words for those who do not see the picture, of which a description says more than a title; not markdown."""
    return line(item.description, ALT_LIMIT) or alt(item)


def facts(item: Item) -> Markdown:
    """What is known about an item, in one line."""
    known = _album_facts(item) if isinstance(item, Album) else _image_facts(item)
    day = md(Moment(item.created, "d")) if item.created else None
    return joined(" · ", (*known, Text("marked mature") if item.nsfw else None, day))


def noun(item: Item) -> Text:
    """What an item is, in a word."""
    if isinstance(item, Album):
        return Text("Album")
    return Text("Video") if is_video(item) else Text("Image")


def icon(item: Item) -> str:
    """The same as a sign."""
    if isinstance(item, Album):
        return "📚"
    return "🎞️" if is_video(item) else "🖼️"


def is_video(item: Item) -> bool:
    """Whether it moves and may have sound."""
    return isinstance(item, Image) and (item.mime_type or "").startswith("video/")


def privacy(album: Album) -> Said | None:
    """Who sees an album, in a word; as Imgur says it where that is none that we know."""
    return PRIVACY.get(album.privacy or "") or plain(album.privacy, 40) or None


def _named_cover(album: Album, *, hidden: bool) -> list[discord.MediaGalleryItem]:
    """Lists tell an album's cover by its id alone."""
    if not (album.cover and album.cover.isascii() and album.cover.isalnum()):
        return []
    url = f"https://i.imgur.com/{album.cover}h.jpg"
    return [discord.MediaGalleryItem(url, description=described(album), spoiler=hidden)]


def _picture(image: Image, url: str | None, *, hidden: bool) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(url or "", description=described(image), spoiler=hidden)


def _lines(item: Item, *, is_shown: bool, mark: Mark) -> Iterator[Said]:
    if not is_shown:
        yield Markdown(f"*{md(_placeholder(item))}*")
    description = prose(item.description, DESCRIPTION_LIMIT)
    if description:
        yield Markdown(f"{description}\n")
    yield from mark_lines(mark, units(description))
    yield small(facts(item))
    yield small(Markdown(item.page_url))
    if len(item.id) > ID_LIMIT:
        yield small(Text("Its id is longer than Discord's buttons can hold; commands take it."))


def _placeholder(item: Item) -> Text:
    if isinstance(item, Album):
        return Text("There is no picture in it that could be shown here.")
    if item.processing:
        return Text("Imgur is still processing this. It will be there in a moment; until then, open it on Imgur.")
    return Text("This cannot be shown here. Open it on Imgur.")


def _image_facts(image: Image) -> Iterator[Said | None]:
    yield plain((image.mime_type or "").rpartition("/")[2].upper(), 40) or Text("Image")
    yield md(Size(image.size)) if image.size else None
    if image.width and image.height:
        yield Text("{width} x {height}", width=str(image.width), height=str(image.height))
    yield Plural("{count} view", "{count} views", image.views)


def _album_facts(album: Album) -> Iterator[Said | None]:
    count = album.images_count or len(album.images)
    yield Text("Album")
    yield picture_count(count) if count else None
    yield privacy(album)
    yield Plural("{count} view", "{count} views", album.views)


def _buttons(item: Item, owner: int, can: Abilities, *, shared: bool, vouched: bool) -> Iterator[Control]:
    about = item.kind.value, item.id
    if len(item.id) > ID_LIMIT:
        return
    if Ability.EDIT in can:
        yield ActionButton("item-edit", owner, *about, *([OPEN] if vouched and shared else []), label=Text("Edit"))
    if shared:
        yield ActionButton("item-favorite", ANYONE, *about, label=Text("Favorite"), emoji="⭐")
    elif Ability.FAVORITE in can:
        yield ActionButton("item-favorite", owner, *about, label=Text("Favorite"), emoji="⭐")
    elif Ability.UNFAVORITE in can:
        yield ActionButton("item-unfavorite", owner, *about, label=Text("Unfavorite"))
    if Ability.DELETE in can:
        yield ActionButton("item-delete", owner, *about, label=Text("Delete"), style=discord.ButtonStyle.danger)
    if Ability.COPY in can:
        yield ActionButton("item-copy", ANYONE if shared else owner, *about, label=Text("Copy"))
    if shared:
        yield report_button()
    else:
        yield from _private_buttons(item, owner, can, vouched=vouched)
    if isinstance(item, Image) and item.processing:
        yield ActionButton("item-refresh", owner, *about, label=Text("Refresh"))


def _private_buttons(item: Item, owner: int, can: Abilities, *, vouched: bool) -> Iterator[Control]:
    """What only its owner has, where nobody else sees it."""
    about = item.kind.value, item.id
    if Ability.COPY in can:
        yield ActionButton("item-tag", owner, *about, label=Text("Tag"))
        yield ActionButton("item-share", owner, *about, *([OPEN] if vouched else []), label=Text("Share"))
    if Ability.EDIT in can and not line(item.description):
        yield ActionButton("item-edit", owner, *about, UNDESCRIBED, label=Text("Add alt text"))
