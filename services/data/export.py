"""Everything that is held about a user, as ZIP files of readable JSON that Discord takes."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from services.ports import HeldStore
from storage.models import HeldRows

AT_ONCE = 2
"""Exports that are made at the same time: each is held in memory until Discord has it."""
FILE = 1_000_000
"""Bytes of JSON that a file holds, or less where Discord takes less; one row may be longer."""
ROOM = 4096
"""Bytes of a ZIP beside its files: the manifest, and what Discord's form needs."""
HEAD = 256
"""Bytes that a file takes in a ZIP beside what is in it."""
MANIFEST = "manifest.json"
FORM = 1


@dataclass(frozen=True, slots=True)
class Export:
    """ZIP files, none larger than what was allowed, that belong together; and how many things are in them."""

    made_at: datetime
    parts: tuple[bytes, ...] = field(repr=False)
    rows: int


@dataclass(slots=True)
class _File:
    name: str
    table: str
    rows: int
    data: bytes = field(repr=False)
    size: int


class ExportService:
    """Makes exports. Errors of the database pass."""

    def __init__(self, held: HeldStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._held = held
        self._now = now
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def make(self, discord_id: int, limit: int) -> Export:
        """Everything about the user, in as few files of at most `limit` bytes as it takes.

        Each has whole files and a manifest that tells which of how many it is, what is in it, and what was withheld.
        """
        async with self._turns:
            files: list[_File] = []
            withheld: dict[str, Sequence[str]] = {}
            numbers: dict[str, Iterator[int]] = {}
            async for held in self._held.everything(discord_id):
                number = numbers.setdefault(held.table, count(1))
                files += await asyncio.to_thread(lambda: list(_files(held, number, min(FILE, limit - 2 * ROOM))))  # noqa: B023 - awaited at once
                if held.withheld:
                    withheld[held.table] = held.withheld
            made_at = self._now()
            about = {"form": FORM, "discord_id": discord_id, "made_at": made_at.isoformat(), "withheld": withheld}
            parts = await asyncio.to_thread(lambda: tuple(_zips(files, about, limit)))
        return Export(made_at, parts, sum(file.rows for file in files))


def _files(held: HeldRows, numbers: Iterator[int], most: int) -> Iterator[_File]:
    """The rows as files, cut where one is full."""
    lines: list[bytes] = []
    size = 0
    for row in held.rows:
        line = json.dumps(row, ensure_ascii=False, indent=1).encode(errors="replace")
        if lines and size + len(line) > most:
            yield _file(held.table, next(numbers), lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield _file(held.table, next(numbers), lines)


def _file(table: str, number: int, lines: Sequence[bytes]) -> _File:
    name = f"{table.replace('_', '-')}-{number:03}.json"
    data = b"[\n" + b",\n".join(lines) + b"\n]\n"
    return _File(name, table, len(lines), data, len(_zipped([(name, data)])))


def _zips(files: Sequence[_File], about: Mapping[str, Any], limit: int) -> Iterator[bytes]:
    """The files in as many ZIPs as it takes. One that is larger than the limit by itself has its own."""
    groups: list[list[_File]] = [[]]
    room = 0
    for file in files:
        size = file.size + HEAD
        if groups[-1] and size > room:
            groups.append([])
        if not groups[-1]:
            room = limit - ROOM
        groups[-1].append(file)
        room -= size
    for number, group in enumerate(groups, 1):
        listed = [{"name": file.name, "table": file.table, "rows": file.rows} for file in group]
        manifest = {**about, "part": number, "of": len(groups), "files": listed}
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        yield _zipped([(MANIFEST, text.encode()), *((file.name, file.data) for file in group)])


def _zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return target.getvalue()
