"""/3/gallery/search: what is in the public gallery, 60 a page whatever was asked."""

from __future__ import annotations

import time

from aiohttp import web

from standins.imgur.caller import CALLER
from standins.imgur.images import success
from standins.imgur.records import Stored
from standins.imgur.shapes import SHAPES, AnswerError
from standins.imgur.standin import STANDIN
from standins.imgur.views import gallery_view

_DAY = 24 * 3600
_WINDOWS = {"day": _DAY, "week": 7 * _DAY, "month": 30 * _DAY, "year": 365 * _DAY, "all": None}


async def search(request: web.Request) -> web.Response:
    """A page of hits: each word of `q` in title or description; the window counts in the order `top` only."""
    standin, asked = request.app[STANDIN], request.match_info
    words = request.query.get("q", "").casefold().split()
    if not words:
        raise AnswerError(SHAPES["bad-request-400"])
    sort, reach = asked.get("sort", "time"), _WINDOWS[asked.get("window", "all")]
    since = time.time() - reach if sort == "top" and reach else 0
    hits = [item for item in standin.world.gallery() if item.created >= since and _holds(item, words)]
    if sort != "time":
        hits.sort(key=lambda item: item.views, reverse=True)
    page, size = int(asked.get("page", 0)), standin.switches.hits_per_page
    if standin.switches.last_page_again:
        page = min(page, max(len(hits) - 1, 0) // size)
    return success([gallery_view(standin, hit, request[CALLER].account) for hit in hits[page * size :][:size]])


def _holds(item: Stored, words: list[str]) -> bool:
    text = f"{item.title}\n{item.description}".casefold()
    return all(word in text for word in words)


_SEARCH, _SORT = "/3/gallery/search", "{sort:time|viral|top}"
_WINDOW, _PAGE = f"{{window:{'|'.join(_WINDOWS)}}}", "{page:[0-9]+}"
ROUTES = tuple(
    web.get("/".join((_SEARCH, *tail)), search)
    for tail in ((), (_SORT,), (_SORT, _PAGE), (_SORT, _WINDOW), (_SORT, _WINDOW, _PAGE))
)
