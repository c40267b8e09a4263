"""When a user linked and unlinked, how, and where they began. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cogs.ui.markdown import Markdown
from cogs.ui.words import Said, bold, bullet, joined, md, small
from locales.text import Moment, Text
from services.account import LinkDeed, LinkEvent, LinkProof, Spot, Where

_DEEDS: Mapping[LinkDeed, Text] = {
    LinkDeed.LINKED: Text("linked"),
    LinkDeed.REPLACED: Text("linked, in the place of another account"),
    LinkDeed.UNLINKED: Text("unlinked"),
}
_PROOFS: Mapping[LinkProof, Text] = {
    LinkProof.LOGIN: Text("by a login with Discord"),
    LinkProof.CODE: Text("by a code"),
    LinkProof.PASTED: Text("by an address that was pasted"),
}


def history_text(history: Sequence[LinkEvent]) -> Markdown | None:
    """A line for each, the newest first, and what to do about one that was somebody else. None for none."""
    if not history:
        return None
    lines = (bullet(joined(" · ", (md(Moment(event.at, "f")), *_facts(event)))) for event in history)
    wrong = Text("If one of these was not you, secure your Discord account, unlink, and revoke this bot at Imgur.")
    return joined("\n", (bold(Text("Linked and unlinked:")), *lines, small(wrong)))


def _facts(event: LinkEvent) -> Iterator[Said]:
    yield _DEEDS[event.deed]
    if event.proof is not None:
        yield _PROOFS[event.proof]
    if event.spot is not None:
        yield _place(event.spot)


def _place(spot: Spot) -> Text:
    match spot:
        case Spot(Where.SERVER, int(channel_id)):
            return Text("begun in {channel}", channel=Markdown(f"<#{channel_id}>"))
        case Spot(Where.SERVER):
            return Text("begun in a server")
        case Spot(Where.DIRECT):
            return Text("begun in a direct message with this bot")
    return Text("begun in a group or another conversation")
