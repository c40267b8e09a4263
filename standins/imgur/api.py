"""/3/account and /3/credits. Lists hold 50 items a page (perPage up to 100), favorites 60 whatever was asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar

from aiohttp import web

from standins.imgur import albums, gallery, images
from standins.imgur.caller import CALLER, require_account
from standins.imgur.images import success
from standins.imgur.records import Account, Stored, StoredAlbum, StoredImage
from standins.imgur.shapes import SHAPES, AnswerError, refuse
from standins.imgur.standin import STANDIN
from standins.imgur.views import account_view, album_view, favorite_view, image_view

_T = TypeVar("_T")


async def account(request: web.Request) -> web.Response:
    """An account by its name, `me`, or `?account_id=`."""
    wanted = request.query.get("account_id", "")
    if wanted and "user" not in request.match_info:
        found = request.app[STANDIN].world.accounts.get(int(wanted)) if wanted.isdecimal() else None
        if found is None:
            raise refuse(404, f"Unable to find a user with the id, {wanted}")
        return success(account_view(found))
    return success(account_view(_subject(request)))


async def account_images(request: web.Request) -> web.Response:
    """A page of the caller's images, newest first."""
    owner, standin = _own(request), request.app[STANDIN]
    return success([image_view(standin, image, owner) for image in _page(request, standin.world.images_of(owner))])


async def account_image_ids(request: web.Request) -> web.Response:
    """A page of the ids of the caller's images."""
    return success([i.id for i in _page(request, request.app[STANDIN].world.images_of(_own(request)))])


async def account_image_count(request: web.Request) -> web.Response:
    """How many images the caller has."""
    return _count(request, request.app[STANDIN].world.images_of(_own(request)))


async def account_image(request: web.Request) -> web.Response:
    """One image of the caller's."""
    owner, standin = _own(request), request.app[STANDIN]
    image = standin.world.images.get(request.match_info["id"])
    return success(image_view(standin, _owned(request, image, owner), owner))


async def delete_account_image(request: web.Request) -> web.Response:
    """Delete one image of the caller's: here by its deletehash, not by its id."""
    owner, world = _own(request), request.app[STANDIN].world
    handle = request.match_info["id"]
    image = next((i for i in world.images_of(owner) if i.deletehash == handle), None)
    world.remove_image(_owned(request, image, owner))
    return success(True)


async def account_albums(request: web.Request) -> web.Response:
    """A page of an account's albums, without their images; to others than the owner only the public ones."""
    standin, viewer = request.app[STANDIN], request[CALLER].account
    return success([album_view(standin, a, viewer, images=False) for a in _page(request, _visible_albums(request))])


async def account_album_ids(request: web.Request) -> web.Response:
    """A page of the ids of an account's albums."""
    return success([album.id for album in _page(request, _visible_albums(request))])


async def account_album_count(request: web.Request) -> web.Response:
    """How many albums an account has."""
    return _count(request, _visible_albums(request))


async def favorites(request: web.Request) -> web.Response:
    """A page of the caller's favorites, images and albums mixed."""
    return _favorites(request, _own(request).favorites)


async def gallery_favorites(request: web.Request) -> web.Response:
    """A page of an account's favorites that are in the public gallery."""
    return _favorites(request, [item for item in _subject(request).favorites if item.in_gallery])


async def credits_left(request: web.Request) -> web.Response:
    """What the caller has left."""
    caller = request[CALLER]
    return success(request.app[STANDIN].world.credits.summary(caller.user, caller.client_id))


def _favorites(request: web.Request, items: Sequence[Stored]) -> web.Response:
    standin, viewer = request.app[STANDIN], request[CALLER].account
    sort = request.match_info.get("sort", "newest")
    ordered = list(items) if sort == "oldest" else list(reversed(items))
    size = standin.switches.favorites_per_page
    reached = ordered[: standin.switches.favorite_pages * size]
    return success([favorite_view(standin, item, viewer) for item in _page(request, reached, size)])


def _count(request: web.Request, items: Sequence[object]) -> web.Response:
    said = request.app[STANDIN].switches.count_says
    return success(len(items) if said is None else said)


def _page(request: web.Request, items: Sequence[_T], size: int | None = None) -> Sequence[_T]:
    page = int(request.match_info.get("page") or _number(request, "page", 0))
    size = size or min(request.app[STANDIN].switches.most_per_page, max(1, _number(request, "perPage", 50)))
    switches = request.app[STANDIN].switches
    if switches.last_page_again:
        page = min(page, max(len(items) - 1, 0) // size)
    if switches.pages_come_round:
        page %= switches.pages_come_round
    return [item for item in items[page * size : (page + 1) * size] if getattr(item, "id", "") not in switches.withheld]


def _number(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default


def _subject(request: web.Request) -> Account:
    """The account the address names."""
    name = request.match_info.get("user", "me")
    if name == "me":
        return require_account(request)
    found = request.app[STANDIN].world.account_named(name)
    if found is None:
        raise refuse(404, f"Unable to find a user with the username, {name}")
    return found


def _own(request: web.Request) -> Account:
    """The account the address names, which must be the caller's."""
    caller, subject = require_account(request), _subject(request)
    if subject is not caller:
        raise AnswerError(SHAPES["unauthorized-403"])
    return subject


def _owned(request: web.Request, image: StoredImage | None, owner: Account) -> StoredImage:
    if image is None or image.account is not owner:
        raise refuse(404, f"Unable to find an image with the id, {request.match_info['id']}")
    return image


def _visible_albums(request: web.Request) -> list[StoredAlbum]:
    subject, viewer = _subject(request), request[CALLER].account
    every = request.app[STANDIN].world.albums_of(subject)
    shown = [album for album in every if album.shown_from <= time.monotonic()]
    return [album for album in shown if subject is viewer or album.privacy == "public"]


_USER = "/3/account/{user}"
_PAGE = "{page:[0-9]+}"
_SORT = "{sort:newest|oldest}"
ROUTES = (
    *images.ROUTES,
    *albums.ROUTES,
    *gallery.ROUTES,
    web.get("/3/credits", credits_left),
    web.get("/3/account/", account),
    web.get(_USER, account),
    web.get(f"{_USER}/images", account_images),
    web.get(f"{_USER}/images/count", account_image_count),
    web.get(f"{_USER}/images/ids", account_image_ids),
    web.get(f"{_USER}/images/ids/{_PAGE}", account_image_ids),
    web.get(f"{_USER}/images/{_PAGE}", account_images),
    web.get(f"{_USER}/image/{{id}}", account_image),
    web.delete(f"{_USER}/image/{{id}}", delete_account_image),
    web.get(f"{_USER}/albums", account_albums),
    web.get(f"{_USER}/albums/count", account_album_count),
    web.get(f"{_USER}/albums/ids", account_album_ids),
    web.get(f"{_USER}/albums/ids/{_PAGE}", account_album_ids),
    web.get(f"{_USER}/albums/{_PAGE}", account_albums),
    *(web.get(f"{_USER}/favorites{tail}", favorites) for tail in ("", f"/{_PAGE}", f"/{_PAGE}/{_SORT}")),
    *(
        web.get(f"{_USER}/gallery_favorites{tail}", gallery_favorites)
        for tail in ("", f"/{_PAGE}", f"/{_PAGE}/{_SORT}")
    ),
)
