"""An incoming file, before and after it is opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning is looked at."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that someone attached. `name`, `size` (bytes) and `content_type` are what Discord announces, not proof.

    `url` is signed and expires: it is for opening the file, never for a log, a message or the database. `handle` is
    the border's own object, for sources that cannot work from the address.
    """

    name: str
    size: int
    url: str = field(repr=False)
    content_type: str | None = None
    handle: object = field(default=None, repr=False, compare=False)


class OpenedFile(Protocol):
    """A file of exactly `size` bytes. `head`, its first 64 KiB at most, is part of what `chunks` gives."""

    @property
    def size(self) -> int: ...

    @property
    def head(self) -> bytes: ...

    def chunks(self) -> AsyncIterator[bytes]: ...
