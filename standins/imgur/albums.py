"""/3/album: the encodings and the leniencies that were seen there."""

from __future__ import annotations

from aiohttp import web

from standins.imgur.caller import CALLER, require_account
from standins.imgur.fields import Fields, id_list, read_fields, text
from standins.imgur.images import success
from standins.imgur.records import StoredAlbum, StoredImage
from standins.imgur.shapes import SHAPES, AnswerError, refuse
from standins.imgur.standin import STANDIN
from standins.imgur.views import album_view, image_view


async def create(request: web.Request) -> web.Response:
    """A new album; since late 2024 urlencoded bodies are refused here."""
    standin, caller = request.app[STANDIN], request[CALLER]
    fields = await read_fields(request, urlencoded=standin.switches.era == "classic")
    album = standin.world.add_album(caller.account)
    _change(album, fields)
    album.images = _usable(request, album, fields)
    return success({"id": album.id, "deletehash": album.deletehash})


async def read(request: web.Request) -> web.Response:
    """One album with its images."""
    album = _existing(request)
    album.views += 1
    return success(album_view(request.app[STANDIN], album, request[CALLER].account))


async def read_images(request: web.Request) -> web.Response:
    """The album's images, all at once."""
    viewer = request[CALLER].account
    return success([image_view(request.app[STANDIN], image, viewer) for image in _existing(request).images])


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
    fields = await read_fields(request)
    _change(album, fields)
    if any(name in fields for name in ("ids", "ids[]", "images", "deletehashes", "deletehashes[]")):
        album.images = _usable(request, album, fields)
    return success(True)


async def add(request: web.Request) -> web.Response:
    """Add images; those that cannot be added are passed over, and the answer is true all the same."""
    album = _editable(request)
    album.images += [i for i in _usable(request, album, await read_fields(request)) if i not in album.images]
    return success(True)


async def remove_images(request: web.Request) -> web.Response:
    """Take images out; unknown ones change nothing, and the answer is true all the same."""
    album = _editable(request)
    fields = await read_fields(request) if request.method == "POST" else {"ids": request.query.getall("ids", [])}
    unwanted = id_list(fields, "ids") or []
    album.images = [image for image in album.images if image.id not in unwanted]
    return success(True)


async def delete(request: web.Request) -> web.Response:
    """Delete the album; its images stay."""
    request.app[STANDIN].world.remove_album(_editable(request))
    return success(True)


async def favorite(request: web.Request) -> web.Response:
    """Toggle: the answering word says what it is now."""
    account, album_id = require_account(request), request.match_info["id"]
    gone = (item for item in account.favorites if isinstance(item, StoredAlbum) and item.id == album_id)
    album = next(gone, None) or _existing(request)
    return success("favorited" if request.app[STANDIN].world.toggle_favorite(account, album) else "unfavorited")


def _existing(request: web.Request) -> StoredAlbum:
    album = request.app[STANDIN].world.albums.get(request.match_info["id"])
    if album is None:
        raise _not_found(request)
    return album


def _editable(request: web.Request) -> StoredAlbum:
    handle = request.match_info["id"]
    album = request.app[STANDIN].world.album_by_handle(handle)
    if album is None:
        raise _not_found(request)
    if album.account is None and handle == album.deletehash:
        return album
    if album.account is None or album.account is not request[CALLER].account:
        raise AnswerError(SHAPES["unauthorized-403"])
    return album


def _usable(request: web.Request, album: StoredAlbum, fields: Fields) -> list[StoredImage]:
    """The images named that may go into this album: the owner's by id, anonymous ones by deletehash."""
    world = request.app[STANDIN].world
    ids = [*(id_list(fields, "ids") or []), *(id_list(fields, "images") or [])]
    owned = [world.images.get(image_id) for image_id in ids]
    hashed = [world.image_by_handle(handle) for handle in id_list(fields, "deletehashes") or []]
    return [image for image in owned if image and album.account and image.account is album.account] + [
        image for image in hashed if image is not None
    ]


def _change(album: StoredAlbum, fields: Fields) -> None:
    if "title" in fields:
        album.title = text(fields, "title")
    if "description" in fields:
        album.description = text(fields, "description")
    album.privacy = text(fields, "privacy") or album.privacy
    album.cover = text(fields, "cover") or album.cover


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
