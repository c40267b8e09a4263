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
from cogs.ui.forms import Form, field
from cogs.ui.item import is_hidden, is_vouched
from cogs.ui.kept import Kept
from cogs.ui.mark import tag_words
from cogs.ui.markdown import Markdown
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, open_form, suggest
from cogs.ui.report import rescue
from cogs.ui.words import HELP_LIMIT, bold, joined, label
from imgur.models import Kind
from locales.text import Text
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
        super().__init__("item-tagged", owner, kind.value, item_id, title=Text("Your tags and note"))
        tags: ui.TextInput[ui.Modal] = ui.TextInput(
            custom_id="tags",
            default=filled.tags,
            required=False,
            max_length=LONGEST_TAGS,
            placeholder=label(Text("cat, beach"), HELP_LIMIT),
        )
        note: ui.TextInput[ui.Modal] = ui.TextInput(
            custom_id="note",
            default=filled.note,
            required=False,
            max_length=LONGEST_NOTE,
            style=discord.TextStyle.paragraph,
        )
        self.add_item(field(Text("Tags"), tags, Text("A comma between two. Only you see them.")))
        self.add_item(field(Text("Note"), note))


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
        return await suggest(interaction, found)

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
            "item-tag", user_id, kind.value, item_id, key, label=Text("Try again"), style=discord.ButtonStyle.primary
        )
        rescue(interaction, typed_text(tags, note), again)
        marked = await self._marks.both(user_id, f"{kind}:{item_id}", tags, note)
        await self._show(interaction, marked)
        self._typed.take(key)

    async def _show(self, interaction: Interaction, marked: Marked) -> None:
        words = marked_words(marked.before, marked.now)
        done(interaction, words[0], Markdown(marked.shown.item.page_url))
        hidden, vouched = is_hidden(interaction.message), is_vouched(interaction.message)
        above = joined("\n", [bold(words[0]), *words[1:]])
        draw = partial(shown_view, owner=interaction.user.id, hidden=hidden, vouched=vouched)
        await answer(
            interaction,
            draw(marked.shown, above=above),
            plainer=lambda: draw(bare_shown(marked.shown), above=bold(words[0])),
        )


def marked_words(before: Mark, now: Mark) -> list[Text]:
    """What was done, in a few words, and what went."""
    if before == now:
        return [Text("It was like this before")]
    gone = [tag for tag in before.tags if tag not in now.tags]
    words = [Text("Saved") if now != Mark() else Text("Cleared")]
    if gone:
        words.append(Text("Tags that went: {tags}", tags=tag_words(gone, 300)))
    if before.note and before.note != now.note:
        went = Text("The note that was there went.")
        words.append(went if now.note is None else Text("Another note was there before."))
    return words


def typed_text(tags: str, note: str) -> Markdown:
    """What a user typed into the form, to be copied from a message."""
    typed = ((Text("**Tags as you typed them**"), tags), (Text("**Note as you typed it**"), note))
    return joined("\n", (part for name, text in typed if text.strip() for part in (name, block(text, 1400))))
