"""What uploading looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.expiry import UNDATED, expiry_line, later_button, unnoted
from cogs.ui.item import ID_LIMIT, bare_image, is_video, item_view, linked
from cogs.ui.layout import WARNING, notice
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import Said, bold, for_everyone, joined, md, small
from cogs.upload._question import NEW, NONE
from cogs.upload._transfer import Transfer
from errors import LinkBrokenError
from imgur.models import TITLE_LIMIT, Album, Image
from locales.text import Moment, Plural, Size, Text, sentences
from services.library.ability import Ability
from services.messages import words
from services.quota.caller import Wait
from services.upload import Address, Earlier, Origin, Uploaded, UploadRequest
from services.words.changes import change_words
from services.words.waiting import waiting_words

BAR = 20
CHOICES = 3  # of albums, beside a new one and none
NAME_LIMIT = 80
_ORIGINS: Mapping[Origin, Callable[[Markdown], Text]] = {
    Origin.VOICE_MESSAGE: lambda name: Text("{name}, a voice message", name=name),
    Origin.CLIP: lambda name: Text("{name}, a clip", name=name),
    Origin.REMIX: lambda name: Text("{name}, a remix", name=name),
}


def question_view(key: str, owner: int, *, broken: bool) -> ui.LayoutView:
    """Where should it go? Nothing has been sent yet."""
    anonymously = ActionButton("upload-anonymously", owner, key, label=Text("Upload anonymously"))
    return notice(
        Text("Where should this go?"),
        _why_asked(broken=broken),
        Text("An anonymous upload belongs to no account. Only this bot can edit or delete it, for you."),
        small(Text("Nothing was sent yet. Once you have linked your account, the upload goes on by itself.")),
        controls=[link_first_button(key, owner), anonymously],
        colour=WARNING,
    )


def link_first_button(key: str, owner: int) -> ActionButton:
    """Shows how to link; then it is uploaded."""
    label = Text("Link account and upload")
    return ActionButton("upload-link", owner, key, label=label, style=discord.ButtonStyle.primary)


def album_question_view(key: str, owner: int, title: str | None, choices: Sequence[Text]) -> ui.LayoutView:
    """Into which album? None of the user's is called so; nothing has been made or sent yet."""
    primary = discord.ButtonStyle.primary
    new = ActionButton("upload-album", owner, key, NEW, label=Text("Make it and upload"), style=primary)
    others = [
        ActionButton("upload-album", owner, key, number, label=Text("Into {album}", album=dict(choice.values)["title"]))
        for number, choice in enumerate(choices[:CHOICES])
    ]
    none = without_album_button(key, owner)
    asked = Text("Should that album be made, and the file put into it?")
    if title is not None:
        asked = Text("Should **{album}** be made, and the file put into it?", album=plain(title, TITLE_LIMIT))
    return notice(
        Text("None of your albums is called that"),
        asked,
        small(Text("Nothing was made or sent yet.")),
        controls=[new, *others, none],
        colour=WARNING,
    )


def album_again_button(key: str, owner: int) -> ActionButton:
    """Makes the album, if it is not there by now, and uploads into it."""
    return ActionButton("upload-album", owner, key, NEW, label=Text("Try again"), style=discord.ButtonStyle.primary)


def without_album_button(key: str, owner: int) -> ActionButton:
    """Uploads what cannot go into the album that was named."""
    return ActionButton("upload-album", owner, key, NONE, label=Text("Upload without an album"))


def smaller_button(key: str, owner: int, count: int = 1) -> ActionButton:
    """Makes what is too large smaller, and uploads it."""
    label = Plural("Make it smaller and upload", "Make {count} smaller and upload", count)
    return ActionButton("upload-smaller", owner, key, label=label, style=discord.ButtonStyle.primary)


def as_is_button(key: str, owner: int, count: int = 1) -> ActionButton:
    """Uploads what cannot be cleaned, with all that it tells."""
    label = Plural("Upload it as it is", "Upload {count} as they are", count)
    return ActionButton("upload-as-is", owner, key, label=label)


def anyway_button(key: str, owner: int, count: int = 1) -> ActionButton:
    """Uploads what there is a picture of already."""
    label = Plural("Upload it anyway", "Upload these {count} anyway", count)
    return ActionButton("upload-anyway", owner, key, label=label, style=discord.ButtonStyle.primary)


def progress_view(sent: int, total: int, key: str, owner: int, *, before: int | None = None) -> ui.LayoutView:
    """How far an upload is, with a way to end it; with `before`, how many are served before it begins."""
    cancel = ActionButton("upload-cancel", owner, key, label=Text("Cancel"), style=discord.ButtonStyle.danger)
    if before is not None:
        served = Text("Many uploads are under way. **You are next.**")
        if before:
            served = Plural(
                "Many uploads are under way. **{count} before you.**",
                "Many uploads are under way. **{count} before you.**",
                before,
            )
        return notice(Text("Waiting for your turn"), served, controls=[cancel])
    if not total:
        return notice(
            Text("Uploading to Imgur"), Text("Imgur was asked to fetch it. Waiting for Imgur…"), controls=[cancel]
        )
    part = min(sent / total, 1.0)
    filled = int(part * BAR)
    bar = Markdown(f"`{'█' * filled}{'░' * (BAR - filled)}` {int(part * 100)} %")
    return notice(
        Text("Uploading to Imgur"),
        joined("\n", (bar, Text("{sent} of {total}", sent=Size(sent), total=Size(total)))),
        Text("Everything is sent. Waiting for Imgur…") if sent >= total else None,
        controls=[cancel],
    )


