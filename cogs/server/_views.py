"""What a server's rules, what was shared in it, and reports look like. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionChannels, ActionSelect, option
from cogs.ui.forms import Form, field
from cogs.ui.layout import COLOUR, WARNING, Control, heading, notice, rows, shown
from cogs.ui.markdown import Markdown, prose
from cogs.ui.words import Said, and_more, joined, md, small
from imgur.models import Kind
from locales.text import Moment, Plural, Text
from services.sharing import LONGEST_CONTACT, MOST_CHANNELS, Key, ServerRules, SharedMessage, SharedPage, Sharing

NAMED = 3  # items of a message that are named one by one
SHARING: Mapping[Sharing, Text] = {
    Sharing.EVERYWHERE: Text("In every channel"),
    Sharing.CHOSEN: Text("In chosen channels only"),
    Sharing.NOWHERE: Text("Nowhere"),
}
KINDS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
]


def rules_view(rules: ServerRules, owner: int) -> ui.LayoutView:
    """What the server allows, with what changes it: each at once."""
    parts: list[ui.Item[ui.LayoutView]] = [shown(heading(Text("Sharing in this server")), *_rules(rules))]
    where = [option(name, sharing.value, chosen=sharing is rules.sharing) for sharing, name in SHARING.items()]
    parts.append(ui.ActionRow(ActionSelect("server-sharing", owner, options=where)))
    if rules.sharing is Sharing.CHOSEN:
        menu = ActionChannels(
            "server-channels",
            owner,
            kinds=KINDS,
            chosen=rules.channels,
            most=MOST_CHANNELS,
            placeholder=Text("In which channels? Threads belong to theirs."),
        )
        parts.append(ui.ActionRow(menu))
    mature = Text("Let mature pictures be shared")
    if rules.mature:
        mature = Text("No mature pictures")
    parts += rows(
        [
            ActionButton("server-mature", owner, int(not rules.mature), label=mature),
            ActionButton("server-contact", owner, label=Text("Contact for reports…")),
            ActionButton("server-shared", owner, 0, label=Text("What was shared here")),
        ]
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def _rules(rules: ServerRules) -> Iterator[Said]:
    yield Text("**Pictures may be shared:** {where}", where=SHARING[rules.sharing])
    if rules.sharing is Sharing.CHOSEN:
        if rules.channels:
            yield Markdown(" ".join(f"<#{channel}>" for channel in rules.channels))
        else:
            yield Text("None is chosen yet, so they can be shared nowhere.")
    if rules.mature:
        yield Text("**Mature pictures:** openly in age-restricted channels, as spoilers elsewhere")
    else:
        yield Text("**Mature pictures:** not at all")
    contact: Said = Text("none; reports are answered with what moderators can do")
    if rules.contact:
        contact = prose(rules.contact, LONGEST_CONTACT)
    yield Text("**Contact for reports:** {contact}", contact=contact)
    yield small(Text("This goes for what this bot posts, also for members who have installed it for themselves alone."))


class ContactForm(Form):
    """Asks for the contact."""

    def __init__(self, owner: int, contact: str | None) -> None:
        super().__init__("server-contacted", owner, title=Text("Contact for reports"))
        entry: ui.TextInput[ui.View] = ui.TextInput(
            custom_id="contact", default=contact, required=False, max_length=LONGEST_CONTACT
        )
        self.add_item(field(Text("Contact"), entry, Text("Whom to write to, and how. Everybody here can read it.")))


def shared_view(page: SharedPage, owner: int) -> ui.LayoutView:
    """What was shared in the server, each with a way to take it down."""
    if not page.total:
        return notice(
            Text("Nothing was shared here"),
            Text("What members share with this bot is listed here for ninety days."),
            controls=[ActionButton("server-rules", owner, label=Text("Back"))],
        )
    count = Plural("{count} message", "{count} messages", page.total)
    parts: list[ui.Item[ui.LayoutView]] = [shown(heading(Text("Shared here: {messages}", messages=count)))]
    for shared in page.messages:
        down = ActionButton(
            "shared-down", owner, shared.message_id, label=Text("Take down"), style=discord.ButtonStyle.danger
        )
        parts.append(ui.Section(shown(_shared(shared)), accessory=down))
    parts.append(shown(small(Text("Page {page} of {last}", page=page.number + 1, last=page.last + 1))))
    parts += rows(list(_turns(page, owner)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def _shared(shared: SharedMessage) -> Markdown:
    """Who, where, when, and what it shows now. Pictures are not shown: some may be what one looks for."""
    who = Text(
        "{user} in {channel}, {when}",
        user=Markdown(f"<@{shared.discord_id}>"),
        channel=Markdown(f"<#{shared.channel_id}>"),
        when=Moment(shared.shared_at, "R"),
    )
    more = len(shared.items) - NAMED
    left = and_more(more) if more > 0 else None
    items = joined(" · ", (*(Markdown(_address(key)) for key in shared.items[:NAMED]), left))
    return joined("\n", (who, items, _link(shared)))


def _address(key: Key) -> str:
    kind, item_id = key
    return f"<https://imgur.com/{'a/' if kind == Kind.ALBUM else ''}{item_id}>"


def _turns(page: SharedPage, owner: int) -> Iterator[Control]:
    for name, number, disabled in (
        (Text("Newer"), page.number - 1, page.number == 0),
        (Text("Older"), page.number + 1, page.number >= page.last),
    ):
        yield ActionButton("server-shared", owner, max(number, 0), label=name, disabled=disabled)
    yield ActionButton("server-rules", owner, label=Text("Back"))


def report_view(rules: ServerRules, owner: int, message_id: int, *, may: bool, in_server: bool) -> ui.LayoutView:
    """What one can do about a shared message: whom to write to, and for who `may`, to take it down."""
    if may:
        down = ActionButton(
            "shared-down", owner, message_id, label=Text("Take it down"), style=discord.ButtonStyle.danger
        )
        return notice(
            Text("Take this message down?"),
            Text("It is deleted here. The picture stays on Imgur, where only its owner can delete it."),
            _contact(rules),
            controls=[down],
            colour=WARNING,
        )
    ask = Text("Ask who has shared it: they can take it down with this very button.")
    if in_server:
        ask = Text("Tell a moderator here, or who has shared it: they can take it down with this very button.")
    return notice(
        Text("Something wrong with this?"),
        _contact(rules) or ask,
        Text(
            "Imgur takes reports on the page of the picture, which the link opens; Discord takes them in the menu of "
            "the message."
        ),
    )


def _contact(rules: ServerRules) -> Said | None:
    if not rules.contact:
        return None
    return Text("**Contact for reports:** {contact}", contact=prose(rules.contact, LONGEST_CONTACT))


def deleted_view(*, was_there: bool) -> ui.LayoutView:
    """It is no longer there."""
    if was_there:
        return notice(
            Text("Taken down"), Text("The message is gone. The picture stays on Imgur; its owner can delete it there.")
        )
    return notice(Text("It was gone already"), Text("Discord no longer has that message. It is off the list now."))


def refused_view(shared: SharedMessage) -> ui.LayoutView:
    """It is still there, and who can change that."""
    why = Text(
        "A quarter of an hour after posting it can only do so where it is a member of the server and sees the "
        "channel. Open the message and delete it yourself: moderators can."
    )
    if shared.guild_id is None:
        why = Text(
            "A quarter of an hour after posting it can only do so in its direct messages. If the picture is yours, "
            "delete it from Imgur: it is gone for everyone then."
        )
    return notice(Text("Discord does not let the bot delete it"), why, _link(shared), colour=WARNING)


def _link(shared: SharedMessage) -> Markdown:
    """Leads to the message in Discord."""
    place = f"{shared.guild_id or '@me'}/{shared.channel_id}/{shared.message_id}"
    title = md(Text("Open the message"))
    return Markdown(f"[{title}](https://discord.com/channels/{place})")


def emptied_view() -> ui.LayoutView:
    """In the place of what was shared."""
    return notice(Text("No longer here"), Text("What was shared here was deleted from Imgur."))


def saved(rules: ServerRules) -> Markdown:
    """The rules in words, to be told where the view cannot be."""
    return joined("\n", (md(line) for line in _rules(rules)))
