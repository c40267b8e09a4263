"""Several at once: asked, begun, shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from errors import BulkBusyError, NewAlbumError, NotLinkedError, QuestionAnsweredError, ViewForgottenError
from services.album import AlbumService
from services.bulk.adopting import Adopting
from services.bulk.models import Question, Result, State, Trace, became_of, items_of, results_of, step_of
from services.bulk.work import Adding, Bulk, Deleting, Favoriting
from services.jobs import JobService
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.selection import Deed, Selected, SelectionService, Sorted
from services.text import line
from services.views import Views
from storage.errors import StorageError
from storage.models import Job, JobState, Origin

log = structlog.get_logger(__name__)

_KINDS: Mapping[Deed, type[Bulk]] = {kind.deed: kind for kind in (Deleting, Favoriting, Adding, Adopting)}
_DEEDS = {kind.kind: deed for deed, kind in _KINDS.items()}
UPLOADS = "uploads"
"""In the place of a view: all anonymous uploads, and nothing that is ticked."""
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

    async def ask_uploads(self, discord_id: int) -> Question:
        """The same about deleting all of the user's anonymous uploads."""
        count = await self._catalogue.uploads.count(discord_id)
        found = await self._catalogue.uploads.page(discord_id, offset=0, limit=count)
        items = tuple(Selected("image", upload.image_id, upload.title) for upload in found)
        sorted_ = Sorted(Deed.DELETE, items, {})
        if not items:
            return Question(None, sorted_)
        return Question(await self._views.ask(discord_id, f"{Deed.DELETE} {UPLOADS}", items), sorted_)

    async def withdraw(self, discord_id: int, question_id: str) -> State | None:
        """The answer is no. Where it was yes before, how far it is. Raises QuestionAnsweredError."""
        was_open = await self._views.answered(discord_id, question_id) is not None
        return None if was_open else await self._begun(discord_id, question_id)

    async def confirm(self, discord_id: int, question_id: str, *, album: tuple[str, str] | None = None) -> State:
        """The answer is yes: begin. A second answer tells how far it is, and does nothing.

        `album` is the id and the title of the one that pictures are put into. In one write the question has its answer
        and the work is on record. Raises BulkBusyError, QuestionAnsweredError, NotLinkedError.
        """
        asked = await self._asked(discord_id, question_id)
        if isinstance(asked, State):
            return asked
        deed, view = asked
        items = await self._views.selected(discord_id, question_id)
        needs_account = deed is Deed.ADOPT
        viewer = await (self._catalogue.usable if needs_account else self._catalogue.reading.viewer)(discord_id)
        into = {} if album is None else {"album": album[0], "title": album[1]}
        clears = view if deed is Deed.DELETE else None
        return await self._begin(viewer, deed, items, into, question=question_id, clears=clears)

    async def confirm_into(self, discord_id: int, question_id: str, title: str) -> State:
        """Put them into the user's album of this title, which is made where there is none. Raises AlbumTitleError.

        As `confirm`; before an album is made, whether the question still stands.
        """
        asked = await self._asked(discord_id, question_id)
        if isinstance(asked, State):
            return asked
        if await self._is_busy(discord_id, Deed.ADD):
            raise BulkBusyError
        try:
            album = await self._albums.into(discord_id, title)
        except NewAlbumError:
            album = await self._albums.made_for(discord_id, title)
        return await self.confirm(discord_id, question_id, album=(album.id, line(album.title) or album.id))

    async def begin(self, discord_id: int, view: str, deed: Deed) -> State:
        """Do it with all that is ticked, unasked. Raises BulkBusyError, NotLinkedError, LinkBrokenError."""
        found = await self._selections.sorted(discord_id, view, deed)
        viewer = await self._catalogue.usable(discord_id)
        return await self._begin(viewer, deed, found.can, {})

    async def state(self, discord_id: int, job_id: int) -> State | None:
        """How far it is; None where nobody knows it any more: it was told a while ago, or the account was unlinked."""
        job = await self._jobs.get(discord_id, job_id)
        return None if job is None or job.kind not in _DEEDS else await self._state(job)

    async def shown(self, job: Job) -> State | None:
        """How far this job is; None where it is none of several at once, or that cannot be seen."""
        try:
            return None if job.kind not in _DEEDS else await self._state(job)
        except StorageError:
            return None

    async def newer(self, state: State) -> State | None:
        """The same as it is now; as it was where the database cannot be read."""
        try:
            return await self.state(state.job.discord_id, state.job.id)
        except StorageError as error:
            log.info("how far a job is cannot be seen", job=state.job.id, reason=type(error).__name__)
            return state

    async def go_on(self, discord_id: int, job_id: int) -> State | None:
        """Let what has stopped go on. Raises BulkBusyError where something newer of the kind goes on."""
        was_resumed = await self._jobs.resume(discord_id, job_id)
        state = await self.state(discord_id, job_id)
        if state is not None and state.is_stopped and not was_resumed:
            raise BulkBusyError
        return state

    async def goes_on(self, discord_id: int, deed: Deed) -> State | None:
        """The job of this kind that goes on by itself, if there is one."""
        job = await self._jobs.open_one(_KINDS[deed].kind, f"user:{discord_id}")
        return None if job is None else await self._state(job)

    async def _stopped(self, discord_id: int, deed: Deed) -> list[Job]:
        """Those that have stopped."""
        every = await self._jobs.of_user(discord_id)
        return [job for job in every if job.kind == _KINDS[deed].kind and job.state is JobState.STOPPED]

    async def stop(self, discord_id: int, job_id: int) -> State | None:
        """Let nothing more of it be done than what is under way; how far it is. It can go on later."""
        before = await self.state(discord_id, job_id)
        if before is None or not before.is_open:
            return before
        await self._jobs.stop(discord_id, job_id)
        return await self.state(discord_id, job_id)

    async def shown_in(self, state: State, origin: Origin) -> bool:
        """As `JobService.shown_in`."""
        return await self._jobs.shown_in(state.job.discord_id, state.job.id, origin)

    async def may_show(self, state: State, origin: Origin | None) -> bool:
        """Whether the message to which `origin` leads is to show it: not where a newer press has it, or it was told.

        Of how it ended, one is told so, once, whatever process asks; and who has no `origin` on record. Never raises.
        """
        if origin is None:
            return state.job.shown is None
        if state.job.shown != origin.until:
            return False
        return state.is_open or await self._jobs.take_telling(state.job)

    async def told(self, state: State) -> None:
        """The user has seen the outcome: no answer needs to tell it. Never raises: at worst it is told twice."""
        try:
            await self._jobs.told(state.job)
        except StorageError as error:
            log.info("that an outcome was told was not recorded", job=state.job.id, reason=type(error).__name__)

    async def _asked(self, discord_id: int, question_id: str) -> tuple[Deed, str] | State:
        """What an open question is about: the deed and the selection; where the answer was yes, how far it is."""
        try:
            deed, _, view = (await self._views.query(discord_id, question_id)).partition(" ")
        except ViewForgottenError:
            return await self._begun(discord_id, question_id)
        return Deed(deed), view

    async def _begun(self, discord_id: int, question_id: str) -> State:
        """How far it is. Raises QuestionAnsweredError where the answer was no, or it is over."""
        for job in await self._jobs.of_user(discord_id):
            if job.payload.get("question") == question_id:
                return await self._state(job)
        raise QuestionAnsweredError

    async def _is_busy(self, discord_id: int, deed: Deed) -> bool:
        return await self.goes_on(discord_id, deed) is not None

    async def _begin(
        self,
        viewer: Viewer,
        deed: Deed,
        items: Sequence[Selected],
        into: Mapping[str, Any],
        *,
        question: str | None = None,
        clears: str | None = None,
    ) -> State:
        size = _IN_A_STEP.get(deed, 1)
        older = await self._stopped(viewer.discord_id, deed) if deed is Deed.ADOPT else []
        known = {item.id: trace for job in older for item, trace in await self._traces(job)}
        job = await self._jobs.begin(
            _KINDS[deed].kind,
            viewer.discord_id,
            account_id=viewer.account.account_id if viewer.account else None,
            payload={**into, **({"question": question} if question else {})},
            steps=[step_of(items[at : at + size]) | known.get(items[at].id, {}) for at in range(0, len(items), size)],
            answers=question,
            clears=clears,
        )
        if job is not None:
            for one in older:
                await self._jobs.drop(viewer.discord_id, one.id)
            return await self._state(job)
        now = await self._catalogue.reading.viewer(viewer.discord_id)
        if viewer.account is not None and (now.account is None or now.account.account_id != viewer.account.account_id):
            raise NotLinkedError
        if question and isinstance(asked := await self._asked(viewer.discord_id, question), State):
            return asked
        raise BulkBusyError

    async def _traces(self, job: Job) -> list[tuple[Selected, dict[str, str]]]:
        """What a job that has stopped knows of copies, for the payloads of the next one's steps."""
        return [
            (items_of(step.payload)[0], {"trace": step.outcome or step.payload["trace"]})
            for step in await self._jobs.steps(job)
            if Trace.of(step) != Trace() and became_of(step, 1) != [Result.DONE]
        ]

    async def _state(self, job: Job) -> State:
        results = results_of(await self._jobs.steps(job))
        return State(job, _DEEDS[job.kind], results, await self._jobs.progress(job), job.payload.get("title"))
