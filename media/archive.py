"""A ZIP file as it is written, piece by piece: nothing of it is held but what the end has to list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import IO

from zipstream import ZIP_STORED, ZipStream

_CHUNK_BYTES = 64 * 1024


class Archive:
    """Stores files as they are. Names are the caller's to make safe: they go in as they are given.

    Sizes are known before a file begins, so that only what needs it is in the form for large files.
    """

    def __init__(self) -> None:
        self._zip = ZipStream(compress_type=ZIP_STORED)

    def text(self, name: str, data: bytes) -> Iterator[bytes]:
        """A file that is held already."""
        self._zip.add(data, name)
        yield from self._zip.all_files()

    def file(self, name: str, file: IO[bytes], size: int) -> Iterator[bytes]:
        """A file of so many bytes, which is read while this is iterated over."""
        self._zip.add(iter(partial(file.read, _CHUNK_BYTES), b""), name, size=size)
        yield from self._zip.all_files()

    def end(self) -> Iterator[bytes]:
        """What makes it a whole one."""
        yield from self._zip.finalize()
