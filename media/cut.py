"""A file that ends before its end."""

from __future__ import annotations

from errors import DamagedError


class CutError(DamagedError):
    """What there is of it may be enough to be shown."""
