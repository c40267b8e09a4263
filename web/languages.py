"""In whose language a page is: in the browser's, or in that of who began the attempt in Discord."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from aiohttp import web

from locales.languages import ENGLISH, nearest
from locales.rendering import heard_by
from web.security import Handler

MOST_ENTRIES = 10
_ENTRY = re.compile(r"\s*([A-Za-z0-9-]{1,35})\s*(?:;\s*[Qq]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?")


@web.middleware
async def in_browsers_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have the answer be in the first language of the browser's that there is."""
    with heard_by(wanted(request.headers.get("Accept-Language", ""), is_known)):
        return await handler(request)


def in_language_of(locale: str | None) -> AbstractContextManager[None]:
    """In here, texts are for who began an attempt and reads this in Discord.

    None, and what there is no catalogue for, leaves it to the browser.
    """
    return heard_by(locale) if locale is not None and is_known(locale) else nullcontext()


def wanted(accepted: str, known: Callable[[str], bool]) -> str | None:
    """The tag in an Accept-Language that is wanted most of those that are known; never raises on rubbish.

    Only the first ten entries are looked at, and what is none is passed over.
    """
    entries = map(_ENTRY.fullmatch, accepted.split(",", MOST_ENTRIES)[:MOST_ENTRIES])
    found = [(float(entry[2] or 1), entry[1]) for entry in entries if entry]
    ranked = sorted((one for one in found if one[0] > 0), key=lambda one: -one[0])
    return next((tag for _, tag in ranked if known(tag)), None)


def is_known(tag: str) -> bool:
    """Whether who reads this language does not get English in its place."""
    return nearest(tag) is not ENGLISH or tag.lower().partition("-")[0] == "en"
