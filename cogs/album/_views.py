"""What is asked and answered about albums. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect, option
from cogs.ui.item import ID_LIMIT, alt, arrange_button, bare, cover, facts, item_view, link_button, linked, title
from cogs.ui.layout import COLOUR, WARNING, Control, heading, notice, rows, shown
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import Said, bold, joined, small
from imgur.models import Album
from locales.text import Listed, Plural, Text, sentences
from services.album import Created, Deleted, Edited
from services.library.ability import abilities
from services.library.page import PAGE_SIZE, GalleryPage

PRIVACY: Mapping[str, Text] = {
    "public": Text("It is public, on your Imgur profile for everyone."),
    "hidden": Text("It is hidden, for whoever has its link."),
    "secret": Text("It is secret, for you alone."),
}
_PICTURES: Mapping[bool | None, Text] = {
    True: Text("The first of its pictures was looked for and is still there, so the others should be: /imgur images."),
    False: Text("The first of its pictures was looked for and is gone as well."),
    None: Text("What became of its pictures could not be seen: look with /imgur images."),
}
_FIELDS: Mapping[str, Text] = {
    "title": Text("title"),
    "description": Text("description"),
    "privacy": Text("privacy"),
    "cover": Text("cover"),
    "order": Text("order"),
}


def created_view(created: Created) -> ui.LayoutView:
    """The new album, and how to fill it."""
    album = created.album
    return notice(
        created_words(created),
        linked(album),
        privacy_words(album.privacy) if album.privacy and not created.ignored else None,
        _ignored_words(created.ignored) if created.ignored else None,
        Text("Imgur shows the {fields} in words of its own.", fields=_listed(created.altered))
        if created.altered
        else None,
        Text("Put pictures into it with /imgur album add, or with /imgur upload and its `album` option."),
        controls=[link_button(album)],
    )


def created_words(created: Created) -> Text:
    """What was done, in a few words."""
    return Text("Imgur's answer was lost, but the album is there") if created.was_lost else Text("Album made")


def privacy_words(privacy: str) -> Text:
    """Who sees an album; a word that is not known stays as Imgur gives it."""
    return PRIVACY.get(privacy) or Text("It is {privacy}.", privacy=plain(privacy, 40))


def edited_view(edited: Edited, owner: int) -> ui.LayoutView:
    """The album as it is now."""
    said: list[Said] = [bold(edited_words(edited))]
    if edited.ignored and edited.ignored != edited.asked:
        said.append(_ignored_words(edited.ignored))
    if edited.altered:
        said.append(Text("This is how it shows the {fields} now.", fields=_listed(edited.altered)))
    if "privacy" in edited.asked and not edited.is_unseen and "privacy" not in edited.ignored and edited.album.privacy:
        said.append(privacy_words(edited.album.privacy))
    view = item_view(
        edited.album,
        owner=owner,
        can=abilities(edited.album, linked=True, mine=True),
        above=joined("\n", said),
        spoilers=edited.hidden,
    )
    if len(edited.album.id) <= ID_LIMIT:
        view.add_item(ui.ActionRow(arrange_button(edited.album, owner)))
    return view


def edited_words(edited: Edited) -> Text:
    """What was done, in a few words."""
    said = Text("Imgur gave no clear answer") if edited.is_lost else Text("Imgur said yes")
    if edited.is_unseen:
        return Text("{said}, and could not be asked whether it did so", said=said)
    if edited.ignored and edited.ignored == edited.asked:
        return Text("{said} and changed nothing", said=said)
    if edited.altered:
        return Text("{said}, and shows something else than was asked for", said=said)
    if edited.missing:
        return Text("Saved; pictures that Imgur no longer has in it: {count}", count=len(edited.missing))
    if edited.returned:
        return Text(
            "Saved; pictures that had fallen out and were put back, at its end: {count}", count=len(edited.returned)
        )
    return Text("Saved in part") if edited.ignored else Text("Saved")


def bare_edited(edited: Edited) -> Edited:
    """The same without users' words and without pictures."""
    return replace(edited, album=bare_album(edited.album))


def question_view(album: Album, owner: int, asked: str, *, hidden: frozenset[str] = frozenset()) -> ui.LayoutView:
    """Asks before deleting an album, shows which, and says what becomes of its pictures; `asked`: its `title_mark`."""
    parts: list[ui.Item[Any]] = [shown(heading(Text("Delete the album {album}?", album=title(album))))]
    if pictures := cover(album, hidden):
        parts.append(ui.MediaGallery(*pictures))
    parts.append(shown(_at_stake(album), small(facts(album)), small(Markdown(album.page_url)), between="\n"))
    confirm = ActionButton(
        "album-delete",
        owner,
        album.id,
        asked,
        label=Text("Delete the album for good"),
        style=discord.ButtonStyle.danger,
    )
    parts += rows([confirm, ActionButton("item-keep", owner, album.kind.value, album.id, label=Text("Keep"))])
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=WARNING))
    return view


