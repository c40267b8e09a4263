"""What became of a change of an album, or an upload, of which nobody could be told: looked at on Imgur, and worded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from errors import BotError
from imgur.errors import NotFoundError
from imgur.models import Album
from services.album.looking import Look
from services.album.models import is_ordered, unlike
from services.album.pictures import REFUSALS, AlbumPictures
from services.cache import oldest
from services.jobs import Done, Handler, Pause, Verdict, Work
from services.jobs.changes import KIND, SILENCE, WAITING
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.messages import Words, picture_count
from services.text import folded, unmarked

NAMED = 10
"""Pictures that are named one by one."""
NOW = "In case you had no answer, this is how it is now."
"""True whatever kept the bot from telling, and where it did tell."""
LOOK_FIRST = "Look with /imgur images before you upload it again."
ANONYMOUS = "anonymous"
"""The deed that needs no account."""
SKEW = timedelta(minutes=2)
"""By so much Imgur's clock may be behind."""
UNKNOWN = Words(
    "An album may have been changed",
    "In case you had no answer: what became of it cannot be seen. Look with /imgur album list before you do it again.",
)
UNKNOWN_UPLOAD = Words(
    "A picture may have been uploaded",
    "In case you had no answer: what became of it cannot be seen. Look with /imgur images before you upload it again.",
)
WAITED = Words(
    "The bot was restarted while this waited",
    "In case you had no answer: it waited for Imgur's limit, changed nothing, and does not go on. Do it once more.",
)


