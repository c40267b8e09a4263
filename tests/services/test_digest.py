"""What a file is known by is taken while it is read."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from media.memory import MemoryFile
from services.digest import Digested

CONTENT = bytes(range(256)) * 2000


@dataclass(frozen=True)
class Announced(MemoryFile):
    """A file of another size than it was said to have."""

    said: int = 0

    @property
    def size(self) -> int:
        return self.said


async def read(file: Digested) -> bytes:
    return b"".join([chunk async for chunk in file.chunks()])


async def test_a_file_that_was_read_to_its_end_is_known_by_its_content_alone() -> None:
    file = Digested(MemoryFile(CONTENT))
    assert file.digest is None
    assert (file.size, file.head, await file.look(7)) == (len(CONTENT), CONTENT[:65536], CONTENT[7 : 7 + 65536])
    assert file.digest is None
    assert await read(file) == CONTENT
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()


async def test_a_file_that_is_read_twice_is_known_by_one_reading() -> None:
    file = Digested(MemoryFile(CONTENT))
    assert await read(file) == await read(file)
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()


async def test_who_has_the_last_piece_may_stop_there() -> None:
    file = Digested(MemoryFile(CONTENT))
    chunks: AsyncIterator[bytes] = file.chunks()
    got = 0
    while got < len(CONTENT):
        assert file.digest is None
        got += len(await anext(chunks))
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("said", [len(CONTENT) - 1, len(CONTENT) + 1])
async def test_what_has_another_size_than_was_said_is_not_known(said: int) -> None:
    file = Digested(Announced(CONTENT, said))
    await read(file)
    assert file.digest is None


async def test_who_stops_in_the_middle_knows_nothing() -> None:
    file = Digested(MemoryFile(CONTENT))
    await anext(file.chunks())
    assert file.digest is None
