"""What uploading looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.item import item_view, linked, noun
from cogs.ui.layout import WARNING, notice, plain, worded
from cogs.ui.report import link_button
from cogs.upload._question import NEW, NONE
from errors import LinkBrokenError
from imgur.models import TITLE_LIMIT, Album
from services.messages import megabytes, waiting_words
from services.quota.caller import Wait
from services.text import cut
from services.upload import Uploaded, UploadRequest

BAR = 20
CHOICES = 3  # of albums, beside a new one and none
LABEL_LIMIT = 80  # Discord's, of a button
NAME_LIMIT = 80


def question_view(key: str, owner: int, *, broken: bool) -> ui.LayoutView:
    """Where should it go? Nothing has been sent yet."""
    anonymously = ActionButton("upload-anonymously", owner, key, label="Upload anonymously")
    return notice(
        "Where should this go?",
        _why_asked(broken=broken),
        "An anonymous upload belongs to no account. Only this bot can edit or delete it, for you.",
        "-# Nothing was sent yet. After linking, run the command again.",
        controls=[link_button(owner), anonymously],
        colour=WARNING,
    )


def album_question_view(key: str, owner: int, title: str, choices: Sequence[str]) -> ui.LayoutView:
    """Into which album? None of the user's is called so; nothing has been made or sent yet."""
    new = ActionButton("upload-album", owner, key, NEW, label="Make it and upload", style=discord.ButtonStyle.primary)
    others = [
        ActionButton("upload-album", owner, key, number, label=cut(f"Into {_named(choice)}", LABEL_LIMIT))
        for number, choice in enumerate(choices[:CHOICES])
    ]
    none = ActionButton("upload-album", owner, key, NONE, label="Upload without an album")
    return notice(
        "None of your albums is called that",
        f"Should **{plain(title, TITLE_LIMIT)}** be made, and the file put into it?",
        "-# Nothing was made or sent yet.",
        controls=[new, *others, none],
        colour=WARNING,
    )


def album_again_button(key: str, owner: int) -> ActionButton:
    """Makes the album, if it is not there by now, and uploads into it."""
    return ActionButton("upload-album", owner, key, NEW, label="Try again", style=discord.ButtonStyle.primary)


def progress_view(sent: int, total: int, key: str, owner: int, *, before: int | None = None) -> ui.LayoutView:
    """How far an upload is, with a way to end it; with `before`, how many are served before it begins."""
    cancel = ActionButton("upload-cancel", owner, key, label="Cancel", style=discord.ButtonStyle.danger)
    if before is not None:
        served = f"{before:,} before you" if before else "You are next"
        return notice("Waiting for your turn", f"Many uploads are under way. **{served}.**", controls=[cancel])
    part = min(sent / total, 1.0) if total else 0.0
    filled = int(part * BAR)
    waiting = "Everything is sent. Waiting for Imgur…" if sent >= total else ""
    return notice(
        "Uploading to Imgur",
        f"`{'█' * filled}{'░' * (BAR - filled)}` {int(part * 100)} %\n{megabytes(sent)} of {megabytes(total)}",
        waiting,
        controls=[cancel],
    )


def waiting_view(wait: Wait, key: str, owner: int) -> ui.LayoutView:
    """An upload for which there are no credits yet, with a way to end it."""
    said = waiting_words(wait)
    cancel = ActionButton("upload-cancel", owner, key, label="Cancel", style=discord.ButtonStyle.danger)
    return notice(said.title, said.text, controls=[cancel])


def uploaded_view(uploaded: Uploaded, owner: int, request: UploadRequest, *, shared: bool) -> ui.LayoutView:
    """The picture, its link, what was made of it and what can be done with it. What was hidden stays hidden."""
    heading = f"**Uploaded by** <@{owner}>" if shared else f"**{uploaded_words(uploaded)}**"
    facts = " · ".join(_facts(uploaded, request, shared=shared))
    return item_view(
        uploaded.image,
        owner=owner,
        can=uploaded.can,
        heading=f"{heading}\n-# {facts}" if facts else heading,
        shared=shared,
        hidden=request.file.hidden,
        described=request.file.description,
    )


def _facts(uploaded: Uploaded, request: UploadRequest, *, shared: bool) -> Iterator[str]:
    """Which file it was, whether without its sound, and in which album it is; where others see it, not its name."""
    file = request.file
    if not shared and (name := plain(file.name, NAME_LIMIT)):
        yield f"{name}, a {file.origin}" if file.origin else name
    if request.mute and noun(uploaded.image) == "Video":
        yield "without sound"
    if uploaded.album:
        yield f"in your {'new ' if request.is_new_album else ''}album {linked(uploaded.album)}"


def bare_request(request: UploadRequest) -> UploadRequest:
    """The request without users' words, which Discord may have disliked."""
    return replace(request, file=replace(request.file, name="", description=None))


def uploaded_words(uploaded: Uploaded) -> str:
    """What was done, in a few words."""
    return "Uploaded anonymously" if uploaded.anonymous else "Uploaded to your Imgur account"


def made_words(album: Album) -> str:
    """For who gets an error about the file instead."""
    return f"The album {linked(album)} was made before, and stays."


def over_view() -> ui.LayoutView:
    """Cancel came too late."""
    return notice(
        "This upload is already over",
        "There is nothing left to cancel. If its message does not say how it ended, the bot was restarted meanwhile: "
        "`/imgur images` shows whether the picture is there.",
    )


def _named(choice: str) -> str:
    """A suggestion's wording without what it is and its id."""
    return choice.removeprefix("Album: ").rpartition(" (")[0]


def _why_asked(*, broken: bool) -> str:
    known = worded(LinkBrokenError()) if broken else None
    return f"{known.title}. {known.text}" if known else "No Imgur account is linked."
