"""What Imgur's API v3 can do with albums; a part of the client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import FormData

from imgur import _decode
from imgur._texts import in_utf8
from imgur._transport import Request, Transport, path_id
from imgur.errors import BadAnswerError, OutcomeUnknownError, RejectedError
from imgur.models import AccessToken, Album, Image, Page, Privacy

ALBUMS_PER_PAGE = 50


class AlbumCalls:
    """`handle` is an album's id with `auth`, or the deletehash of an anonymous one without.

    To each change Imgur answers true, also where it changed nothing: whoever wants to know reads the album again, a
    second or two later. Each is sent once; after OutcomeUnknownError it may have been carried out.
    """

    _transport: Transport

    async def account_albums(self, auth: AccessToken, page: int = 0, *, size: int = ALBUMS_PER_PAGE) -> Page[Album]:
        """The account's albums without their images, `size` (up to 100) a page; empty past the end."""
        data = await self._transport.get("account", "me", "albums", str(page), auth=auth, perPage=size)
        return _decode.page(data, _decode.album)

    async def account_albums_count(self, auth: AccessToken) -> int:
        """How many albums the account has."""
        return _decode.count(await self._transport.get("account", "me", "albums", "count", auth=auth))

    async def album(self, album_id: str, auth: AccessToken | None = None) -> Album:
        """One album with all of its images."""
        return _decode.album(await self._transport.get("album", path_id(album_id), auth=auth))

    async def album_images(self, album_id: str, auth: AccessToken | None = None) -> Page[Image]:
        """The images of an album, all at once."""
        data = await self._transport.get("album", path_id(album_id), "images", auth=auth)
        return _decode.page(data, _decode.image)

    async def album_image(self, album_id: str, image_id: str, auth: AccessToken | None = None) -> Image:
        """One image of an album. Raises NotFoundError where it is not in there, or there is no such album."""
        data = await self._transport.get("album", path_id(album_id), "image", path_id(image_id), auth=auth)
        return _decode.image(data)

    async def create_album(
        self,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        images: Iterable[str] = (),
    ) -> Album:
        """A new album with these images of the account's: only its id, its deletehash and what was given are known."""
        texts = (("title", title), ("description", description), ("privacy", privacy))
        given = [(name, value) for name, value in texts if value is not None]
        form = _form([*given, *(("ids", path_id(image)) for image in images)])
        data = await self._transport.change(Request("POST", ("3", "album"), auth, data=form))
        try:
            made = _decode.album(data)
        except BadAnswerError as error:
            raise OutcomeUnknownError(error.detail) from None
        return replace(made, title=title, description=description, privacy=privacy)

    async def update_album(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        cover: str | None = None,
        images: Sequence[str] | None = None,
    ) -> None:
        """Change what is given, and nothing else. `images` are all that it is to hold, in their order."""
        given: dict[str, Any] = {
            "title": title and in_utf8(title),
            "description": description and in_utf8(description),
            "privacy": privacy,
            "cover": cover,
            "ids": None if images is None else [path_id(image) for image in images],
        }
        body = {name: value for name, value in given.items() if value is not None}
        await self._write("PUT", ("album", path_id(handle)), auth, json=body)

    async def add_to_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None:
        """Put these images at its end."""
        ids = ",".join(path_id(image) for image in images)
        await self._write("POST", ("album", path_id(handle), "add"), auth, json={"ids": ids})

    async def remove_from_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None:
        """Take these images out; they stay in the account."""
        form = _form(("ids", path_id(image)) for image in images)
        await self._write("POST", ("album", path_id(handle), "remove_images"), auth, data=form)

    async def delete_album(self, handle: str, auth: AccessToken | None = None) -> None:
        """Delete it for good. What becomes of its images Imgur does not say."""
        await self._write("DELETE", ("album", path_id(handle)), auth)

    async def _write(
        self,
        method: str,
        path: tuple[str, ...],
        auth: AccessToken | None,
        *,
        json: Mapping[str, Any] | None = None,
        data: FormData | None = None,
    ) -> None:
        if (
            await self._transport.change(Request(method, ("3", *path), auth, json=json, data=data, secrets=path[1:2]))
            is False
        ):
            raise RejectedError("answered with false")


def _form(fields: Iterable[tuple[str, str]]) -> FormData:
    """A multipart form: Imgur takes no urlencoded ones here."""
    form = FormData(default_to_multipart=True)
    for name, value in fields:
        form.add_field(name, in_utf8(value))
    return form
