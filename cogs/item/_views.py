"""What is asked and answered around one image or album. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.item import ALT_LIMIT, bare, facts, item_view, media, media_url, title
from cogs.ui.layout import WARNING, Control, notice, rows
from imgur.models import Image, Item, Kind
from services.library.ability import Shown
from services.mark import Mark
from services.text import line

SLOW = "**Imgur was slow to answer.** Press Edit to open the form now."
GONE = "**Imgur no longer has this.** Others do not see it either."
SAVED = "**Saved**"
TYPED_TITLE, TYPED_DESCRIPTION = 500, 2800  # a message holds 4000 characters, the words of an error among them
QUESTION = "### Delete "
FINAL = "It disappears from Imgur for everyone, and nobody can bring it back."


def shown_view(
    shown: Shown,
    owner: int,
    *,
    heading: str | None = None,
    shared: bool = False,
    hidden: bool = False,
    beside: Sequence[Control] = (),
) -> ui.LayoutView:
    """The item, with what its viewer may do, and what else there is to press."""
    if shown.is_gone:
        heading = "\n".join(filter(None, [heading, GONE]))
    return item_view(
        shown.item,
        owner=owner,
        can=shown.can,
        heading=heading,
        shared=shared,
        hidden=hidden,
        spoilers=shown.hidden,
        mark=None if shared else shown.mark,
        beside=beside,
    )


def bare_shown(shown: Shown) -> Shown:
    """The same without users' words and without pictures."""
    return replace(shown, item=bare(shown.item), mark=Mark())


def typed_text(title: str, description: str) -> str:
    """What a user typed into the form, to be copied from a message."""
    typed = (("Title", title, TYPED_TITLE), ("Description", description, TYPED_DESCRIPTION))
    return "\n".join(f"**{name} as you typed it**\n{block(text, limit)}" for name, text, limit in typed if text.strip())


def again_button(owner: int, kind: Kind, item_id: str, typed: str) -> ActionButton:
    """Opens the form once more; `typed` is the key of what was typed into it."""
    return ActionButton(
        "item-edit", owner, kind.value, item_id, typed, label="Try again", style=discord.ButtonStyle.primary
    )


def question_view(item: Item, owner: int, beside: int | None = None, *, hidden: bool = False) -> ui.LayoutView:
    """Asks before deleting, and shows what. `beside` is the shared message, if any, to be changed as well."""
    about = item.kind.value, item.id
    confirmed = about if beside is None else (*about, beside)
    pictures = media(item, hidden=hidden)
    parts: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(f"{QUESTION}{title(item)}?")]
    if pictures:
        parts.append(ui.MediaGallery(*pictures))
    parts.append(ui.TextDisplay(f"{FINAL}\n-# {facts(item)}\n-# {item.page_url}"))
    parts += rows(
        [
            ActionButton(
                "item-delete-confirm", owner, *confirmed, label="Delete for good", style=discord.ButtonStyle.danger
            ),
            ActionButton("item-keep", owner, *about, label="Keep"),
        ]
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=WARNING, spoiler=hidden and not pictures))
    return view


def asked_about(message: discord.Message | None) -> str | None:
    """The title in a question that `question_view` drew, as markdown."""
    for container in message.components if message else ():
        if isinstance(container, discord.Container) and isinstance(container.children[0], discord.TextDisplay):
            return container.children[0].content.removeprefix(QUESTION).removesuffix("?")
    return None


def deleted_view(item_id: str, title: str | None = None, *, deleted: bool) -> ui.LayoutView:
    """What became of a deletion; `title` is markdown."""
    return notice(*deleted_words(item_id, title, deleted=deleted))


def deleted_words(item_id: str, title: str | None = None, *, deleted: bool) -> tuple[str, str]:
    """The same as a heading and a sentence."""
    name = f"**{title}** (`{item_id}`)" if title and item_id not in title else f"the picture `{item_id}`"
    if deleted:
        return "Deleted", f"{name[0].upper()}{name[1:]} is gone from Imgur."
    return "It was gone already", f"Imgur no longer had {name}. It is off your lists now."


def copy_view(item: Item) -> ui.LayoutView:
    """Links in code blocks: where the mouse stands over one, Discord offers to copy it."""
    direct = media_url(item) if isinstance(item, Image) else None
    blocks = [("Link", item.page_url)]
    if direct:
        blocks.append(("Direct link", direct))
    blocks.append(("Markdown", _markdown(item, direct)))
    return notice("Copy", *(f"**{label}**\n```\n{text}\n```" for label, text in blocks))


def _markdown(item: Item, direct: str | None) -> str:
    kept = "".join(character for character in item.title or "" if character not in "`[]\\")
    name = line(kept, ALT_LIMIT) or item.id
    return f"![{name}]({direct})" if direct else f"[{name}]({item.page_url})"


def block(text: str, limit: int) -> str:
    """At most so much of a text, to be copied as it is."""
    whole = text if len(text) <= limit else f"{text[:limit]}…"
    return "```\n" + whole.replace("```", "`\u200b``") + "\n```"
