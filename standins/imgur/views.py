"""How Imgur shows an account, an image, an album: the exact sets of keys seen since 2020."""

from __future__ import annotations

import time
from typing import Any

from standins.imgur.records import Account, Stored, StoredAlbum, StoredImage
from standins.imgur.standin import Standin

_STILL_LINK_FROM = 20_000_000


def account_view(account: Account) -> dict[str, Any]:
    """The account model."""
    return {
        "id": account.id,
        "url": account.username,
        "bio": account.bio,
        "avatar": None,
        "avatar_name": None,
        "cover": None,
        "cover_name": None,
        "reputation": account.reputation,
        "reputation_name": "Neutral",
        "created": account.created,
        "pro_expiration": False,
        "user_follow": {"status": False},
        "is_blocked": False,
    }


def image_view(
    standin: Standin, image: StoredImage, viewer: Account | None, *, uploader: bool = False
) -> dict[str, Any]:
    """The image model as `viewer` sees it; the deletehash is for its owner and for the one who just uploaded it."""
    view: dict[str, Any] = {
        "id": image.id,
        "title": image.title,
        "description": image.description,
        "datetime": image.created,
        "type": image.mime_type,
        "animated": image.animated,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "views": image.views,
        "bandwidth": image.views * image.size,
        "vote": None,
        "favorite": viewer is not None and image in viewer.favorites,
        "nsfw": image.nsfw,
        "section": None,
        "account_url": None,
        "account_id": image.account.id if image.account else 0,
        "is_ad": False,
        "in_most_viral": False,
        "has_sound": image.has_sound,
        "tags": [],
        "ad_type": 0,
        "ad_url": "",
        "edited": "0",
        "in_gallery": image.in_gallery,
        "deletehash": "",
        "name": image.name,
        "link": link_of(standin, image),
        "mp4": "",
        "hls": "",
        "ad_config": {
            "safeFlags": ["not_in_gallery", "share"],
            "highRiskFlags": [],
            "unsafeFlags": ["sixth_mod_unsafe"],
            "wallUnsafeFlags": [],
            "showsAds": False,
        },
    }
    if image.animated:
        view |= _moving(standin, image)
    _show_deletehash(standin, view, image, viewer, uploader=uploader)
    return view | image.odd


def album_view(standin: Standin, album: StoredAlbum, viewer: Account | None, *, images: bool = True) -> dict[str, Any]:
    """The album model; lists of albums come without `images`."""
    cover = next((i for i in album.images if i.id == album.cover), album.images[0] if album.images else None)
    view: dict[str, Any] = {
        "id": album.id,
        "title": album.title and standin.switches.album_titles(album.title),
        "description": album.description,
        "datetime": album.created,
        "cover": cover.id if cover else "",
        "cover_edited": None,
        "cover_width": cover.width if cover else 0,
        "cover_height": cover.height if cover else 0,
        "account_url": album.account.username if album.account else None,
        "account_id": album.account.id if album.account else None,
        "privacy": standin.switches.album_privacy(album.privacy),
        "layout": "blog",
        "views": album.views,
        "link": f"https://imgur.com/a/{album.id}",
        "favorite": viewer is not None and album in viewer.favorites,
        "nsfw": album.nsfw,
        "section": "",
        "images_count": len(album.images),
        "in_gallery": album.in_gallery,
        "is_ad": False,
        "include_album_ads": False,
        "is_album": True,
        "deletehash": "",
    }
    if images:
        view["images"] = [image_view(standin, image, viewer) for image in sent_images(standin, album)]
    _show_deletehash(standin, view, album, viewer, uploader=False)
    if album.account is not None and viewer is album.account:
        view["order"] = 0
    return view | album.odd


def sent_images(standin: Standin, album: StoredAlbum) -> list[StoredImage]:
    """The album's images, as many as are sent."""
    return album.images[: standin.switches.album_images_sent]


def favorite_view(standin: Standin, item: Stored, viewer: Account | None) -> dict[str, Any]:
    """An item among favorites: image or album, told apart by `is_album`; votes are null outside the gallery."""
    if isinstance(item, StoredAlbum):
        view = album_view(standin, item, viewer, images=False)
    else:
        view = image_view(standin, item, viewer) | {"is_album": False}
    votes = 0 if item.in_gallery else None
    return view | {"ups": votes, "downs": votes, "points": votes, "score": votes} | item.odd


def gallery_view(standin: Standin, item: Stored, viewer: Account | None) -> dict[str, Any]:
    """An item of the public gallery; an album has its images with it."""
    view = favorite_view(standin, item, viewer)
    if isinstance(item, StoredAlbum):
        view |= album_view(standin, item, viewer)
    more: dict[str, Any] = {"comment_count": 0, "favorite_count": 0, "topic": None, "topic_id": 0, "tags": []}
    return view | more | {"images_count": len(item.images) if isinstance(item, StoredAlbum) else 1} | item.odd


def link_of(standin: Standin, image: StoredImage, extension: str | None = None) -> str:
    """Where the bytes are said to be: Imgur's own host, or this stand-in if switched."""
    host = f"{standin.url}/i" if standin.switches.links_to_self else "https://i.imgur.com"
    still = "h" if image.mime_type == "image/gif" and image.size > _STILL_LINK_FROM and extension is None else ""
    if extension is None and standin.switches.bare_dot_links and image.mime_type in {"video/webm", "video/x-matroska"}:
        return f"{host}/{image.id}."
    return f"{host}/{image.id}{still}.{extension or image.extension}"


def _moving(standin: Standin, image: StoredImage) -> dict[str, Any]:
    pending = image.pending_reads > 0 or time.monotonic() < image.pending_until
    return {
        "mp4": link_of(standin, image, "mp4"),
        "mp4_size": 0 if pending else image.size,
        "gifv": link_of(standin, image, "gifv"),
        "hls": link_of(standin, image, "m3u8"),
        "looping": True,
        "processing": {"status": "pending" if pending else "completed"},
    }


def _show_deletehash(
    standin: Standin, view: dict[str, Any], item: Stored, viewer: Account | None, *, uploader: bool
) -> None:
    if (uploader and standin.switches.deletehash_for_uploader) or (item.account is not None and item.account is viewer):
        view["deletehash"] = item.deletehash
    elif standin.switches.deletehash_for_others == "absent":
        del view["deletehash"]
