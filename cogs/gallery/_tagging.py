"""Tagging several at once, in the Select mode."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui
from discord.ext import commands

from cogs.ui.actions import Interaction, action
from cogs.ui.forms import Form, field
from cogs.ui.layout import notice
from cogs.ui.mark import tag_words
from cogs.ui.reply import acknowledge, answer, done, open_form
from cogs.ui.words import HELP_LIMIT, Said, label
from errors import ForeignGalleryError
from locales.text import Plural, Text
from services.mark import LONGEST_TAGS, MOST_TAGS, MarkService, Tag, Tagged, read_tags
from services.selection import Deed, SelectionService


class TagsForm(Form):
    """Asks for tags; `view` names what is ticked."""

    def __init__(self, owner: int, view: str) -> None:
        super().__init__("pick-tagged", owner, view, title=Text("Tag what is ticked"))
        tags: ui.TextInput[ui.Modal] = ui.TextInput(
            custom_id="tags", max_length=LONGEST_TAGS, placeholder=label(Text("cat, beach"), HELP_LIMIT)
        )
        about = Text("A comma between two. They are added to those that are there. Only you see them.")
        self.add_item(field(Text("Tags"), tags, about))


class Tagging(commands.Cog):
    """The button Tag."""

    def __init__(self, selections: SelectionService, marks: MarkService) -> None:
        self._selections = selections
        self._marks = marks

    @action("pick-tag", foreign=ForeignGalleryError)
    async def _pressed(self, interaction: Interaction, view: str) -> None:
        await open_form(interaction, TagsForm(interaction.user.id, view))

    @action("pick-tagged", foreign=ForeignGalleryError)
    async def _sent(self, interaction: Interaction, view: str, *, tags: str) -> None:
        await acknowledge(interaction)
        ticked = (await self._selections.sorted(interaction.user.id, view, Deed.TAG)).can
        tagged = await self._marks.add_tags(interaction.user.id, [item.key for item in ticked], tags)
        said = tagged_words(tagged, read_tags(tags))
        done(interaction, said[0], said[1])
        await answer(interaction, tagged_view(said), plainer=lambda: tagged_view((said[0],)))


def tagged_words(tagged: Sequence[Tagged], wished: Sequence[Tag]) -> tuple[Said, ...]:
    """What was done, in a few words."""
    some = sum(one.new > 0 for one in tagged)
    full = sum(len(one.tags) == MOST_TAGS and one.new < len(wished) for one in tagged)
    said: list[Said] = [
        Plural("Tagged {count}", "Tagged {count}", some) if some else Text("They had these tags before"),
        tag_words([tag.shown for tag in wished]),
    ]
    if some and some < len(tagged):
        left = len(tagged) - some
        said.append(
            Plural(
                "The other {count} got none that they had not before.",
                "The other {count} got none that they had not before.",
                left,
            )
        )
    if full:
        said.append(
            Plural(
                "{count} could not take all: one may have {most} tags.",
                "{count} could not take all: one may have {most} tags.",
                full,
                most=MOST_TAGS,
            )
        )
    return tuple(said)


def tagged_view(said: Sequence[Said]) -> ui.LayoutView:
    """The same as an answer."""
    return notice(said[0], *said[1:], Text("`#tag` in a `query` finds them.") if len(said) > 1 else None)