def bare_album(album: Album) -> Album:
    """The album without users' words and without pictures."""
    return replace(album, title=None, description=None, cover=None, images=())


def deleted_view(deleted: Deleted) -> ui.LayoutView:
    """What became of the album and of its pictures."""
    return notice(*deleted_words(deleted, title(deleted.album)))


def deleted_words(deleted: Deleted, name: Said | None = None) -> tuple[Text, Said]:
    """The same as a heading and a sentence; without a `name`, nothing in it is what users wrote."""
    if not deleted.existed:
        had = Text("Imgur no longer had the album. It is off your lists now.")
        if name is not None:
            had = Text("Imgur no longer had {album}. It is off your lists now.", album=name)
        return Text("It was gone already"), had
    said = Text("Imgur gave no clear answer") if deleted.is_lost else Text("Imgur said yes")
    which = Text("The album") if name is None else Text("The album {album}", album=name)
    if deleted.is_unseen:
        unseen = Text("Whether the album is gone could not be seen. /imgur album list tells.")
        if name is not None:
            unseen = Text("Whether the album {album} is gone could not be seen. /imgur album list tells.", album=name)
        return said, unseen
    if deleted.is_there:
        return (
            Text("{said} and changed nothing", said=said),
            Text("{album} is still there. Try again in a while.", album=which),
        )
    gone = Text("{album} is gone from Imgur.", album=which)
    if not deleted.album.images and not deleted.album.images_count:
        return Text("Deleted"), sentences(gone, Text("It was empty."))
    return Text("Deleted"), sentences(gone, _PICTURES[deleted.pictures_stay])


def arrange_view(page: GalleryPage, owner: int, above: Said | None = None) -> ui.LayoutView:
    """A page of an album's pictures, one of which may be made its cover or put at its beginning."""
    album = page.album or Album("")
    parts: list[ui.Item[Any]] = [shown(above)] if above else []
    parts.append(shown(heading(Text("Cover and order of {album}", album=title(album)))))
    if pictures := [picture for item in page.items for picture in cover(item, page.hidden)]:
        parts.append(ui.MediaGallery(*pictures))
    parts.append(shown(*_arranged(page, album), between="\n"))
    if options := _options(page):
        for name, words in (("cover", Text("Make it the cover…")), ("first", Text("Put it first…"))):
            menu = ActionSelect(f"album-{name}", owner, album.id, page.page, options=options, placeholder=words)
            parts.append(ui.ActionRow(menu))
    parts += rows(list(_turns(page, album, owner)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def bare_page(page: GalleryPage) -> GalleryPage:
    """The page without users' words and without pictures."""
    return replace(page, items=tuple(map(bare, page.items)), album=page.album and bare_album(page.album))


def _arranged(page: GalleryPage, album: Album) -> Iterator[Said]:
    for number, item in enumerate(page.items, page.page * PAGE_SIZE + 1):
        line = Markdown(f"**{number}.** {linked(item, 80)}")
        yield joined(" · ", (line, Text("the cover") if item.id == album.cover else None))
    if not page.items:
        yield Text("It is empty. Put pictures into it with /imgur album add.")
    yield small(Text("Page {page} of {last}", page=page.page + 1, last=page.last_known + 1))


def _options(page: GalleryPage) -> list[discord.SelectOption]:
    """Each picture once, whatever Imgur lists: Discord refuses a menu with two options of one value."""
    first = page.page * PAGE_SIZE + 1
    once = {item.id: (number, item) for number, item in enumerate(page.items, first) if len(item.id) <= ID_LIMIT}
    return [
        option(Text("{number}. {title}", number=str(number), title=alt(item)), value)
        for value, (number, item) in once.items()
    ]


def _turns(page: GalleryPage, album: Album, owner: int) -> Iterator[Control]:
    if page.last_known:
        for slot, label, number, disabled in (
            ("previous", Text("Previous"), max(page.page - 1, 0), page.page == 0),
            ("next", Text("Next"), page.page + 1, page.next is None),
        ):
            yield ActionButton("album-arrange", owner, album.id, number, slot, label=label, disabled=disabled)
    yield link_button(album)


def _at_stake(album: Album) -> Said:
    gone = Text("The album disappears from Imgur for everyone, and nobody can bring it back.")
    if not album.images_count:
        return gone
    there = Plural("There is {count} picture in it.", "There are {count} pictures in it.", album.images_count)
    alone = Text(
        "This deletes the album alone; Imgur does not promise that its pictures stay, so one of them is looked for "
        "afterwards."
    )
    return sentences(gone, there, alone)


def _ignored_words(ignored: tuple[str, ...]) -> Text:
    if len(ignored) > 1:
        return Text("Imgur said yes to the {fields} and did not change them.", fields=_listed(ignored))
    return Text("Imgur said yes to the {fields} and did not change it.", fields=_listed(ignored))


def _listed(names: tuple[str, ...]) -> Listed:
    return Listed(tuple(_FIELDS[name] for name in names), last=True)
