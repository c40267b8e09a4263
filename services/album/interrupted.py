"""What became of a change of an album, or an upload, of which nobody could be told: looked at on Imgur, and worded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from errors import BotError
from imgur.errors import NotFoundError
from imgur.models import Album, Image, Item
from locales.text import Moment, Plural, Text, Value, listed, sentences
from services.album.looking import Look
from services.album.models import is_ordered, unlike
from services.album.pictures import REFUSALS, AlbumPictures
from services.cache import oldest
from services.jobs import Done, Handler, Pause, Verdict, Work
from services.jobs.changes import KIND, SILENCE, WAITING
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.text import folded, unmarked
from services.words import Words
from services.words.waiting import and_more, named, picture_count
from storage.models import Expiry

NAMED = 10
"""Pictures that are named one by one."""
NOW = Text("In case you had no answer, this is how it is now.")
"""True whatever kept the bot from telling, and where it did tell."""
LOOK_FIRST = Text("Look with /imgur images before you upload it again.")
UNDATED = Text(
    "You wanted it deleted later, but which of them it is cannot be told, so none is deleted by itself: /imgur delete "
    "does it."
)
UNSEEN = Text("You wanted it deleted later. Should it be there all the same, nothing but /imgur delete does that.")
ANONYMOUS = "anonymous"
"""The deed that needs no account."""
SKEW = timedelta(minutes=2)
"""By so much Imgur's clock may be behind."""
UNKNOWN = Words(
    Text("An album may have been changed"),
    Text(
        "In case you had no answer: what became of it cannot be seen. Look with /imgur album list before you do it "
        "again."
    ),
)
UNKNOWN_UPLOAD = Words(
    Text("A picture may have been uploaded"),
    Text(
        "In case you had no answer: what became of it cannot be seen. Look with /imgur images before you upload it "
        "again."
    ),
)
FIELDS = {
    "title": Text("title"),
    "description": Text("description"),
    "privacy": Text("privacy"),
    "cover": Text("cover"),
}
WAITED = Words(
    Text("The bot was restarted while this waited"),
    Text(
        "In case you had no answer: it waited for Imgur's limit, changed nothing, and does not go on. Do it once more."
    ),
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
        change = work.job.payload
        unknown = UNKNOWN_UPLOAD if change["deed"] in {"file", "upload"} else UNKNOWN
        if change.get("expires"):
            unknown = Words(unknown.title, sentences(unknown.text, UNSEEN))
        return Done(unknown) if isinstance(error, (BotError, *REFUSALS)) else None

    async def _sent(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        """A picture that went into no album."""
        file, (got, expires) = _name(change), await self._got(viewer, change)
        if got is None:
            unseen = Text("Imgur shows no picture in your account since {file} was sent.", file=file)
            again = Text("If it is not in /imgur images, upload it once more.")
            return Words(Text("The picture is not to be seen"), sentences(NOW, unseen, again, expires))
        since = Text("Since {file} was sent, your account got: {names}.", file=file, names=got)
        return Words(Text("The picture should be on Imgur"), sentences(NOW, since, expires, LOOK_FIRST))

    async def _got(self, viewer: Viewer, change: Mapping[str, Any]) -> tuple[Value | None, Text | None]:
        """The names of what came into the account since an upload began, hidden by now if it was to be.

        And when it is deleted, if it was to be.
        """
        newest = await self._reading.images(viewer, 0, since=oldest(fresh=True))
        since = [image for image in newest.items if image.created and image.created >= change["begun_at"] - SKEW]
        await self._hide(viewer, change, [image.id for image in since])
        if not since:
            return None, UNSEEN if change.get("expires") else None
        return _names([(image.id, image.title or "") for image in since]), await self._expire(viewer, change, since)

    async def _expire(self, viewer: Viewer, change: Mapping[str, Any], since: Sequence[Item]) -> Text | None:
        """Have it deleted when it was to be, if it is sure which one it is: nothing else may ever be."""
        wish = change.get("expires")
        if not wish:
            return None
        mark, user, uploads = wish.get("mark"), viewer.discord_id, self._catalogue.uploads
        is_it = [one for one in since if isinstance(one, Image) and one.name and mark and mark in one.name]
        if len(is_it) != 1:
            return UNDATED
        (image,) = is_it
        expiry = (await uploads.expiring(user, [image.id])).get(image.id)
        if expiry is None:
            came_at = max(change["begun_at"], min(image.created or change["begun_at"], datetime.now(UTC)))
            due_at = came_at + timedelta(seconds=wish["seconds"])
            expiry = Expiry(user, image.id, due_at, viewer.account_id, deletehash=image.deletehash)
            await uploads.expire(expiry, since=change["begun_at"])
        return Text("As you said, it is deleted {when}; /imgur show changes that.", when=Moment(expiry.due_at))

    async def _hide(self, viewer: Viewer, change: Mapping[str, Any], images: Iterable[str]) -> None:
        for image_id in images if change.get("hidden") else ():
            await self._catalogue.uploads.hide(viewer.discord_id, image_id, since=change["begun_at"])

    async def _sent_by_nobody(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        """A picture that was sent without an account: only what is on record here is known of it."""
        rows = await self._catalogue.uploads.page(viewer.discord_id, offset=0, limit=NAMED)
        since = [row for row in rows if row.uploaded_at >= change["begun_at"]]
        await self._hide(viewer, change, [row.image_id for row in since])
        if since:
            names = _names([(row.image_id, row.title or "") for row in since])
            got = Text("Since {file} was sent, your anonymous uploads got: {names}.", file=_name(change), names=names)
            return Words(Text("The picture should be on Imgur"), sentences(NOW, got, LOOK_FIRST))
        lost = Text(
            "If Imgur took {file}, nobody knows where it is, and nobody can delete it: that takes what Imgur would "
            "have answered. To have it, upload it once more.",
            file=_name(change),
        )
        return Words(Text("The picture was lost"), sentences(NOW, lost))

    async def _created(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        name = _name(change)
        for album in await self._reading.albums(viewer, since=oldest(fresh=True)):
            if folded(album.title) == folded(change["title"]) and album.id not in change["same"]:
                there = Text("The album {name} ({id}) is there.", name=name, id=album.id)
                return Words(Text("Album made"), sentences(NOW, there))
        none = Text("There is no album {name} that is new. /imgur album create makes it.", name=name)
        return Words(Text("No album was made"), sentences(NOW, none))

    async def _edited(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        wish = change["wish"]
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            return _gone(change)
        ignored = unlike(album, wish)
        if not ignored:
            as_wanted = Text("The album {name} is as you wanted it.", name=_name(change))
            return Words(Text("Saved"), sentences(NOW, as_wanted))
        title = Text("Saved in part") if len(ignored) < len(wish) else Text("Not saved")
        left = Text(
            "Of the album {name} this is as it was: {fields}. Change it once more.",
            name=_name(change),
            fields=listed(FIELDS[field] for field in ignored),
        )
        return Words(title, sentences(NOW, left))

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
        became, rest = None, None
        if done and is_in:
            became = Text("In it: {names}.", names=_names(done))
        elif done:
            became = Text("Out of it: {names}.", names=_names(done))
        if left and is_in:
            rest = Text("Not in it: {names}. Do that once more with /imgur album add.", names=_names(left))
        elif left:
            rest = Text("Not out of it: {names}. Do that once more with /imgur album remove.", names=_names(left))
        which = Text("Album: {name}.", name=_name(change))
        return Words(_counted(len(done), len(images), is_in=is_in), sentences(NOW, which, became, rest))

    async def _ordered(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        wish: list[str] = change["wish"]
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            return _gone(change)
        inside, back = {image.id for image in album.images}, None
        if (lost := [one for one in wish if one not in inside]) and len(album.images) >= album.images_count:
            await self._pictures.put_back(viewer, album.id, lost)
            self._reading.forget_album(viewer.discord_id, album.id)
            back = Plural(
                "{count} of its pictures had fallen out and was put back, at its end.",
                "{count} of its pictures had fallen out and were put back, at its end.",
                len(lost),
            )
        kept = [one for one in wish if one in inside]
        if is_ordered(album, kept) and wish[0] in inside:
            first = Text("In the album {name} the picture you chose stands first.", name=_name(change))
            return Words(Text("Saved"), sentences(NOW, first, back))
        order = Text("The order of the album {name} is as it was. Choose the picture once more.", name=_name(change))
        return Words(Text("Not saved"), sentences(NOW, order, back))

    async def _deleted(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        try:
            await self._album(viewer, change)
        except NotFoundError:
            gone = Text(
                "The album {name} is gone from Imgur. Whether its pictures are still there, /imgur images shows.",
                name=_name(change),
            )
            return Words(Text("Deleted"), sentences(NOW, gone))
        there = Text("The album {name} is still there; /imgur album delete asks once more.", name=_name(change))
        return Words(Text("Not deleted"), sentences(NOW, there))

    async def _uploaded(self, viewer: Viewer, change: Mapping[str, Any]) -> Words:
        (got, expires), file = await self._got(viewer, change), unmarked(change.get("file", ""), 60) or Text("it")
        came = None if got is None else Text("Since {file} was sent, your account got: {names}.", file=file, names=got)
        try:
            album = await self._album(viewer, change)
        except NotFoundError:
            gone = Text("Imgur no longer has {name}.", name=_name(change))
            again = Text("If the picture is not in /imgur images, upload it once more.")
            return Words(Text("The album is gone"), sentences(NOW, gone, came, again, expires))
        before, now = change["before"], max(album.images_count, len(album.images))
        if now <= before:
            has = Text("The album {name} is empty.", name=_name(change))
            if now:
                has = Text(
                    "The album {name} has {pictures}, as before.", name=_name(change), pictures=picture_count(now)
                )
            add = None if got is None else Text("/imgur album add puts it in.")
            again = Text("If it is not in /imgur images either, upload it once more.")
            return Words(Text("The picture is not in the album"), sentences(NOW, has, came, add, again, expires))
        has = Text(
            "The album {name} has {pictures}, {more} more than before.",
            name=_name(change),
            pictures=picture_count(now),
            more=now - before,
        )
        return Words(Text("The picture should be in the album"), sentences(NOW, has, came, expires, LOOK_FIRST))

    async def _album(self, viewer: Viewer, change: Mapping[str, Any]) -> Album:
        return await self._reading.album(viewer, change["album"], since=oldest(fresh=True))


def _gone(change: Mapping[str, Any]) -> Words:
    gone = Text("Imgur no longer has {name}, so there is nothing to change in it.", name=_name(change))
    return Words(Text("The album is gone"), gone)


def _counted(done: int, every: int, *, is_in: bool) -> Text:
    if every > 1:
        return _within(done, every) if is_in else _without(done, every)
    if done:
        return Text("The picture is in the album") if is_in else Text("The picture is out of the album")
    return Text("The picture is not in the album") if is_in else Text("The picture is not out of the album")


def _within(done: int, every: int) -> Text:
    return Plural(
        "{done} of {count} picture is in the album", "{done} of {count} pictures are in the album", every, done=done
    )


def _without(done: int, every: int) -> Text:
    return Plural(
        "{done} of {count} picture is out of the album",
        "{done} of {count} pictures are out of the album",
        every,
        done=done,
    )


def _name(change: Mapping[str, Any]) -> Value:
    return unmarked(change["title"], 60) or Text("without a title")


def _names(images: Iterable[Sequence[str]]) -> Value:
    every = [named(unmarked(title, 60), image_id) for image_id, title in images]
    return and_more(every, NAMED)
