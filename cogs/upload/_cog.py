"""The command and the presses of uploading."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from cogs.ui.actions import Interaction, action
from cogs.ui.door import others_first
from cogs.ui.item import link_button
from cogs.ui.kept import Kept
from cogs.ui.reply import (
    acknowledge,
    acknowledge_press,
    answer,
    answer_on,
    answer_or_share,
    done,
    in_place,
    open_form,
    progress,
    suggest,
    tell,
    waits,
)
from cogs.ui.report import rescue
from cogs.ui.words import joined
from cogs.upload._file import given
from cogs.upload._form import Given, UploadForm, read, requests
from cogs.upload._question import Question
from cogs.upload._several_views import MOST, again_button, several_told, several_view, several_words
from cogs.upload._several_views import progress_view as several_progress_view
from cogs.upload._transfer import LONGEST, Transfer, Transfers
from cogs.upload._views import (
    album_again_button,
    album_question_view,
    anyway_button,
    as_is_button,
    bare_request,
    bare_uploaded,
    earlier_link,
    link_first_button,
    made_words,
    over_view,
    question_view,
    smaller_button,
    under_way_view,
    uploaded_told,
    uploaded_view,
    uploaded_words,
    without_album_button,
)
from errors import (
    AlbumNeedsAccountError,
    AlbumTitleError,
    AlbumUncertainError,
    DetailsStayError,
    DuplicateError,
    ImageGivenError,
    LinkBrokenError,
    NewAlbumError,
    NotAnItemError,
    NothingToUploadError,
    NotLinkedError,
    NotYoursError,
    QuestionExpiredError,
    SentAgainError,
    SeveralGivenError,
    ShrinkableError,
    TitleSharedError,
    UploadEndedError,
)
from imgur.errors import NotFoundError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Album
from services.expiry import read_span, span_name, span_value, spans_for
from services.library.suggestions import Scope, Suggestion, SuggestionService
from services.picked import PickedService
from services.quota.caller import Wait, Waiting, caller, calling
from services.several import Batch, SeveralUploads, may_pass
from services.text import line, passage
from services.upload import Destination, Uploaded, UploadRequest, UploadService

AGAIN = 12 * 60 * 60.0
"""Seconds for which what was asked about or failed can be sent: Discord's links to the files are good for a day."""
NO_ALBUM = (
    *(AlbumNeedsAccountError, AlbumTitleError, ImageGivenError, NotAnItemError, NotFoundError),
    *(NotYoursError, SeveralGivenError, TitleSharedError),
)
"""Of the album that was named: nothing can go into it, however often it is tried."""
ENDING = 120.0
"""Seconds that are left to send it once Imgur's limit was waited for."""
UNTIL = "until"
ASKED = {Destination.ASK, Destination.ASK_BROKEN}


