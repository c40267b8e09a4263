"""Several at once: asked, begun, shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from errors import BulkBusyError, NewAlbumError, QuestionAnsweredError, ViewForgottenError
from services.album import AlbumService
from services.bulk.models import Question, State, results_of, step_of
from services.bulk.work import Adding, Bulk, Deleting, Favoriting
from services.jobs import JobService
from services.library.catalogue import Catalogue
from services.selection import Deed, Selected, SelectionService
from services.text import line
from services.views import Views
from storage.errors import StorageError
from storage.models import Job

log = structlog.get_logger(__name__)

_KINDS: Mapping[Deed, type[Bulk]] = {kind.deed: kind for kind in (Deleting, Favoriting, Adding)}
_DEEDS = {kind.kind: deed for deed, kind in _KINDS.items()}
_IN_A_STEP = {Deed.ADD: 50}
"""Items that are sent together; elsewhere each goes by itself."""


class BulkService:
    """Of each deed, a user has one job at a time. Errors of Imgur and of the database pass through.

    `view` is the id of a selection; ViewForgottenError, NothingSelectedError as `SelectionService` raises them.
    """

    def __init__(
        self,
        jobs: JobService,
        selections: SelectionService,
        views: Views,
        catalogue: Catalogue,
        albums: AlbumService,
    ) -> None:
        self._jobs = jobs
        self._albums = albums
        self._selections = selections
        self._views = views
        self._catalogue = catalogue

    async def ask(self, discord_id: int, view: str, deed: Deed) -> Question:
        """What would be done with what is ticked now; whatever is ticked later, the answer is about this.

        A question that was asked about the same before cannot be answered any more.
        """
        found = await self._selections.sorted(discord_id, view, deed)
        if not found.can:
            return Question(None, found)
        return Question(await self._views.ask(discord_id, f"{deed} {view}", found.can), found)

    async def withdraw(self, discord_id: int, question_id: str) -> None:
        """The answer is no."""
        await self._views.answered(discord_id, question_id)

    async def confirm(self, discord_id: int, question_id: str, *, album: tuple[str, str] | None = None) -> State:
        """The answer is yes: begin. A second answer tells how far it is, and does nothing.

        `album` is the id and the title of the one that pictures are put into. Raises BulkBusyError,
        QuestionAnsweredError.
        """
        if begun := await self._begun(discord_id, question_id):
            return begun
        deed = await self._asked(discord_id, question_id)
        await self._is_free(discord_id, deed)
        asked = await self._views.answered(discord_id, question_id)
        if asked is None:
            raise QuestionAnsweredError
        about, items = asked
        payload = {"question": question_id} | ({} if album is None else {"album": album[0], "title": album[1]})
        state = await self._begin(discord_id, deed, items, payload)
        if deed is Deed.DELETE:
            await self._views.clear(discord_id, about.partition(" ")[2])
        return state

    async def confirm_into(self, discord_id: int, question_id: str, title: str) -> State:
        """Put them into the user's album of this title, which is made where there is none. Raises AlbumTitleError.

        As `confirm`; before an album is made, whether the question still stands.
        """
        if begun := await self._begun(discord_id, question_id):
            return begun
        await self._asked(discord_id, question_id)
        await self._is_free(discord_id, Deed.ADD)
        try:
            album = await self._albums.into(discord_id, title)
        except NewAlbumError:
            album = (await self._albums.create(discord_id, title)).album
        return await self.confirm(discord_id, question_id, album=(album.id, line(album.title) or album.id))

    async def begin(self, discord_id: int, view: str, deed: Deed) -> State:
        """Do it with all that is ticked, unasked. Raises BulkBusyError, NotLinkedError, LinkBrokenError."""
        found = await self._selections.sorted(discord_id, view, deed)
        await self._catalogue.usable(discord_id)
        await self._is_free(discord_id, deed)
        return await self._begin(discord_id, deed, found.can, {})

    async def state(self, discord_id: int, job_id: int) -> State | None:
        """How far it is; None where nobody knows it any more: its outcome was told, or the account was unlinked."""
        job = await self._jobs.get(discord_id, job_id)
        return None if job is None or job.kind not in _DEEDS else await self._state(job)

    async def newer(self, state: State) -> State | None:
        """The same as it is now; as it was where the database cannot be read."""
        try:
            return await self.state(state.job.discord_id, state.job.id)
        except StorageError as error:
            log.info("how far a job is cannot be seen", job=state.job.id, reason=type(error).__name__)
            return state

    async def go_on(self, discord_id: int, job_id: int) -> State | None:
        """Let what has stopped go on."""
        await self._jobs.resume(discord_id, job_id)
        return await self.state(discord_id, job_id)

    async def told(self, discord_id: int, job_id: int) -> None:
        """The user has seen the outcome: no answer needs to tell it. Never raises: at worst it is told twice."""
        try:
            await self._jobs.told(discord_id, job_id)
        except StorageError as error:
            log.info("that an outcome was told was not recorded", job=job_id, reason=type(error).__name__)

    async def _asked(self, discord_id: int, question_id: str) -> Deed:
        """What an open question is about."""
        try:
            return Deed((await self._views.query(discord_id, question_id)).partition(" ")[0])
        except ViewForgottenError:
            raise QuestionAnsweredError from None

    async def _begun(self, discord_id: int, question_id: str) -> State | None:
        for job in await self._jobs.of_user(discord_id):
            if job.payload.get("question") == question_id:
                return await self._state(job)
        return None

    async def _is_free(self, discord_id: int, deed: Deed) -> None:
        if await self._jobs.open_one(_KINDS[deed].kind, f"user:{discord_id}") is not None:
            raise BulkBusyError

    async def _begin(self, discord_id: int, deed: Deed, items: Sequence[Selected], payload: Mapping[str, Any]) -> State:
        viewer = await self._catalogue.reading.viewer(discord_id)
        size = _IN_A_STEP.get(deed, 1)
        job = await self._jobs.begin(
            _KINDS[deed].kind,
            discord_id,
            account_id=viewer.account.account_id if viewer.account else None,
            payload=payload,
            steps=[step_of(items[start : start + size]) for start in range(0, len(items), size)],
        )
        if job is None:
            raise BulkBusyError
        return await self._state(job)

    async def _state(self, job: Job) -> State:
        results = results_of(await self._jobs.steps(job))
        return State(job, _DEEDS[job.kind], results, await self._jobs.progress(job), job.payload.get("title"))
