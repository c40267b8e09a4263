"""An upload, of several files perhaps, that waits for the user to say where it goes, or into which album."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from errors import OutdatedError
from locales.text import Text
from services.upload import Origin, UploadRequest

NEW, NONE = "new", "none"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about; it holds a signed address, so it is kept in memory only.

    `album` is what a new album would be called, `choices` are others, worded as suggestions are. Of what is `undated`
    its user could not say when it is to be deleted: that is offered afterwards.
    """

    requests: tuple[UploadRequest, ...]
    share: bool
    album: str = ""
    choices: tuple[Text, ...] = ()
    undated: bool = False

    @property
    def telling(self) -> UploadRequest:
        """The file that says where they go: for a voice message nobody need be asked."""
        files = (request for request in self.requests if request.file.origin is not Origin.VOICE_MESSAGE)
        return next(files, self.requests[0])

    def answered(self, which: str) -> Question:
        """With an album that is made first (NEW), with none (NONE), or with a choice by its number.

        Raises OutdatedError for what was not asked.
        """
        if which == NEW:
            return self.changed(album=self.album, is_new_album=True)
        if which == NONE:
            return self.changed(album=None)
        if not (which.isdecimal() and int(which) < len(self.choices)):
            raise OutdatedError
        return self.changed(album=self.choices[int(which)].source)

    def changed(self, **changes: Any) -> Question:
        """The same, with each of its files to be uploaded otherwise."""
        return replace(self, requests=tuple(replace(request, **changes) for request in self.requests))
