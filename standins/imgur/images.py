"""/3/image and /3/upload, and the bytes under /i."""

from __future__ import annotations

import time

from aiohttp import web

from standins.imgur.caller import CALLER, Caller, require_account
from standins.imgur.fields import read_fields, text
from standins.imgur.intake import THUMBNAILS, Received, receive, recognise, stem
from standins.imgur.records import StoredAlbum, StoredImage
from standins.imgur.shapes import SHAPES, AnswerError, refuse
from standins.imgur.standin import STANDIN, Standin
from standins.imgur.views import image_view


def success(data: object) -> web.Response:
    """Imgur's envelope around a good answer."""
    return web.json_response({"data": data, "success": True, "status": 200})


async def upload(request: web.Request) -> web.Response:
    """Store an upload for the caller: an account's under Bearer, nobody's under Client-ID."""
    standin, caller = request.app[STANDIN], request[CALLER]
    received = await receive(request)
    what = recognise(request, received)
    album = _album_for(standin, caller, received)
    image = standin.world.new_image(caller.account, what.mime_type, what.width, what.height, received.size)
    image.animated = what.animated
    image.has_sound = image.is_video and text(received.fields, "disable_audio") != "1"
    image.title, image.description = text(received.fields, "title"), text(received.fields, "description")
    image.name, image.data = stem(received), received.data
    if album is not None:
        album.images.append(image)
    return success(image_view(standin, image, caller.account, uploader=True))


def _album_for(standin: Standin, caller: Caller, received: Received) -> StoredAlbum | None:
    handle = text(received.fields, "album")
    if not handle:
        return None
    album = standin.world.album_by_handle(handle)
    if album is not None and time.monotonic() < album.shown_from and not standin.switches.new_album_takes_writes:
        album = None
    own = album is not None and (album.account is caller.account if album.account else album.deletehash == handle)
    if not own:
        raise refuse(
            400,
            f"You are not the owner of album '{handle}', which means you can't add images to it. "
            "For anonymous albums, use the album deletehash.",
        )
    return album


async def read(request: web.Request) -> web.Response:
    """One image, anyone's, by its id."""
    standin = request.app[STANDIN]
    image = standin.world.images.get(request.match_info["id"])
    if image is None:
        raise _not_found(request.match_info["id"])
    image.views += 1
    answer = success(image_view(standin, image, request[CALLER].account))
    image.pending_reads = max(0, image.pending_reads - 1)
    return answer


async def update(request: web.Request) -> web.Response:
    """Change title and description: by id for the owner, by deletehash for an anonymous image."""
    image = _editable(request, request.match_info["id"], gone=404)
    fields = await read_fields(request)
    if "title" in fields:
        image.title = text(fields, "title")
    if "description" in fields:
        image.description = text(fields, "description")
    return success(True)


async def delete(request: web.Request) -> web.Response:
    """Delete: by id for the owner, by deletehash for an anonymous image."""
    standin = request.app[STANDIN]
    handle = request.match_info["id"]
    image = standin.world.image_by_handle(handle)
    if image is None or not standin.switches.deletehash_of_accounts or handle != image.deletehash:
        image = _editable(request, handle, gone=standin.switches.delete_gone_status)
    standin.world.remove_image(image)
    return success(True)


def _editable(request: web.Request, handle: str, *, gone: int) -> StoredImage:
    image = request.app[STANDIN].world.image_by_handle(handle)
    if image is None:
        raise _not_found(handle, gone)
    account = request[CALLER].account
    if image.account is None and handle == image.deletehash:
        return image
    if image.account is None or image.account is not account:
        raise AnswerError(SHAPES["unauthorized-403"])
    return image


async def favorite(request: web.Request) -> web.Response:
    """Toggle: the answering word says what it is now."""
    standin, account = request.app[STANDIN], require_account(request)
    image_id = request.match_info["id"]
    gone = (item for item in account.favorites if item.id == image_id)
    image = standin.world.images.get(image_id) or next(gone, None)
    if image is None:
        raise _not_found(image_id)
    return success("favorited" if standin.world.toggle_favorite(account, image) else "unfavorited")


async def serve_bytes(request: web.Request) -> web.Response:
    """The bytes of an image, also under its thumbnail names; what is gone redirects to "removed"."""
    images = request.app[STANDIN].world.images
    name = request.match_info["id"]
    image = images.get(name) or (images.get(name[:-1]) if name[-1] in THUMBNAILS else None)
    if image is None or image.data is None:
        return web.Response(status=302, headers={"Location": "/removed.png"})
    is_film = image.mime_type == "image/gif" and request.match_info["extension"] == ".mp4"
    kind = "video/mp4" if is_film else image.mime_type
    return web.Response(body=image.data, content_type=kind, headers={"Cache-Control": "max-age=60"})


async def removed(_request: web.Request) -> web.Response:
    """What stands where an image was."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="161" height="81"><rect width="161" height="81" fill="#222"/>'
        '<text x="12" y="45" fill="#fff" font-family="sans-serif" font-size="11">no longer available</text></svg>'
    )
    return web.Response(text=drawing, content_type="image/svg+xml")


def _not_found(image_id: str, status: int = 404) -> AnswerError:
    return refuse(status, f"Unable to find an image with the id, {image_id}")


ROUTES = (
    web.post("/3/upload", upload),
    web.post("/3/image", upload),
    web.get("/3/image/{id}", read),
    web.post("/3/image/{id}", update),
    web.delete("/3/image/{id}", delete),
    web.post("/3/image/{id}/favorite", favorite),
    web.get("/i/{id:[A-Za-z0-9]+}{extension:[.][a-z0-9]*}", serve_bytes),
    web.get("/removed.png", removed),
)
