"""`python -m benchmarks`: all of them; exit code 1 when a budget is broken."""

from __future__ import annotations

import sys

from benchmarks import acknowledge, first_sync, library, start, upload

if __name__ == "__main__":
    sys.exit(0 if all([upload.main(), acknowledge.main(), start.main(), library.main(), first_sync.main()]) else 1)
