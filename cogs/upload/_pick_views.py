"""The choice among the pictures of a message, and what else there is to say of it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect, option
from cogs.ui.item import linked
from cogs.ui.layout import COLOUR, Control, heading, notice, rows, shown
from cogs.ui.links import favorites_menu, link_options, unread
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import Said, joined, small
from cogs.upload._form import Given
from cogs.upload._pick import Pick
from imgur.models import TITLE_LIMIT
from locales.text import Joined, Plural, Size, Text
from services.expiry import span_text
from services.message import Contents, Picture
from services.text import line

NAME_LIMIT = 60
LINES = 25
PRIMARY = discord.ButtonStyle.primary


def pick_view(pick: Pick, key: str, owner: int) -> ui.LayoutView:
    """Which of them? Nothing has been sent yet."""
    count = len(pick.contents.pictures)
    parts: list[ui.Item[ui.LayoutView]] = [
        shown(
            heading(Text("Which of them should be uploaded?")),
            Plural(
                "{count} picture or video is in this message.",
                "{count} pictures and videos are in this message.",
                count,
            ),
            remarks(pick.contents),
            _settings(pick.given),
        )
    ]
    options = [_option(number, pick.contents.pictures[number], chosen=number in pick.chosen) for number in pick.offered]
    menu = ActionSelect(
        "message-tick", owner, key, pick.page, options=options, placeholder=Text("Choose some…"), several=True
    )
    parts += [ui.ActionRow(menu), *rows(list(_buttons(pick, key, owner)))]
    if pick.pages > 1:
        parts += rows(list(_navigation(pick, key, owner)))
        at = Text("Page {page} of {pages}. What you choose on one stays.", page=pick.page + 1, pages=pick.pages)
        parts.append(shown(small(at)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def remarks(contents: Contents) -> Markdown:
    """What is left out, and why; empty where nothing is."""
    elsewhere = on_imgur = None
    if contents.elsewhere:
        elsewhere = Plural(
            "{count} more stands on another site, of which Discord keeps no copy: it is left out.",
            "{count} more stand on other sites, of which Discord keeps no copy: they are left out.",
            contents.elsewhere,
        )
    if contents.on_imgur:
        on_imgur = Plural(
            "{count} more is on Imgur already: the menu **Favorite on Imgur** takes it.",
            "{count} more are on Imgur already: the menu **Favorite on Imgur** takes them.",
            len(contents.on_imgur),
        )
    return joined("\n", (elsewhere, on_imgur))


def remarks_view(contents: Contents) -> ui.LayoutView:
    """The same in a message of its own."""
    return notice(Text("There was more in this message"), remarks(contents))


def on_imgur_view(contents: Contents, owner: int) -> ui.LayoutView:
    """All that is there is on Imgur already: to be seen, or to be made favorites."""
    links = contents.on_imgur[:LINES]
    show = ActionSelect("item-show", owner, options=link_options(links), placeholder=Text("Show one…"))
    favorite = favorites_menu(links, owner)
    left = len(contents.on_imgur) - len(links)
    more = None
    if left:
        more = Plural(
            "{count} more is there: the menu **Favorite on Imgur** takes all.",
            "{count} more are there: the menu **Favorite on Imgur** takes all.",
            left,
        )
    texts: list[Said | None] = [
        heading(Text("These are already on Imgur")),
        Text("Nothing was uploaded again. Here you can see them, or make favorites of them."),
        joined("\n", (Markdown(f"{number}. {linked(unread(link))}") for number, link in enumerate(links, 1))),
        more,
        remarks(Contents((), contents.elsewhere)),
    ]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(shown(*texts), ui.ActionRow(show), ui.ActionRow(favorite), accent_colour=COLOUR))
    return view


def back_button(key: str, owner: int) -> ActionButton:
    """Back to the choice, as it was."""
    return ActionButton("message-back", owner, key, label=Text("Back to the choice"), style=PRIMARY)


def _buttons(pick: Pick, key: str, owner: int) -> Iterator[Control]:
    count, chosen = len(pick.contents.pictures), len(pick.chosen)
    if chosen:
        yield ActionButton(
            "message-upload", owner, key, "some", label=Text("Upload {count}", count=chosen), style=PRIMARY
        )
    if chosen < count:
        style = discord.ButtonStyle.secondary if chosen else PRIMARY
        yield ActionButton(
            "message-upload", owner, key, "all", label=Plural("Upload it", "Upload all {count}", count), style=style
        )
    yield ActionButton("message-how", owner, key, label=Text("Album, title and more…"))


def _navigation(pick: Pick, key: str, owner: int) -> Iterator[Control]:
    for label, page in ((Text("Previous"), pick.page - 1), (Text("Next"), pick.page + 1)):
        yield ActionButton("message-turn", owner, key, page, label=label, disabled=not 0 <= page < pick.pages)


def _option(number: int, picture: Picture, *, chosen: bool) -> discord.SelectOption:
    file = picture.file
    name = line(file.name, NAME_LIMIT) or PurePath(file.name).suffix
    about = [
        Size(file.size) if file.size else None,
        Text("spoiler") if file.hidden else None,
        line(file.description, NAME_LIMIT) or None,
    ]
    said = Joined(tuple(part for part in about if part is not None), " · ")
    return option(
        Text("{number}. {name}", number=number + 1, name=name), str(number), said if said.parts else None, chosen=chosen
    )


def _settings(given: Given) -> Markdown:
    """What was said of how, where it is not as usual."""
    return small(joined(" · ", _said(given)))


def _said(given: Given) -> Iterator[Said]:
    if name := line(given.title):
        yield Text("called {title}", title=plain(name, TITLE_LIMIT))
    if line(given.description):
        yield Text("with your description")
    if name := line(given.album):
        yield Text("into the album {album}", album=plain(name, TITLE_LIMIT))
    if given.anonymous:
        yield Text("without an account")
    if given.spoiler:
        yield Text("as spoilers")
    if given.mute:
        yield Text("without sound")
    if given.share:
        yield Text("shared with everyone here")
    if given.expires:
        yield Text("deleted after {span}", span=span_text(given.expires))
