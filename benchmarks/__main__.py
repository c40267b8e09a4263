"""`python -m benchmarks`: all of them; exit code 1 when a budget is broken."""

from __future__ import annotations

import sys

from benchmarks import accounts, acknowledge, backup, first_sync, library, start, upload

if __name__ == "__main__":
    kept = [each.main() for each in (upload, acknowledge, backup, start, library, first_sync, accounts)]
    sys.exit(0 if all(kept) else 1)
