"""A user's own tags and notes: `/imgur tag`, `/imgur note`, and the button Tag on an item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, Range
from discord.ext import commands

from cogs.item._views import bare_shown, block, shown_view
from cogs.ui.actions import ActionButton, Interaction, action
from cogs.ui.forms import Form
from cogs.ui.item import is_hidden
from cogs.ui.kept import Kept
from cogs.ui.mark import tag_words
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, open_form, suggest
from cogs.ui.report import rescue
from imgur.models import Kind
from services.library.suggestions import Scope, SuggestionService
from services.mark import LONGEST_NOTE, LONGEST_TAGS, Mark, Marked, MarkService

IMAGE = "Its title, id or link, or pick a suggestion"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a user typed into the form."""

    tags: str
    note: str


class TagForm(Form):
    """Filled with the present tags and note, or with what was typed before."""

    def __init__(self, owner: int, kind: Kind, item_id: str, filled: Typed) -> None:
        super().__init__("item-tagged", owner, kind.value, item_id, title="Your tags and note")
        tags: ui.TextInput[ui.Modal] = ui.TextInput(
            custom_id="tags", default=filled.tags, required=False, max_length=LONGEST_TAGS, placeholder="cat, beach"
        )
        note: ui.TextInput[ui.Modal] = ui.TextInput(
            custom_id="note",
            default=filled.note,
            required=False,
            max_length=LONGEST_NOTE,
            style=discord.TextStyle.paragraph,
        )
        self.add_item(ui.Label(text="Tags", description="A comma between two. Only you see them.", component=tags))
        self.add_item(ui.Label(text="Note", component=note))


class Marks(commands.Cog):
    """Notes what a user wants to find an item by."""

    def __init__(self, marks: MarkService, suggestions: SuggestionService) -> None:
        self._marks = marks
        self._suggestions = suggestions
        self._typed: Kept[Typed] = Kept()

    @app_commands.command()
    @app_commands.describe(image=IMAGE, tags="With commas: cat, beach. Empty clears them. Only you see them")
    async def tag(self, interaction: Interaction, image: Range[str, 1, 2000], tags: str = "") -> None:
        """Give an image or album tags of your own; #tag finds it again."""
        await acknowledge(interaction)
        await self._show(interaction, await self._marks.tag(interaction.user.id, image, tags))

    @app_commands.command()
    @app_commands.describe(image=IMAGE, text="Empty clears it. Only you see it")
    async def note(self, interaction: Interaction, image: Range[str, 1, 2000], text: str = "") -> None:
        """Write a note of your own on an image or album; its words find it again."""
        await acknowledge(interaction)
        await self._show(interaction, await self._marks.note(interaction.user.id, image, text))

    @tag.autocomplete("image")
    @note.autocomplete("image")
    async def _suggest(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._suggestions.suggest(interaction.user.id, typed, Scope.ANYTHING)
        return await suggest(interaction, [Choice(name=one.name, value=one.value) for one in found])

    @action("item-tag", kind=Kind)
    async def _pressed(self, interaction: Interaction, kind: Kind, item_id: str, typed: str = "") -> None:
        """Open the form, with what was typed into it before if that is still known."""
        filled = self._typed.get(typed)
        if filled is None:
            mark = await self._marks.mark_of(interaction.user.id, kind, item_id)
            filled = Typed(", ".join(mark.tags), mark.note or "")
        await open_form(interaction, TagForm(interaction.user.id, kind, item_id, filled))

    @action("item-tagged", kind=Kind)
    async def _sent(self, interaction: Interaction, kind: Kind, item_id: str, *, tags: str, note: str) -> None:
        """Save what was typed; it outlives an error."""
        if interaction.message is None:
            await acknowledge(interaction)
        else:
            await acknowledge_press(interaction)
        user_id = interaction.user.id
        key = self._typed.keep(Typed(tags, note))
        again = ActionButton(
            "item-tag", user_id, kind.value, item_id, key, label="Try again", style=discord.ButtonStyle.primary
        )
        rescue(interaction, typed_text(tags, note), again)
        marked = await self._marks.both(user_id, f"{kind}:{item_id}", tags, note)
        await self._show(interaction, marked)
        self._typed.take(key)

    async def _show(self, interaction: Interaction, marked: Marked) -> None:
        words = marked_words(marked.before, marked.now)
        done(interaction, words[0], marked.shown.item.page_url)
        hidden = is_hidden(interaction.message)
        heading = "\n".join([f"**{words[0]}**", *words[1:]])
        draw = partial(shown_view, owner=interaction.user.id, hidden=hidden)
        await answer(
            interaction,
            draw(marked.shown, heading=heading),
            plainer=lambda: draw(bare_shown(marked.shown), heading=f"**{words[0]}**"),
        )


def marked_words(before: Mark, now: Mark) -> list[str]:
    """What was done, in a few words, and what went; markdown."""
    if before == now:
        return ["It was like this before"]
    gone = [tag for tag in before.tags if tag not in now.tags]
    words = ["Saved" if now != Mark() else "Cleared"]
    if gone:
        words.append(f"Tags that went: {tag_words(gone, 300)}")
    if before.note and before.note != now.note:
        words.append("The note that was there went." if now.note is None else "Another note was there before.")
    return words


def typed_text(tags: str, note: str) -> str:
    """What a user typed into the form, to be copied from a message."""
    typed = (("Tags", tags), ("Note", note))
    return "\n".join(
        f"**{name} as you typed {'them' if name == 'Tags' else 'it'}**\n{block(text, 1400)}"
        for name, text in typed
        if text.strip()
    )
