"""/3/album: the encodings and the leniencies that were seen there."""

from __future__ import annotations

import time

from aiohttp import web

from standins.imgur.caller import CALLER, require_account
from standins.imgur.fields import Fields, id_list, read_fields, text
from standins.imgur.images import success
from standins.imgur.records import StoredAlbum, StoredImage, new_id
from standins.imgur.shapes import SHAPES, AnswerError, refuse
from standins.imgur.standin import STANDIN
from standins.imgur.views import album_view, image_view, sent_images


async def create(request: web.Request) -> web.Response:
    """A new album; since late 2024 urlencoded bodies are refused here."""
    standin, caller = request.app[STANDIN], request[CALLER]
    fields = await read_fields(request, urlencoded=standin.switches.era == "classic")
    album = StoredAlbum(new_id(), new_id(15), caller.account, int(time.time()))
    album.images = _usable(request, album, fields)
    _change(album, fields, standin.switches.album_ignores)
    album.shown_from = time.monotonic() + standin.switches.new_album_seconds
    standin.world.albums[album.id] = album
    return success({"id": album.id, "deletehash": album.deletehash})


async def read(request: web.Request) -> web.Response:
    """One album with its images."""
    album = _existing(request)
    album.views += 1
    return success(album_view(request.app[STANDIN], album, request[CALLER].account))


async def read_images(request: web.Request) -> web.Response:
    """The album's images, all at once."""
    standin, viewer = request.app[STANDIN], request[CALLER].account
    return success([image_view(standin, image, viewer) for image in sent_images(standin, _existing(request))])


async def read_image(request: web.Request) -> web.Response:
    """One image of the album."""
    wanted = request.match_info["image"]
    for image in _existing(request).images:
        if image.id == wanted:
            return success(image_view(request.app[STANDIN], image, request[CALLER].account))
    raise refuse(404, f"Unable to find an image with the id, {wanted}")


async def update(request: web.Request) -> web.Response:
    """Change what is given; a list of images replaces the set."""
    album = _editable(request)
    fields, ignored = await read_fields(request), request.app[STANDIN].switches.album_ignores
    if any(name in fields for name in ("ids", "ids[]", "images", "images[]", "deletehashes", "deletehashes[]")):
        usable = _usable(request, album, fields)
        album.images = album.images if "ids" in ignored else usable
    _change(album, fields, ignored)
    return success(True)


async def add(request: web.Request) -> web.Response:
    """Add images; those that cannot be added are passed over, and the answer is true all the same."""
    album = _editable(request)
    usable = _usable(request, album, await read_fields(request))
    if "add" not in request.app[STANDIN].switches.album_ignores:
        album.images += [image for image in usable if image not in album.images]
    return success(True)


async def remove_images(request: web.Request) -> web.Response:
    """Take images out; unknown ones change nothing, and the answer is true all the same."""
    album = _editable(request)
    fields = await read_fields(request) if request.method == "POST" else {"ids": request.query.getall("ids", [])}
    unwanted = id_list(fields, "ids") or []
    if "remove" in request.app[STANDIN].switches.album_ignores:
        return success(True)
    album.images = [image for image in album.images if image.id not in unwanted]
    return success(True)


async def delete(request: web.Request) -> web.Response:
    """Delete the album; its images stay."""
    album, standin = _editable(request), request.app[STANDIN]
    if "delete" not in standin.switches.album_ignores:
        standin.world.remove_album(album)
    return success(True)


async def favorite(request: web.Request) -> web.Response:
    """Toggle: the answering word says what it is now."""
    account, album_id = require_account(request), request.match_info["id"]
    gone = (item for item in account.favorites if isinstance(item, StoredAlbum) and item.id == album_id)
    album = next(gone, None) or _existing(request)
    return success("favorited" if request.app[STANDIN].world.toggle_favorite(account, album) else "unfavorited")


def _existing(request: web.Request) -> StoredAlbum:
    album = request.app[STANDIN].world.albums.get(request.match_info["id"])
    if album is None or time.monotonic() < album.shown_from:
        raise _not_found(request)
    return album


def _editable(request: web.Request) -> StoredAlbum:
    handle = request.match_info["id"]
    standin = request.app[STANDIN]
    album = standin.world.album_by_handle(handle)
    if album is None or (time.monotonic() < album.shown_from and not standin.switches.new_album_takes_writes):
        raise _not_found(request)
    if album.account is None and handle == album.deletehash:
        return album
    if album.account is None or album.account is not request[CALLER].account:
        raise AnswerError(SHAPES["unauthorized-403"])
    return album


def _usable(request: web.Request, album: StoredAlbum, fields: Fields) -> list[StoredImage]:
    """The images named that may go into this album: the owner's by id, anonymous ones by deletehash."""
    world, refusals = request.app[STANDIN].world, request.app[STANDIN].switches.album_refusals
    ids = [*(id_list(fields, "ids") or []), *(id_list(fields, "images") or [])]
    named = [world.images.get(image_id) for image_id in ids]
    owned = [image for image in named if image and album.account and image.account is album.account]
    if refusals == "owner-400" and len(owned) < len(ids):
        raise refuse(400, f"You must own all the image ids to add them to album {album.id}")
    if refusals == "bad-id-400" and None in named:
        raise refuse(400, f"Invalid image id: {ids[named.index(None)]}")
    hashed = [world.image_by_handle(handle) for handle in id_list(fields, "deletehashes") or []]
    return list(dict.fromkeys([*owned, *(image for image in hashed if image is not None)]))


def _change(album: StoredAlbum, fields: Fields, ignored: str) -> None:
    for name in ("title", "description"):
        if name in fields and name not in ignored:
            setattr(album, name, text(fields, name))
    for name in ("privacy", "cover"):
        if name not in ignored:
            setattr(album, name, text(fields, name) or getattr(album, name))


def _not_found(request: web.Request) -> AnswerError:
    return refuse(404, f"Unable to find an album with the id, {request.match_info['id']}")


ROUTES = (
    web.post("/3/album", create),
    web.get("/3/album/{id}", read),
    web.put("/3/album/{id}", update),
    web.post("/3/album/{id}", update),
    web.delete("/3/album/{id}", delete),
    web.get("/3/album/{id}/images", read_images),
    web.get("/3/album/{id}/image/{image}", read_image),
    web.post("/3/album/{id}/add", add),
    web.put("/3/album/{id}/add", add),
    web.post("/3/album/{id}/remove_images", remove_images),
    web.delete("/3/album/{id}/remove_images", remove_images),
    web.post("/3/album/{id}/favorite", favorite),
)
