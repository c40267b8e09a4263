"""What is asked and answered about albums. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect
from cogs.ui.item import ID_LIMIT, alt, arrange_button, bare, cover, facts, item_view, link_button, linked, media, title
from cogs.ui.layout import COLOUR, WARNING, Control, notice, plain, rows
from imgur.models import Album, Privacy
from services.album import Created, Deleted, Edited
from services.library.ability import abilities
from services.library.page import PAGE_SIZE, GalleryPage
from services.messages import picture_count
from services.text import cut

OPTION_LIMIT = 100
WORDS: tuple[tuple[Privacy, str], ...] = (
    ("public", "public, on your Imgur profile for everyone"),
    ("hidden", "hidden, for whoever has its link"),
    ("secret", "secret, for you alone"),
)
PRIVACY: dict[str, str] = dict(WORDS)


def created_view(created: Created) -> ui.LayoutView:
    """The new album, and how to fill it."""
    album = created.album
    return notice(
        created_words(created),
        linked(album),
        f"It is {privacy_words(album.privacy)}." if album.privacy and not created.ignored else "",
        _ignored_words(created.ignored) if created.ignored else "",
        f"Imgur shows the {_listed(created.altered)} in words of its own." if created.altered else "",
        "Put pictures into it with `/imgur album add`, or with `/imgur upload` and its `album` option.",
        controls=[link_button(album)],
    )


def created_words(created: Created) -> str:
    """What was done, in a few words."""
    return "Imgur's answer was lost, but the album is there" if created.was_lost else "Album made"


def privacy_words(privacy: str) -> str:
    """Who sees an album; a word that is not known stays as Imgur gives it."""
    return PRIVACY.get(privacy) or plain(privacy, 40)


def edited_view(edited: Edited, owner: int) -> ui.LayoutView:
    """The album as it is now."""
    heading = f"**{edited_words(edited)}**"
    if edited.ignored and edited.ignored != edited.asked:
        heading += f"\n{_ignored_words(edited.ignored)}"
    if edited.altered:
        heading += f"\nThis is how it shows the {_listed(edited.altered)} now."
    if "privacy" in edited.asked and not edited.is_unseen and "privacy" not in edited.ignored and edited.album.privacy:
        heading += f"\nIt is {privacy_words(edited.album.privacy)}."
    view = item_view(
        edited.album,
        owner=owner,
        can=abilities(edited.album, linked=True, mine=True),
        heading=heading,
        spoilers=edited.hidden,
    )
    if len(edited.album.id) <= ID_LIMIT:
        view.add_item(ui.ActionRow(arrange_button(edited.album, owner)))
    return view


def edited_words(edited: Edited) -> str:
    """What was done, in a few words."""
    said = "Imgur gave no clear answer" if edited.is_lost else "Imgur said yes"
    if edited.is_unseen:
        return f"{said}, and could not be asked whether it did so"
    if edited.ignored and edited.ignored == edited.asked:
        return f"{said} and changed nothing"
    if edited.altered:
        return f"{said}, and shows something else than was asked for"
    if edited.missing:
        return f"Saved; pictures that Imgur no longer has in it: {len(edited.missing):,}"
    if edited.returned:
        return f"Saved; pictures that had fallen out and were put back, at its end: {len(edited.returned):,}"
    return "Saved in part" if edited.ignored else "Saved"


def bare_edited(edited: Edited) -> Edited:
    """The same without users' words and without pictures."""
    return replace(edited, album=bare_album(edited.album))


def question_view(album: Album, owner: int, asked: str, *, hidden: frozenset[str] = frozenset()) -> ui.LayoutView:
    """Asks before deleting an album, shows which, and says what becomes of its pictures; `asked`: its `title_mark`."""
    parts: list[ui.Item[Any]] = [ui.TextDisplay(f"### Delete the album {title(album)}?")]
    if pictures := cover(album, hidden):
        parts.append(ui.MediaGallery(*pictures))
    parts.append(ui.TextDisplay(f"{_at_stake(album)}\n-# {facts(album)}\n-# {album.page_url}"))
    confirm = ActionButton(
        "album-delete", owner, album.id, asked, label="Delete the album for good", style=discord.ButtonStyle.danger
    )
    parts += rows([confirm, ActionButton("item-keep", owner, album.kind.value, album.id, label="Keep")])
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=WARNING))
    return view