class Uploads(commands.Cog):
    """Uploads what users attach, to their account or anonymously."""

    def __init__(
        self,
        uploads: UploadService,
        several: SeveralUploads,
        picked: PickedService,
        suggestions: SuggestionService,
    ) -> None:
        self._uploads = uploads
        self._several = several
        self._picked = picked
        self._suggestions = suggestions
        self._questions: Kept[Question] = Kept(lifetime=AGAIN)
        self._again: Kept[Question] = Kept(lifetime=AGAIN)
        self._transfers = Transfers()

    @app_commands.command()
    @app_commands.describe(
        file="The picture or video",
        url="The address of one, which Imgur is asked to fetch",
        title="Its title on Imgur",
        description="Its description on Imgur",
        album="One of your albums (pick a suggestion, or give its title, id or link), or the name of a new one",
        anonymous="Upload without an account (True), or only into yours (False)",
        mute="Leave out a video's sound",
        expires="Delete it again after so long: 1 hour to 30 days; else it stays",
        spoiler="Hide it as a spoiler",
        share="Show the result to everyone here",
    )
    async def upload(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        url: str | None = None,
        *,
        title: Range[str, 1, TITLE_LIMIT] | None = None,
        description: Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        album: Range[str, 1, 2000] | None = None,
        anonymous: bool | None = None,
        mute: bool = False,
        expires: Range[str, 1, 100] | None = None,
        spoiler: bool = False,
        share: bool = False,
    ) -> None:
        """Upload a picture or video to Imgur."""
        if file is None and not url:
            filled = Given(title, description, album, anonymous, mute, spoiler, share, read_span(expires))
            await open_form(interaction, UploadForm(interaction.user.id, filled))
            return
        await acknowledge(interaction)
        source = given(file, url, hidden=spoiler)
        request = UploadRequest(
            discord_id=interaction.user.id,
            file=source,
            title=title if line(title) else None,
            description=passage(description) or passage(source.description, DESCRIPTION_LIMIT) or None,
            album=album,
            anonymous=anonymous,
            mute=mute,
            expires=read_span(expires),
        )
        await self.begin(interaction, Question((request,), share))

    @upload.autocomplete("album")
    async def _albums(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._suggestions.suggest(interaction.user.id, typed, Scope.ALBUMS)
        return await suggest(interaction, found)

    @upload.autocomplete("expires")
    async def _spans(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        spans = spans_for(typed)
        return await suggest(interaction, [Suggestion(span_name(span), span_value(span)) for span in spans])

    @action("upload")
    async def _upload_pressed(self, interaction: Interaction) -> None:
        """As the command opens it where it is given nothing."""
        await open_form(interaction, UploadForm(interaction.user.id, Given()))

    @action("upload-anonymously")
    async def _anonymously_pressed(self, interaction: Interaction, key: str) -> None:
        if question := await self._answered(interaction, key):
            await self._send(interaction, question.changed(anonymous=True))

    @action("upload-link")
    async def _link_pressed(self, interaction: Interaction, key: str) -> None:
        """Show how to link; once that is done, it goes on in the message that was pressed on."""
        if not await self._acknowledged(interaction, key):
            return
        _until(interaction)
        question, go_on = self._questions.get(key), partial(self._go_on, interaction, key)
        if question is not None and not await self._needs_link(question):
            await go_on()
        else:
            waiting = interaction.client.after_link
            await waiting.offer(interaction, key, is_there=lambda: self._questions.get(key) is not None, go_on=go_on)

    async def _go_on(self, interaction: Interaction, key: str) -> None:
        """Upload what waited, once; nothing, if it was answered otherwise meanwhile."""
        question = self._questions.take(key)
        if question is not None:
            in_place(interaction)
            await self.begin(interaction, question)

    @action("upload-album")
    async def _album_chosen(self, interaction: Interaction, key: str, which: str) -> None:
        if question := await self._answered(interaction, key):
            await self._send(interaction, question.answered(which))

    @action("upload-sent")
    async def _form_sent(
        self,
        interaction: Interaction,
        where: str,
        mute: str,
        *,
        files: list[str],
        title: str,
        description: str,
        album: str,
        how: list[str] | None = None,
    ) -> None:
        await acknowledge(interaction)
        filled = read(where, mute, {"title": title, "description": description, "album": album, "how": how})
        await self.begin(interaction, Question(tuple(requests(interaction, files, filled)), filled.share))

    @action("upload-again")
    async def _again_pressed(self, interaction: Interaction, key: str) -> None:
        """In a message of its own: the one that was pressed on has the links of what went up."""
        if self._again.get(key) is None and not self._again.is_taken(key):
            await others_first()
        await acknowledge(interaction)
        question = self._again.take(key)
        if question is None:
            raise SentAgainError if self._again.is_taken(key) else QuestionExpiredError
        await self.begin(interaction, question)

    @action("upload-smaller")
    async def _smaller_pressed(self, interaction: Interaction, key: str) -> None:
        """The same, of what is too large as it is."""
        await self._again_pressed(interaction, key)

    @action("upload-as-is")
    async def _as_is_pressed(self, interaction: Interaction, key: str) -> None:
        """The same, of what cannot be cleaned."""
        await self._again_pressed(interaction, key)

    @action("upload-anyway")
    async def _anyway_pressed(self, interaction: Interaction, key: str) -> None:
        """The same, of what there is a picture of already."""
        await self._again_pressed(interaction, key)

    @action("upload-cancel")
    async def _cancel_pressed(self, interaction: Interaction, key: str) -> None:
        if key not in self._transfers:
            await others_first()
            await tell(interaction, over_view())
            return
        await acknowledge_press(interaction)
        if not self._transfers.cancel(key):  # otherwise the command itself says how it ended
            await tell(interaction, over_view())

    async def _answered(self, interaction: Interaction, key: str) -> Question | None:
        """The question that was pressed on, once; what becomes of it takes its place. None for a second press."""
        if not await self._acknowledged(interaction, key):
            return None
        in_place(interaction)
        return self._questions.take(key)

    async def _acknowledged(self, interaction: Interaction, key: str) -> bool:
        """Whether the question that was pressed on is there. If a press before was the answer, its message tells.

        Raises QuestionExpiredError, in its place.
        """
        if self._questions.get(key) is None and not self._questions.is_taken(key):
            await others_first()
        await acknowledge_press(interaction)
        if self._questions.is_taken(key):
            return False
        if self._questions.get(key) is None:
            in_place(interaction)
            raise QuestionExpiredError
        return True

    async def begin(self, interaction: Interaction, question: Question) -> None:
        """Send it, or ask first where it goes."""
        if not question.requests:
            raise NothingToUploadError
        try:
            destination = await self._uploads.destination(question.telling)
        except (NotLinkedError, LinkBrokenError):
            self._rescue_for_link(interaction, question)
            raise
        except AlbumNeedsAccountError:
            self._rescue_from_album(interaction, question)
            raise
        if destination in ASKED:
            await self._ask(interaction, question, broken=destination is Destination.ASK_BROKEN)
        else:
            await self._send(interaction, question)

    async def _needs_link(self, question: Question) -> bool:
        try:
            return await self._uploads.destination(question.telling) in ASKED
        except (NotLinkedError, LinkBrokenError):
            return True

    def _rescue_for_link(self, interaction: Interaction, question: Question) -> None:
        """Only an account would do: link it and go on."""
        key = self._questions.keep(question)
        rescue(interaction, None, link_first_button(key, interaction.user.id), instead=True)

    def _rescue_from_album(self, interaction: Interaction, question: Question) -> None:
        """Into that album nothing can go: nobody has to attach the files once more for that."""
        rescue(interaction, None, without_album_button(self._questions.keep(question), interaction.user.id))

    async def _ask(self, interaction: Interaction, question: Question, *, broken: bool) -> None:
        key = self._questions.keep(question)
        await answer(interaction, question_view(key, interaction.user.id, broken=broken))

    async def _send(self, interaction: Interaction, question: Question) -> None:
        if len(question.requests) > 1:
            await self._send_several(interaction, question)
        else:
            await self._send_one(interaction, question)

    async def _send_several(self, interaction: Interaction, question: Question) -> None:
        """A few at a time. Whatever ends it, what became of each is told."""
        owner, until = interaction.user.id, _until(interaction)
        batch, later = Batch.of(question.requests[:MOST]), question.requests[MOST:]
        try:
            await self._several.settle(batch)
        except NewAlbumError as new:
            await self._ask_for_album(interaction, question, new)
            return
        except AlbumUncertainError:
            rescue(interaction, None, album_again_button(self._questions.keep(question), owner))
            raise
        except NO_ALBUM:
            self._rescue_from_album(interaction, question)
            raise
        except Exception:
            rescue(interaction, None, again_button(self._again.keep(question), owner, len(question.requests)))
            raise
        waits_for: list[Wait] = []

        async def waiting(wait: Wait) -> None:
            waits_for[:] = [wait]
            await waits(interaction)

        async def show(transfer: Transfer[None]) -> None:
            wait = waits_for[0] if waits_for else None
            await progress(interaction, several_progress_view(batch, transfer.key, owner, wait))

        # What became of each file says how it ended.
        with suppress(UploadEndedError), _patiently(interaction, waiting):
            work = partial(self._several.upload, batch, until)
            longest = max(until - time.monotonic(), 1.0)
            await self._transfers.run(batch.total, lambda _count, _queued: work(), show, longest=longest)
        again = self._kept_again((*batch.again, *later), batch.album, question)
        smaller = self._kept_again(batch.shrinkable, batch.album, question)
        as_is = self._kept_again(batch.telling, batch.album, question)
        anyway = self._kept_again(batch.doubles, batch.album, question)
        if batch.uploaded:
            done(interaction, several_words(batch), several_told(batch))
        items = [uploaded.image for uploaded in batch.uploaded]
        picked = await self._picked.keep(owner, items) if len(items) > 1 else None
        twice = await self._picked.keep(owner, batch.twice) if batch.twice else None
        draw = partial(several_view, batch, owner, again=again, smaller=smaller, as_is=as_is)
        draw = partial(draw, more=len(later), picked=picked, anyway=anyway, twice=twice)
        share = question.share and bool(batch.uploaded)
        plainer = partial(draw, bare=True)
        posted = await answer_or_share(interaction, draw, share=share, plainer=plainer, items=items)
        if posted and (later or batch.twice or len(batch.uploaded) < len(batch.entries)):
            await answer_on(interaction, draw(shared=False)) or await answer_on(interaction, draw(bare=True))

    def _kept_again(self, left: Sequence[UploadRequest], album: Album | None, question: Question) -> str | None:
        """What is left of a question, to go into the same album; its key, None for nothing."""
        into = {"album": f"album:{album.id}", "is_new_album": False} if album else {}
        return self._again.keep(replace(question, requests=tuple(left)).changed(**into)) if left else None

    async def _ask_for_album(self, interaction: Interaction, question: Question, new: NewAlbumError) -> None:
        owner = interaction.user.id
        key = self._questions.keep(replace(question, album=new.title, choices=new.choices))
        await answer(
            interaction,
            album_question_view(key, owner, new.title, new.choices),
            plainer=partial(album_question_view, key, owner, None, ()),
        )

    async def _send_one(self, interaction: Interaction, question: Question) -> None:
        owner, request, share = interaction.user.id, question.requests[0], question.share

        shown: list[Wait] = []
        made: list[Album] = []

        async def waiting(wait: Wait) -> None:
            shown[:] = [wait]
            await waits(interaction)

        async def show(transfer: Transfer[Uploaded]) -> None:
            wait = shown[0] if shown else None
            await progress(interaction, under_way_view(request, transfer, owner, wait))

        try:
            with _patiently(interaction, waiting):
                uploaded = await self._transfers.run(
                    request.file.size,
                    lambda count, queued: self._uploads.upload(request, count, queued, made.append),
                    show,
                    longest=max(_until(interaction) - time.monotonic(), 1.0),
                )
        except (NotLinkedError, LinkBrokenError) as error:  # left, or refused by Imgur, only now; nothing was sent
            if not request.is_open:
                self._rescue_for_link(interaction, question)
                raise
            await self._ask(interaction, question, broken=isinstance(error, LinkBrokenError))
            return
        except NewAlbumError as new:
            await self._ask_for_album(interaction, question, new)
            return
        except Exception as error:
            self._rescue(interaction, question, error, made)
            raise
        done(interaction, uploaded_words(uploaded), uploaded_told(uploaded, request))
        await answer_or_share(
            interaction,
            partial(uploaded_view, uploaded, owner, request, undated=question.undated),
            share=share,
            plainer=partial(
                uploaded_view,
                bare_uploaded(uploaded),
                owner,
                bare_request(request),
                undated=question.undated,
            ),
            items=[uploaded.image],
        )

    def _rescue(self, interaction: Interaction, question: Question, error: Exception, made: Sequence[Album]) -> None:
        """What is to be told with the error, and a way on if there is one."""
        owner, album = interaction.user.id, made[-1] if made else None
        told = made_words(album) if album else None
        if isinstance(error, AlbumUncertainError):
            rescue(interaction, None, album_again_button(self._questions.keep(question), owner))
        elif question.requests[0].album and isinstance(error, NO_ALBUM):
            self._rescue_from_album(interaction, question)
        elif isinstance(error, ShrinkableError):
            key = self._kept_again([replace(question.requests[0], shrink=True)], album, question)
            rescue(interaction, told, smaller_button(key or "", owner))
        elif isinstance(error, DetailsStayError):
            key = self._kept_again([replace(question.requests[0], as_is=True)], album, question)
            rescue(interaction, told, as_is_button(key or "", owner))
        elif isinstance(error, DuplicateError):
            key = self._kept_again([replace(question.requests[0], anyway=True)], album, question)
            before = joined("\n", (earlier_link(error.earlier), told))
            rescue(interaction, before, anyway_button(key or "", owner))
        elif may_pass(error):
            rescue(
                interaction, told, again_button(self._kept_again(question.requests, album, question) or "", owner, 1)
            )
        elif album:
            rescue(interaction, told, link_button(album))


def _until(interaction: Interaction) -> float:
    """Until when an upload may take, for which this was acknowledged, or is now: Discord takes its answer that long."""
    until: float = interaction.extras.setdefault(UNTIL, time.monotonic() + LONGEST)
    return until


def _patiently(interaction: Interaction, waiting: Waiting) -> AbstractContextManager[None]:
    """Within, Imgur's limit is waited for as after a command, whatever began it: the message shows how long."""
    until = asyncio.get_running_loop().time() + _until(interaction) - time.monotonic() - ENDING
    return calling(replace(caller(), patience=math.inf, until=min(caller().until, until), waiting=waiting))
