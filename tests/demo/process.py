"""`python -m tests.demo.process`: `bot.py demo` with a clock that SIGUSR1 moves on, as if nobody had done anything."""

from __future__ import annotations

import signal
import sys
import time

IDLE = 20.0  # seconds that a signal skips: more than HTTP clients keep a connection for (aiohttp 15)

monotonic, skipped = time.monotonic, 0.0


def skip(*_) -> None:
    global skipped  # noqa: PLW0603
    skipped += IDLE


if __name__ == "__main__":
    time.monotonic = lambda: monotonic() + skipped  # before anything else learns the time
    signal.signal(signal.SIGUSR1, skip)

    from bot import cli

    cli(["demo", *sys.argv[1:]])
