"""One job in a process of its own, limited before anything is loaded: a picture comes in on stdin, one goes out.

`python -m media.turning JOB MIME-TYPE MOST-BYTES PIXELS ALL-PIXELS MEMORY SECONDS`. The first line on stdout is JSON:
what was changed, or a `trouble`; the file follows.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict

from media.turning.limits import Limits, Trouble


def main() -> None:
    """Do it. Whatever a decoder raises means that the picture is damaged."""
    job, mime_type, most, *numbers = sys.argv[1:]
    limits = Limits(*map(int, numbers))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    try:
        said, found = _done(job, mime_type, int(most), limits)
    except MemoryError:
        said, found = {"trouble": Trouble.WORK}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.write(found)


def _done(job: str, mime_type: str, most: int, limits: Limits) -> tuple[dict[str, object], bytes]:
    from media.turning import jobs  # noqa: PLC0415 - Pillow, within the limits
    from media.turning.opening import TooManyPixelsError  # noqa: PLC0415

    work: Callable[[bytes, str, int, Limits], jobs.Turned] = {"turn": jobs.turn, "shrink": jobs.shrink}[job]
    try:
        turned = work(sys.stdin.buffer.read(), mime_type, most, limits)
    except MemoryError:
        raise
    except TooManyPixelsError:
        return {"trouble": Trouble.PIXELS}, b""
    except jobs.CannotShrinkError:
        return {"trouble": Trouble.TOO_LARGE}, b""
    except Exception:  # noqa: BLE001 - Pillow and its plugins raise all kinds for what they cannot read
        return {"trouble": Trouble.DAMAGED}, b""
    return asdict(turned.changes), turned.content


if __name__ == "__main__":
    main()
