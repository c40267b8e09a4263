"""The client: one method for each thing that Imgur's API v3 can do and this package covers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Literal

from aiohttp import ClientSession, ClientTimeout, FormData

from imgur import _decode
from imgur._album import AlbumCalls
from imgur._answer import document_of, grant_error
from imgur._favorite import FavoriteSwitch
from imgur._limits import limits_from
from imgur._signin import sign_in_of
from imgur._texts import in_utf8
from imgur._transport import CONNECT_SECONDS, Request, Transport, path_id, tell_operator
from imgur._upload import SourcePayload, text_form, upload_form
from imgur.chain import Middleware
from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    ForbiddenError,
    ImgurError,
    OutcomeUnknownError,
    UnreachableError,
)
from imgur.models import (
    AccessToken,
    Account,
    GallerySort,
    Image,
    Item,
    Kind,
    Page,
    RateLimits,
    SignIn,
    Sort,
    Tokens,
    UploadSource,
    Window,
)

BASE_URL = "https://api.imgur.com"
IMAGES_PER_PAGE = 50
FAVORITES_PER_PAGE = 60
"""Imgur's own; whether it can be changed is not known."""

UPLOAD_COST = 10
UPLOAD_TIMEOUT = ClientTimeout(total=None, connect=CONNECT_SECONDS)
"""No limit for the whole: a large video on a slow line is fine as long as it moves (see `_upload.STALL_SECONDS`)."""
UPLOAD_ANSWER = 180.0
"""Seconds from the last byte of a file to the last one of the answer, which may come in drops."""
GRANT_ANSWER = 180.0
"""Seconds for new tokens: Imgur may have ended the old ones by then, and gives the same answer to nobody twice."""


