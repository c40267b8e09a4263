"""What was found in a message, and what of it is to be uploaded, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cogs.upload._form import Given, numbered
from imgur.models import DESCRIPTION_LIMIT
from services.message import Contents, Picture
from services.text import line, passage
from services.upload import UploadRequest

PER_PAGE = 25  # Discord's, of options in a menu


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice under way. It holds signed addresses, so it is kept in memory only."""

    contents: Contents
    chosen: frozenset[int] = frozenset()
    page: int = 0
    given: Given = field(default_factory=Given)

    @property
    def pages(self) -> int:
        """How many pages the menu has."""
        return max(-(-len(self.contents.pictures) // PER_PAGE), 1)

    @property
    def offered(self) -> range:
        """The numbers of what this page of the menu offers."""
        return range(self.page * PER_PAGE, min((self.page + 1) * PER_PAGE, len(self.contents.pictures)))

    def ticked(self, page: int, values: Sequence[str]) -> Pick:
        """With these of a page and no others of it; what was chosen on others stays."""
        said = {int(value) for value in values if value.isdecimal()}
        there = frozenset(self.turned(page).offered)
        return replace(self, chosen=(self.chosen - there) | (there & said))

    def turned(self, page: int) -> Pick:
        """On another page."""
        return replace(self, page=min(max(page, 0), self.pages - 1))

    @property
    def bare(self) -> Pick:
        """Without users' words, which Discord may have disliked; they are uploaded with them."""
        pictures = (replace(one, file=replace(one.file, name="", description=None)) for one in self.contents.pictures)
        given = replace(self.given, title=None, album=None)
        return replace(self, contents=replace(self.contents, pictures=tuple(pictures)), given=given)

    def requests(self, owner: int, *, everything: bool) -> tuple[UploadRequest, ...]:
        """What to upload, in the order of the message."""
        pictures = [
            picture for number, picture in enumerate(self.contents.pictures) if everything or number in self.chosen
        ]
        return tuple(
            request(owner, picture, self.given, numbered(self.given.title, number, len(pictures)))
            for number, picture in enumerate(pictures, 1)
        )


def request(owner: int, picture: Picture, given: Given, title: str | None = None) -> UploadRequest:
    """A picture of a message as one that is to be uploaded; what is said of it there stays, unless told otherwise."""
    return UploadRequest(
        discord_id=owner,
        file=replace(picture.file, hidden=picture.file.hidden or given.spoiler),
        title=title or picture.title,
        description=passage(given.description) or passage(picture.file.description, DESCRIPTION_LIMIT) or None,
        album=given.album if line(given.album) else None,
        anonymous=given.anonymous,
        mute=given.mute,
        expires=given.expires,
    )
