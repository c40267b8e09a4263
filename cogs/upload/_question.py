"""An upload that waits for the user to say where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from services.upload import UploadRequest


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about; it holds a signed address, so it is kept in memory only."""

    request: UploadRequest
    share: bool