class ImgurClient(AlbumCalls):
    """Imgur's API v3 for one application and any number of its users. Every call raises ImgurError.

    `session` stays the caller's to close. Give it a `DummyCookieJar`: one user's cookies must not go out with another's
    token. `timeout` is in seconds, for a whole exchange with its body, `grant_answer` the same where that gives tokens;
    uploads have limits of their own, one of them `upload_answer`, and connections of their own if `upload_session` has
    some. Every request goes through the `middlewares` (`imgur/chain.py`), each try of one for itself. Only reads are
    tried again, and only where that may help. An `auth` of None means the application itself (anonymous).
    """

    def __init__(
        self,
        session: ClientSession,
        client_id: str,
        client_secret: str | None = None,
        *,
        base_url: str = BASE_URL,
        timeout: float = 20.0,
        upload_answer: float = UPLOAD_ANSWER,
        grant_answer: float = GRANT_ANSWER,
        upload_session: ClientSession | None = None,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._upload_answer = upload_answer
        self._grant_timeout = ClientTimeout(total=grant_answer, connect=CONNECT_SECONDS)
        self._upload_session = upload_session
        self._transport = Transport(session, client_id, base_url, timeout, middlewares)
        self._favorites = FavoriteSwitch(self._is_favorite, self._toggle_favorite)

    # --- sign-in --------------------------------------------------------------------------------------------------

    def authorize_url(self, state: str, response_type: Literal["token", "code"] = "token") -> str:
        """Where a user allows the application. Imgur then redirects to the address registered for it."""
        query = {"client_id": self._client_id, "response_type": response_type, "state": state}
        return str(self._transport.base_url.joinpath("oauth2", "authorize").with_query(query))

    async def sign_in(self, response_type: Literal["token", "code"] = "token") -> SignIn:
        """Whether people can sign in: one look at the authorize page, which costs nothing and is tried once."""
        query = {"client_id": self._client_id, "response_type": response_type}
        request = Request("GET", ("oauth2", "authorize"), params=query, cost=0, is_page=True)
        try:
            seen: SignIn = await self._transport.send(request, sign_in_of)
        except ImgurError:
            return SignIn.UNKNOWN
        return seen

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens. Raises InvalidGrantError where the refresh token is no longer good."""
        return await self._grant("refresh_token", "refresh_token", refresh_token, kept=refresh_token)

    async def exchange_code(self, code: str) -> Tokens:
        """Tokens for the code of an authorization with `response_type=code`. Raises InvalidGrantError."""
        return await self._grant("authorization_code", "code", code)

    async def _grant(self, grant_type: str, field: str, value: str, *, kept: str | None = None) -> Tokens:
        if self._client_secret is None:
            raise ForbiddenError("there is no client secret")
        form = FormData(default_to_multipart=True)
        for name, text in (
            (field, value),
            ("client_id", self._client_id),
            ("client_secret", self._client_secret),
            ("grant_type", grant_type),
        ):
            form.add_field(name, text)
        request = Request(
            "POST",
            ("oauth2", "token"),
            data=form,
            secrets=(value, self._client_secret),
            timeout=self._grant_timeout,
            cost=0,
        )
        try:
            return _decode.tokens(await self._transport.send(request, document_of), kept)
        except ImgurError as error:
            meant = grant_error(error)
            if isinstance(meant, ApplicationRefusedError) and meant is not error:
                tell_operator(meant)
            raise meant from None

    # --- account --------------------------------------------------------------------------------------------------

    async def account(self, auth: AccessToken) -> Account:
        """Whose token this is."""
        return _decode.account(await self._transport.get("account", "me", auth=auth))

    async def account_images(self, auth: AccessToken, page: int = 0, *, size: int = IMAGES_PER_PAGE) -> Page[Image]:
        """The account's images, `size` (up to 100) a page, deletehashes included; empty past the end."""
        data = await self._transport.get("account", "me", "images", str(page), auth=auth, perPage=size)
        return _decode.page(data, _decode.image)

    async def account_image_ids(self, auth: AccessToken, page: int = 0, *, size: int = IMAGES_PER_PAGE) -> Page[str]:
        """The ids of the account's images, `size` (up to 100) a page; empty past the end."""
        data = await self._transport.get("account", "me", "images", "ids", str(page), auth=auth, perPage=size)
        return _decode.page(data, _decode.item_id)

    async def account_images_count(self, auth: AccessToken) -> int:
        """How many images the account has."""
        return _decode.count(await self._transport.get("account", "me", "images", "count", auth=auth))

    async def favorites(self, auth: AccessToken, page: int = 0, sort: Sort = "newest") -> Page[Item]:
        """What the account has favorited, images and albums, FAVORITES_PER_PAGE a page; empty past the end."""
        data = await self._transport.get("account", "me", "favorites", str(page), sort, auth=auth)
        return _decode.page(data, _decode.item)

    async def all_favorites(self, auth: AccessToken, sort: Sort = "newest") -> AsyncIterator[Item]:
        """Every favorite, page after page until an empty one."""
        number = 0
        while (page := await self.favorites(auth, number, sort)).received:
            for item in page.items:
                yield item
            number += 1

    # --- images ---------------------------------------------------------------------------------------------------

    async def image(self, image_id: str, auth: AccessToken | None = None) -> Image:
        """One image; with `auth`, as its user sees it (`favorite`, and `deletehash` for the owner)."""
        return _decode.image(await self._transport.get("image", path_id(image_id), auth=auth))

    async def upload(
        self,
        source: UploadSource,
        auth: AccessToken | None = None,
        *,
        video: bool = False,
        album: str | None = None,
        title: str | None = None,
        description: str | None = None,
        disable_audio: bool = False,
    ) -> Image:
        """Stream `source` to Imgur, once. `album`: an id of the account's, or an anonymous album's deletehash.

        What the source raises passes through. Raises SourceLengthError where it gives fewer or more bytes than
        announced. After OutcomeUnknownError Imgur may have stored the file all the same.
        """
        texts = {"type": "file", "name": source.name, "album": album, "title": title, "description": description}
        texts["disable_audio"] = "1" if disable_audio else None
        limit = asyncio.timeout(None)
        file = SourcePayload(source, lambda: limit.reschedule(asyncio.get_running_loop().time() + self._upload_answer))
        form = upload_form(file, "video" if video else "image", {k: v for k, v in texts.items() if v is not None})
        request = Request(
            "POST",
            ("3", "upload"),
            auth,
            data=form,
            secrets=(album,) if album else (),
            timeout=UPLOAD_TIMEOUT,
            cost=UPLOAD_COST,
            session=self._upload_session,
            is_upload=True,
        )
        try:
            async with limit:
                data = await self._transport.change(request)
        except TimeoutError as error:
            raise OutcomeUnknownError(type(error).__name__) from None
        except ImgurError as error:
            if file.failure is not None:
                raise file.failure from None
            if isinstance(error, OutcomeUnknownError) and not file.is_sent:
                raise UnreachableError(error.detail, status=error.status) from None  # half a file is not stored
            raise
        finally:
            await file.settled()
        try:
            return _decode.image(data)
        except BadAnswerError as error:
            raise OutcomeUnknownError(error.detail) from None

    async def upload_address(
        self,
        address: str,
        auth: AccessToken | None = None,
        *,
        name: str | None = None,
        album: str | None = None,
        title: str | None = None,
        description: str | None = None,
        disable_audio: bool = False,
    ) -> Image:
        """Have Imgur fetch a picture from an address, which it gets as it is and which no error names. As `upload`.

        OutcomeUnknownError has a status where Imgur answered, and named no picture.
        """
        texts = {"type": "url", "image": address, "name": name}
        texts |= {"album": album, "title": title, "description": description}
        texts["disable_audio"] = "1" if disable_audio else None
        request = Request(
            "POST",
            ("3", "upload"),
            auth,
            data=text_form({k: v for k, v in texts.items() if v is not None}),
            secrets=(address, *((album,) if album else ())),
            timeout=UPLOAD_TIMEOUT,
            cost=UPLOAD_COST,
            session=self._upload_session,
            is_upload=True,
        )
        try:
            async with asyncio.timeout(self._upload_answer):
                data = await self._transport.change(request)
        except TimeoutError as error:
            raise OutcomeUnknownError(type(error).__name__) from None
        try:
            return _decode.image(data)
        except BadAnswerError as error:
            raise OutcomeUnknownError(error.detail, status=HTTPStatus.OK) from None

    async def update_image(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
    ) -> None:
        """Change what is given. `handle`: the id, with `auth`; the deletehash of an anonymous image without."""
        changes = {"title": title, "description": description}
        given = {name: in_utf8(text) for name, text in changes.items() if text is not None}
        await self._write("POST", ("image", path_id(handle)), auth, json=given)

    async def delete_image(self, handle: str, auth: AccessToken | None = None) -> None:
        """Delete for good. `handle`: the id, with `auth`; the deletehash of an anonymous image without."""
        await self._write("DELETE", ("image", path_id(handle)), auth)

    # --- the public gallery ---------------------------------------------------------------------------------------

    async def search_gallery(
        self,
        query: str,
        sort: GallerySort = "time",
        window: Window = "all",
        page: int = 0,
        *,
        auth: AccessToken | None = None,
    ) -> Page[Item]:
        """A page of Imgur's public gallery, without advertising; 60 hits were seen, `received` counts what came."""
        data = await self._transport.get("gallery", "search", sort, window, str(page), auth=auth, q=query)
        return _decode.page(data, _decode.hit)

    # --- favorites ------------------------------------------------------------------------------------------------

    async def favorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool:
        """Make it a favorite, however often it is asked. Whether that changed anything."""
        return await self._favorites.set(kind, path_id(item_id), auth, wish=True)

    async def unfavorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool:
        """Make it no favorite, however often it is asked. Whether that changed anything."""
        return await self._favorites.set(kind, path_id(item_id), auth, wish=False)

    async def _is_favorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool:
        item = await (self.image(item_id, auth) if kind is Kind.IMAGE else self.album(item_id, auth))
        return item.favorite

    async def _toggle_favorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool:
        word = await self._transport.change(Request("POST", ("3", kind.value, item_id, "favorite"), auth))
        if word not in ("favorited", "unfavorited"):  # no set: it may be of a type that has no hash
            raise BadAnswerError("neither favorited nor unfavorited")
        return bool(word == "favorited")

    # --- limits ---------------------------------------------------------------------------------------------------

    def limits(self, auth: AccessToken | None = None) -> RateLimits:
        """What the newest answers' headers said; costs no call."""
        return self._transport.limits(auth)

    async def credits(self, auth: AccessToken | None = None) -> RateLimits:
        """Ask Imgur for the credits left, and what is known besides."""
        data = await self._transport.get("credits", auth=auth)
        if not isinstance(data, dict):
            raise BadAnswerError("no credits")
        self._transport.keep(limits_from({f"X-RateLimit-{name}": str(value) for name, value in data.items()}), auth)
        return self.limits(auth)