def bare_album(album: Album) -> Album:
    """The album without users' words and without pictures."""
    return replace(album, title=None, description=None, cover=None, images=())


def deleted_view(deleted: Deleted) -> ui.LayoutView:
    """What became of the album and of its pictures."""
    return notice(*deleted_words(deleted, title(deleted.album)))


def deleted_words(deleted: Deleted, name: str = "the album") -> tuple[str, str]:
    """The same as a heading and a sentence; `name` is markdown."""
    if not deleted.existed:
        return "It was gone already", f"Imgur no longer had {name}. It is off your lists now."
    said = "Imgur gave no clear answer" if deleted.is_lost else "Imgur said yes"
    if deleted.is_unseen:
        return said, f"Whether the album {name} is gone could not be seen. `/imgur album list` tells."
    if deleted.is_there:
        return f"{said} and changed nothing", f"The album {name} is still there. Try again in a while."
    if not deleted.album.images and not deleted.album.images_count:
        return "Deleted", f"The album {name} is gone from Imgur. It was empty."
    return "Deleted", f"The album {name} is gone from Imgur. " + {
        True: "The first of its pictures was looked for and is still there, so the others should be: `/imgur images`.",
        False: "The first of its pictures was looked for and is gone as well.",
        None: "What became of its pictures could not be seen: look with `/imgur images`.",
    }[deleted.pictures_stay]


def arrange_view(page: GalleryPage, owner: int, heading: str | None = None) -> ui.LayoutView:
    """A page of an album's pictures, one of which may be made its cover or put at its beginning."""
    album = page.album or Album("")
    parts: list[ui.Item[Any]] = [ui.TextDisplay(heading)] if heading else []
    parts.append(ui.TextDisplay(f"### Cover and order of {title(album)}"))
    if pictures := [picture for item in page.items for picture in media(item, spoilers=page.hidden)]:
        parts.append(ui.MediaGallery(*pictures))
    parts.append(ui.TextDisplay("\n".join(_arranged(page, album))))
    if options := _options(page):
        for name, words in (("cover", "Make it the cover…"), ("first", "Put it first…")):
            menu = ActionSelect(f"album-{name}", owner, album.id, page.page, options=options, placeholder=words)
            parts.append(ui.ActionRow(menu))
    parts += rows(list(_turns(page, album, owner)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def bare_page(page: GalleryPage) -> GalleryPage:
    """The page without users' words and without pictures."""
    return replace(page, items=tuple(map(bare, page.items)), album=page.album and bare_album(page.album))


def _arranged(page: GalleryPage, album: Album) -> Iterator[str]:
    for number, item in enumerate(page.items, page.page * PAGE_SIZE + 1):
        yield f"**{number}.** {linked(item, 80)}{' · the cover' if item.id == album.cover else ''}"
    if not page.items:
        yield "It is empty. Put pictures into it with `/imgur album add`."
    yield f"-# Page {page.page + 1:,} of {page.last_known + 1:,}"


def _options(page: GalleryPage) -> list[discord.SelectOption]:
    """Each picture once, whatever Imgur lists: Discord refuses a menu with two options of one value."""
    first = page.page * PAGE_SIZE + 1
    once = {item.id: (number, item) for number, item in enumerate(page.items, first) if len(item.id) <= ID_LIMIT}
    return [
        discord.SelectOption(label=cut(f"{number}. {alt(item)}", OPTION_LIMIT), value=value)
        for value, (number, item) in once.items()
    ]


def _turns(page: GalleryPage, album: Album, owner: int) -> Iterator[Control]:
    if page.last_known:
        for label, number, disabled in (
            ("Previous", max(page.page - 1, 0), page.page == 0),
            ("Next", page.page + 1, page.next is None),
        ):
            yield ActionButton("album-arrange", owner, album.id, number, label.lower(), label=label, disabled=disabled)
    yield link_button(album)


def _at_stake(album: Album) -> str:
    gone = "The album disappears from Imgur for everyone, and nobody can bring it back."
    if not album.images_count:
        return gone
    there = f"There {'are' if album.images_count > 1 else 'is'} {picture_count(album.images_count)} in it."
    return (
        f"{gone} {there} This deletes the album alone; Imgur does not promise that its pictures stay, so one of "
        "them is looked for afterwards."
    )


def _ignored_words(ignored: tuple[str, ...]) -> str:
    return f"Imgur said yes to the {_listed(ignored)} and did not change {'them' if len(ignored) > 1 else 'it'}."


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
