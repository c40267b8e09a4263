"""What is asked and answered around one image or album. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.item import bare, facts, item_view, media, title
from cogs.ui.layout import WARNING, Control, heading, notice, rows, shown
from cogs.ui.markdown import Markdown
from cogs.ui.words import Said, for_everyone, joined, small
from imgur.models import Item, Kind
from locales.text import Text
from services.library.ability import Shown
from services.mark import Mark

SLOW = Text("**Imgur was slow to answer.** Press Edit to open the form now.")
GONE = Text("**Imgur no longer has this.** Others do not see it either.")
_TITLE = Markdown("\0")  # stands for what no text can hold
TYPED_TITLE, TYPED_DESCRIPTION = 500, 2800  # a message holds 4000 characters, the words of an error among them
FINAL = Text("It disappears from Imgur for everyone, and nobody can bring it back.")


@for_everyone
def shown_view(
    shown: Shown,
    owner: int,
    *,
    above: Said | None = None,
    shared: bool = False,
    hidden: bool = False,
    vouched: bool = False,
    beside: Sequence[Control] = (),
) -> ui.LayoutView:
    """The item, with what its viewer may do, and what else there is to press; for others, with who shows it to them."""
    if shared:
        above = joined("\n", (Text("**Shared by** {user}", user=Markdown(f"<@{owner}>")), above))
    if shown.is_gone:
        above = joined("\n", (above, GONE))
    return item_view(
        shown.item,
        owner=owner,
        can=shown.can,
        above=above,
        shared=shared,
        hidden=hidden,
        spoilers=shown.hidden,
        vouched=vouched,
        mark=None if shared else shown.mark,
        beside=beside,
        expiry=shown.expiry,
    )


def bare_shown(shown: Shown) -> Shown:
    """The same without users' words and without pictures."""
    return replace(shown, item=bare(shown.item), mark=Mark())


def typed_text(title: str, description: str) -> Markdown:
    """What a user typed into the form, to be copied from a message."""
    typed = (
        (Text("**Title as you typed it**"), title, TYPED_TITLE),
        (Text("**Description as you typed it**"), description, TYPED_DESCRIPTION),
    )
    return joined("\n", (part for name, text, limit in typed if text.strip() for part in (name, block(text, limit))))


def again_button(owner: int, kind: Kind, item_id: str, typed: str) -> ActionButton:
    """Opens the form once more; `typed` is the key of what was typed into it."""
    return ActionButton(
        "item-edit", owner, kind.value, item_id, typed, label=Text("Try again"), style=discord.ButtonStyle.primary
    )


def question_view(item: Item, owner: int, beside: int | None = None, *, hidden: bool = False) -> ui.LayoutView:
    """Asks before deleting, and shows what. `beside` is the shared message, if any, to be changed as well."""
    about = item.kind.value, item.id
    confirmed = about if beside is None else (*about, beside)
    pictures = media(item, hidden=hidden)
    parts: list[ui.Item[ui.LayoutView]] = [shown(_question(title(item)))]
    if pictures:
        parts.append(ui.MediaGallery(*pictures))
    parts.append(shown(FINAL, small(facts(item)), small(Markdown(item.page_url)), between="\n"))
    parts += rows(
        [
            ActionButton(
                "item-delete-confirm",
                owner,
                *confirmed,
                label=Text("Delete for good"),
                style=discord.ButtonStyle.danger,
            ),
            ActionButton("item-keep", owner, *about, label=Text("Keep")),
        ]
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=WARNING, spoiler=hidden and not pictures))
    return view


def asked_about(message: discord.Message | None) -> Markdown | None:
    """The title in a question that `question_view` drew; None where that was in another language."""
    before, _, behind = _question(_TITLE).partition(_TITLE)
    for container in message.components if message else ():
        if isinstance(container, discord.Container) and isinstance(container.children[0], discord.TextDisplay):
            asked = container.children[0].content
            if asked.startswith(before) and asked.endswith(behind):
                return Markdown(asked[len(before) : len(asked) - len(behind)])
    return None


def _question(title: Markdown) -> Markdown:
    return heading(Text("Delete {title}?", title=title))


def deleted_view(item_id: str, title: Markdown | None = None, *, deleted: bool) -> ui.LayoutView:
    """What became of a deletion."""
    return notice(*deleted_words(item_id, title, deleted=deleted))


def deleted_words(item_id: str, title: Markdown | None = None, *, deleted: bool) -> tuple[Text, Text]:
    """The same as a heading and a sentence."""
    name = Text("The picture `{id}`", id=item_id)
    had = Text("Imgur no longer had the picture `{id}`. It is off your lists now.", id=item_id)
    if title and item_id not in title:
        name = Text("**{title}** (`{id}`)", title=title, id=item_id)
        had = Text("Imgur no longer had {item}. It is off your lists now.", item=name)
    if deleted:
        return Text("Deleted"), Text("{item} is gone from Imgur.", item=name)
    return Text("It was gone already"), had


def block(text: str, limit: int) -> Markdown:
    """At most so much of a text, to be copied as it is."""
    whole = text if len(text) <= limit else f"{text[:limit]}…"
    return Markdown("```\n" + whole.replace("```", "`\u200b``") + "\n```")
