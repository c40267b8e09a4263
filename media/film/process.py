"""A program of someone else's on someone else's file: within limits, in a group of its own, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from media.film.errors import FilmTooMuchError

_LIMITED = """
ulimit -c 0 || :
ulimit -t "$1" || :
ulimit -f "$2" || :
ulimit -v "$3" || :
shift 3
exec nice -n 19 "$@"
"""
"""A shell sets the limits, as none of our code may run in a child before its program does; some systems lack one."""
_BLOCK, _KILOBYTE = 512, 1024
_CORES = 2
_MOST_SAID = 1 << 20
_NO_ROOM = (b"Cannot allocate memory", b"malloc of size", b"No space left", b"File too large")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds it may take, bytes of memory, and bytes of the file that it writes."""

    seconds: float
    memory: int
    written: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended, and the last of what it said and complained of: for us to look at, never for a log."""

    status: int
    said: bytes
    complaints: bytes

    def complains(self, *words: bytes) -> bool:
        """Whether one of these is among its complaints."""
        return any(word in self.complaints for word in words)


async def run(command: Sequence[str], limits: Limits) -> Ended:
    """Runs it to its end. Raises FilmTooMuchError where it meets a limit; a cancelled one is killed."""
    process = await _started(command, limits)
    try:
        async with asyncio.timeout(limits.seconds):
            said, complaints, status = await asyncio.gather(
                _last(process.stdout), _last(process.stderr), process.wait()
            )
    except TimeoutError:
        await _killed(process)
        raise FilmTooMuchError("time") from None
    except BaseException:
        await _killed(process)
        raise
    ended = Ended(status, said, complaints)
    if status < 0 or (status and ended.complains(*_NO_ROOM)):
        raise FilmTooMuchError(f"ended by {-status}" if status < 0 else "room")
    return ended


async def _started(command: Sequence[str], limits: Limits) -> asyncio.subprocess.Process:
    """Who is cancelled meanwhile waits until there is something to kill: asyncio would kill the first process alone."""
    numbers = (int(limits.seconds * _CORES) + 1, limits.written // _BLOCK, limits.memory // _KILOBYTE)
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _LIMITED, "sh", *map(str, numbers), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        while not starting.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([starting])
        if not starting.exception():
            await _killed(starting.result())
        raise


async def _killed(process: asyncio.subprocess.Process) -> None:
    """With all that it has begun, also where it has ended itself; nothing of it is left open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.communicate()


async def _last(stream: asyncio.StreamReader | None) -> bytes:
    """The last of what comes, so that nobody can fill the memory by saying much."""
    last = b""
    while stream and (chunk := await stream.read(_MOST_SAID)):
        last = (last + chunk)[-_MOST_SAID:]
    return last
