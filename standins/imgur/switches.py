"""How the stand-in behaves where the real service varies, and gates that hold requests until a test lets them go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal


class Hold:
    """Requests that match wait here until `release`; `arrived` is set when the first one is here."""

    def __init__(self, match: str, *, answer: bool) -> None:
        self.match = match
        self.answer = answer
        self.arrived = asyncio.Event()
        self.count = 0
        self._open = asyncio.Event()

    @property
    def released(self) -> bool:
        """Whether it no longer holds anything."""
        return self._open.is_set()

    def release(self) -> None:
        """Let everything pass, now and from now on."""
        self._open.set()

    async def wait(self) -> None:
        """Count one arrival and wait for the release."""
        self.count += 1
        self.arrived.set()
        await self._open.wait()


@dataclass
class Switches:
    """Each field may be changed at any time. What the real service does by default is the default here."""

    era: Literal["classic", "2024+"] = "2024+"
    sign_in: Literal["up", "1024", "over-capacity"] = "up"
    state_in: Literal["query", "fragment", "both"] = "query"
    deny_in: Literal["documented", "query", "fragment"] = "documented"
    """Where a denial stands; documented: in the query for `code`, in the fragment for `token`."""
    rotation: Literal["same", "new", "strict"] = "new"
    """What a refresh returns: the same refresh token; a new one, the old still good; a new one, the old dead."""
    one_live_token: bool = True
    """Whether a new access token ends the older ones of that account and client."""
    expires_in: int = 315_360_000
    account_in_token_answer: bool = True
    invalid_token_status: Literal[None, 401, 403, 429] = None
    """None: 403 in the classic era, 401 in the later one."""
    invalid_refresh_status: Literal[400, 401] = 400
    delete_gone_status: int = 404
    deletehash_for_others: Literal["empty", "absent"] = "empty"
    deletehash_for_uploader: bool = True
    deletehash_of_accounts: bool = False
    """Whether an account's picture can be deleted by its deletehash without the account: no document says."""
    links_to_self: bool = False
    bare_dot_links: bool = False
    """Whether WebM and Matroska uploads get a link that ends in a dot."""
    processing_reads: int = 0
    """How many reads of a new video say that it is pending."""
    processing_seconds: float = 0.0
    stale_reads: int = 0
    """How many times, after a write, each address that was read before answers as it did then."""
    rate_headers: bool = True
    rate_reset: Literal["seconds", "epoch"] = "seconds"
    image_limit: int = 10_000_000
    video_limit: int = 200_000_000
    most_per_page: int = 100
    """How many items a page of a list holds at most, whatever `perPage` asks for."""
    favorites_per_page: int = 60
    """How many favorites a page holds, whatever was asked."""
    hits_per_page: int = 60
    """The same of hits in the public gallery."""
    withheld: list[str] = field(default_factory=list)
    """Ids of what is on no page of a list, though its place on its page is not given to another."""
    last_page_again: bool = False
    """Whether what is past the end of a list is its last page once more, and not an empty one."""
    pages_come_round: int = 0
    """After how many pages a list comes round again; 0 for never."""
    favorite_pages: int = 51
    """How many pages of favorites there are in either order; all that follow are empty."""
    count_says: int | None = None
    """What `/count` answers instead of the truth."""
    new_album_seconds: float = 0.0
    """For how long a new album is in no list and its address answers 404."""
    new_album_takes_writes: bool = True
    """Whether it may be changed all the same meanwhile."""
    album_ignores: str = ""
    """What is answered with true and changes nothing: words of title, description, privacy, cover, ids (a whole new
    set), add, remove, delete."""
    album_titles: Callable[[str], str] = str
    """How the titles of albums are shown."""
    album_privacy: Callable[[str], str] = str
    """The same of who may see them."""
    album_refusals: Literal["skip", "owner-400", "bad-id-400"] = "skip"
    """What becomes of a change that names images which cannot be in the album: they alone are passed over; or all of it
    is refused, for any of them, or only for ids that nobody knows."""
    album_images_sent: int | None = None
    """How many of an album's images are sent at most; `images_count` counts all."""
    keep_bytes: int = 10_000_000
    """Of larger uploads only the beginning and the size are kept."""
    _holds: list[Hold] = field(default_factory=list, repr=False)

    def hold(self, match: str, *, answer: bool = False) -> Hold:
        """Hold requests like "POST /3/upload" (wildcards allowed) before, or with `answer` after, they take effect."""
        held = Hold(match, answer=answer)
        self._holds.append(held)
        return held

    async def pass_holds(self, line: str, *, answer: bool) -> None:
        """Wait at every hold that matches this request line."""
        self._holds = [held for held in self._holds if not held.released]
        for held in list(self._holds):
            if held.answer is answer and fnmatchcase(line, held.match):
                await held.wait()

    def release_all(self) -> None:
        """Let everything pass."""
        for held in self._holds:
            held.release()
