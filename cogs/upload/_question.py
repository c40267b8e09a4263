"""An upload that waits for the user to say where it goes, or into which album."""

from __future__ import annotations

from dataclasses import dataclass, replace

from errors import OutdatedError
from locales.text import Text
from services.upload import UploadRequest

NEW, NONE = "new", "none"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about; it holds a signed address, so it is kept in memory only.

    `album` is what a new album would be called, `choices` are others, worded as suggestions are.
    """

    request: UploadRequest
    share: bool
    album: str = ""
    choices: tuple[Text, ...] = ()

    def answered(self, which: str) -> Question:
        """With an album that is made first (NEW), with none (NONE), or with a choice by its number.

        Raises OutdatedError for what was not asked.
        """
        if which == NEW:
            return replace(self, request=replace(self.request, album=self.album, is_new_album=True))
        if which == NONE:
            return replace(self, request=replace(self.request, album=None))
        if not (which.isdecimal() and int(which) < len(self.choices)):
            raise OutdatedError
        return replace(self, request=replace(self.request, album=self.choices[int(which)].source))