class Interrupted(Handler):
    """Looks, sends nothing that its user did not ask for, and does nothing twice."""

    kind = KIND
    is_asked_for = True

    def __init__(
        self, catalogue: Catalogue, look: Look, pictures: AlbumPictures, is_held: Callable[[int], bool]
    ) -> None:
        self._is_held = is_held
        self._pictures = pictures
        self._catalogue = catalogue
        self._reading = catalogue.reading
        self._look = look
        self._looks: dict[str, Callable[[Viewer, Mapping[str, Any]], Awaitable[Words]]] = {
            "create": self._created,
            "edit": self._edited,
            "add": partial(self._filled, is_in=True),
            "remove": partial(self._filled, is_in=False),
            "order": self._ordered,
            "delete": self._deleted,
            "upload": self._uploaded,
            "file": self._sent,
            ANONYMOUS: self._sent_by_nobody,
        }

    async def advance(self, work: Work) -> Verdict:
        """What became of it is for the next answer."""
        job = work.job
        if self._is_held(job.id):  # by this process, which only could not show that it is alive
            return Pause(SILENCE.total_seconds())
        deed = job.payload["deed"]
        if deed == WAITING["deed"]:
            return Done(WAITED)
        if deed not in self._looks:  # of a release that knew more
            return Done(UNKNOWN)
        viewer = await (self._reading.viewer if deed == ANONYMOUS else self._catalogue.usable)(job.discord_id)
        return Done(await self._looks[deed](viewer, {**job.payload, "begun_at": job.begun_at}))

    async def judge(self, work: Work, error: Exception) -> Verdict | None:
        """Where the account cannot be used, or Imgur refuses, nothing can be seen; else it is tried again."""
        unknown = UNKNOWN_UPLOAD if work.job.payload["deed"] in {"file", "upload"} else UNKNOWN
        return Done(unknown) if isinstance(error, (BotError, *REFUSALS)) else None

    async def _sent(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        """A picture that went into no album."""
        file, got = _name(change), await self._got(viewer, change)
        if not got:
            return Words(
                "The picture is not to be seen",
                f"{NOW} Imgur shows no picture in your account since {file} was sent. "
                "If it is not in /imgur images, upload it once more.",
            )
        return Words(
            "The picture should be on Imgur",
            f"{NOW} Since {file} was sent, your account got: {got}. {LOOK_FIRST}",
        )

    async def _got(self, viewer: Viewer, change: Mapping[str, Any]) -> str:
        """The names of what came into the account since an upload began, hidden by now if it was to be."""
        newest = await self._reading.images(viewer, 0, since=oldest(fresh=True))
        since = [image for image in newest.items if image.created and image.created >= change["begun_at"] - SKEW]
        await self._hide(viewer, change, [image.id for image in since])
        return _names([(image.id, image.title or "") for image in since])

    async def _hide(self, viewer: Viewer, change: Mapping[str, Any], images: Iterable[str]) -> None:
        for image_id in images if change.get("hidden") else ():
            await self._catalogue.uploads.hide(viewer.discord_id, image_id)

    async def _sent_by_nobody(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        """A picture that was sent without an account: only what is on record here is known of it."""
        rows = await self._catalogue.uploads.page(viewer.discord_id, offset=0, limit=NAMED)
        since = [row for row in rows if row.uploaded_at >= change["begun_at"]]
        await self._hide(viewer, change, [row.image_id for row in since])
        if since:
            names = _names([(row.image_id, row.title or "") for row in since])
            return Words(
                "The picture should be on Imgur",
                f"{NOW} Since {_name(change)} was sent, your anonymous uploads got: {names}. {LOOK_FIRST}",
            )
        return Words(
            "The picture was lost",
            f"{NOW} If Imgur took {_name(change)}, nobody knows where it is, and nobody can delete it: that takes "
            "what Imgur would have answered. To have it, upload it once more.",
        )

    async def _created(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        name = _name(change)
        for album in await self._reading.albums(viewer, since=oldest(fresh=True)):
            if folded(album.title) == folded(change["title"]) and album.id not in change["same"]:
                return Words("Album made", f"{NOW} The album {name} ({album.id}) is there.")
        return Words("No album was made", f"{NOW} There is no album {name} that is new. /imgur album create makes it.")

    async def _edited(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        wish = change["wish"]
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            return _gone(change)
        ignored = unlike(album, wish)
        if not ignored:
            return Words("Saved", f"{NOW} The album {_name(change)} is as you wanted it.")
        title = "Saved in part" if len(ignored) < len(wish) else "Not saved"
        return Words(
            title,
            f"{NOW} Of the album {_name(change)} this is as it was: {', '.join(ignored)}. Change it once more.",
        )

    async def _filled(self, viewer: Viewer, change: Mapping[str, Any], *, is_in: bool) -> Words:
        images: list[Sequence[str]] = change["images"]
        ids = [image_id for image_id, _ in images]
        try:
            await self._album(viewer, change)
            inside = await self._look.inside(viewer.discord_id, change["album"], ids)
        except NotFoundError:
            return _gone(change)
        done = [image for image in images if (image[0] in inside) is is_in]
        left = [image for image in images if image not in done]
        where, command = ("in", "add") if is_in else ("out of", "remove")
        said = [NOW, f"Album: {_name(change)}."]
        if done:
            said.append(f"{where.capitalize()} it: {_names(done)}.")
        if left:
            said.append(f"Not {where} it: {_names(left)}. Do that once more with /imgur album {command}.")
        return Words(f"{_counted(len(done), len(images))} {where} the album", " ".join(said))

    async def _ordered(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        wish: list[str] = change["wish"]
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            return _gone(change)
        inside, back = {image.id for image in album.images}, ""
        if (lost := [one for one in wish if one not in inside]) and len(album.images) >= album.images_count:
            await self._pictures.put_back(viewer, album.id, lost)
            self._reading.forget_album(viewer.discord_id, album.id)
            back = f" {len(lost):,} of its pictures had fallen out and were put back, at its end."
        kept = [one for one in wish if one in inside]
        if is_ordered(album, kept) and wish[0] in inside:
            return Words("Saved", f"{NOW} In the album {_name(change)} the picture you chose stands first.{back}")
        return Words(
            "Not saved",
            f"{NOW} The order of the album {_name(change)} is as it was. Choose the picture once more.{back}",
        )

    async def _deleted(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        try:
            await self._album(viewer, change)
        except NotFoundError:
            return Words(
                "Deleted",
                f"{NOW} The album {_name(change)} is gone from Imgur. Whether its pictures are still there, "
                "/imgur images shows.",
            )
        return Words(
            "Not deleted",
            f"{NOW} The album {_name(change)} is still there; /imgur album delete asks once more.",
        )

    async def _uploaded(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        got, file = await self._got(viewer, change), unmarked(change.get("file", ""), 60) or "it"
        came = f"Since {file} was sent, your account got: {got}. " if got else ""
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            gone = f"{NOW} Imgur no longer has {_name(change)}. {came}"
            return Words("The album is gone", f"{gone}If the picture is not in /imgur images, upload it once more.")
        before, now = change["before"], max(album.images_count, len(album.images))
        if now <= before:
            has = f"has {picture_count(now)}, as before" if now else "is empty"
            add = "/imgur album add puts it in. " if got else ""
            return Words(
                "The picture is not in the album",
                f"{NOW} The album {_name(change)} {has}. {came}{add}If it is not in /imgur images either, upload it "
                "once more.",
            )
        return Words(
            "The picture should be in the album",
            f"{NOW} The album {_name(change)} has {picture_count(now)}, {now - before:,} more than before. {came}"
            f"{LOOK_FIRST}",
        )

    async def _album(self, viewer: Viewer, change: Mapping[str, Any]) -> Album:
        return await self._reading.album(viewer, change["album"], since=oldest(fresh=True))


def _gone(change: Mapping[str, Any]) -> Words:
    return Words("The album is gone", f"Imgur no longer has {_name(change)}, so there is nothing to change in it.")


def _counted(done: int, every: int) -> str:
    if every == 1:
        return "The picture is" if done else "The picture is not"
    return f"{done:,} of {every:,} pictures are"


def _name(change: Mapping[str, Any]) -> str:
    return unmarked(change["title"], 60) or "without a title"


def _names(images: Iterable[Sequence[str]]) -> str:
    every = [f"{unmarked(title, 60)} ({image_id})".strip() for image_id, title in images]
    return ", ".join(every[:NAMED]) + (f" and {len(every) - NAMED:,} more" if len(every) > NAMED else "")