def under_way_view(
    request: UploadRequest, transfer: Transfer[Uploaded], owner: int, wait: Wait | None = None
) -> ui.LayoutView:
    """Where an upload stands: waiting for Imgur's limit, for its turn, for Discord, or on its way."""
    if wait and not transfer.is_queued:
        return waiting_view(wait, transfer.key, owner)
    if transfer.before is None and not transfer.total and not isinstance(request.file, Address):
        cancel = ActionButton(
            "upload-cancel", owner, transfer.key, label=Text("Cancel"), style=discord.ButtonStyle.danger
        )
        return notice(Text("Uploading to Imgur"), Text("Waiting for Discord to hand it out…"), controls=[cancel])
    return progress_view(transfer.sent, transfer.total, transfer.key, owner, before=transfer.before)


def waiting_view(wait: Wait, key: str, owner: int) -> ui.LayoutView:
    """An upload for which there are no credits yet, with a way to end it."""
    said = waiting_words(wait)
    cancel = ActionButton("upload-cancel", owner, key, label=Text("Cancel"), style=discord.ButtonStyle.danger)
    return notice(said.title, said.text, controls=[cancel])


@for_everyone
def uploaded_view(
    uploaded: Uploaded, owner: int, request: UploadRequest, *, shared: bool, undated: bool = False
) -> ui.LayoutView:
    """The picture, its link, what was made of it and what can be done with it. What was hidden stays hidden.

    With `undated`, that it is deleted later is offered as well.
    """
    what = bold(uploaded_words(uploaded))
    if shared:
        what = md(Text("**Uploaded by** {user}", user=Markdown(f"<@{owner}>")))
    facts = joined(" · ", _facts(uploaded, request, shared=shared))
    changes = None if shared else joined(" · ", change_words(uploaded.changes))
    before = None if shared else _before(uploaded.earlier)
    is_theirs = Ability.DELETE in uploaded.can and len(uploaded.image.id) <= ID_LIMIT
    is_datable = undated and not shared and uploaded.expiry is None and is_theirs
    promise = None if shared else _promise(uploaded, request)
    return item_view(
        uploaded.image,
        owner=owner,
        can=uploaded.can,
        above=joined("\n", (what, small(facts), small(changes) if changes else None, before, promise)),
        shared=shared,
        hidden=request.file.hidden,
        described=request.file.description,
        vouched=True,
        beside=[later_button(uploaded.image.id, owner)] if is_datable else (),
        expiry=uploaded.expiry if uploaded.is_noted else None,
    )


def _promise(uploaded: Uploaded, request: UploadRequest) -> Text | None:
    """What there is to say of a wish to have it deleted that is not on record."""
    if request.expires and uploaded.expiry is None:
        return UNDATED
    return unnoted(uploaded.expiry) if uploaded.expiry and not uploaded.is_noted else None


def _facts(uploaded: Uploaded, request: UploadRequest, *, shared: bool) -> Iterator[Said]:
    """Which file it was, whether without its sound, and in which album it is; where others see it, not its name."""
    file = request.file
    name = None if shared else plain(file.name, NAME_LIMIT)
    if name and isinstance(file, Address):
        yield Text("from {site}", site=name)
    elif name:
        yield _ORIGINS[file.origin](name) if file.origin else name
    if request.mute and is_video(uploaded.image):
        yield Text("without sound")
    if uploaded.album and request.is_new_album:
        yield Text("in your new album {album}", album=linked(uploaded.album))
    elif uploaded.album:
        yield Text("in your album {album}", album=linked(uploaded.album))


def _before(earlier: Earlier | None) -> Said | None:
    """That one may be enough; the picture's message has a button to delete it."""
    if earlier is None:
        return None
    return Text(
        "**You have uploaded the same file before**, {when}: {picture}. If one is enough, delete this one.",
        when=Moment(earlier.made_at),
        picture=earlier_link(earlier),
    )


def earlier_link(earlier: Earlier, limit: int = NAME_LIMIT) -> Markdown:
    """The picture or video that there was before."""
    return linked(Image(earlier.image_id, title=earlier.title or earlier.image_id), limit)


def bare_uploaded(uploaded: Uploaded) -> Uploaded:
    """The same of what became of it."""
    earlier = replace(uploaded.earlier, title=None) if uploaded.earlier else None
    return replace(uploaded, image=bare_image(uploaded.image), earlier=earlier)


def bare_request(request: UploadRequest) -> UploadRequest:
    """The request without users' words, which Discord may have disliked."""
    return replace(request, file=replace(request.file, name="", description=None))


def uploaded_words(uploaded: Uploaded) -> Text:
    """What was done, in a few words."""
    return Text("Uploaded anonymously") if uploaded.anonymous else Text("Uploaded to your Imgur account")


def uploaded_told(uploaded: Uploaded, request: UploadRequest) -> Markdown:
    """Its page, and what its owner has to know beside, as where all that others see is shown."""
    changes = joined(" · ", change_words(uploaded.changes))
    dated = expiry_line(uploaded.expiry) if uploaded.expiry and uploaded.is_noted else _promise(uploaded, request)
    before = _before(bare_uploaded(uploaded).earlier)
    return joined("\n", (Markdown(uploaded.image.page_url), small(changes) if changes else None, before, dated))


def made_words(album: Album) -> Text:
    """For who gets an error about the file instead."""
    return Text("The album {album} was made before, and stays.", album=linked(album))


def over_view() -> ui.LayoutView:
    """Cancel came too late."""
    return notice(
        Text("This upload is already over"),
        Text(
            "There is nothing left to cancel. If its message does not say how it ended, the bot was restarted "
            "meanwhile: /imgur images shows whether the picture is there."
        ),
    )


def _why_asked(*, broken: bool) -> Said:
    known = words(LinkBrokenError()) if broken else None
    return sentences(Text("{title}.", title=known.title), known.text) if known else Text("No Imgur account is linked.")
