"""Made-up answers in the forms that Imgur sends."""

from __future__ import annotations

from typing import Any

API = "https://api.imgur.example"
CLIENT_ID = "fake-client-id"
CLIENT_SECRET = "fake-client-secret"

IMAGE: dict[str, Any] = {
    "id": "Ab3dE7g",
    "title": "A cat",
    "description": None,
    "datetime": 1700000000,
    "type": "image/png",
    "animated": False,
    "width": 205,
    "height": 78,
    "size": 16532,
    "views": 3,
    "bandwidth": 49596,
    "vote": None,
    "favorite": False,
    "nsfw": None,
    "section": None,
    "account_url": None,
    "account_id": 45344,
    "is_ad": False,
    "in_most_viral": False,
    "has_sound": False,
    "tags": [],
    "edited": "0",
    "in_gallery": False,
    "deletehash": "",
    "name": "cat",
    "link": "https://i.imgur.com/Ab3dE7g.png",
    "mp4": "",
    "hls": "",
}
VIDEO: dict[str, Any] = IMAGE | {
    "id": "Vid30ab",
    "type": "video/mp4",
    "animated": True,
    "has_sound": True,
    "link": "https://i.imgur.com/Vid30ab.mp4",
    "mp4": "https://i.imgur.com/Vid30ab.mp4",
    "gifv": "https://i.imgur.com/Vid30ab.gifv",
    "mp4_size": "595876",
    "looping": True,
    "processing": {"status": "completed"},
}
ALBUM: dict[str, Any] = {
    "id": "b59dz",
    "title": "Holiday",
    "description": None,
    "datetime": 1700000000,
    "cover": "Ab3dE7g",
    "cover_width": 205,
    "cover_height": 78,
    "account_url": "bob_example",
    "account_id": 45344,
    "privacy": "private",
    "layout": "blog",
    "views": 7,
    "link": "http://imgur.com/a/b59dz",
    "favorite": False,
    "nsfw": None,
    "section": "",
    "deletehash": "fakedeletehash1",
    "order": 0,
    "images_count": 2,
    "images": [IMAGE, VIDEO],
}
TOKENS: dict[str, Any] = {
    "access_token": "fake-access-token-2",
    "expires_in": 315360000,
    "token_type": "bearer",
    "scope": "",
    "refresh_token": "fake-refresh-token-2",
    "account_id": 45344,
    "account_username": "bob_example",
}
